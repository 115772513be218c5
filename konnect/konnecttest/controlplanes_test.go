package konnecttest_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const planes = "/v2/control-planes"

// clock is set by hand.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 123_000_000, time.UTC)} }

func (c *clock) time() time.Time            { return c.now }
func (c *clock) advance(d time.Duration)    { c.now = c.now.Add(d) }
func (c *clock) option() konnecttest.Option { return konnecttest.WithClock(c.time) }

func fixedIDs(ids ...string) konnecttest.Option {
	return konnecttest.WithIDs(func() string {
		id := ids[0]
		ids = ids[1:]
		return id
	})
}

func TestControlPlaneBody(t *testing.T) {
	t.Parallel()
	const id = "11111111-2222-4333-8444-555555555555"
	clock := newClock()
	c := newClient(t, clock.option(), fixedIDs(id))

	got := c.do("POST", planes, map[string]any{"name": "cp-1"})
	require.Equal(t, 201, got.Status)
	assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
	want := `{
		"id": "11111111-2222-4333-8444-555555555555", "name": "cp-1", "description": "", "labels": {},
		"config": {
			"control_plane_endpoint": "https://1111111122.us.cp.konghq.com",
			"telemetry_endpoint": "https://1111111122.us.tp.konghq.com",
			"cluster_type": "CLUSTER_TYPE_CONTROL_PLANE", "auth_type": "pinned_client_certs",
			"cloud_gateway": false, "proxy_urls": []
		},
		"created_at": "2026-01-01T00:00:00.123Z", "updated_at": "2026-01-01T00:00:00.123Z"
	}`
	assert.JSONEq(t, want, got.Raw)
	assert.JSONEq(t, want, c.do("GET", planes+"/"+strings.ToUpper(id), nil).Raw)
}

func TestControlPlaneWithEverything(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	urls := []any{map[string]any{"host": "a.example", "port": 443.0, "protocol": "https"}}
	got := c.do("POST", planes, map[string]any{
		"name": "cp", "description": "d", "labels": map[string]any{"env": "test", "KONGCTL-x": "y"},
		"cluster_type": "CLUSTER_TYPE_SERVERLESS", "auth_type": "pki_client_certs", "cloud_gateway": true, "proxy_urls": urls,
	})
	require.Equal(t, 201, got.Status, got.Raw)
	assert.Equal(t, map[string]any{"env": "test", "KONGCTL-x": "y"}, got.Body["labels"])
	config := got.Body["config"].(map[string]any)
	assert.Equal(t, "CLUSTER_TYPE_SERVERLESS", config["cluster_type"])
	assert.Equal(t, "pki_client_certs", config["auth_type"])
	assert.Equal(t, true, config["cloud_gateway"])
	assert.Equal(t, urls, config["proxy_urls"])
}

func TestControlPlaneValidation(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	proxy := map[string]any{"host": "a.example", "port": 1, "protocol": "http"}
	for name, tc := range map[string]struct {
		reason string
		fields map[string]any
		field  string
		rule   string
		text   string
	}{
		"no name":        {"a name is required", map[string]any{"name": nil}, "name", "required", "is required"},
		"blank name":     {"blank is not a name", map[string]any{"name": "  "}, "name", "required", "cannot be blank"},
		"short name":     {"two characters at least", map[string]any{"name": "x"}, "name", "min_length", ">= 2"},
		"long name":      {"256 characters at most", map[string]any{"name": strings.Repeat("x", 257)}, "name", "max_length", "<= 256"},
		"description":    {"2048 characters at most", map[string]any{"description": strings.Repeat("x", 2049)}, "description", "max_length", "<= 2048"},
		"null":           {"null is no description", map[string]any{"description": nil}, "description", "is_string", "got null"},
		"number":         {"a name is a text", map[string]any{"name": 12}, "name", "is_string", "expected string, but got number"},
		"own id":         {"the client cannot choose the ID", map[string]any{"id": "x"}, "id", "unknown_property", "should not exist"},
		"cluster type":   {"one of the known ones", map[string]any{"cluster_type": "CLUSTER_TYPE_HYBRID"}, "cluster_type", "enum", "must be one of"},
		"auth type":      {"one of the known ones", map[string]any{"auth_type": "x"}, "auth_type", "enum", "must be one of"},
		"label value":    {"63 characters at most", map[string]any{"labels": map[string]any{"a": strings.Repeat("x", 64)}}, "labels", "is_label", "Label value exceeds maximum of 63 characters"},
		"label slash":    {"no slash in a label", map[string]any{"labels": map[string]any{"a": "b/c"}}, "labels", "is_label", "must match"},
		"label key":      {"the same alphabet for keys", map[string]any{"labels": map[string]any{"a b": "c"}}, "labels", "is_label", "must match"},
		"long label key": {"63 characters at most", map[string]any{"labels": map[string]any{strings.Repeat("x", 64): "c"}}, "labels", "is_label", "key exceeds"},
		"reserved label": {"prefixes of Konnect's own", map[string]any{"labels": map[string]any{"konnect-x": "c"}}, "labels", "is_label", "reserved"},
		"label number":   {"label values are texts", map[string]any{"labels": map[string]any{"a": 1}}, "labels.a", "is_string", "got number"},
		"proxy port":     {"ports begin at 1", map[string]any{"proxy_urls": []any{map[string]any{"host": "a", "port": 0, "protocol": "http"}}}, "proxy_urls[0].port", "min", ">= 1"},
		"proxy host":     {"all three are required", map[string]any{"proxy_urls": []any{map[string]any{"port": 1, "protocol": "http"}}}, "proxy_urls[0].host", "required", "is required"},
		"proxy extra":    {"no extra keys", map[string]any{"proxy_urls": []any{map[string]any{"host": "a", "port": 1, "protocol": "http", "x": 1}}}, "proxy_urls[0].x", "unknown_property", "should not exist"},
		"proxy twice":    {"a set", map[string]any{"proxy_urls": []any{proxy, proxy}}, "proxy_urls", "invalid", "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := map[string]any{"name": "cp"}
			maps.Copy(body, tc.fields)
			got := c.do("POST", planes, body)
			require.Equal(t, 400, got.Status, tc.reason)
			assert.Equal(t, "application/problem+json", got.Header.Get("Content-Type"))
			var found bool
			for _, item := range got.Body["invalid_parameters"].([]any) {
				parameter := item.(map[string]any)
				if parameter["field"] == tc.field && parameter["rule"] == tc.rule {
					found = true
					assert.Contains(t, parameter["reason"], tc.text, tc.reason)
				}
			}
			assert.True(t, found, "%s: %s", tc.reason, got.Raw)
		})
	}
	assert.Empty(t, c.srv.ControlPlanes())

	malformed := c.do("POST", planes, "{")
	assert.Equal(t, 400, malformed.Status)
	assert.Equal(t, "Invalid request format", malformed.Body["detail"])
}

