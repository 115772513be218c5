package konnecttest_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const (
	idOne = "11111111-2222-4333-8444-555555555555"
	idTwo = "22222222-2222-4333-8444-555555555555"
)

func TestCanonicalBodies(t *testing.T) {
	t.Parallel()
	c := newClient(t, newClock().option())
	_, entities := c.plane(nil)

	service := `{"id":"` + idOne + `","name":"svc-1","host":"a.example","port":80,"protocol":"http","retries":5,
		"connect_timeout":60000,"read_timeout":60000,"write_timeout":60000,"enabled":true,"tags":["t1"],
		"created_at":1767225600,"updated_at":1767225600}`
	got := c.do("POST", entities+"/services", map[string]any{"id": idOne, "name": "svc-1", "host": "a.example", "tags": []string{"t1"}})
	assert.Equal(t, 201, got.Status)
	assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
	assert.JSONEq(t, service, got.Raw)
	assert.JSONEq(t, service, c.do("GET", entities+"/services/"+idOne, nil).Raw)
	assert.JSONEq(t, service, c.do("GET", entities+"/services/svc-1", nil).Raw)

	got = c.do("POST", entities+"/routes", map[string]any{
		"id": idTwo, "name": "rt-1", "paths": []string{"/a"}, "service": map[string]any{"id": idOne},
	})
	assert.JSONEq(t, `{"id":"`+idTwo+`","name":"rt-1","protocols":["https"],"paths":["/a"],"service":{"id":"`+idOne+`"},
		"https_redirect_status_code":426,"strip_path":true,"preserve_host":false,"path_handling":"v0","regex_priority":0,
		"request_buffering":true,"response_buffering":true,"created_at":1767225600,"updated_at":1767225600}`, got.Raw)

	got = c.do("PUT", entities+"/upstreams/"+idOne, map[string]any{"name": "a.example"})
	assert.Equal(t, 200, got.Status)
	assert.JSONEq(t, `{"id":"`+idOne+`","name":"a.example","algorithm":"round-robin","hash_on":"none","hash_fallback":"none",
		"hash_on_cookie_path":"/","slots":10000,"use_srv_name":false,"sticky_sessions_cookie_path":"/",
		"healthchecks":{"threshold":0,
			"active":{"type":"http","timeout":1,"concurrency":10,"http_path":"/","https_verify_certificate":true,
				"healthy":{"http_statuses":[200,302],"interval":0,"successes":0},
				"unhealthy":{"http_statuses":[429,404,500,501,502,503,504,505],"interval":0,"http_failures":0,"tcp_failures":0,"timeouts":0}},
			"passive":{"type":"http",
				"healthy":{"http_statuses":[200,201,202,203,204,205,206,207,208,226,300,301,302,303,304,305,306,307,308],"successes":0},
				"unhealthy":{"http_statuses":[429,500,503],"http_failures":0,"tcp_failures":0,"timeouts":0}}},
		"created_at":1767225600,"updated_at":1767225600}`, got.Raw)

	got = c.do("PUT", entities+"/upstreams/a.example/targets/"+idTwo, map[string]any{"target": "10.0.0.1"})
	assert.Equal(t, 200, got.Status)
	assert.JSONEq(t, `{"id":"`+idTwo+`","target":"10.0.0.1:8000","weight":100,"failover":false,"upstream":{"id":"`+idOne+`"},
		"created_at":1767225600.123,"updated_at":1767225600.123}`, got.Raw)
}

func TestPutReplaces(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := newClient(t, clock.option())
	_, entities := c.plane(nil)
	path := entities + "/services/" + idOne

	got := c.do("PUT", path, map[string]any{
		"name": "a", "host": "a", "path": "/x", "retries": 0, "tags": []string{"t"}, "enabled": false,
		"created_at": 1, "updated_at": 2, "id": idTwo,
	})
	require.Equal(t, 200, got.Status, got.Raw)
	assert.Equal(t, idOne, got.Body["id"], "the path decides")
	assert.InDelta(t, 1767225600, got.Body["created_at"], 0, "timestamps sent are ignored")
	assert.InDelta(t, 0, got.Body["retries"], 0, "zero is a value")

	clock.advance(5 * time.Second)
	got = c.do("PUT", path, map[string]any{"host": "b", "tags": nil, "path": nil})
	require.Equal(t, 200, got.Status, got.Raw)
	for _, field := range []string{"name", "path", "tags"} {
		assert.NotContains(t, got.Body, field, "what is not sent is unset")
	}
	assert.InDelta(t, 5, got.Body["retries"], 0, "defaults apply to what was sent alone")
	assert.Equal(t, true, got.Body["enabled"])
	assert.InDelta(t, 1767225600, got.Body["created_at"], 0)
	assert.InDelta(t, 1767225605, got.Body["updated_at"], 0)

	clock.advance(-time.Hour)
	got = c.do("PUT", path, map[string]any{"host": "b"})
	assert.InDelta(t, 1767225600, got.Body["updated_at"], 0, "no update before the creation")
	assert.Equal(t, 404, c.do("GET", entities+"/services/a", nil).Status, "the old name is gone")
}

