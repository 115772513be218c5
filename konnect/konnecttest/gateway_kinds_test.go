package konnecttest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGatewayVerdictsOfKinds does for consumers, certificates, keys and vaults what
// TestGatewayVerdicts does for services.
func TestGatewayVerdictsOfKinds(t *testing.T) {
	t.Parallel()
	holdVerdicts(t, kindDifferences, map[string]string{
		"consumers": "consumer", "certificates": "certificate", "ca_certificates": "ca_certificate", "snis": "sni",
		"keys": "key", "key_sets": "key-set", "vaults": "vault", "keyauth_credentials": "key-auth", "acls": "acl",
		"basicauth_credentials": "basic-auth", "hmacauth_credentials": "hmac-auth", "jwt_secrets": "jwt",
	})
}

var kindDifferences = differences{
	"Konnect bounds the length of names": func(v verdict, o outcome) bool {
		return v.Valid && strings.Contains(o.Raw, "length must be <= 128") && slices.Equal(o.named, []string{"username"})
	},
	"an empty name counts as unset": func(v verdict, o outcome) bool {
		return v.Entity == "consumers" && v.Input["custom_id"] == "" && strings.Contains(o.Raw, "at least one of these fields")
	},
	"Konnect has every backend, and no prefix is the name of one": func(v verdict, o outcome) bool {
		return v.Entity == "vaults" && v.Valid && strings.Contains(o.Raw, "must not be the name of a backend")
	},
	"the consumer of a credential is in the path": func(v verdict, o outcome) bool {
		return o.accepted() && len(v.Fields) == 1 && v.Fields["consumer"] == "required field missing"
	},
}

// TestGatewayStoredKinds compares what is stored where the gateway fills in or hashes.
func TestGatewayStoredKinds(t *testing.T) {
	t.Parallel()
	compared := 0
	for entity, path := range map[string]string{
		"ca_certificates": "/ca_certificates", "certificates": "/certificates", "keys": "/keys", "key_sets": "/key-sets",
		"basicauth_credentials": "/consumers/cbb297c0-a956-486d-ad1d-f9b42df9465a/basic-auth",
	} {
		for _, v := range gatewayVerdicts(t, entity) {
			expected := maps.Clone(v.Out)
			if expected == nil {
				expected = map[string]any{}
			}
			maps.Copy(expected, v.OutDiff)
			if !v.Valid || len(expected) == 0 {
				continue
			}
			c := newClient(t)
			id, entities := c.plane(nil)
			_, err := c.srv.Put(id, "consumers", map[string]any{"id": "cbb297c0-a956-486d-ad1d-f9b42df9465a", "username": "u"})
			require.NoError(t, err)
			got := c.do("POST", entities+path, v.Input)
			require.Equal(t, 201, got.Status, got.Raw)
			assert.Subset(t, withoutUnset(got.Body), withoutUnset(expected), v.Input)
			compared++
		}
	}
	assert.Equal(t, 6, compared)
}
