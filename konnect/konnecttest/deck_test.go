package konnecttest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestDeckReadsAreOffByDefault(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	require.Equal(t, 200, c.do("PUT", entities+"/services/"+idOne, map[string]any{"host": "a"}).Status)
	for _, path := range []string{
		"/konnect-api/api/runtime_groups",
		entities + "/schemas/services",
		entities + "/v1/schemas/json/service",
		entities + "/services/" + idOne + "/graphql-rate-limiting-advanced/costs",
	} {
		assert.Equal(t, 404, c.do("GET", path, nil).Status, path)
	}
}

func TestLegacyControlPlanes(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithDeckReads(), konnecttest.WithEntityLimit("control-planes", 0), konnecttest.WithToken("kpat_other", otherOrganization))
	names := func(query string) (found []string, page, pages any) {
		got := c.do("GET", "/konnect-api/api/runtime_groups"+query, nil)
		require.Equal(t, 200, got.Status)
		for _, item := range got.Body["data"].([]any) {
			found = append(found, item.(map[string]any)["name"].(string))
		}
		return found, got.Body["page"], got.Body["pageCount"]
	}
	found, page, pages := names("")
	assert.Empty(t, found)
	assert.Equal(t, []any{1.0, 1.0}, []any{page, pages}, "one page, though an empty one")

	for i := range 101 {
		_, err := c.srv.AddControlPlane("", map[string]any{"name": fmt.Sprintf("cp-%03d", i)})
		require.NoError(t, err)
	}
	_, err := c.srv.AddControlPlane(otherOrganization, map[string]any{"name": "foreign"})
	require.NoError(t, err)
	found, page, pages = names("")
	assert.Len(t, found, 100)
	assert.Equal(t, []any{1.0, 2.0}, []any{page, pages})
	found, page, _ = names("?page=2&size=1000")
	assert.Equal(t, []string{"cp-100"}, found, "a page has 100 at most")
	assert.InDelta(t, 2, page, 0)
	found, _, pages = names("?page=2&size=40")
	assert.Equal(t, "cp-040", found[0])
	assert.InDelta(t, 3, pages, 0)
	assert.Equal(t, 400, c.do("GET", "/konnect-api/api/runtime_groups?page=0", nil).Status)
	assert.Equal(t, 401, c.as("").do("GET", "/konnect-api/api/runtime_groups", nil).Status)
}

// TestSchemas holds the defaults of schemas against what the server stores for an entity that leaves
// everything out that can be left out.
func TestSchemas(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithDeckReads(), konnecttest.WithRouteProtocols("http"))
	_, entities := c.plane(nil)
	create := func(path string, body map[string]any) map[string]any {
		got := c.do("PUT", entities+path, body)
		require.Equal(t, 200, got.Status, got.Raw)
		return got.Body
	}
	stored := map[string]map[string]any{
		"service":  create("/services/"+idOne, map[string]any{"host": "a"}),
		"route":    create("/routes/"+idOne, map[string]any{"paths": []string{"/"}}),
		"upstream": create("/upstreams/"+idOne, map[string]any{"name": "u"}),
		"target":   create("/upstreams/"+idOne+"/targets/"+idOne, map[string]any{"target": "a:80"}),
	}
	sent := map[string][]string{"service": {"host"}, "route": {"paths"}, "upstream": {"name"}, "target": {"target", "upstream"}}
	for name, entity := range stored {
		for _, key := range append(sent[name], "id", "created_at", "updated_at") {
			delete(entity, key)
		}
		described := c.do("GET", entities+"/v1/schemas/json/"+name, nil)
		require.Equal(t, 200, described.Status)
		assert.Equal(t, entity, defaultsOf(described.Body), name)

		inGateway := c.do("GET", entities+"/schemas/"+name+"s", nil)
		require.Equal(t, 200, inGateway.Status)
		assert.Equal(t, entity, gatewayDefaultsOf(inGateway.Body), name)
	}
	assert.Equal(t, 404, c.do("GET", entities+"/v1/schemas/json/unheard-of", nil).Status)
	assert.Equal(t, 404, c.do("GET", planes+"/"+idTwo+"/core-entities/v1/schemas/json/service", nil).Status, "no such control plane")
}

// TestSchemasOfReferences pins by what decK knows that a field has no defaults inside: where
// it cannot tell, it sends an empty object, which is refused.
func TestSchemasOfReferences(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithDeckReads())
	_, entities := c.plane(nil)
	for _, known := range []struct {
		reason, entity, plural string
		field                  []string
		json, gateway          map[string]any
	}{
		{"a reference", "service", "services", []string{"client_certificate"},
			map[string]any{"type": "object", "additionalProperties": false}, map[string]any{"type": "foreign", "reference": "certificates"}},
		{"a reference", "route", "routes", []string{"service"},
			map[string]any{"type": "object", "additionalProperties": false}, map[string]any{"type": "foreign", "reference": "services"}},
		{"a reference", "target", "targets", []string{"upstream"},
			map[string]any{"type": "object", "additionalProperties": false}, map[string]any{"type": "foreign", "reference": "upstreams"}},
		{"a free map", "route", "routes", []string{"headers"},
			map[string]any{"type": "object", "additionalProperties": false}, map[string]any{"type": "map"}},
		{"a free map inside", "upstream", "upstreams", []string{"healthchecks", "active", "headers"},
			map[string]any{"type": "object", "additionalProperties": false}, map[string]any{"type": "map"}},
		{"an object with defaults", "upstream", "upstreams", []string{"healthchecks", "active"},
			map[string]any{"type": "object", "additionalProperties": nil}, map[string]any{"type": "record"}},
		{"an object without", "service", "services", []string{"tls_sans"},
			map[string]any{"type": "object", "additionalProperties": nil}, map[string]any{"type": "record"}},
		{"a list of references", "service", "services", []string{"ca_certificates"},
			map[string]any{"type": "array"}, map[string]any{"type": "array"}},
	} {
		described := c.do("GET", entities+"/v1/schemas/json/"+known.entity, nil).Body
		inGateway := c.do("GET", entities+"/schemas/"+known.plural, nil).Body
		for _, name := range known.field {
			described = described["properties"].(map[string]any)[name].(map[string]any)
			inGateway = gatewayField(inGateway, name)
		}
		for key, want := range known.json {
			assert.Equal(t, want, described[key], "%s, %v: %s", known.reason, known.field, key)
		}
		for key, want := range known.gateway {
			assert.Equal(t, want, inGateway[key], "%s, %v: %s", known.reason, known.field, key)
		}
		if inGateway["type"] == "foreign" {
			assert.NotContains(t, inGateway, "fields")
		}
	}
}

