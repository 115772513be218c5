package konnecttest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// addServices puts n services named s000 and up, each with the tags all and odd or even.
func addServices(t testing.TB, c *client, plane string, n int) {
	t.Helper()
	for i := range n {
		_, err := c.srv.Put(plane, "services", map[string]any{
			"name": fmt.Sprintf("s%03d", i), "host": "a", "tags": []string{"all", []string{"even", "odd"}[i%2]},
		})
		require.NoError(t, err)
	}
}

// walk follows next until there is none.
func walk(t *testing.T, c *client, path string, visit func(page answer)) (seen []string, pages int) {
	t.Helper()
	for next := any(path); next != nil; pages++ {
		got := c.do("GET", next.(string), nil)
		require.Equal(t, 200, got.Status, got.Raw)
		seen = append(seen, names(got)...)
		next = got.Body["next"]
		if next == nil {
			assert.NotContains(t, got.Body, "offset", "the last page has no offset")
			assert.Contains(t, got.Raw, `"next":null`)
		} else {
			assert.Contains(t, next, "offset="+got.Body["offset"].(string))
			assert.True(t, strings.HasPrefix(next.(string), "/v2/control-planes/"), "next is relative to the server")
		}
		if visit != nil {
			visit(got)
		}
	}
	return seen, pages
}

func TestPages(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	addServices(t, c, id, 205)

	for query, want := range map[string]int{"": 3, "?size=100": 3, "?size=205": 1, "?size=204": 2, "?size=1000": 1, "?size=41": 5, "?offset=": 3} {
		seen, pages := walk(t, c, entities+"/services"+query, nil)
		assert.Equal(t, want, pages, query)
		assert.Len(t, seen, 205)
		assert.IsIncreasing(t, seen, "in the order of creation")
	}
	for _, query := range []string{"size=0", "size=1001", "size=x", "offset=x", "offset=c2VydmljZXM6"} {
		got := c.do("GET", entities+"/services?"+query, nil)
		assert.Equal(t, 400, got.Status, query)
		assert.InDelta(t, 3, got.Body["code"], 0)
	}
	assert.Contains(t, c.do("GET", entities+"/services?size=0", nil).Body["message"], "size must be an integer between 1 and 1000")
	offset := c.do("GET", entities+"/services?size=1", nil).Body["offset"].(string)
	assert.Equal(t, 400, c.do("GET", entities+"/routes?offset="+offset, nil).Status, "an offset is of one collection")
}

func TestPagesUnderWrites(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	addServices(t, c, id, 9)
	page := 0
	seen, _ := walk(t, c, entities+"/services?size=3", func(got answer) {
		if page++; page > 1 {
			return
		}
		for _, item := range got.Body["data"].([]any) { // what was seen goes, something new comes
			require.NoError(t, c.srv.Delete(id, "services", item.(map[string]any)["id"].(string)))
		}
		_, err := c.srv.Put(id, "services", map[string]any{"name": "z", "host": "a"})
		require.NoError(t, err)
	})
	assert.Equal(t, []string{"s000", "s001", "s002", "s003", "s004", "s005", "s006", "s007", "s008", "z"}, seen)
}

func TestUpdatesKeepTheirPlace(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	addServices(t, c, id, 3)
	require.Equal(t, 200, c.do("PUT", entities+"/services/s000", map[string]any{"host": "b", "tags": strs("all")}).Status)
	assert.Equal(t, []string{"s000", "s001", "s002"}, names(c.do("GET", entities+"/services?tags=all", nil)))
}

func TestFilters(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	addServices(t, c, id, 4)
	_, err := c.srv.Put(id, "services", map[string]any{"name": "x", "host": "a", "tags": strs("k8s-uid:1", "a b")})
	require.NoError(t, err)

	for query, want := range map[string][]string{
		"tags=all":                           {"s000", "s001", "s002", "s003"},
		"tags=all,odd":                       {"s001", "s003"},
		"tags=odd,even":                      {},
		"tags=odd/even":                      {"s000", "s001", "s002", "s003"},
		"tags=odd/k8s-uid:1":                 {"s001", "s003", "x"},
		"tags=k8s-uid%3A1":                   {"x"},
		"tags=a+b":                           {"x"},
		"tags=none":                          {},
		"tags=":                              {"s000", "s001", "s002", "s003", "x"},
		"filter[name][eq]=s001":              {"s001"},
		"filter[name][eq]=s00":               {},
		"filter[name][contains]=00":          {"s000", "s001", "s002", "s003"},
		"filter[name][contains]=00&tags=odd": {"s001", "s003"},
		"unknown=1":                          {"s000", "s001", "s002", "s003", "x"},
	} {
		got := c.do("GET", entities+"/services?"+query, nil)
		require.Equal(t, 200, got.Status, query)
		assert.Equal(t, want, names(got), query)
	}
	seen, pages := walk(t, c, entities+"/services?size=1&tags="+url.QueryEscape("all,odd"), nil)
	assert.Equal(t, []string{"s001", "s003"}, seen, "next keeps the filter")
	assert.Equal(t, 2, pages, "no empty page at the end")

	mixed := c.do("GET", entities+"/services?tags=a,b/c", nil)
	assert.Equal(t, 400, mixed.Status)
	assert.Contains(t, mixed.Body["message"], "tags")
	assert.Equal(t, 400, c.do("GET", entities+"/targets?tags=a,b/c", nil).Status)
}

