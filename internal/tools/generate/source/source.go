// Package source reads the packages of the core module as text, for the generators that
// write what follows from it. It needs no package to compile: what is to be generated
// may be missing.
package source

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

// Module is the path of the core module.
const Module = "github.com/konnectkit/konnectkit"

// Prefix is what the names of generated files start with.
const Prefix = "zz_generated."

// Package is what is written by hand in one folder, tests left out.
type Package struct {
	Name       string
	ImportPath string
	// Structs in the order of their files and lines.
	Structs []*Struct
	// Named are the types other than structs, by name.
	Named map[string]Text
	// Functions and Constants of the package, by name.
	Functions, Constants []string

	methods map[string][]method
}

type method struct{ name, receiver string }

// Read parses the folder of an import path of the core module, whose root is given.
func Read(root, importPath string) (*Package, error) {
	relative, ok := strings.CutPrefix(importPath, Module+"/")
	if !ok {
		return nil, fmt.Errorf("%s is no package of %s", importPath, Module)
	}
	names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(relative), "*.go"))
	if err != nil {
		return nil, err
	}
	p := &Package{ImportPath: importPath, Named: map[string]Text{}, methods: map[string][]method{}}
	for _, name := range names {
		base := filepath.Base(name)
		if strings.HasSuffix(base, "_test.go") || strings.HasPrefix(base, Prefix) {
			continue
		}
		if err := p.Add(name, nil); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Add adds what a file declares; text may be nil for one that is read.
func (p *Package) Add(name string, text []byte) error {
	var src any
	if text != nil {
		src = text
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	p.Name = file.Name.Name
	p.add(file)
	return nil
}

// Struct returns the struct of that name, nil when there is none.
func (p *Package) Struct(name string) *Struct {
	i := slices.IndexFunc(p.Structs, func(s *Struct) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return p.Structs[i]
}

// HasMethod reports whether a method of a type is written by hand.
func (p *Package) HasMethod(typeName, name string) bool {
	return slices.ContainsFunc(p.methods[typeName], func(m method) bool { return m.name == name })
}

// Receiver is the name that the methods of a type which are written by hand have for
// it; without any, the first letter of what its name says.
func (p *Package) Receiver(typeName string) string {
	for _, m := range p.methods[typeName] {
		if m.receiver != "" {
			return m.receiver
		}
	}
	for _, suffix := range []string{"Spec", "Status"} {
		if strings.HasSuffix(typeName, suffix) {
			return "s"
		}
	}
	for _, prefix := range []string{"Konnect", "Kong"} {
		if rest, ok := strings.CutPrefix(typeName, prefix); ok && rest != "" {
			return strings.ToLower(rest[:1])
		}
	}
	return strings.ToLower(typeName[:1])
}

func (p *Package) add(file *ast.File) {
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			p.addFunction(d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				p.addSpec(file, d, spec)
			}
		}
	}
}

func (p *Package) addFunction(d *ast.FuncDecl) {
	if d.Recv == nil {
		p.Functions = append(p.Functions, d.Name.Name)
		return
	}
	of := strings.TrimPrefix(types.ExprString(d.Recv.List[0].Type), "*")
	m := method{name: d.Name.Name}
	if names := d.Recv.List[0].Names; len(names) > 0 {
		m.receiver = names[0].Name
	}
	p.methods[of] = append(p.methods[of], m)
}

func (p *Package) addSpec(file *ast.File, d *ast.GenDecl, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if d.Tok == token.CONST {
				p.Constants = append(p.Constants, name.Name)
			}
		}
	case *ast.TypeSpec:
		structure, ok := s.Type.(*ast.StructType)
		if !ok {
			p.Named[s.Name.Name] = newText(d.Doc)
			return
		}
		added := &Struct{Name: s.Name.Name, Text: newText(d.Doc), file: file}
		for _, field := range structure.Fields.List {
			added.Fields = append(added.Fields, newFields(field)...)
		}
		p.Structs = append(p.Structs, added)
	}
}

// Struct is a struct type.
type Struct struct {
	Text
	Name   string
	Fields []Field

	file *ast.File
}

// Field returns the field of that name, false when there is none.
func (s *Struct) Field(name string) (Field, bool) {
	if s == nil {
		return Field{}, false
	}
	i := slices.IndexFunc(s.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return s.Fields[i], true
}

// OwnFields are the fields but for the parts that all objects have: for a kind, those
// beside metadata, spec and status.
func (s *Struct) OwnFields() []Field {
	_, isSpecified := s.Field("Spec")
	_, isObject := s.Field("ObjectMeta")
	return slices.DeleteFunc(slices.Clone(s.Fields), func(f Field) bool {
		return (isObject || isSpecified) && slices.Contains([]string{"TypeMeta", "ObjectMeta", "Spec", "Status"}, f.Name)
	})
}

// Import returns the path that a qualifier stands for in the file of the struct.
func (s *Struct) Import(qualifier string) string {
	for _, spec := range s.file.Imports {
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
