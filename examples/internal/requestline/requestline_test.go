package requestline_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/examples/internal/requestline"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]routing.Request{
		"PUT https://a.com:8443/%61//b?c#d": {Method: "PUT", Protocol: "https", Host: "a.com:8443", Path: "/%61//b?c", SNI: "a.com"},
		"http://a.com":                      {Protocol: "http", Host: "a.com"},
		"  GET   http://A.com?x":            {Method: "GET", Protocol: "http", Host: "A.com", Path: "/?x"},
		"wss://a.com/":                      {Protocol: "wss", Host: "a.com", Path: "/", SNI: "a.com"},
	} {
		got, err := requestline.Parse(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, *got, text)
	}
	for _, text := range []string{"", "GET", "GET /path", "GET ftp://a.com/", "GET https://name:word@a.com/", "a b c"} {
		_, err := requestline.Parse(text)
		assert.ErrorContains(t, err, `such as "GET https://example.com/path"`, text)
		assert.NotContains(t, err.Error(), "word", text)
	}
}
