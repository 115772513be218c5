package konnecttest_test

import (
	"crypto/sha1" //nolint:gosec // it is what the gateway stores
	"encoding/hex"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// withConsumers is a control plane with the consumers alice (idOne) and bob (idTwo).
func withConsumers(t *testing.T, opts ...konnecttest.Option) (c *client, entities string) {
	t.Helper()
	c, _, entities = gold(t, opts...)
	return c, entities
}

// credentialPaths are flat paths by the segment below a consumer, with what is unique there.
var credentialPaths = map[string]struct {
	flat, unique string
	fields       body
}{
	"key-auth":   {"key-auths", "key", body{"key": "same"}},
	"basic-auth": {"basic-auths", "username", body{"username": "same", "password": "p"}},
	"hmac-auth":  {"hmac-auths", "username", body{"username": "same"}},
	"jwt":        {"jwts", "key", body{"key": "same"}},
}

func TestCredentialPaths(t *testing.T) {
	t.Parallel()
	c, entities := withConsumers(t)
	for segment, kind := range credentialPaths {
		mine, flat := entities+"/consumers/alice/"+segment, entities+"/"+kind.flat
		created := c.do("POST", mine, kind.fields)
		require.Equal(t, 201, created.Status, created.Raw)
		id := created.Body["id"].(string)
		assert.Equal(t, body{"id": idOne}, created.Body["consumer"], "the path decides")
		for _, path := range []string{flat, mine, entities + "/consumers/" + idOne + "/" + segment} {
			assert.Equal(t, created.Body, c.do("GET", path+"/"+id, nil).Body)
			assert.Len(t, c.do("GET", path, nil).Body["data"], 1)
		}
		assert.Equal(t, 404, c.do("GET", entities+"/consumers/bob/"+segment+"/"+id, nil).Status, "it is another's")
		for _, method := range []string{"PUT", "DELETE"} {
			assert.Equal(t, 405, c.do(method, flat+"/"+id, kind.fields).Status, "flat paths are for reading")
		}
		other := maps.Clone(kind.fields)
		other[kind.unique] = "other"
		taken := c.do("POST", entities+"/consumers/bob/"+segment, kind.fields)
		assert.JSONEq(t, constraint(kind.unique, kind.unique+" (type: unique) constraint failed"), taken.Raw, "over all consumers")
		assert.Equal(t, "consumer.id", field(c.do("POST", entities+"/consumers/nobody/"+segment, other)))
		assert.Equal(t, 204, c.do("DELETE", entities+"/consumers/bob/"+segment+"/"+id, nil).Status)
		assert.Len(t, c.do("GET", flat, nil).Body["data"], 1, "it is not bob's to delete")
		assert.Equal(t, 204, c.do("DELETE", mine+"/"+id, nil).Status)
	}
	group := body{"group": "admins"}
	require.Equal(t, 201, c.do("POST", entities+"/consumers/alice/acls", group).Status)
	require.Equal(t, 201, c.do("POST", entities+"/consumers/bob/acls", group).Status, "unique for a consumer only")
	assert.Equal(t, "group", field(c.do("POST", entities+"/consumers/bob/acls", group)))
}

func TestCredentialRules(t *testing.T) {
	t.Parallel()
	c, entities := withConsumers(t)
	public := leaf(t).Public
	for reason, tc := range map[string]struct {
		segment string
		fields  body
		field   string
	}{
		"a key has characters":        {"key-auth", body{"key": ""}, "key"},
		"a ttl counts seconds":        {"key-auth", body{"key": "k", "ttl": 1.5}, "ttl"},
		"a password is needed":        {"basic-auth", body{"username": "u"}, "password"},
		"and a name":                  {"basic-auth", body{"password": "p"}, "username"},
		"so it is for hmac":           {"hmac-auth", body{"secret": "s"}, "username"},
		"a group is needed":           {"acls", body{}, "group"},
		"one of the algorithms":       {"jwt", body{"algorithm": ""}, "algorithm"},
		"RSA needs the public key":    {"jwt", body{"algorithm": "RS256"}, "rsa_public_key"},
		"and so does PSS":             {"jwt", body{"algorithm": "PS512"}, "rsa_public_key"},
		"and EdDSA":                   {"jwt", body{"algorithm": "EdDSA"}, "rsa_public_key"},
		"which must be one":           {"jwt", body{"algorithm": "HS256", "rsa_public_key": "x"}, "rsa_public_key"},
		"tags are as everywhere else": {"acls", body{"group": "g", "tags": []any{"a,b"}}, "tags[0]"},
	} {
		got := c.do("POST", entities+"/consumers/alice/"+tc.segment, tc.fields)
		assert.Equal(t, 400, got.Status, reason)
		assert.Equal(t, tc.field, field(got), reason)
	}
	for reason, fields := range map[string]body{
		"curves need none": {"algorithm": "ES384"}, "with the public key": {"algorithm": "RS256", "rsa_public_key": public}, "a newer one": {"algorithm": "Ed448"},
	} {
		got := c.do("POST", entities+"/consumers/alice/jwt", fields)
		assert.Equal(t, 201, got.Status, "%s: %s", reason, got.Raw)
	}
}

func TestGeneratedSecrets(t *testing.T) {
	t.Parallel()
	for _, kept := range []bool{false, true} {
		var opts []konnecttest.Option
		if kept {
			opts = append(opts, konnecttest.WithGeneratedKept())
		}
		c, entities := withConsumers(t, opts...)
		for segment, names := range map[string][]string{"key-auth": {"key"}, "jwt": {"key", "secret"}, "hmac-auth": {"secret"}} {
			path := entities + "/consumers/alice/" + segment + "/" + idOne
			fields := body{}
			if segment == "hmac-auth" {
				fields["username"] = "u"
			}
			first, second := c.put(path, fields).Body, c.put(path, fields).Body
			for _, name := range names {
				assert.Len(t, first[name], 32)
				assert.Equal(t, kept, first[name] == second[name], name)
				fields[name] = "given"
			}
			assert.Equal(t, "given", c.put(path, fields).Body[names[0]])
		}
		for _, segment := range []string{"key-auth", "jwt"} {
			assert.Equal(t, 201, c.do("POST", entities+"/consumers/alice/"+segment, nil).Status, "a body is not needed")
		}
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	const password = "example-password"
	sum := sha1.Sum([]byte(password + idOne)) //nolint:gosec // see above
	hashed := hex.EncodeToString(sum[:])
	for reason, tc := range map[string]struct {
		query, want string
		opts        []konnecttest.Option
	}{
		"hashed with the consumer's ID": {"", hashed, nil},
		"as it is, if asked to":         {"?skip_hash=true", password, nil},
		"hashed, if not heeded":         {"?skip_hash=true", hashed, []konnecttest.Option{konnecttest.WithSkipHash(false)}},
		"not shown":                     {"", "", []konnecttest.Option{konnecttest.WithPasswords(konnecttest.PasswordOmitted)}},
	} {
		c, entities := withConsumers(t, tc.opts...)
		got := c.do("PUT", entities+"/consumers/alice/basic-auth/"+idOne+tc.query, body{"username": "u", "password": password})
		require.Equal(t, 200, got.Status, reason)
		shown, _ := got.Body["password"].(string)
		assert.Equal(t, tc.want, shown, reason)
		assert.Equal(t, tc.want != "", strings.Contains(got.Raw, "password"), reason)
		stored := c.srv.Entities(c.srv.ControlPlane("cp").ID, "basic-auths")[0]["password"]
		assert.NotEmpty(t, stored, reason)
	}
	c, entities := withConsumers(t, konnecttest.WithPasswords(konnecttest.PasswordOtherHash))
	got := c.put(entities+"/consumers/alice/basic-auth/"+idOne, body{"username": "u", "password": password})
	assert.Len(t, got.Body["password"], 40)
	assert.NotEqual(t, hashed, got.Body["password"])
	again := c.put(entities+"/consumers/alice/basic-auth/"+idOne, body{"username": "u", "password": got.Body["password"]})
	assert.NotEqual(t, got.Body["password"], again.Body["password"], "what was read back is hashed again")
}

func TestCredentialAnswers(t *testing.T) {
	t.Parallel()
	secrets := map[string]string{"key-auth": "key", "jwt": "secret", "hmac-auth": "secret"}
	for _, hidden := range []bool{false, true} {
		opts := []konnecttest.Option{konnecttest.WithCredentialUpdates(!hidden), konnecttest.WithNullFields()}
		if hidden {
			opts = append(opts, konnecttest.WithSecretsWithheld())
		}
		c, entities := withConsumers(t, opts...)
		id := c.srv.ControlPlane("cp").ID
		for segment, secret := range secrets {
			flat := credentialPaths[segment].flat
			fields := body{secret: "example-secret"}
			if segment == "hmac-auth" {
				fields["username"] = "u"
			}
			put := c.put(entities+"/consumers/alice/"+segment+"/"+idOne, fields)
			for _, got := range []answer{put, c.do("GET", entities+"/"+flat+"/"+idOne, nil), c.do("GET", entities+"/"+flat, nil)} {
				assert.Equal(t, hidden, !strings.Contains(got.Raw, "example-secret"), segment)
				assert.Equal(t, hidden, !strings.Contains(got.Raw, "updated_at"), segment)
			}
			assert.Equal(t, "example-secret", c.srv.Entity(id, flat, idOne)[secret], "it is stored")
			require.NoError(t, c.srv.Modify(id, flat, idOne, func(entity map[string]any) { entity["tags"] = strs("drift") }))
			assert.Equal(t, "example-secret", c.srv.Entity(id, flat, idOne)[secret], "and kept")
			got := c.do("GET", entities+"/"+flat+"/"+idOne, nil)
			assert.Contains(t, got.Raw, "drift")
			assert.Equal(t, hidden, !strings.Contains(got.Raw, "example-secret"), segment)
		}
	}
}

func TestTTL(t *testing.T) {
	t.Parallel()
	for form, want := range map[konnecttest.TTLForm]any{konnecttest.TTLAsSent: 60.0, konnecttest.TTLRemaining: 50.0, konnecttest.TTLOmitted: nil} {
		clock := newClock()
		c, entities := withConsumers(t, clock.option(), konnecttest.WithTTL(form))
		c.put(entities+"/consumers/alice/key-auth/"+idOne, body{"key": "k", "ttl": 60})
		clock.advance(10 * time.Second)
		assert.Equal(t, want, c.do("GET", entities+"/key-auths/"+idOne, nil).Body["ttl"])
		assert.Equal(t, want, c.do("GET", entities+"/key-auths", nil).Body["data"].([]any)[0].(body)["ttl"])
		assert.InDelta(t, 60, c.srv.Entity(c.srv.ControlPlane("cp").ID, "key-auths", idOne)["ttl"], 0, "stored as sent")
	}
}

func TestMovedCredentials(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{0: 200, 400: 400, 404: 404} {
		c, entities := withConsumers(t, konnecttest.WithMovedCredential(status))
		c.put(entities+"/consumers/alice/key-auth/"+idOne, body{"key": "k"})
		got := c.do("PUT", entities+"/consumers/bob/key-auth/"+idOne, body{"key": "k"})
		assert.Equal(t, want, got.Status)
		owner := idOne
		if want == 200 {
			owner = idTwo
		}
		assert.Equal(t, body{"id": owner}, c.do("GET", entities+"/key-auths/"+idOne, nil).Body["consumer"])
		c.put(entities+"/consumers/"+owner+"/key-auth/"+idOne, body{"key": "other"})
	}
}

func TestQuotedValues(t *testing.T) {
	t.Parallel()
	c, entities := withConsumers(t, konnecttest.WithQuotedValues())
	c.put(entities+"/consumers/alice/key-auth/"+idOne, body{"key": "example-key"})
	got := c.do("POST", entities+"/consumers/bob/key-auth", body{"key": "example-key"})
	assert.JSONEq(t, constraint("key", "key (type: unique) constraint failed for value 'example-key': "), got.Raw)
}
