package konnecttest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestConsumerGroups(t *testing.T) {
	t.Parallel()
	accept(t, "/consumer_groups", body{"name": "gold"}, map[string]map[string]any{
		"letters of any kind": {"name": "Größe_1.a-b~c"}, "tags": {"tags": strs("a")},
	})
	reject(t, "/consumer_groups", body{}, map[string]rejection{
		"no name": {"it is required", body{"tags": strs("a")}, "name: is required"},
		"a space": {"outside the alphabet", body{"name": "a b"}, "name: must have only letters"},
	})
	c := newClient(t)
	_, entities := c.plane(nil)
	c.put(entities+"/consumer_groups/"+idOne, body{"name": "gold"})
	got := c.do("POST", entities+"/consumer_groups", body{"name": "gold"})
	assert.Equal(t, "name", field(got))
	assert.Equal(t, 200, c.do("GET", entities+"/consumer_groups/gold", nil).Status, "read by name as well")
	assert.Equal(t, 400, c.do("PUT", entities+"/consumer_groups/gold", body{"name": "gold"}).Status)

	one := c.do("GET", entities+"/consumer_groups/"+idOne, nil).Body
	assert.Equal(t, "gold", one["consumer_group"].(body)["name"], "one group comes in a wrapper")
	assert.Empty(t, one["consumers"])
	assert.Contains(t, one, "consumers")
	assert.NotContains(t, c.do("GET", entities+"/consumer_groups/"+idOne+"?list_consumers=false", nil).Body, "consumers")
	assert.Len(t, names(c.do("GET", entities+"/consumer_groups", nil)), 1, "and several without")
}

// gold is a control plane with consumers alice (idOne) and bob (idTwo) and a group gold.
func gold(t *testing.T, opts ...konnecttest.Option) (c *client, group, entities string) {
	t.Helper()
	c = newClient(t, opts...)
	_, entities = c.plane(nil)
	c.put(entities+"/consumers/"+idOne, body{"username": "alice"})
	c.put(entities+"/consumers/"+idTwo, body{"username": "bob"})
	return c, entities + "/consumer_groups/" + c.put(entities+"/consumer_groups/"+idOne, body{"name": "gold"}).Body["id"].(string), entities
}

func TestMemberships(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c, group, entities := gold(t, clock.option())
	clock.advance(time.Minute)
	got := c.do("POST", group+"/consumers", body{"consumer": idOne})
	require.Equal(t, 201, got.Status, got.Raw)
	assert.Equal(t, "gold", got.Body["consumer_group"].(body)["name"])
	assert.Equal(t, "alice", got.Body["consumers"].([]any)[0].(body)["username"])
	got = c.do("POST", entities+"/consumers/bob/consumer_groups", body{"group": "gold"})
	require.Equal(t, 201, got.Status, got.Raw)
	assert.Equal(t, "bob", got.Body["consumer"].(body)["username"])
	assert.Equal(t, "gold", got.Body["consumer_groups"].([]any)[0].(body)["name"])

	whole := c.do("GET", group+"?list_consumers=true", nil).Body
	assert.Len(t, whole["consumers"], 2)
	times := whole["consumer_group"].(body)
	assert.InDelta(t, 60, times["updated_at"].(float64)-times["created_at"].(float64), 0, "a change of members is one of the group")

	page := c.do("GET", group+"/consumers?size=1", nil)
	assert.Len(t, page.Body["data"], 1)
	page = c.do("GET", page.Body["next"].(string), nil)
	assert.Equal(t, "bob", page.Body["data"].([]any)[0].(body)["username"])
	assert.Nil(t, page.Body["next"])
	assert.Equal(t, strs("gold"), names(c.do("GET", entities+"/consumers/alice/consumer_groups", nil)))
	assert.Len(t, c.srv.ControlPlane("cp").Entities["memberships"], 2)

	for range 2 {
		assert.Equal(t, 204, c.do("DELETE", group+"/consumers/"+idOne, nil).Status, "also of what is no member")
	}
	assert.Equal(t, 204, c.do("DELETE", group+"/consumers", nil).Status)
	assert.Equal(t, 404, c.do("DELETE", group+"/consumers", nil).Status, "there is no member")
	assert.Equal(t, 404, c.do("DELETE", entities+"/consumers/"+idOne+"/consumer_groups", nil).Status)
	assert.Empty(t, c.do("GET", group+"/consumers", nil).Body["data"])
}

