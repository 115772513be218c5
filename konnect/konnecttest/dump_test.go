package konnecttest_test

import (
	"encoding/json"
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

func TestDumpHasNoSecrets(t *testing.T) {
	t.Parallel()
	const secret = "not-to-be-seen"
	c := newClient(t)
	id, _ := c.plane(nil)
	for collection, entity := range map[string]map[string]any{
		"certificates": {"cert": "public", "key": secret, "key_alt": secret},
		"keys":         {"kid": "public", "jwk": secret, "pem": map[string]any{"public_key": "public", "private_key": secret}},
		"vaults":       {"prefix": "public", "config": map[string]any{"token": secret}},
		"key-auths":    {"key": secret},
		"basic-auths":  {"username": "public", "password": secret},
		"hmac-auths":   {"username": "public", "secret": secret},
		"jwts":         {"key": "public", "secret": secret},
		"acls":         {"group": "public"},
	} {
		_, err := c.srv.Put(id, collection, entity)
		require.NoError(t, err)
		dump := c.srv.Dump()
		assert.NotContains(t, dump.String(), secret, collection)
		assert.Contains(t, dump.String(), collection)
	}
	assert.Contains(t, c.srv.Dump().String(), "public")
	assert.Equal(t, secret, c.srv.Entities(id, "basic-auths")[0]["password"], "it is still there")
}
