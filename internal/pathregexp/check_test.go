package pathregexp_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/pathregexp"
)

func TestCheckTakes(t *testing.T) {
	t.Parallel()
	for reason, expression := range map[string]string{
		"plain":                        `/a/b.c`,
		"anchor":                       `/a$`,
		"escape":                       `/a\d+/\w*\s?\D\W\S`,
		"escaped punctuation":          `/a\/b\.c\-d\{id\}\%`,
		"count over that of Go":        `/a{2000}`,
		"range of counts":              `/[0-9]{1,18}(/[a-z]{1,2048})?$`,
		"open count":                   `/a{3,}`,
		"count of PCRE's largest":      `/a{65535}`,
		"named group":                  `/(?<id>\d+)/(?P<name>[^/]+)`,
		"group without capture":        `/(?:a|b)`,
		"flag":                         `/(?i)a`,
		"flags of a group":             `/(?s-m:a)`,
		"property":                     `/\p{L}\pN\P{Greek}`,
		"lazy":                         `/a*?b+?c??d{2}?`,
		"twice":                        `/a++b**`,
		"alternatives":                 `/(a||b)|c`,
		"empty group":                  `/()`,
		"bracket first in a class":     `/[]a]/[^]a]`,
		"dash in a class":              `/[-a]/[a-]/[+--]/[\w-]`,
		"class of POSIX":               `/[[:alpha:]_]/[[:^digit:]]`,
		"class in a class":             `/[a[b-c]]`,
		"escaped bracket in a class":   `/[\[\]]`,
		"range of escapes":             `/[\x41-\x5a]/[\x{41}-\x{5A}]`,
		"closing bracket alone":        `/a]b}c`,
		"ends of the text":             `/\Aa\z`,
		"boundary of a word":           `/\ba\b{end}\B`,
		"another alphabet":             `/ü[а-я]`,
		"blanks in a count":            `/a{ 2 , 3 }`,
		"anything in the mode of x":    `/(?x) a # (`,
		"anchor that repeats":          `/a^*`,
		"a class that only looks like": `/[:a]`,
	} {
		assert.NoError(t, pathregexp.Check(expression), "%s: %s", reason, expression)
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ expression, want string }{
		{`/a(`, "not closed"},
		{`/a(b`, "not closed"},
		{`/a)`, "no ( before"},
		{`/[a`, "[ is not closed"},
		{`/[]`, "[ is not closed"},
		{`/[^[]+`, "[ is not closed"},
		{`/(*)`, "verb"},
		{`/(+)`, "+ has nothing"},
		{`*`, "* has nothing"},
		{`/a|*`, "* has nothing"},
		{`/(?i)*`, "* has nothing"},
		{`/({2})`, `"{2}" has nothing`},
		{`/users/{id}`, `the character itself is \{`},
		{`/a{`, `the character itself is \{`},
		{`/a{}`, `the character itself is \{`},
		{`/a{2`, `the character itself is \{`},
		{`/a{1,2,3}`, `the character itself is \{`},
		{`/a{3,2}`, "larger number first"},
		{`/a{65536}`, "over 65535"},
		{`/a{99999999999999999999}`, "over 65535"},
		{`/[z-a]`, `"z-a" is empty`},
		{`/[a-\d]`, "from one character to another"},
		{`/[[:letter:]]`, "[:letter:] is no class"},
		{`/[:alpha:]+`, "second pair of brackets"},
		{`/[\b]`, `\b means nothing within brackets`},
		{`/(?<>a)`, "name of a group"},
		{`/(?<1a>b)`, "name of a group"},
		{`/(?<a-b>c)`, "name of a group"},
		{`/(?<a>b)(?P<a>c)`, "two groups"},
		{`/(?<a`, "not closed with >"},
		{`/(?<` + strings.Repeat("a", 33) + `>b)`, "longer than 32"},
		{`/(?u)a`, "both engines"},
		{`/(?)`, "both engines"},
		{`/(?i-)a`, "both engines"},
		{`/(?`, "not closed"},
		{`/a\`, "last character"},
		{`/\x4`, `\x needs`},
		{`/\x{zz}`, `\x needs`},
		{`/\p`, `\p needs`},
		{`/\p{L`, `\p{ needs`},
		{`/\u0041`, `\u is no escape`},
		{`/\y`, `\y is no escape`},
	} {
		err := pathregexp.Check(c.expression)
		require.Error(t, err, c.expression)
		assert.Contains(t, err.Error(), c.want, c.expression)
	}
}

func TestCheckNamesWhatOnlyTheOtherRouterHas(t *testing.T) {
	t.Parallel()
	for expression, name := range map[string]string{
		`/a(?=b)`: "look-around", `/a(?!b)`: "look-around", `/(?<=a)b`: "look-around", `/(?<!a)b`: "look-around",
		`/(a)\1`: "back-reference", `/(?<n>a)\k<n>`: "back-reference", `/(a)\g1`: "back-reference", `/(?P<n>a)(?P=n)`: "back-reference",
		`/(?>a)`: "atomic", `/(?|a|b)`: "branch reset", `/(a)(?(1)b)`: "condition", `/(?R)`: "recursion", `/(?1)`: "recursion",
		`/(?-1)`: "recursion", `/(?#a)b`: "comment", `/a\Kb`: "escape", `/\Qa\E`: "escape", `/\h+`: "escape", `/a\Z`: "escape", `/\0`: "escape",
	} {
		err := pathregexp.Check(expression)
		lacking, ok := errors.AsType[*pathregexp.UnsupportedError](err)
		require.True(t, ok, "%s: %v", expression, err)
		assert.Contains(t, lacking.Name, name, expression)
		assert.Contains(t, err.Error(), "traditional_compatible", expression)
	}
}

// FuzzCheck looks for expressions that Check loops or panics on, and for literals
// that it refuses.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{`/a(b|[c-d]{2})+`, `/[[:alpha:]-`, `/\x{41}\p{L}`, "/(?<n>\xff)", `/(?x`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		err := pathregexp.Check(expression)
		if !strings.ContainsAny(expression, `\[](){}*+?|`) {
			assert.NoError(t, err)
		}
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
		}
	})
}
