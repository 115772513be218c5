package archtest_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const maxLines = 400

// vagueNames say where something was put, not what it is.
func vagueNames() []string {
	return []string{"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc"}
}

// houseRules name, for one file, everything that goes against a rule.
func houseRules() map[string]func(source) []string {
	return map[string]func(source) []string{
		"no init function":           initFunctions,
		"short files":                longFile,
		"names that say what it is":  vagueName,
		"no switch on entity kinds":  kindSwitches,
		"generated files say so":     unmarkedGenerated,
		"package names are one word": compoundPackage,
		"required fields are sent":   omittedRequired,
	}
}

func initFunctions(file source) []string {
	if file.generated {
		return nil
	}
	var found []string
	for _, declaration := range file.syntax.Decls {
		if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil && function.Name.Name == "init" {
			found = append(found, file.path+": func init")
		}
	}
	return found
}

func longFile(file source) []string {
	if file.generated || file.test() || file.lines <= maxLines {
		return nil
	}
	return []string{fmt.Sprintf("%s: %d lines, the limit is %d", file.path, file.lines, maxLines)}
}

// vagueName looks at the words of the file's name and of its package. The folder
// crd/common is named by the operator's own API packages.
func vagueName(file source) []string {
	base := strings.TrimSuffix(path.Base(file.path), ".go")
	words := strings.FieldsFunc(base, func(r rune) bool { return r == '_' || r == '-' || r == '.' })
	words = append(words, strings.TrimSuffix(file.syntax.Name.Name, "_test"))
	if !within(file.dir(), "crd/common/...") {
		words = append(words, strings.Split(file.dir(), "/")...)
	}
	for _, word := range words {
		if slices.Contains(vagueNames(), word) {
			return []string{fmt.Sprintf("%s: the name %q says nothing", file.path, word)}
		}
	}
	return nil
}

// kindSwitches finds switches of which two cases or more name entity kinds, as types or
// as strings: what differs between kinds belongs into the kind.
func kindSwitches(file source) []string {
	if file.generated || file.test() {
		return nil
	}
	var found []string
	ast.Inspect(file.syntax, func(node ast.Node) bool {
		var body *ast.BlockStmt
		switch statement := node.(type) {
		case *ast.SwitchStmt:
			body = statement.Body
		case *ast.TypeSwitchStmt:
			body = statement.Body
		default:
			return true
		}
		if kinds := kindCases(body); len(kinds) > 1 {
			found = append(found, fmt.Sprintf("%s: switch on %s", file.path, strings.Join(kinds, ", ")))
		}
		return true
	})
	return found
}

func kindCases(body *ast.BlockStmt) []string {
	var kinds []string
	for _, statement := range body.List {
		clause, ok := statement.(*ast.CaseClause)
		if !ok {
			continue
		}
		for _, expression := range clause.List {
			if name := kindName(expression); name != "" {
				kinds = append(kinds, name)
			}
		}
	}
	return kinds
}

// kindName returns the kind that an expression of a case names, or nothing.
func kindName(expression ast.Expr) string {
	var name string
	switch e := expression.(type) {
	case *ast.StarExpr:
		return kindName(e.X)
	case *ast.SelectorExpr:
		name = e.Sel.Name
	case *ast.Ident:
		name = e.Name
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			name = strings.Trim(e.Value, "\"`")
		}
	}
	for _, prefix := range []string{"Kong", "KonnectAPI", "KonnectGateway"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && rest != "" && rest[0] >= 'A' && rest[0] <= 'Z' {
			return name
		}
	}
	return ""
}

func unmarkedGenerated(file source) []string {
	if named := strings.HasPrefix(path.Base(file.path), "zz_generated."); named != file.generated {
		return []string{file.path + `: "zz_generated." and the mark "Code generated … DO NOT EDIT." go together`}
	}
	return nil
}

func compoundPackage(file source) []string {
	if name := strings.TrimSuffix(file.syntax.Name.Name, "_test"); strings.ContainsAny(name, "_ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		return []string{fmt.Sprintf("%s: package %s", file.path, name)}
	}
	return nil
}

// omittedRequired finds fields that the CRD requires and that JSON would leave out when
// they are zero. A pointer says that it was set, and a default stands in for it.
func omittedRequired(file source) []string {
	var found []string
	ast.Inspect(file.syntax, func(node ast.Node) bool {
		field, ok := node.(*ast.Field)
		if !ok || field.Doc == nil || field.Tag == nil || !strings.Contains(field.Tag.Value, ",omit") {
			return true
		}
		_, isPointer := field.Type.(*ast.StarExpr)
		isRequired := slices.ContainsFunc(field.Doc.List, func(c *ast.Comment) bool { return c.Text == "// +required" })
		hasDefault := slices.ContainsFunc(field.Doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "// +kubebuilder:default") })
		if isRequired && !isPointer && !hasDefault {
			found = append(found, fmt.Sprintf("%s: required field with the tag %s", file.path, field.Tag.Value))
		}
		return true
	})
	return found
}

