package routing_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/resolve/routing"
)

// FuzzLint looks for routes of which an explanation or a finding is wrong, or steers a
// terminal.
func FuzzLint(f *testing.F) {
	f.Add(`{"id": "a", "name": "a\u001b", "paths": ["~/a|/b", "/x"], "hosts": ["*.a.com:8080"], "headers": {"x": ["~*v\\d"]}}`, "b.a.com:8080", "/a/b")
	f.Add(`{"id": "b", "protocols": ["tls"], "snis": ["*.x"], "sources": [{"ip": "::/0"}]}`, "[::1]:", "")
	f.Add(`{"id": "c", "paths": ["/a//b", "/\\d+", "/%61"], "hosts": ["A.*"], "protocols": ["https"], "snis": ["s"]}`, ":", "/\n")
	f.Fuzz(func(t *testing.T, entity, host, target string) {
		routes, err := routing.FromEntities([]json.RawMessage{
			json.RawMessage(entity), json.RawMessage(`{"id": "y", "methods": ["GET"], "paths": ["/", "~/.*x$"]}`),
			json.RawMessage(`{"id": "z", "hosts": ["*.com", "a.*"]}`),
		}, nil)
		if err != nil {
			return
		}
		for _, opts := range [][]routing.Option{nil, {routing.WithPriority(routing.Strict)}, {routing.WithFlavor(routing.Traditional)}} {
			r, err := routing.New(routes, opts...)
			if err != nil {
				assert.NotContains(t, err.Error(), "\x1b")
				return
			}
			e := r.Explain(routing.Request{Host: host, Path: target})
			assert.NotContains(t, strings.ReplaceAll(e.String(), "\n", ""), "\x1b")
			_, err = json.Marshal(e)
			require.NoError(t, err)
			for _, finding := range r.Lint() {
				assert.NotContains(t, finding.String(), "\n")
				if finding.Code != routing.FindingShadowed {
					isShown(t, r, finding)
				}
			}
		}
	})
}
