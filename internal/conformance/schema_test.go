package conformance

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// property is the schema of one value.
type property struct {
	apiextensionsv1.JSONSchemaProps
	properties map[string]*property
	items      *property
	additional *property
	// words are the strings that the rules of the value and of those around it speak of.
	words []string
}

// readSchemas returns the schema of every served version in a stream of CRDs.
func readSchemas(t testing.TB, crds []byte) map[schema.GroupVersionKind]*property {
	t.Helper()
	schemas := map[schema.GroupVersionKind]*property{}
	for document := range bytes.SplitSeq(crds, []byte("\n---\n")) {
		var definition apiextensionsv1.CustomResourceDefinition
		require.NoError(t, yaml.Unmarshal(document, &definition))
		for _, version := range definition.Spec.Versions {
			gvk := schema.GroupVersionKind{Group: definition.Spec.Group, Version: version.Name, Kind: definition.Spec.Names.Kind}
			schemas[gvk] = newProperty(version.Schema.OpenAPIV3Schema, nil)
		}
	}
	return schemas
}

func newProperty(props *apiextensionsv1.JSONSchemaProps, words []string) *property {
	p := &property{JSONSchemaProps: *props, properties: map[string]*property{}, words: words}
	for _, rule := range props.XValidations {
		p.words = append(slices.Clip(p.words), literals(rule.Rule)...)
	}
	for name := range props.Properties {
		child := props.Properties[name]
		p.properties[name] = newProperty(&child, p.words)
	}
	if props.Items != nil {
		p.items = newProperty(props.Items.Schema, p.words)
	}
	if props.AdditionalProperties != nil && props.AdditionalProperties.Schema != nil {
		p.additional = newProperty(props.AdditionalProperties.Schema, p.words)
	}
	return p
}

// literals returns the strings in a rule, which are in single or double quotes.
func literals(rule string) []string {
	var found []string
	for i := 0; i < len(rule); i++ {
		if rule[i] != '\'' && rule[i] != '"' {
			continue
		}
		end := bytes.IndexByte([]byte(rule[i+1:]), rule[i])
		if end < 0 {
			break
		}
		found = append(found, rule[i+1:i+1+end])
		i += end + 1
	}
	return found
}

// at returns the schema of the value at a path; nil when there is none.
func (p *property) at(steps []string) *property {
	for _, step := range steps {
		switch {
		case p == nil:
			return nil
		case p.items != nil:
			p = p.items
		case p.additional != nil:
			p = p.additional
		default:
			p = p.properties[step]
		}
	}
	return p
}

func (p *property) enum(t testing.TB) []string {
	t.Helper()
	var members []string
	for _, raw := range p.Enum {
		var member string
		require.NoError(t, json.Unmarshal(raw.Raw, &member))
		members = append(members, member)
	}
	return members
}