func TestHouseRules(t *testing.T) {
	t.Parallel()
	sources := moduleSources(t)
	for rule, check := range houseRules() {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			for _, file := range sources {
				report(t, check(file))
			}
		})
	}
}

func TestHouseRulesCanFail(t *testing.T) {
	t.Parallel()
	const mark = "// Code generated by a tool. DO NOT EDIT.\n\n"
	long := "package p\n" + strings.Repeat("\n", maxLines)
	cases := []struct {
		reason, rule, file, content string
		broken                      bool
	}{
		{"init runs unasked", "no init function", "a/a.go", "package p\nfunc init() {}\n", true},
		{"init in a test runs unasked too", "no init function", "a/a_test.go", "package p\nfunc init() {}\n", true},
		{"a method may be named so", "no init function", "a/a.go", "package p\ntype t int\nfunc (t) init() {}\n", false},
		{"generators have reasons", "no init function", "a/zz_generated.a.go", mark + "package p\nfunc init() {}\n", false},
		{"one line too many", "short files", "a/a.go", long, true},
		{"the limit itself", "short files", "a/a.go", strings.TrimSuffix(long, "\n"), false},
		{"tables of tests are long", "short files", "a/a_test.go", long, false},
		{"generated code is not read", "short files", "a/zz_generated.a.go", mark + long, false},
		{"a vague file", "names that say what it is", "a/route_helpers.go", "package p\n", true},
		{"a vague test file", "names that say what it is", "a/util_test.go", "package p\n", true},
		{"a vague package", "names that say what it is", "a/a.go", "package common\n", true},
		{"a vague folder", "names that say what it is", "internal/utils/x/a.go", "package x\n", true},
		{"the operator's own name", "names that say what it is", "crd/common/v1alpha1/tags.go", "package v1alpha1\n", false},
		{"a vague file is no better there", "names that say what it is", "crd/common/v1alpha1/util.go", "package v1alpha1\n", true},
		{"a word inside a word", "names that say what it is", "a/commonality.go", "package p\n", false},
		{"kinds as types", "no switch on entity kinds", "a/a.go", "package p\nfunc f(o any) { switch o.(type) {\ncase *v1.KongRoute:\ncase *v1.KongService: } }\n", true},
		{"kinds in one case", "no switch on entity kinds", "a/a.go", "package p\nfunc f(o any) { switch o.(type) { case KongRoute, KongService: } }\n", true},
		{"kinds as strings", "no switch on entity kinds", "a/a.go", "package p\nfunc f(s string) { switch s {\ncase \"KongRoute\":\ncase \"KonnectGatewayControlPlane\": } }\n", true},
		{"other types", "no switch on entity kinds", "a/a.go", "package p\nfunc f(o any) { switch o.(type) {\ncase string:\ncase int: } }\n", false},
		{"one kind is no choice among kinds", "no switch on entity kinds", "a/a.go", "package p\nfunc f(o any) { switch o.(type) { case *v1.KongRoute: } }\n", false},
		{"generated without the mark", "generated files say so", "a/zz_generated.a.go", "package p\n", true},
		{"generated without the name", "generated files say so", "a/a.go", mark + "package p\n", true},
		{"generated with both", "generated files say so", "a/zz_generated.a.go", mark + "package p\n", false},
		{"two words", "package names are one word", "a/a.go", "package controlPlane\n", true},
		{"an external test", "package names are one word", "a/a_test.go", "package a_test\n", false},
		{"zero is left out", "required fields are sent", "a/a.go", "package p\ntype t struct {\n// +required\nA string `json:\"a,omitempty\"`\n}\n", true},
		{"nil is left out only", "required fields are sent", "a/a.go", "package p\ntype t struct {\n// +required\nA *string `json:\"a,omitempty\"`\n}\n", false},
		{"zero is sent", "required fields are sent", "a/a.go", "package p\ntype t struct {\n// +required\nA string `json:\"a\"`\n}\n", false},
		{"zero may be left out", "required fields are sent", "a/a.go", "package p\ntype t struct {\n// +optional\nA string `json:\"a,omitempty\"`\n}\n", false},
	}
	for _, c := range cases {
		t.Run(c.rule+"/"+c.reason, func(t *testing.T) {
			t.Parallel()
			broken := houseRules()[c.rule](madeUp(t, c.file, c.content))
			assert.Equal(t, c.broken, len(broken) == 1, "%v", broken)
		})
	}
}
