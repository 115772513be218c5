package router_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/router"
)

// FuzzNormalize looks for paths that have something left to normalize.
func FuzzNormalize(f *testing.F) {
	for _, seed := range []string{"/a/../%2e%2E/b", "//%2F/./x?y", "/%25%3f", "../a", "/a/.."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, target string) {
		path := router.Normalize(target)
		if !strings.HasPrefix(target, "/") {
			return
		}
		assert.True(t, strings.HasPrefix(path, "/"), "%q", path)
		assert.NotContains(t, path, "//")
		assert.NotContains(t, path+"/", "/./")
		assert.NotContains(t, path+"/", "/../")
		assert.LessOrEqual(t, len(path), len(target))
	})
}

// FuzzMatch looks for entities and requests that the router fails on, and for matches
// that differ from those of the route alone.
func FuzzMatch(f *testing.F) {
	f.Add(`{"paths": ["~/a|/b", "/x"], "hosts": ["*.a.com:8080"], "headers": {"x": ["~*v\\d"]}}`, "b.a.com:8080", "/a/b", "v1")
	f.Add(`{"protocols": ["tls"], "snis": ["*.x"], "sources": [{"ip": "::/0"}]}`, "[::1]:", "", "")
	f.Add(`{}`, "3", "ƀ", "") // no target of a request, which begins with a slash
	f.Add(`{"paths": ["~/(?<n>[^/]+)"], "path_handling": "v1", "preserve_host": true, "service": null}`, ":", "/é%FF", "")
	f.Fuzz(func(t *testing.T, entity, host, target, value string) {
		routes, err := router.Decode([]json.RawMessage{json.RawMessage(entity), json.RawMessage(`{"id": "z", "methods": ["GET"]}`)}, nil)
		if err != nil {
			return
		}
		for _, c := range []router.Config{compatible(), strict(), traditional()} {
			both, err := router.New(routes, c)
			if err != nil {
				continue
			}
			alone, err := router.New(routes[:1], c)
			require.NoError(t, err)
			request := router.Request{Method: "GET", Protocol: "https", Host: host, Path: router.Normalize(target), SNI: host, Header: map[string][]string{"X": {value}}}
			m, ok := both.Match(&request)
			_, taken := alone.Match(&request)
			if ok && m.Number == 0 {
				assert.True(t, taken, "the route takes it with others, but not alone")
			}
			if ok && utf8.ValidString(request.Path) {
				assert.True(t, utf8.ValidString(m.UpstreamPath) || !utf8.ValidString(entity))
			}
		}
	})
}
