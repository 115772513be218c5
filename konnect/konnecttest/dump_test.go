package konnecttest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestDump(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithToken("kpat_other", otherOrganization))
	assert.Equal(t, konnecttest.Dump{ControlPlanes: []konnecttest.ControlPlane{}}, c.srv.Dump(), "empty")

	id, _ := c.plane(map[string]any{"name": "second", "labels": map[string]any{"env": "dev"}})
	group, err := c.srv.AddControlPlane("", map[string]any{"name": "first", "cluster_type": "CLUSTER_TYPE_CONTROL_PLANE_GROUP"})
	require.NoError(t, err)
	require.Equal(t, 204, c.do("PUT", planes+"/"+group+"/group-memberships", map[string]any{"members": []any{map[string]any{"id": id}}}).Status)
	_, err = c.srv.AddControlPlane(otherOrganization, map[string]any{"name": "second"})
	require.NoError(t, err)
	put := func(collection string, entity map[string]any) {
		_, err := c.srv.Put(id, collection, entity)
		require.NoError(t, err)
	}
	put("services", map[string]any{"id": idTwo, "name": "b", "host": "b.example", "tags": strs("x", "a")})
	put("services", map[string]any{"id": idOne, "name": "a", "host": "a.example"})
	put("routes", map[string]any{"paths": strs("/"), "service": map[string]any{"id": idTwo}})

	dump := c.srv.Dump()
	names := map[string]string{}
	for _, p := range dump.ControlPlanes {
		names[p.Name+" of "+p.OrganizationID] = p.ClusterType
	}
	assert.Len(t, names, 3)
	require.Len(t, dump.ControlPlanes, 3)
	assert.Equal(t, []string{"first", "second"}, []string{dump.ControlPlanes[0].Name, dump.ControlPlanes[1].Name}, "by name")
	assert.Equal(t, []string{id}, dump.ControlPlanes[0].Members)

	second := c.srv.ControlPlane("second")
	require.NotNil(t, second)
	assert.Equal(t, dump.ControlPlanes[1], *second, "the first that was created of those of one name")
	assert.Equal(t, map[string]string{"env": "dev"}, second.Labels)
	assert.Len(t, second.Entities, 2, "empty collections are left out")
	services := second.Entities["services"]
	assert.Equal(t, []string{"a", "b"}, []string{services[0].Name(), services[1].Name()}, "by name")
	assert.Equal(t, idTwo, services[1].ID())
	assert.Equal(t, strs("x", "a"), services[1].Tags())
	assert.Equal(t, c.srv.Entity(id, "services", "b"), map[string]any(services[1]))
	assert.Equal(t, idTwo, second.Entities["routes"][0].Reference("service"))
	assert.Empty(t, second.Entities["routes"][0].Name())
	assert.Nil(t, c.srv.ControlPlane("none"))

	services[0]["host"], second.Labels["env"] = "changed", "changed"
	assert.Equal(t, dump, c.srv.Dump(), "nothing is shared with the server")
	var read konnecttest.Dump
	require.NoError(t, json.Unmarshal([]byte(dump.String()), &read))
	assert.Equal(t, dump.String(), read.String())
}

// secretEntities are entities of every collection that has secrets, with those secrets.
func secretEntities(t *testing.T) (entities map[string]map[string]any, secrets []string) {
	t.Helper()
	const secret = "not-to-be-seen"
	cert, alt := leaf(t), rsaLeaf(t)
	owner := map[string]any{"id": idOne}
	return map[string]map[string]any{
		"certificates": {"cert": cert.Cert, "key": cert.Key, "cert_alt": alt.Cert, "key_alt": alt.Key},
		"keys":         {"kid": "public", "pem": map[string]any{"public_key": cert.Public, "private_key": cert.Key}},
		"vaults":       {"name": "hcv", "prefix": "public", "config": map[string]any{"token": secret, "further": secret}},
		"key-auths":    {"key": secret, "consumer": owner},
		"basic-auths":  {"username": "public", "password": secret, "consumer": owner},
		"hmac-auths":   {"username": "public", "secret": secret, "consumer": owner},
		"jwts":         {"key": "public", "secret": secret, "consumer": owner},
	}, []string{secret, inJSON(cert.Key), inJSON(alt.Key)}
}

// inJSON is a text as it stands within a JSON string.
func inJSON(text string) string {
	encoded, _ := json.Marshal(text)
	return strings.Trim(string(encoded), `"`)
}

func TestDumpHasNoSecrets(t *testing.T) {
	t.Parallel()
	entities, secrets := secretEntities(t)
	for _, shown := range []bool{false, true} {
		var opts []konnecttest.Option
		if shown {
			opts = append(opts, konnecttest.WithSecretsShown())
		}
		c := newClient(t, opts...)
		id, _ := c.plane(nil)
		_, err := c.srv.Put(id, "consumers", map[string]any{"id": idOne, "username": "u"})
		require.NoError(t, err)
		for collection, entity := range entities {
			_, err := c.srv.Put(id, collection, entity)
			require.NoError(t, err)
		}
		dump := c.srv.Dump().String()
		for _, secret := range secrets {
			assert.Equal(t, shown, strings.Contains(dump, secret))
			assert.Equal(t, shown, strings.Contains(mustJSON(t, c.srv.ControlPlane("cp")), secret))
		}
		for collection := range entities {
			assert.Contains(t, dump, collection)
		}
		assert.Contains(t, dump, "public")
		assert.Equal(t, secrets[0], c.srv.Entities(id, "hmac-auths")[0]["secret"], "it is still there")
	}
}

func mustJSON(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	return string(encoded)
}
