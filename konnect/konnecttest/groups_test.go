package konnecttest_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const groupType = "CLUSTER_TYPE_CONTROL_PLANE_GROUP"

func members(ids ...string) map[string]any {
	list := []any{}
	for _, id := range ids {
		list = append(list, map[string]any{"id": id})
	}
	return map[string]any{"members": list}
}

// grouped makes a group and n control planes.
func grouped(t *testing.T, n int, opts ...konnecttest.Option) (c *client, group string, ids []string) {
	t.Helper()
	c = newClient(t, append(opts, konnecttest.WithEntityLimit("control-planes", 0))...)
	group, _ = c.plane(map[string]any{"name": "group", "cluster_type": groupType})
	for i := range n {
		id, _ := c.plane(map[string]any{"name": fmt.Sprintf("member-%03d", i)})
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return c, group, ids
}

func TestGroupMemberships(t *testing.T) {
	t.Parallel()
	c, group, ids := grouped(t, 3)
	path := planes + "/" + group + "/group-memberships"

	assert.Equal(t, 204, c.do("POST", path+"/add", members(ids[0], ids[1])).Status)
	assert.Equal(t, 204, c.do("POST", path+"/add", members(ids[1])).Status, "adding twice is no fault")
	assert.Equal(t, ids[:2], c.srv.Members(group))
	assert.Equal(t, 204, c.do("PUT", path, members(ids[2], ids[1])).Status)
	assert.Equal(t, ids[1:], c.srv.Members(group), "the list of PUT is complete")
	assert.Equal(t, 204, c.do("POST", path+"/remove", members(ids[0], ids[2])).Status, "removing who is no member is no fault")
	assert.Equal(t, ids[1:2], c.srv.Members(group))

	status := func(id string) any { return c.do("GET", planes+"/"+id+"/group-member-status", nil).Body["is_member"] }
	assert.Equal(t, true, status(ids[1]))
	assert.Equal(t, false, status(ids[0]))

	item := c.do("GET", planes+"/"+group+"/group-status", nil).Body["item"].(map[string]any)
	assert.Equal(t, group, item["id"])
	assert.Equal(t, "OK", item["state"])

	assert.Equal(t, 204, c.do("DELETE", planes+"/"+ids[1], nil).Status)
	assert.Empty(t, c.srv.Members(group), "a control plane that is gone is no member")
	assert.Equal(t, 204, c.do("PUT", path, members()).Status)
}

func TestGroupMembershipPages(t *testing.T) {
	t.Parallel()
	c, group, ids := grouped(t, 5)
	path := planes + "/" + group + "/group-memberships"
	require.Equal(t, 204, c.do("PUT", path, members(ids...)).Status)

	var seen []string
	next, pages := any(path+"?page[size]=2"), 0
	for next != nil {
		got := c.do("GET", next.(string), nil)
		require.Equal(t, 200, got.Status, got.Raw)
		page := got.Body["meta"].(map[string]any)["page"].(map[string]any)
		assert.InDelta(t, 2, page["size"], 0)
		if pages == 0 {
			assert.InDelta(t, 5, page["total"], 0)
		} else {
			assert.NotContains(t, page, "total", "only the first page has a total")
		}
		for _, item := range got.Body["data"].([]any) {
			seen = append(seen, item.(map[string]any)["id"].(string))
		}
		require.Contains(t, page, "next")
		next = page["next"]
		pages++
	}
	assert.Equal(t, 3, pages)
	assert.Equal(t, ids, seen)
	assert.Equal(t, 400, c.do("GET", path+"?page[after]=%21", nil).Status)
}

func TestGroupMembershipLimits(t *testing.T) {
	t.Parallel()
	c, group, ids := grouped(t, 257)
	path := planes + "/" + group + "/group-memberships"
	plain := ids[0]
	kic, _ := c.plane(map[string]any{"name": "kic", "cluster_type": "CLUSTER_TYPE_K8S_INGRESS_CONTROLLER"})

	for name, tc := range map[string]struct {
		reason string
		method string
		path   string
		body   any
	}{
		"too many added":    {"50 a call", "POST", path + "/add", members(ids[:51]...)},
		"too many removed":  {"50 a call", "POST", path + "/remove", members(ids[:51]...)},
		"too many in all":   {"256 members", "PUT", path, members(ids...)},
		"group as member":   {"groups do not nest", "PUT", path, members(group)},
		"ingress as member": {"ingress controllers cannot join", "POST", path + "/add", members(kic)},
		"unknown member":    {"members must exist", "PUT", path, members("00000000-0000-4000-8000-000000000000")},
		"no UUID":           {"members are IDs", "PUT", path, members("x")},
		"null":              {"null is no list", "PUT", path, map[string]any{"members": nil}},
		"not JSON":          {"a body must be JSON", "PUT", path, "{"},
		"no group":          {"only groups have members", "PUT", planes + "/" + plain + "/group-memberships", members(ids[1])},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.do(tc.method, tc.path, tc.body)
			assert.Equal(t, 400, got.Status, tc.reason)
			assert.NotEmpty(t, got.Body["invalid_parameters"], got.Raw)
		})
	}
	assert.Empty(t, c.srv.Members(group))

	for i := range 5 {
		other, _ := c.plane(map[string]any{"name": fmt.Sprintf("group-%d", i), "cluster_type": groupType})
		require.Equal(t, 204, c.do("POST", planes+"/"+other+"/group-memberships/add", members(plain)).Status)
	}
	got := c.do("POST", path+"/add", members(plain))
	assert.Equal(t, 400, got.Status)
	assert.Contains(t, got.Raw, "5 groups", "a control plane is in at most five groups")
}