func TestTagsFollowUpdates(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	path := entities + "/services/" + idOne
	require.Equal(t, 200, c.do("PUT", path, map[string]any{"host": "a", "name": "x", "tags": strs("old", "kept")}).Status)
	require.Equal(t, 200, c.do("PUT", path, map[string]any{"host": "a", "name": "x", "tags": strs("kept", "new")}).Status)
	assert.Empty(t, names(c.do("GET", entities+"/services?tags=old", nil)))
	assert.Equal(t, []string{"x"}, names(c.do("GET", entities+"/services?tags=new,kept", nil)))
	require.Equal(t, 204, c.do("DELETE", path, nil).Status)
	assert.Empty(t, names(c.do("GET", entities+"/services?tags=kept", nil)))
}

func TestNestedLists(t *testing.T) {
	t.Parallel()
	for name, honored := range map[string]bool{"tags honored": true, "tags ignored": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, konnecttest.WithNestedTagFilter(honored))
			_, entities := c.plane(nil)
			for _, upstream := range []string{"one", "two"} {
				require.Equal(t, 200, c.do("PUT", entities+"/upstreams/"+upstream, map[string]any{}).Status)
				for i := range 3 {
					body := map[string]any{"target": fmt.Sprintf("t%d", i), "tags": strs(fmt.Sprint("tag", i), "all")}
					require.Equal(t, 201, c.do("POST", entities+"/upstreams/"+upstream+"/targets", body).Status)
				}
			}
			_, pages := walk(t, c, entities+"/upstreams/one/targets?size=2", nil)
			assert.Equal(t, 2, pages)
			want := 3
			if honored {
				want = 1
			}
			assert.Len(t, names(c.do("GET", entities+"/upstreams/one/targets?tags=tag1,all", nil)), want)
			assert.Len(t, names(c.do("GET", entities+"/targets?tags=tag1", nil)), 2, "the flat list always filters")
			assert.Len(t, names(c.do("GET", entities+"/targets", nil)), 6)
		})
	}
}

func TestListedCollections(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	for _, path := range []string{
		"plugins", "consumers", "consumer_groups", "certificates", "ca_certificates", "snis", "keys", "key-sets", "vaults",
		"key-auths", "basic-auths", "hmac-auths", "jwts", "acls",
	} {
		got := c.do("GET", entities+"/"+path+"?size=1000&tags=a,b", nil)
		assert.Equal(t, 200, got.Status, path)
		assert.JSONEq(t, `{"data":[],"next":null}`, got.Raw, path)
	}
	consumer, err := c.srv.Put(id, "consumers", map[string]any{"username": "u", "tags": strs("a")})
	require.NoError(t, err)
	_, err = c.srv.Put(id, "mtls-auths", map[string]any{"subject_name": "g", "consumer": map[string]any{"id": consumer["id"]}})
	require.NoError(t, err)
	assert.Len(t, names(c.do("GET", entities+"/consumers?tags=a", nil)), 1)
	assert.Len(t, names(c.do("GET", entities+"/consumers/u/mtls-auth", nil)), 1)
	assert.Empty(t, names(c.do("GET", entities+"/consumers/u/plugins", nil)))
	assert.Equal(t, 404, c.do("GET", entities+"/consumers/nobody/mtls-auth", nil).Status)
}

// TestListsWithoutPages have forms of their own, beside core-entities and below.
func TestListsWithoutPages(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	plane := strings.TrimSuffix(entities, "/core-entities")
	pinned := leaf(t)
	for collection, at := range map[string]struct{ path, empty, list, total string }{
		"dp-client-certificates": {plane, `{"items":[],"page":{"total_count":0}}`, "items", `"page":{"total_count":2}`},
		"plugin-schemas":         {entities, `{"items":[],"page":{"total_count":0}}`, "items", `"page":{"total_count":2}`},
		"config-stores":          {plane, `{"data":[],"meta":{"page":{"size":0,"next":null,"previous":null}}}`, "data", `"meta":{"page":{"size":2,"next":null,"previous":null}}`},
	} {
		path := at.path + "/" + collection
		assert.JSONEq(t, at.empty, c.do("GET", path, nil).Raw)
		for _, name := range []string{"a", "b"} {
			entity := map[string]any{"name": name}
			if collection == "dp-client-certificates" {
				entity = map[string]any{"cert": pinned.Cert}
			}
			_, err := c.srv.Put(id, collection, entity)
			require.NoError(t, err)
		}
		got := c.do("GET", path+"?size=1", nil)
		assert.Len(t, got.Body[at.list], 2, "%s: there is one page", collection)
		assert.Contains(t, got.Raw, at.total)
		assert.Equal(t, 404, c.do("GET", strings.Replace(path, id, "00000000-0000-4000-8000-000000000000", 1), nil).Status)
	}
}
