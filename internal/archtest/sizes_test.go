package archtest_test

import (
	"go/ast"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What one call works with stays small enough to be held in mind: few fields in a
// struct, few methods on a type.
const (
	mostFields  = 11
	mostMethods = 25
)

func TestSizesOfTheRun(t *testing.T) {
	t.Parallel()
	methods, structs := map[string]int{}, 0
	for _, file := range moduleSources(t) {
		if file.test() || file.dir() != "konnect" {
			continue
		}
		for _, declaration := range file.syntax.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil {
					methods[receiver(d)]++
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if fields, isStruct := privateStruct(spec); isStruct {
						structs++
						assert.LessOrEqual(t, fields, mostFields, "%s: fields of %s", file.path, spec.(*ast.TypeSpec).Name) //nolint:forcetypeassert // see privateStruct
					}
				}
			}
		}
	}
	assert.Greater(t, structs, 15)
	assert.Greater(t, len(methods), 15)
	for name, n := range methods {
		assert.LessOrEqual(t, n, mostMethods, "methods of %s", name)
	}
}

// receiver is the name of the type that has a method.
func receiver(d *ast.FuncDecl) string {
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	name, _ := of.(*ast.Ident)
	return name.Name
}

// privateStruct counts the fields of a struct that is not exported and no part of JSON.
func privateStruct(spec ast.Spec) (fields int, isStruct bool) {
	named, ok := spec.(*ast.TypeSpec)
	if !ok || named.Name.IsExported() || named.Name.Name == "config" { // the options of a client, one field each
		return 0, false
	}
	body, ok := named.Type.(*ast.StructType)
	if !ok {
		return 0, false
	}
	for _, field := range body.Fields.List {
		if field.Tag != nil {
			return 0, false
		}
		fields += max(1, len(field.Names))
	}
	return fields, true
}