func TestPutByName(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)

	first := c.do("PUT", entities+"/services/a", map[string]any{"host": "a"})
	require.Equal(t, 200, first.Status, first.Raw)
	assert.Equal(t, "a", first.Body["name"])
	second := c.do("PUT", entities+"/services/a", map[string]any{"host": "b", "name": "other"})
	assert.Equal(t, first.Body["id"], second.Body["id"])
	assert.Equal(t, "a", second.Body["name"], "the path decides")

	require.Equal(t, 200, c.do("PUT", entities+"/upstreams/u", map[string]any{}).Status)
	targets := entities + "/upstreams/u/targets/"
	one := c.do("PUT", targets+"10.0.0.1:8000", map[string]any{"weight": 1})
	require.Equal(t, 200, one.Status, one.Raw)
	same := c.do("PUT", targets+"10.0.0.1", map[string]any{"weight": 2})
	assert.Equal(t, one.Body["id"], same.Body["id"], "an address is the same without its default port")
	assert.Equal(t, 200, c.do("GET", targets+"10.0.0.1", nil).Status)
	assert.Equal(t, 204, c.do("DELETE", targets+"10.0.0.1", nil).Status)
	assert.Equal(t, 404, c.do("GET", targets+"10.0.0.1", nil).Status)
}

func TestIDs(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)

	got := c.do("POST", entities+"/services", map[string]any{"id": "x", "host": "a"})
	assert.Equal(t, 400, got.Status)
	assert.Equal(t, "id", field(got))
	upper := strings.ToUpper("abcdef00-2222-4333-8444-555555555555")
	assert.Equal(t, 400, c.do("POST", entities+"/services", map[string]any{"id": upper, "host": "a"}).Status)

	require.Equal(t, 200, c.do("PUT", entities+"/services/"+upper, map[string]any{"host": "a"}).Status)
	assert.Equal(t, strings.ToLower(upper), c.do("GET", entities+"/services/"+upper, nil).Body["id"])

	got = c.do("DELETE", entities+"/services/some-name", nil)
	assert.Equal(t, 400, got.Status, "flat paths delete by ID only")
	assert.Equal(t, " 'some-name' is not a valid uuid", got.Body["message"])
}

func TestMissingEntities(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	const absent = "00000000-0000-4000-8000-000000000000"

	for _, path := range []string{
		"/services/" + absent, "/services/no-name", "/routes/" + absent, "/upstreams/" + absent,
		"/services/" + absent + "/routes", "/services/" + absent + "/routes/" + absent, "/upstreams/" + absent + "/targets",
	} {
		got := c.do("GET", entities+path, nil)
		assert.Equal(t, 404, got.Status, path)
		assert.InDelta(t, 5, got.Body["code"], 0, path)
	}
	for _, path := range []string{
		"/services/" + absent, "/routes/" + absent, "/upstreams/" + absent,
		"/services/" + absent + "/routes/" + absent, "/upstreams/" + absent + "/targets/" + absent,
	} {
		got := c.do("DELETE", entities+path, nil)
		assert.Equal(t, 204, got.Status, path)
		assert.Empty(t, got.Raw)
	}
}

func TestReadOnlyControlPlanes(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for cluster, text := range map[string]string{
		"CLUSTER_TYPE_K8S_INGRESS_CONTROLLER": "operation not permitted on KIC cluster",
		groupType:                             "operation not permitted on control plane group",
	} {
		_, entities := c.plane(map[string]any{"name": cluster, "cluster_type": cluster})
		for _, got := range []answer{
			c.do("POST", entities+"/services", map[string]any{"host": "a"}),
			c.do("PUT", entities+"/services/"+idOne, map[string]any{"host": "a"}),
			c.do("DELETE", entities+"/services/"+idOne, nil),
		} {
			assert.Equal(t, 403, got.Status)
			assert.JSONEq(t, `{"code":7,"message":"usage constraint error","details":[
				{"@type":"type.googleapis.com/kong.admin.model.v1.ErrorDetail","messages":["`+text+`"]}]}`, got.Raw)
		}
		assert.Equal(t, 200, c.do("GET", entities+"/services", nil).Status, "reading is allowed")
	}
}

