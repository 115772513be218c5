package konnecttest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

type body = map[string]any

// put expects an entity to be stored.
func (c *client) put(path string, fields body) answer {
	c.t.Helper()
	got := c.do("PUT", path, fields)
	require.Equal(c.t, 200, got.Status, got.Raw)
	return got
}

func TestConsumers(t *testing.T) {
	t.Parallel()
	accept(t, "/consumers", body{}, map[string]map[string]any{
		"both names":          {"username": "alice", "custom_id": "42"},
		"either name":         {"custom_id": "42"},
		"letters of any kind": {"username": "Zoë + b@example.com/[x]"},
		"an empty name":       {"username": "alice", "custom_id": ""},
		"null":                {"username": nil, "custom_id": "42"},
	})
	reject(t, "/consumers", body{}, map[string]rejection{
		"no name":       {"one is needed", body{"username": ""}, ": at least one of these fields must be non-empty"},
		"long":          {"names end at 128", body{"custom_id": strings.Repeat("x", 129)}, "custom_id: length must be <= 128"},
		"a line break":  {"names are of one line", body{"username": "a\nb"}, "username: must not have control characters"},
		"another type":  {"names are texts", body{"username": "a", "custom_id": 1}, "custom_id: expected string"},
		"too many tags": {"as elsewhere", body{"username": "a", "tags": []any{""}}, "tags[0]"},
	})
	reject(t, "/consumers", body{"username": "a"}, map[string]rejection{
		"an empty name": {"the gateway's answer", body{"custom_id": ""}, "custom_id: length must be >= 1"},
	}, konnecttest.WithEmptyNamesRefused())
}

func TestConsumersByName(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	c.put(entities+"/consumers/"+idOne, body{"username": "alice", "custom_id": "1"})
	assert.Equal(t, idOne, c.do("GET", entities+"/consumers/alice", nil).Body["id"])
	assert.Equal(t, 404, c.do("GET", entities+"/consumers/1", nil).Status, "a custom_id is no name")
	assert.Equal(t, idOne, c.put(entities+"/consumers/alice", body{"custom_id": "2"}).Body["id"])
	assert.NotEqual(t, idOne, c.put(entities+"/consumers/bob", body{}).Body["id"])

	for name, value := range map[string]string{"username": "alice", "custom_id": "2"} {
		got := c.do("POST", entities+"/consumers", body{name: value})
		assert.JSONEq(t, constraint(name, name+" (type: unique) constraint failed"), got.Raw)
	}
	assert.Len(t, names(c.do("GET", entities+"/consumers?custom_id=2", nil)), 1)
	assert.Empty(t, names(c.do("GET", entities+"/consumers?custom_id=1", nil)))
	assert.Len(t, names(c.do("GET", entities+"/consumers?filter[name][eq]=alice", nil)), 1)
	assert.Len(t, names(c.do("GET", entities+"/consumers?filter[name][contains]=b", nil)), 1)
	assert.Len(t, names(c.do("GET", entities+"/consumers?name=alice", nil)), 2, "there is no such parameter")

	c.put(entities+"/consumers/"+idOne, body{"username": "carol"})
	assert.Equal(t, 201, c.do("POST", entities+"/consumers", body{"username": "alice", "custom_id": "2"}).Status, "both names are freed")
}

func TestConsumerTakesAllWithIt(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	c.put(entities+"/consumers/"+idOne, body{"username": "alice"})
	c.put(entities+"/consumer_groups/"+idOne, body{"name": "gold"})
	for segment, fields := range map[string]body{
		"key-auth": {"key": "k"}, "basic-auth": {"username": "u", "password": "p"}, "hmac-auth": {"username": "u"},
		"jwt": {"key": "k"}, "acls": {"group": "g"}, "consumer_groups": {"group": "gold"},
	} {
		require.Equal(t, 201, c.do("POST", entities+"/consumers/alice/"+segment, fields).Status, segment)
	}
	_, err := c.srv.Put(id, "plugins", body{"name": "correlation-id", "consumer": body{"id": idOne}})
	require.NoError(t, err)
	require.Len(t, c.srv.ControlPlane("cp").Entities, 9)
	require.Equal(t, 204, c.do("DELETE", entities+"/consumers/"+idOne, nil).Status)
	left := c.srv.ControlPlane("cp").Entities
	assert.Len(t, left, 1)
	assert.Contains(t, left, "consumer_groups")
}
