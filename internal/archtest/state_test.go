package archtest_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// writtenVariables names every place where a package variable changes after it was
// declared, and every one whose type is there to be changed. Variables that hold a
// table, an error value or a compiled pattern stay as they are and are fine.
func writtenVariables(sources []source) []string {
	packages := map[string][]source{}
	for _, file := range sources {
		if !file.test() && !file.generated {
			packages[file.dir()] = append(packages[file.dir()], file)
		}
	}
	var found []string
	for dir, files := range packages {
		found = append(found, packageState(dir, files)...)
	}
	slices.Sort(found)
	return found
}

func packageState(dir string, files []source) []string {
	syntax := make([]*ast.File, 0, len(files))
	for _, file := range files {
		syntax = append(syntax, file.syntax)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	// Which name means which variable is known without the imports, so their absence is no matter.
	config := types.Config{Importer: noImports{}, Error: func(error) {}}
	checked, _ := config.Check(dir, files[0].positions, syntax, info)

	var found []string
	for _, file := range files {
		found = append(found, lockedVariables(file)...)
		ast.Inspect(file.syntax, func(node ast.Node) bool {
			for _, target := range written(node) {
				variable, ok := info.Uses[target].(*types.Var)
				if ok && variable.Parent() == checked.Scope() {
					found = append(found, fmt.Sprintf("%s: writes to package variable %s", file.path, target.Name))
				}
			}
			return true
		})
	}
	return found
}

// noImports resolves nothing, and so keeps the check fast and independent of what is built.
type noImports struct{}

func (noImports) Import(string) (*types.Package, error) {
	return nil, errors.New("not resolved")
}

// written returns the names at the root of what a statement or a call changes.
func written(node ast.Node) []*ast.Ident {
	var targets []ast.Expr
	switch n := node.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			targets = n.Lhs
		}
	case *ast.IncDecStmt:
		targets = []ast.Expr{n.X}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			targets = []ast.Expr{n.Key, n.Value}
		}
	case *ast.CallExpr:
		if name, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && slices.Contains([]string{"delete", "clear", "copy"}, name.Name) {
			targets = n.Args[:1]
		}
	}
	var names []*ast.Ident
	for _, target := range targets {
		if name := root(target); name != nil {
			names = append(names, name)
		}
	}
	return names
}

func root(expression ast.Expr) *ast.Ident {
	switch e := expression.(type) {
	case *ast.Ident:
		return e
	case *ast.IndexExpr:
		return root(e.X)
	case *ast.SelectorExpr:
		return root(e.X)
	case *ast.SliceExpr:
		return root(e.X)
	case *ast.StarExpr:
		return root(e.X)
	case *ast.ParenExpr:
		return root(e.X)
	}
	return nil
}

// lockedVariables finds package variables of the packages sync and atomic: what needs a lock is state.
func lockedVariables(file source) []string {
	var found []string
	for _, declaration := range file.syntax.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			variable, ok := spec.(*ast.ValueSpec)
			if !ok || !mentions(variable, "sync", "atomic") {
				continue
			}
			found = append(found, fmt.Sprintf("%s: package variable %s is state", file.path, variable.Names[0].Name))
		}
	}
	return found
}

func mentions(spec *ast.ValueSpec, packages ...string) bool {
	found := false
	ast.Inspect(spec, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			name, ok := selector.X.(*ast.Ident)
			found = found || ok && slices.Contains(packages, name.Name) && !strings.HasPrefix(selector.Sel.Name, "Once")
		}
		_, function := node.(*ast.FuncLit)
		return !function
	})
	return found
}

func TestNoGlobalState(t *testing.T) {
	t.Parallel()
	report(t, writtenVariables(moduleSources(t)))
}

func TestNoGlobalStateCanFail(t *testing.T) {
	t.Parallel()
	cases := []struct{ reason, code, want string }{
		{"a variable is set", "var n int\nfunc f() { n = 1 }", "writes to package variable n"},
		{"a counter", "var n int\nfunc f() { n++ }", "writes to package variable n"},
		{"a cache", "var m = map[string]int{}\nfunc f() { m[`a`] = 1 }", "writes to package variable m"},
		{"an emptied table", "var m = map[string]int{}\nfunc f() { delete(m, `a`) }", "writes to package variable m"},
		{"a field", "var s struct{ a []int }\nfunc f() { s.a[0] = 1 }", "writes to package variable s"},
		{"through a pointer", "var p *int\nfunc f() { *p = 1 }", "writes to package variable p"},
		{"a loop's variable", "var n int\nfunc f() { for n = range 3 { } }", "writes to package variable n"},
		{"a lock", "import \"sync\"\nvar mu sync.Mutex", "mu is state"},
		{"a counter of another kind", "import \"sync/atomic\"\nvar n = new(atomic.Int64)", "n is state"},
		{"computed once", "import \"sync\"\nvar table = sync.OnceValue(func() int { return 1 })", ""},
		{"a table", "var m = map[string]int{`a`: 1}\nfunc f() int { return m[`a`] }", ""},
		{"a local variable of the same name", "var n int\nfunc f() { n := 1; n = 2; _ = n }", ""},
		{"an unknown import", "import \"example.com/x\"\nvar e = x.New()\nfunc f() { a := e; a.b = 1 }", ""},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			found := writtenVariables([]source{madeUp(t, "a/a.go", "package a\n"+c.code+"\n")})
			if c.want == "" {
				assert.Empty(t, found)
				return
			}
			if assert.Len(t, found, 1) {
				assert.Contains(t, found[0], c.want)
			}
		})
	}
}
