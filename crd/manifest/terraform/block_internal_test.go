package terraform

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
)

func TestQuoted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                  `""`,
		`plain`:             `"plain"`,
		`a"b\c`:             `"a\"b\\c"`,
		"a\nb\rc\td":        `"a\nb\rc\td"`,
		`${var.token}`:      `"$${var.token}"`,
		`%{ if true }`:      `"%%{ if true }"`,
		`$${a} %%{b} $ % {`: `"$$${a} %%%{b} $ % {"`,
		"$":                 `"$"`,
		"\x00\x1b[31m":      `"\U00000000\U0000001b[31m"`,
		"\u202eevil":        `"\U0000202eevil"`,
		"\xff":              `"\U0000fffd"`,
		"é😀":                `"é😀"`,
	} {
		assert.Equal(t, want, quoted(text), "%q", text)
	}
}

// unquoted reads a string of HCL: what it stands for, or false where it is none or has a
// template in it.
func unquoted(text string) (string, bool) {
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return "", false
	}
	text = text[1 : len(text)-1]
	var out strings.Builder
	for text != "" {
		switch {
		case strings.HasPrefix(text, "$${"), strings.HasPrefix(text, "%%{"):
			out.WriteString(text[1:3])
			text = text[3:]
		case strings.HasPrefix(text, "${"), strings.HasPrefix(text, "%{"), text[0] == '"', text[0] == '\n', text[0] == '\r':
			return "", false
		case text[0] == '\\':
			r, _, rest, err := strconv.UnquoteChar(text, '"')
			if err != nil {
				return "", false
			}
			out.WriteRune(r)
			text = rest
		default:
			out.WriteByte(text[0])
			text = text[1:]
		}
	}
	return out.String(), true
}

func FuzzQuoted(f *testing.F) {
	for _, seed := range []string{"", "a", `"`, "${a}", "$${a}", "%{a}", "\\", "\n", "\xff", "$\x00{", "\u2028"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := unquoted(quoted(text))
		require.True(t, ok, quoted(text))
		assert.Equal(t, string([]rune(text)), got, quoted(text)) // each byte that is no UTF-8 is one U+FFFD
	})
}

// FuzzBlock makes blocks of what objects may be called: it stays one block, with a name that
// is an identifier.
func FuzzBlock(f *testing.F) {
	for _, seed := range []string{"echo", "", "1", "-", "a\n}\nimport {", "é", "\u2028", `"`} {
		f.Add(seed, seed)
	}
	form := regexp.MustCompile(`\A# [^\n]*\nimport \{\n  to = konnect_gateway_service\.[A-Za-z_][A-Za-z0-9_-]*\n  id = "[^\n]*"\n\}\n\z`)
	f.Fuzz(func(t *testing.T, name, id string) {
		blocks := []block{
			{key: crd.Key{Kind: "KongService", Name: name}, kind: "konnect_gateway_service", id: id},
			{key: crd.Key{Kind: "KongService", Namespace: "other", Name: name}, kind: "konnect_gateway_service", id: id},
		}
		nameResources(blocks)
		assert.NotEqual(t, blocks[0].name, blocks[1].name)
		for _, b := range blocks {
			assert.Regexp(t, form, b.String())
			assert.True(t, utf8.ValidString(b.String()))
		}
	})
}