func gatewayField(schema map[string]any, name string) map[string]any {
	for _, item := range schema["fields"].([]any) {
		if described, ok := item.(map[string]any)[name].(map[string]any); ok {
			return described
		}
	}
	return nil
}

func TestValidateAsDeckDoes(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	route := map[string]any{"name": "r", "paths": []string{"/"}, "service": map[string]any{"id": idOne, "name": "s"}}
	for _, entity := range []string{"routes", "route"} {
		got := c.do("POST", entities+"/schemas/"+entity+"/validate", route)
		assert.Equal(t, 200, got.Status, "%s: %s", entity, got.Raw)
	}
	assert.Equal(t, 400, c.do("PUT", entities+"/routes/"+idOne, route).Status, "a write takes no names")
	route["service"] = map[string]any{"name": "s"}
	assert.Equal(t, "service.id", field(c.do("POST", entities+"/schemas/routes/validate", route)), "nor does a name stand for an ID")
	route["service"] = map[string]any{"id": idOne, "host": "a"}
	assert.Equal(t, 400, c.do("POST", entities+"/schemas/routes/validate", route).Status, "it is the only further field")
	got := c.do("POST", entities+"/schemas/partials/validate", map[string]any{"type": "redis-ce"})
	assert.Equal(t, 400, got.Status)
	assert.NotEmpty(t, got.Header.Get(konnecttest.LimitHeader))
}

// TestLimitsSaySo tells what this server does not know from what is wrong.
func TestLimitsSaySo(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithDeckReads())
	_, entities := c.plane(nil)
	for _, unknown := range []struct {
		reason, method, path string
		status               int
		code                 any
	}{
		{"a collection that is not known", "GET", entities + "/filter-chains", 404, 5.0},
		{"an entity that can only be listed", "PUT", entities + "/partials/" + idOne, 404, 5.0},
		{"the schema of a partial", "GET", entities + "/schemas/partials/redis-ce", 404, 5.0},
		{"the schema of an entity without fields", "GET", entities + "/v1/schemas/json/partial", 404, 5.0},
		{"a collection that can only be listed", "POST", entities + "/partials", 404, 5.0},
		{"such a collection below a parent", "POST", entities + "/consumers/c/mtls-auth", 404, 5.0},
		{"another API", "GET", "/v1/mesh/control-planes", 404, nil},
	} {
		got := c.do(unknown.method, unknown.path, nil)
		assert.Equal(t, unknown.status, got.Status, unknown.reason)
		assert.Equal(t, unknown.code, got.Body["code"], unknown.reason)
		assert.Contains(t, got.Header.Get(konnecttest.LimitHeader), "the in-memory Konnect", unknown.reason)
	}
	missing := c.do("GET", entities+"/services/"+idOne, nil)
	assert.Equal(t, 404, missing.Status)
	assert.Empty(t, missing.Header.Get(konnecttest.LimitHeader), "it could be there")
}

// defaultsOf collects the defaults of a JSON Schema.
func defaultsOf(schema map[string]any) map[string]any {
	out := map[string]any{}
	properties, _ := schema["properties"].(map[string]any)
	for name, property := range properties {
		described := property.(map[string]any)
		if value, ok := described["default"]; ok {
			out[name] = value
		} else if inner := defaultsOf(described); len(inner) > 0 {
			out[name] = inner
		}
	}
	return out
}

// gatewayDefaultsOf does so for the gateway's own form, a list of fields.
func gatewayDefaultsOf(schema map[string]any) map[string]any {
	out := map[string]any{}
	fields, _ := schema["fields"].([]any)
	for _, item := range fields {
		for name, field := range item.(map[string]any) {
			described := field.(map[string]any)
			if value, ok := described["default"]; ok {
				out[name] = value
			} else if inner := gatewayDefaultsOf(described); len(inner) > 0 {
				out[name] = inner
			}
		}
	}
	return out
}

func TestCostsOfServices(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithDeckReads())
	id, entities := c.plane(nil)
	require.Equal(t, 200, c.do("PUT", entities+"/services/"+idOne, map[string]any{"host": "a", "name": "s"}).Status)
	for _, service := range []string{idOne, "s"} {
		got := c.do("GET", entities+"/services/"+service+"/graphql-rate-limiting-advanced/costs?size=1000", nil)
		assert.Equal(t, 200, got.Status)
		assert.JSONEq(t, `{"data":[],"next":null}`, got.Raw)
	}
	assert.Equal(t, 404, c.do("GET", entities+"/services/"+idTwo+"/graphql-rate-limiting-advanced/costs", nil).Status)
	assert.Equal(t, 3, c.srv.Operations()["GET /v2/control-planes/"+id+"/core-entities/services/{id}/graphql-rate-limiting-advanced/costs"],
		"all services count as one operation")
}
