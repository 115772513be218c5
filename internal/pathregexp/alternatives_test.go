package pathregexp_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/internal/pathregexp"
)

func TestHasAlternatives(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]bool{
		"/a|/b": true, "/(?:a|b)": false, "/(a)|b": true, `/a\|b`: false, "/[|]": false, "/[]|]": false, "/[^]|]|b": true, "/a": false,
	} {
		assert.Equal(t, want, pathregexp.HasAlternatives(expression), expression)
	}
}
