package manifest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

// allocated is how many bytes a function takes from the heap in all.
func allocated(run func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A small text must not make decoding take memory without bound. The test runs alone,
// because others would count too.
func TestDecodeAllTakesLittleMemory(t *testing.T) {
	bomb := func(leaf, next string) string {
		var text strings.Builder
		fmt.Fprintf(&text, "a0: &a0 %s\n", leaf)
		for i := 1; i < 30; i++ {
			fmt.Fprintf(&text, "a%d: &a%d "+next+"\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
		}
		return text.String()
	}
	const deep = 200_000
	cases := []struct {
		reason, text string
		most         uint64
	}{
		{"aliases of aliases in lists", bomb("x", "[%s]"), 4 << 20},
		{"aliases of aliases in maps", bomb("{k: v}", "{<<: [%s]}"), 4 << 20},
		{"an alias of what it is in", "a: &a {b: &b [*a, *b]}\n", 4 << 20},
		{"lists in lists of YAML", "a: " + strings.Repeat("[", deep) + strings.Repeat("]", deep), 32 << 20},
		{"maps in maps of YAML", "a: " + strings.Repeat("{a: ", deep) + strings.Repeat("}", deep), 32 << 20},
		{"blocks in blocks", strings.Repeat("- ", deep) + "a\n", 32 << 20},
		{"lists in lists of JSON", `{"a":` + strings.Repeat("[", deep) + strings.Repeat("]", deep) + "}", 32 << 20},
		{"maps in maps of JSON", strings.Repeat(`{"a":`, deep) + "1" + strings.Repeat("}", deep), 32 << 20},
		{"many documents, each with a parser", strings.Repeat("a\n---\n", deep/10), 512 << 20},
		{"many keys that are there twice", strings.Repeat("a: 1\n", deep), 512 << 20},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			var err error
			bytes := allocated(func() { _, err = manifest.DecodeAll(strings.NewReader(c.text)) })
			require.Error(t, err)
			assert.Less(t, len(err.Error()), 1<<20, "the error is bounded too")
			assert.Less(t, bytes, c.most, "%d bytes for %d of input", bytes, len(c.text))
			t.Logf("%d KiB for %d KiB of input", bytes>>10, len(c.text)>>10)
		})
	}
}
