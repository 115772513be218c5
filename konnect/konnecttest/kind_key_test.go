package konnecttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const (
	publicJWK  = `{"kty":"RSA","kid":"1","n":"0vx7agoebGcQ","e":"AQAB"}`
	privateJWK = `{"kty":"OKP","crv":"Ed25519","kid":"1","x":"example","d":"not-to-be-seen"}`
)

func TestKeys(t *testing.T) {
	t.Parallel()
	pair := leaf(t)
	accept(t, "/keys", body{"kid": "1"}, map[string]map[string]any{
		"a public JWK":    {"jwk": publicJWK, "name": "any name"},
		"a private JWK":   {"jwk": privateJWK},
		"a reference":     {"jwk": "{vault://env/jwk}"},
		"both PEM parts":  {"pem": body{"private_key": pair.Key, "public_key": pair.Public}},
		"one PEM part":    {"pem": body{"public_key": pair.Public}, "x5t": "thumbprint"},
		"parts in vaults": {"pem": body{"private_key": "{vault://env/a}", "public_key": "{vault://env/b}"}},
	})
	reject(t, "/keys", body{"kid": "1"}, map[string]rejection{
		"no key":         {"one is needed", body{}, ": at least one of these fields must be non-empty: 'pem', 'jwk'"},
		"two keys":       {"which would count", body{"jwk": publicJWK, "pem": body{"public_key": pair.Public}}, ": only one or none"},
		"no parts":       {"one is needed here too", body{"pem": body{}}, "pem: at least one"},
		"no PEM":         {"it is no key", body{"pem": body{"private_key": "x"}}, "pem.private_key: invalid key"},
		"parts mixed up": {"a private key is not public", body{"pem": body{"public_key": pair.Key}}, "pem.public_key: invalid key"},
		"no JSON":        {"a JWK is JSON", body{"jwk": "x"}, ": could not json decode jwk"},
		"another kid":    {"the two must agree", body{"kid": "2", "jwk": publicJWK}, ": kid in jwk.kid"},
		"a shared key":   {"such are not taken", body{"jwk": `{"kty":"oct","kid":"1","k":"eA"}`}, ": could not load JWK"},
		"a JWK in parts": {"its members are missing", body{"jwk": `{"kty":"EC","kid":"1"}`}, ": could not load JWK"},
		"no kid":         {"it is required", body{"kid": nil, "jwk": "{vault://env/jwk}"}, "kid: is required"},
	})
}

func TestKeySets(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	for range 2 {
		require.Equal(t, 201, c.do("POST", entities+"/key-sets", nil).Status, "a set needs no name")
	}
	c.put(entities+"/key-sets/"+idOne, body{"name": "s"})
	assert.Equal(t, "name", field(c.do("POST", entities+"/key-sets", body{"name": "s"})))
	created := c.do("POST", entities+"/key-sets/s/keys", body{"kid": "1", "jwk": publicJWK, "name": "k"})
	require.Equal(t, 201, created.Status, created.Raw)
	assert.Equal(t, body{"id": idOne}, created.Body["set"])
	assert.Equal(t, created.Body, c.do("GET", entities+"/key-sets/s/keys/k", nil).Body)
	assert.Equal(t, created.Body, c.do("GET", entities+"/keys/k", nil).Body)
	assert.Equal(t, "set.id", field(c.do("POST", entities+"/keys", body{"kid": "1", "jwk": publicJWK, "set": body{"id": idTwo}})))

	assert.NotContains(t, c.put(entities+"/keys/k", body{"kid": "1", "jwk": publicJWK}).Body, "set", "a PUT without it detaches")
	assert.Equal(t, 404, c.do("GET", entities+"/key-sets/s/keys/k", nil).Status)
	c.put(entities+"/key-sets/s/keys/k", body{"kid": "1", "jwk": publicJWK})
	require.Equal(t, 204, c.do("DELETE", entities+"/key-sets/"+idOne, nil).Status)
	assert.Empty(t, c.srv.Entities(id, "keys"), "keys go with their set")
}

func TestKeyIDs(t *testing.T) {
	t.Parallel()
	for scope, want := range map[konnecttest.KeyIDScope]struct{ inSet, inOther, outside int }{
		konnecttest.KeyIDPerSet: {400, 201, 400},
		konnecttest.KeyIDGlobal: {400, 400, 400},
		konnecttest.KeyIDFree:   {201, 201, 201},
	} {
		c := newClient(t, konnecttest.WithKeyIDs(scope))
		_, entities := c.plane(nil)
		fields := body{"kid": "1", "jwk": publicJWK}
		for _, set := range []string{"a", "b"} {
			c.put(entities+"/key-sets/"+set, body{})
		}
		require.Equal(t, 201, c.do("POST", entities+"/key-sets/a/keys", fields).Status)
		assert.Equal(t, want.inSet, c.do("POST", entities+"/key-sets/a/keys", fields).Status)
		assert.Equal(t, want.inOther, c.do("POST", entities+"/key-sets/b/keys", fields).Status)
		c.do("POST", entities+"/keys", fields)
		assert.Equal(t, want.outside, c.do("POST", entities+"/keys", fields).Status, "those without a set are one")
	}
}

func TestPrivateKeysWithheld(t *testing.T) {
	t.Parallel()
	pair := leaf(t)
	c := newClient(t, konnecttest.WithPrivateKeysWithheld())
	_, entities := c.plane(nil)
	assert.Contains(t, c.put(entities+"/keys/"+idOne, body{"kid": "1", "jwk": publicJWK}).Body, "jwk")
	assert.NotContains(t, c.put(entities+"/keys/"+idOne, body{"kid": "1", "jwk": privateJWK}).Raw, "not-to-be-seen")
	got := c.put(entities+"/keys/"+idOne, body{"kid": "1", "pem": body{"private_key": pair.Key, "public_key": pair.Public}})
	assert.Equal(t, body{"public_key": pair.Public}, got.Body["pem"])
}
