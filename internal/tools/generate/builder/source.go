package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// builder is one type of package builder.
type builder struct {
	Name       string            // Service
	Receiver   string            // s
	Package    string            // configurationv1alpha1
	ImportPath string            // of Package
	Kind       string            // KongService
	fields     map[string]string // of the kind's spec, with their types
	methods    []string          // written by hand
}

// Gets reports whether a method is to be generated: whether it is not written by hand
// and the spec has the field that it is for, if it names one.
func (b builder) Gets(method string, fieldAndType ...string) bool {
	if len(fieldAndType) == 2 && b.fields[fieldAndType[0]] != fieldAndType[1] {
		return false
	}
	return !b.Writes(method)
}

// Writes reports whether a method is written by hand.
func (b builder) Writes(method string) bool { return slices.Contains(b.methods, method) }

// findBuilders returns the builders in the order of their names.
func findBuilders(root string) ([]builder, error) {
	files, err := parseFolder(filepath.Join(root, "builder"))
	if err != nil {
		return nil, err
	}
	var builders []builder
	for _, file := range files {
		for name, structure := range structsOf(file) {
			kind, ok := embeddedBase(structure)
			if !ok {
				continue
			}
			b, err := newBuilder(root, file, name, kind)
			if err != nil {
				return nil, fmt.Errorf("builder %s: %w", name, err)
			}
			builders = append(builders, b)
		}
	}
	for i := range builders {
		b := &builders[i]
		for _, file := range files {
			b.addMethods(file)
		}
		if b.Receiver == "" {
			b.Receiver = strings.ToLower(b.Name[:1])
		}
	}
	slices.SortFunc(builders, func(a, b builder) int { return strings.Compare(a.Name, b.Name) })
	return builders, nil
}

func newBuilder(root string, file *ast.File, name string, kind *ast.SelectorExpr) (builder, error) {
	qualifier := types.ExprString(kind.X)
	importPath := importOf(file, qualifier)
	folder, err := packageFolder(root, importPath)
	if err != nil {
		return builder{}, err
	}
	files, err := parseFolder(folder)
	if err != nil {
		return builder{}, err
	}
	fields := map[string]string{}
	for _, file := range files {
		if spec, ok := structsOf(file)[kind.Sel.Name+"Spec"]; ok {
			for _, field := range spec.Fields.List {
				for _, fieldName := range field.Names {
					fields[fieldName.Name] = types.ExprString(field.Type)
				}
			}
		}
	}
	return builder{Name: name, Package: qualifier, ImportPath: importPath, Kind: kind.Sel.Name, fields: fields}, nil
}

func (b *builder) addMethods(file *ast.File) {
	for _, declaration := range file.Decls {
		method, ok := declaration.(*ast.FuncDecl)
		if !ok || method.Recv == nil || types.ExprString(method.Recv.List[0].Type) != "*"+b.Name {
			continue
		}
		b.methods = append(b.methods, method.Name.Name)
		if names := method.Recv.List[0].Names; len(names) > 0 {
			b.Receiver = names[0].Name
		}
	}
}

// embeddedBase returns K of the base[K] that a struct embeds.
func embeddedBase(structure *ast.StructType) (*ast.SelectorExpr, bool) {
	for _, field := range structure.Fields.List {
		generic, ok := field.Type.(*ast.IndexExpr)
		if !ok || len(field.Names) > 0 || types.ExprString(generic.X) != "base" {
			continue
		}
		kind, ok := generic.Index.(*ast.SelectorExpr)
		return kind, ok
	}
	return nil, false
}

func structsOf(file *ast.File) map[string]*ast.StructType {
	structs := map[string]*ast.StructType{}
	for _, declaration := range file.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			named, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			if structure, ok := named.Type.(*ast.StructType); ok {
				structs[named.Name.Name] = structure
			}
		}
	}
	return structs
}

func importOf(file *ast.File, qualifier string) string {
	for _, spec := range file.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(importPath)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name == qualifier {
			return importPath
		}
	}
	return ""
}

// parseFolder parses what is written by hand, tests left out.
func parseFolder(folder string) ([]*ast.File, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range names {
		base := filepath.Base(name)
		if strings.HasSuffix(base, "_test.go") || strings.HasPrefix(base, "zz_generated.") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}
