package konnecttest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestControlPlaneList(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := newClient(t, clock.option())
	ids := map[string]string{}
	add := func(name string, fields map[string]any) {
		fields["name"] = name
		ids[name], _ = c.plane(fields)
		clock.advance(time.Second)
	}
	add("alpha", map[string]any{"labels": map[string]any{"env": "test", "team": "a"}})
	add("beta", map[string]any{"labels": map[string]any{"env": "prod"}, "cloud_gateway": true})
	add("gamma-a", map[string]any{"cluster_type": "CLUSTER_TYPE_CONTROL_PLANE_GROUP"})

	for query, want := range map[string][]string{
		"":                            {"alpha", "beta", "gamma-a"},
		"sort=created_at desc":        {"gamma-a", "beta", "alpha"},
		"sort=created_at":             {"alpha", "beta", "gamma-a"},
		"filter[name][eq]=beta":       {"beta"},
		"filter[name][neq]=beta":      {"alpha", "gamma-a"},
		"filter[name][contains]=a-":   {"gamma-a"},
		"filter[id][eq]={beta}":       {"beta"},
		"filter[id][oeq]={alpha},x":   {"alpha"},
		"filter[cloud_gateway]=true":  {"beta"},
		"filter[cloud_gateway]=false": {"alpha", "gamma-a"},
		"labels=env:test":             {"alpha"},
		"labels=env":                  {"alpha", "beta"},
		"labels=env:test,team":        {"alpha"},
		"labels=env:test,team:b":      {},
		"page[size]=2":                {"alpha", "beta"},
		"page[size]=2&page[number]=2": {"gamma-a"},
		"page[size]=2&page[number]=9": {},
		"filter[name][contains]=&a=b": {"alpha", "beta", "gamma-a"},
		"page[number]=&page[size]=":   {"alpha", "beta", "gamma-a"},
		"filter[cluster_type][neq]=CLUSTER_TYPE_CONTROL_PLANE":                                   {"gamma-a"},
		"filter[cluster_type][oeq]=CLUSTER_TYPE_CONTROL_PLANE_GROUP,CLUSTER_TYPE_CONTROL_PLANE":  {"alpha", "beta", "gamma-a"},
		"filter[cluster_type][eq]=CLUSTER_TYPE_CONTROL_PLANE_GROUP&filter[name][contains]=gamma": {"gamma-a"},
	} {
		t.Run(query, func(t *testing.T) {
			for name, id := range ids {
				query = strings.ReplaceAll(query, "{"+name+"}", id)
			}
			got := c.do("GET", planes+"?"+strings.ReplaceAll(query, " ", "%20"), nil)
			require.Equal(t, 200, got.Status, got.Raw)
			assert.Equal(t, want, names(got))
		})
	}

	page := c.do("GET", planes+"?page[size]=2&page[number]=2", nil).Body["meta"].(map[string]any)["page"]
	assert.Equal(t, map[string]any{"number": 2.0, "size": 2.0, "total": 3.0}, page)

	for _, query := range []string{
		"page[size]=0", "page[number]=x", "sort=name", "sort=created_at%20down", "filter[name][oeq]=x", "filter[color][eq]=x", "filter[cloud_gateway][eq]=x",
	} {
		got := c.do("GET", planes+"?"+query, nil)
		assert.Equal(t, 400, got.Status, query)
		assert.Contains(t, got.Raw, `"source":"query"`)
	}
}

func names(a answer) []string {
	out := []string{}
	for _, item := range a.Body["data"].([]any) {
		name, _ := item.(map[string]any)["name"].(string)
		out = append(out, name)
	}
	return out
}

func TestControlPlaneListPagesAreSmallByDefault(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for i := range 11 {
		c.plane(map[string]any{"name": fmt.Sprintf("cp-%02d", i)})
	}
	assert.Len(t, names(c.do("GET", planes, nil)), 10)
}