// TestMemberAddedTwice pins that a member is told in the words of a missing parent, while a
// missing parent is not found.
func TestMemberAddedTwice(t *testing.T) {
	t.Parallel()
	c, group, entities := gold(t)
	require.Equal(t, 201, c.do("POST", group+"/consumers", body{"consumer": idOne}).Status)
	for path, member := range map[string]body{group + "/consumers": {"consumer": idOne}, entities + "/consumers/alice/consumer_groups": {"group": idOne}} {
		got := c.do("POST", path, member)
		assert.Equal(t, 400, got.Status)
		assert.JSONEq(t, constraint("consumer.id", "consumer_id (type: foreign) constraint failed"), got.Raw)
	}
	const absent = "00000000-0000-4000-8000-000000000000"
	for _, missing := range []answer{
		c.do("POST", group+"/consumers", body{"consumer": absent}), c.do("POST", entities+"/consumers/alice/consumer_groups", body{"group": absent}),
		c.do("POST", entities+"/consumer_groups/"+absent+"/consumers", body{"consumer": idOne}), c.do("GET", entities+"/consumers/"+absent+"/consumer_groups", nil),
	} {
		assert.Equal(t, 404, missing.Status)
	}
	for reason, wrong := range map[string]any{"no member": body{}, "no body": nil, "another key": body{"group": idOne}, "no text": body{"consumer": 1}} {
		assert.Equal(t, 400, c.do("POST", group+"/consumers", wrong).Status, reason)
	}
}

func TestMembershipOptions(t *testing.T) {
	t.Parallel()
	c, group, _ := gold(t, konnecttest.WithMemberAddedTwice(201), konnecttest.WithMissingMember(404))
	for range 2 {
		assert.Equal(t, 201, c.do("POST", group+"/consumers", body{"consumer": idOne}).Status)
	}
	assert.Len(t, c.srv.ControlPlane("cp").Entities["memberships"], 1)
	require.Equal(t, 204, c.do("DELETE", group+"/consumers/alice", nil).Status)
	assert.Equal(t, 404, c.do("DELETE", group+"/consumers/alice", nil).Status)
}

func TestMembershipsOfOthers(t *testing.T) {
	t.Parallel()
	c, group, entities := gold(t)
	id := c.srv.ControlPlane("cp").ID
	pair, err := c.srv.Put(id, "memberships", body{"consumer": body{"id": idOne}, "consumer_group": body{"id": idOne}})
	require.NoError(t, err)
	assert.Len(t, c.do("GET", group+"/consumers", nil).Body["data"], 1, "put past the API")
	require.NoError(t, c.srv.Delete(id, "memberships", pair["id"].(string)))
	assert.Empty(t, c.do("GET", group+"/consumers", nil).Body["data"])

	require.Equal(t, 201, c.do("POST", group+"/consumers", body{"consumer": "alice"}).Status)
	require.Equal(t, 204, c.do("DELETE", group, nil).Status)
	assert.Empty(t, c.srv.Entities(id, "memberships"), "they go with the group")
	assert.Len(t, c.srv.Entities(id, "consumers"), 2, "and the consumers stay")
	assert.Empty(t, c.do("GET", entities+"/consumers/alice/consumer_groups", nil).Body["data"])

	c.srv.SetForeignKeyLag(konnecttest.Lag{Requests: 1})
	c.put(group, body{"name": "gold"})
	assert.Equal(t, 404, c.do("POST", group+"/consumers", body{"consumer": "alice"}).Status, "a new group is not known yet")
	assert.Equal(t, 201, c.do("POST", group+"/consumers", body{"consumer": "alice"}).Status)
}
