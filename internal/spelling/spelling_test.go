package spelling_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/internal/spelling"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"same", "same", 0}, {"managemnt", "management", 1},
		{"kitten", "sitting", 3}, {"ü", "u", 1},
		{"deletoin", "deletion", 1}, {"ab", "ba", 1},
	} {
		assert.Equal(t, c.want, spelling.Distance(c.a, c.b), "%q %q", c.a, c.b)
		assert.Equal(t, c.want, spelling.Distance(c.b, c.a), "%q %q", c.b, c.a)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"deletion-policy", "management-policy"}
	assert.Equal(t, "management-policy", spelling.Nearest("managemnt-policy", known))
	assert.Equal(t, "deletion-policy", spelling.Nearest("delete-policy", known))
	assert.Equal(t, "deletion-policy", spelling.Nearest("", known))
	assert.Empty(t, spelling.Nearest("a", nil))
}
