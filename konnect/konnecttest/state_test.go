package konnecttest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestStatePut(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)

	stored, err := c.srv.Put(id, "services", map[string]any{"name": "s", "host": "a"})
	require.NoError(t, err)
	assert.Equal(t, stored, c.do("GET", entities+"/services/s", nil).Body, "defaults are those of the API")
	assert.Equal(t, stored, c.srv.Entity(id, "services", "s"))

	stored["host"] = "b"
	_, err = c.srv.Put(id, "services", stored)
	require.NoError(t, err, "what was read can be put back")
	assert.Equal(t, "b", c.srv.Entity(id, "services", stored["id"].(string))["host"])
	assert.Len(t, c.srv.Entities(id, "services"), 1)

	for reason, tc := range map[string]struct {
		plane, collection string
		entity            map[string]any
		text              string
	}{
		"validation holds":      {id, "services", map[string]any{"host": ""}, "host: "},
		"unknown fields":        {id, "services", map[string]any{"host": "a", "x": 1}, `unknown field "x"`},
		"unique keys hold":      {id, "services", map[string]any{"host": "a", "name": "s"}, "name (type: unique)"},
		"foreign keys hold":     {id, "targets", map[string]any{"target": "a", "upstream": map[string]any{"id": idOne}}, "upstream.id (type: foreign)"},
		"unknown plane":         {idOne, "services", map[string]any{"host": "a"}, "control plane " + idOne + ": not found"},
		"unknown collection":    {id, "things", map[string]any{}, "collection things: not found"},
		"what JSON cannot hold": {id, "services", map[string]any{"host": func() {}}, "unsupported type"},
	} {
		_, err := c.srv.Put(tc.plane, tc.collection, tc.entity)
		require.ErrorContains(t, err, tc.text, reason)
		assert.ErrorContains(t, err, "put "+tc.collection)
	}
	group, _ := c.plane(map[string]any{"name": "kic", "cluster_type": "CLUSTER_TYPE_K8S_INGRESS_CONTROLLER"})
	_, err = c.srv.Put(group, "services", map[string]any{"host": "a"})
	require.NoError(t, err, "a control plane that refuses writes takes it from here")
	assert.Len(t, c.srv.Requests(), 1, "the state helpers are no requests")
}

func TestStateModify(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := newClient(t, clock.option())
	id, entities := c.plane(nil)
	_, err := c.srv.Put(id, "services", map[string]any{"id": idOne, "name": "s", "host": "a", "tags": strs("old")})
	require.NoError(t, err)
	_, err = c.srv.Put(id, "services", map[string]any{"id": idTwo, "name": "other", "host": "a"})
	require.NoError(t, err)
	clock.advance(time.Minute)

	require.NoError(t, c.srv.Modify(id, "services", idOne, func(e map[string]any) {
		assert.InDelta(t, 80, e["port"], 0)
		e["id"], e["port"], e["name"], e["future_field"] = "ignored", 70000, "renamed", map[string]any{"x": 1}
		e["tags"] = strs("new")
		delete(e, "retries")
	}))
	got := c.do("GET", entities+"/services/renamed", nil).Body
	assert.Equal(t, idOne, got["id"])
	assert.InDelta(t, 70000, got["port"], 0, "nothing is checked")
	assert.Equal(t, map[string]any{"x": 1.0}, got["future_field"])
	assert.NotContains(t, got, "retries")
	assert.InDelta(t, 1767225660, got["updated_at"], 0)
	assert.InDelta(t, 1767225600, got["created_at"], 0)
	assert.Equal(t, strs("renamed"), names(c.do("GET", entities+"/services?tags=new", nil)), "indexes follow")
	assert.Empty(t, names(c.do("GET", entities+"/services?tags=old", nil)))

	require.NoError(t, c.srv.Modify(id, "services", idOne, func(e map[string]any) { e["updated_at"] = 7 }))
	assert.InDelta(t, 7, c.srv.Entity(id, "services", idOne)["updated_at"], 0)
	rename := func(e map[string]any) { e["name"] = "other" }
	require.ErrorContains(t, c.srv.Modify(id, "services", idOne, rename), "name (type: unique)")
	require.ErrorIs(t, c.srv.Modify(id, "services", "absent", rename), konnecttest.ErrNotFound)
	require.ErrorContains(t, c.srv.Modify(id, "services", idOne, func(e map[string]any) { e["x"] = func() {} }), "unsupported type")
}

func TestStateDelete(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	_, err := c.srv.Put(id, "services", map[string]any{"id": idOne, "host": "a"})
	require.NoError(t, err)
	_, err = c.srv.Put(id, "routes", map[string]any{"id": idTwo, "paths": strs("/"), "service": map[string]any{"id": idOne}})
	require.NoError(t, err)
	require.ErrorContains(t, c.srv.Delete(id, "services", idOne), "as route references this value")
	require.NoError(t, c.srv.Delete(id, "routes", idTwo))
	require.NoError(t, c.srv.Delete(id, "services", idOne))
	require.ErrorIs(t, c.srv.Delete(id, "services", idOne), konnecttest.ErrNotFound)
	assert.Equal(t, 404, c.do("GET", entities+"/services/"+idOne, nil).Status)
	assert.Nil(t, c.srv.Entity(id, "services", idOne))
	assert.Nil(t, c.srv.Entity("absent", "services", idOne))
}

func TestStateControlPlanes(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, err := c.srv.AddControlPlane("", map[string]any{"id": idOne, "name": "cp", "labels": map[string]any{"a": "b"}})
	require.NoError(t, err)
	assert.Equal(t, idOne, id)
	for reason, fields := range map[string]map[string]any{
		"the ID is taken": {"id": idOne, "name": "cp2"},
		"no UUID":         {"id": "x", "name": "cp2"},
		"no name":         {},
		"name is taken":   {"name": "cp"},
		"not JSON":        {"name": func() {}},
	} {
		_, err := c.srv.AddControlPlane("", fields)
		require.ErrorContains(t, err, "add control plane", reason)
	}

	require.NoError(t, c.srv.ModifyControlPlane(id, func(cp map[string]any) {
		cp["id"] = "ignored"
		cp["description"] = "drifted"
		cp["labels"].(map[string]any)["konnect-own"] = "x"
		cp["config"].(map[string]any)["auth_type"] = "pki_client_certs"
	}))
	got := c.do("GET", planes+"/"+id, nil).Body
	assert.Equal(t, "drifted", got["description"])
	assert.Equal(t, map[string]any{"a": "b", "konnect-own": "x"}, got["labels"])
	assert.Equal(t, "pki_client_certs", got["config"].(map[string]any)["auth_type"])
	assert.Equal(t, []map[string]any{got}, c.srv.ControlPlanes())

	require.ErrorContains(t, c.srv.ModifyControlPlane(id, func(cp map[string]any) { cp["x"] = 1 }), "unknown field")
	require.ErrorIs(t, c.srv.ModifyControlPlane(idTwo, func(map[string]any) {}), konnecttest.ErrNotFound)
	require.NoError(t, c.srv.DeleteControlPlane(id))
	require.ErrorIs(t, c.srv.DeleteControlPlane(id), konnecttest.ErrNotFound)
	assert.Nil(t, c.srv.Members(id))
}
