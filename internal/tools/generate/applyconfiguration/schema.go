package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"golang.org/x/tools/go/packages"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/gengo/v2/types"
	"k8s.io/kube-openapi/pkg/util"
	"sigs.k8s.io/controller-tools/pkg/crd"
	crdmarkers "sigs.k8s.io/controller-tools/pkg/crd/markers"
	"sigs.k8s.io/controller-tools/pkg/loader"
	"sigs.k8s.io/controller-tools/pkg/markers"
)

const metaPackage = "k8s.io/apimachinery/pkg/apis/meta/v1"

// writeSchema writes the OpenAPI document (version 2) that the generator takes the
// merge rules of the kinds from, and returns the name of the file.
func writeSchema(kinds []types.Name) (string, error) {
	schemas, err := kindSchemas(kinds)
	if err != nil {
		return "", err
	}
	document, err := json.Marshal(map[string]any{
		"swagger":     "2.0",
		"info":        map[string]any{"title": module, "version": "v0"},
		"paths":       map[string]any{},
		"definitions": schemas,
	})
	if err != nil {
		return "", err
	}
	file, err := os.CreateTemp("", "schema-*.json")
	if err != nil {
		return "", err
	}
	_, err = file.Write(document)
	return file.Name(), errors.Join(err, file.Close())
}

// kindSchemas returns the schema of each kind, all types within it written out, and
// that of the metadata which they share.
func kindSchemas(kinds []types.Name) (map[string]apiextensionsv1.JSONSchemaProps, error) {
	roots, err := loader.LoadRoots(inputs()...)
	if err != nil {
		return nil, err
	}
	registry := &markers.Registry{}
	if err := crdmarkers.Register(registry); err != nil {
		return nil, err
	}
	p := &crd.Parser{
		Collector:              &markers.Collector{Registry: registry},
		Checker:                &loader.TypeChecker{},
		AllowDangerousTypes:    true, // settings of health checks are floats
		IgnoreUnexportedFields: true,
	}
	crd.AddKnownTypes(p)
	wholeMetadata(p)
	byPath := map[string]*loader.Package{}
	for _, root := range roots {
		byPath[root.PkgPath] = root
		p.NeedPackage(root)
	}
	schemas := map[string]apiextensionsv1.JSONSchemaProps{}
	metadata := util.ToRESTFriendlyName(metaPackage + ".ObjectMeta")
	for _, kind := range kinds {
		ident := crd.TypeIdent{Package: byPath[kind.Package], Name: kind.Name}
		p.NeedFlattenedSchemaFor(ident)
		schema := p.FlattenedSchemata[ident]
		schemas[metadata] = schema.Properties["metadata"]
		schema.Properties["metadata"] = apiextensionsv1.JSONSchemaProps{Ref: new("#/definitions/" + metadata)}
		schemas[util.ToRESTFriendlyName(kind.Package+"."+kind.Name)] = schema
	}
	// Only what the schemas need is type-checked, so errors of types say nothing.
	if loader.PrintErrors(roots, packages.TypeError) {
		return nil, fmt.Errorf("%v cannot be loaded", inputs())
	}
	return schemas, nil
}

// wholeMetadata has the metadata of an object described in full. A CRD describes only
// the fields that its author may restrict.
func wholeMetadata(p *crd.Parser) {
	short := p.PackageOverrides[metaPackage]
	p.PackageOverrides[metaPackage] = func(p *crd.Parser, pkg *loader.Package) {
		short(p, pkg)
		delete(p.Schemata, crd.TypeIdent{Package: pkg, Name: "ObjectMeta"})
	}
}