func TestNestedPaths(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	require.Equal(t, 200, c.do("PUT", entities+"/services/"+idOne, map[string]any{"host": "a", "name": "one"}).Status)
	require.Equal(t, 200, c.do("PUT", entities+"/services/"+idTwo, map[string]any{"host": "a", "name": "two"}).Status)
	route := func(name string) map[string]any { return map[string]any{"name": name, "paths": []string{"/"}} }

	created := c.do("POST", entities+"/services/one/routes", route("r"))
	require.Equal(t, 201, created.Status, created.Raw)
	assert.Equal(t, map[string]any{"id": idOne}, created.Body["service"], "the path sets the parent")
	assert.Equal(t, 200, c.do("GET", entities+"/services/"+idOne+"/routes/r", nil).Status)
	assert.Equal(t, 404, c.do("GET", entities+"/services/two/routes/r", nil).Status, "not below another parent")
	assert.Equal(t, 204, c.do("DELETE", entities+"/services/two/routes/r", nil).Status)
	assert.Equal(t, 200, c.do("GET", entities+"/routes/r", nil).Status, "nor deleted from there")

	moved := c.do("PUT", entities+"/services/two/routes/"+created.Body["id"].(string), route("r"))
	assert.Equal(t, map[string]any{"id": idTwo}, moved.Body["service"], "PUT below another parent moves")
	assert.Empty(t, names(c.do("GET", entities+"/services/one/routes", nil)))
	assert.Equal(t, []string{"r"}, names(c.do("GET", entities+"/services/two/routes", nil)))

	assert.Equal(t, 204, c.do("DELETE", entities+"/services/two/routes/r", nil).Status)
	assert.Equal(t, 404, c.do("GET", entities+"/routes/r", nil).Status)
	assert.Equal(t, 405, c.do("POST", entities+"/targets", map[string]any{}).Status, "targets are written below their upstream")
}

func TestValidateEndpoint(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	assert.Equal(t, 200, c.do("POST", entities+"/schemas/service/validate", map[string]any{"host": "a"}).Status)
	assert.Equal(t, 400, c.do("POST", entities+"/schemas/service/validate", map[string]any{"host": ""}).Status)
	assert.Equal(t, 400, c.do("POST", entities+"/schemas/plugin/validate", map[string]any{}).Status)
	assert.Empty(t, c.srv.Entities(id, "services"))
}

// details returns the details of a core-entity error as "field: messages".
func details(a answer) []string {
	var out []string
	list, _ := a.Body["details"].([]any)
	for _, item := range list {
		d := item.(map[string]any)
		name, _ := d["field"].(string)
		var texts []string
		for _, m := range d["messages"].([]any) {
			texts = append(texts, m.(string))
		}
		out = append(out, name+": "+strings.Join(texts, "; "))
	}
	return out
}

// field is that of the only detail.
func field(a answer) string {
	list := details(a)
	if len(list) != 1 {
		return "no single detail: " + a.Raw
	}
	name, _, _ := strings.Cut(list[0], ":")
	return name
}

// rejection is an invalid body and what the answer must say of it.
type rejection struct {
	reason string
	fields map[string]any
	detail string // the only detail, as "field: message", or a part of it
}

// reject posts each body over valid and expects its detail.
func reject(t *testing.T, path string, valid map[string]any, cases map[string]rejection, opts ...konnecttest.Option) {
	t.Helper()
	c := newClient(t, opts...)
	id, entities := c.plane(nil)
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			body := map[string]any{}
			maps.Copy(body, valid)
			maps.Copy(body, tc.fields)
			got := c.do("POST", entities+path, body)
			require.Equal(t, 400, got.Status, "%s: %s", tc.reason, got.Raw)
			assert.InDelta(t, 3, got.Body["code"], 0)
			assert.Equal(t, "validation error", got.Body["message"])
			list := details(got)
			require.Len(t, list, 1, "%s: %s", tc.reason, got.Raw)
			assert.Contains(t, list[0], tc.detail, tc.reason)
			kind := "ERROR_TYPE_FIELD"
			if strings.HasPrefix(list[0], ":") {
				kind = "ERROR_TYPE_ENTITY"
			}
			assert.Contains(t, got.Raw, kind)
		})
	}
	assert.Empty(t, c.srv.Entities(id, strings.Trim(path, "/")))
}

// accept posts each body over valid and expects it to be stored.
func accept(t *testing.T, path string, valid map[string]any, cases map[string]map[string]any, opts ...konnecttest.Option) {
	t.Helper()
	c := newClient(t, opts...)
	_, entities := c.plane(nil)
	for reason, fields := range cases {
		t.Run(reason, func(t *testing.T) {
			body := map[string]any{}
			maps.Copy(body, valid)
			maps.Copy(body, fields)
			got := c.do("POST", entities+path, body)
			require.Equal(t, 201, got.Status, got.Raw)
			require.Equal(t, 204, c.do("DELETE", entities+path+"/"+got.Body["id"].(string), nil).Status)
		})
	}
}
