package printable_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/printable"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ reason, text, want string }{
		{"nothing", "", ""},
		{"plain", `KongRoute kong/route: "a" \n <b>`, `KongRoute kong/route: "a" \n <b>`},
		{"other alphabets and pictures", "ü é 日本 🦍", "ü é 日本 🦍"},
		{"a combining accent", "e\u0301", "e\u0301"},
		{"line breaks", "a\nb\r\nc", `a\nb\r\nc`},
		{"a tab, which columns are made with", "a\tb", `a\tb`},
		{"an escape sequence of a terminal", "\x1b[31mred", `\x1b[31mred`},
		{"delete and a control character of Latin-1", "a\x7f\u0085", `a\x7f\u0085`},
		{"separators of lines and paragraphs", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"a switch of the writing direction", "a\u202eb\u2066c\u200f", `a\u202eb\u2066c\u200f`},
		{"what has no width", "a\u200bb\ufeff", `a\u200bb\ufeff`},
		{"a blank that only looks like one", "a\u00a0b", `a\u00a0b`},
		{"a tag character", "\U000e0041", `\U000e0041`},
		{"bytes that are no text", "a\xffb", `a\xffb`},
		{"the character for those", "a\ufffdb", "a\ufffdb"},
		{"a quote beside what is escaped", "'\n'", `'\n'`},
	} {
		assert.Equal(t, c.want, printable.Line(c.text), c.reason)
	}
}

func TestError(t *testing.T) {
	t.Parallel()
	require.NoError(t, printable.Error(nil))
	assert.Same(t, io.EOF, printable.Error(io.EOF), "nothing is to be done")
	joined := printable.Error(errors.Join(io.EOF, fmt.Errorf("a\tb: %w", io.ErrClosedPipe)))
	assert.EqualError(t, joined, `EOF; a\tb: io: read/write on closed pipe`)
	require.ErrorIs(t, joined, io.EOF)
	require.ErrorIs(t, joined, io.ErrClosedPipe)
}

// FuzzLine looks for texts that stay hidden, that are escaped twice, or that are
// changed without need.
func FuzzLine(f *testing.F) {
	for _, seed := range []string{"", "a", "a\nb", "\x1b[2J", "\u202e", "\xff\xfe", `\n`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line := printable.Line(text)
		assert.True(t, utf8.ValidString(line))
		assert.False(t, strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }), "%q", line)
		assert.Equal(t, line, printable.Line(line))
		if utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			assert.Equal(t, printable.Redact(text), line)
		}
	})
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                               "",
		"kpat_abc-DEF_1 and spat_x.":     "[redacted] and [redacted].",
		"KPAT_ABC":                       "[redacted]",
		`{"token":"kpat_abc"}`:           `{"token":"[redacted]"}`,
		"https://kpat_abc@example.com":   "https://[redacted]@example.com",
		"must start with kpat_ or spat_": "must start with kpat_ or spat_",
		"a_b_c xpat_abc my_kpat_abc":     "a_b_c xpat_abc my_[redacted]",
		"_kpat_":                         "_kpat_",
	} {
		assert.Equal(t, want, printable.Redact(text))
		assert.Equal(t, want != text, printable.HoldsToken(text), "%s", text)
		assert.Equal(t, want, printable.Line(text))
	}
}
