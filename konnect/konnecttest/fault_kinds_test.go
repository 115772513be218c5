package konnecttest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestFaultsOfKinds strikes a write of each kind in turn: what fails before is not there, what
// fails after is, and both are counted by their paths.
func TestFaultsOfKinds(t *testing.T) {
	t.Parallel()
	pair, ca := konnecttest.SelfSigned(), konnecttest.SelfSignedCA("ca")
	certificate := body{"cert": pair.Certificate, "key": pair.PrivateKey}
	for path, tc := range map[string]struct {
		collection string
		fields     body
	}{
		"/consumers":                      {"consumers", body{"username": "carol"}},
		"/consumer_groups":                {"consumer_groups", body{"name": "silver"}},
		"/consumers/alice/key-auth":       {"key-auths", body{"key": "k"}},
		"/consumers/alice/basic-auth":     {"basic-auths", body{"username": "u", "password": "p"}},
		"/consumers/alice/hmac-auth":      {"hmac-auths", body{"username": "u"}},
		"/consumers/alice/jwt":            {"jwts", body{}},
		"/consumers/alice/acls":           {"acls", body{"group": "g"}},
		"/consumer_groups/gold/consumers": {"memberships", body{"consumer": "alice"}},
		"/certificates":                   {"certificates", certificate},
		"/ca_certificates":                {"ca_certificates", body{"cert": ca.Certificate}},
		"/key-sets":                       {"key-sets", body{"name": "s"}},
		"/keys":                           {"keys", body{"kid": "1", "jwk": publicJWK}},
		"/vaults":                         {"vaults", body{"name": "env", "prefix": "my-env"}},
		"/plugins":                        {"plugins", body{"name": "cors"}},
		"/../dp-client-certificates":      {"dp-client-certificates", body{"cert": pair.Certificate}},
	} {
		c, entities := withConsumers(t)
		id := c.srv.ControlPlane("cp").ID
		at := strings.Replace(entities+path, "core-entities/../", "", 1)
		before := len(c.srv.Entities(id, tc.collection))
		segments := strings.Split(path, "/")
		glob := "**/" + segments[len(segments)-1]
		failed := c.srv.Inject(konnecttest.Fault{Method: http.MethodPost, Path: glob, Effect: konnecttest.FailBefore(503)})
		assert.Equal(t, 503, c.do(http.MethodPost, at, tc.fields).Status, path)
		assert.Len(t, c.srv.Entities(id, tc.collection), before, path)
		c.srv.Inject(konnecttest.Fault{Method: http.MethodPost, Path: glob, Effect: konnecttest.FailAfter(500)})
		assert.Equal(t, 500, c.do(http.MethodPost, at, tc.fields).Status, path)
		require.Len(t, c.srv.Entities(id, tc.collection), before+1, path)
		assert.Equal(t, 1, failed.Hits())
		assert.Equal(t, 2, c.srv.Count(http.MethodPost, "/"+segments[len(segments)-1]), path)
		assert.Equal(t, 429, func() int {
			c.srv.Inject(konnecttest.Fault{Effect: konnecttest.TooManyRequests(1)})
			return c.do(http.MethodGet, at, nil).Status
		}())
	}
}