func TestControlPlaneLimits(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithEntityLimit("control-planes", 1))
	c.plane(nil)
	got := c.do("POST", planes, map[string]any{"name": "second"})
	require.Equal(t, 400, got.Status)
	assert.Contains(t, got.Raw, "usage limits reached")

	labels := map[string]any{}
	for i := range 51 {
		labels[fmt.Sprintf("l%d", i)] = "x"
	}
	assert.Equal(t, 400, c.do("POST", planes, map[string]any{"name": "third", "labels": labels}).Status)
}

func TestControlPlaneConflict(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.plane(map[string]any{"name": "taken"})
	id, _ := c.plane(map[string]any{"name": "free"})
	for _, got := range []answer{
		c.do("POST", planes, map[string]any{"name": "taken"}),
		c.do("PATCH", planes+"/"+id, map[string]any{"name": "taken"}),
	} {
		assert.Equal(t, 409, got.Status)
		assert.Equal(t, "Conflict", got.Body["title"])
		assert.Equal(t, "Key (org_id, name)=("+konnecttest.DefaultOrganizationID+", taken) already exists.", got.Body["detail"])
	}
}

func TestControlPlanePatch(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := newClient(t, clock.option())
	id, _ := c.plane(map[string]any{
		"description": "d", "labels": map[string]any{"a": "1", "b": "2"},
		"proxy_urls": []any{map[string]any{"host": "a", "port": 1, "protocol": "http"}},
	})
	clock.advance(time.Second)

	got := c.do("PATCH", planes+"/"+id, map[string]any{"labels": map[string]any{"c": "3"}})
	require.Equal(t, 200, got.Status, got.Raw)
	assert.Equal(t, map[string]any{"c": "3"}, got.Body["labels"], "labels are replaced as a whole")
	assert.Equal(t, "d", got.Body["description"], "absent fields stay")
	assert.Equal(t, "2026-01-01T00:00:00.123Z", got.Body["created_at"])
	assert.Equal(t, "2026-01-01T00:00:01.123Z", got.Body["updated_at"])

	got = c.do("PATCH", planes+"/"+id, map[string]any{
		"name": "renamed", "description": "", "labels": map[string]any{}, "proxy_urls": []any{}, "auth_type": "pki_client_certs",
	})
	require.Equal(t, 200, got.Status, got.Raw)
	assert.Equal(t, "renamed", got.Body["name"])
	assert.Empty(t, got.Body["description"])
	assert.Empty(t, got.Body["labels"])
	assert.Empty(t, got.Body["config"].(map[string]any)["proxy_urls"])

	for _, field := range []string{"cluster_type", "cloud_gateway"} {
		got := c.do("PATCH", planes+"/"+id, map[string]any{field: true})
		assert.Equal(t, 400, got.Status, "%s is immutable", field)
		assert.Contains(t, got.Raw, "should not exist")
	}
}

func TestControlPlaneMissing(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	const absent = planes + "/00000000-0000-4000-8000-000000000000"
	for _, got := range []answer{
		c.do("GET", absent, nil), c.do("PATCH", absent, map[string]any{"name": "x1"}), c.do("DELETE", absent, nil),
		c.do("GET", absent+"/group-memberships", nil), c.do("GET", absent+"/group-member-status", nil),
	} {
		assert.Equal(t, 404, got.Status)
		assert.Equal(t, "The requested control plane was not found.", got.Body["detail"])
	}
	got := c.do("GET", planes+"/no-uuid", nil)
	assert.Equal(t, 400, got.Status)
	assert.Contains(t, got.Raw, "invalid ID format")
}

func TestControlPlaneDelete(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	require.Equal(t, 201, c.do("POST", entities+"/services", map[string]any{"host": "a"}).Status)

	got := c.do("DELETE", planes+"/"+id, nil)
	assert.Equal(t, 204, got.Status)
	assert.Empty(t, got.Raw)
	assert.Equal(t, 404, c.do("GET", entities+"/services", nil).Status, "everything in it is gone")
	assert.Equal(t, 404, c.do("DELETE", planes+"/"+id, nil).Status)
	assert.Nil(t, c.srv.Entities(id, "services"))
}
