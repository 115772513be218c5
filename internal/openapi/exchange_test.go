package openapi_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const (
	idOne  = "11111111-2222-4333-8444-555555555555"
	idTwo  = "22222222-2222-4333-8444-555555555555"
	absent = "00000000-0000-4000-8000-000000000000"
	planes = "/v2/control-planes"
)

type fields = map[string]any

// TestContract drives the server through all it serves, and then checks that nothing was
// left out and that every deviation is needed.
func TestContract(t *testing.T) {
	c := readContract(t)
	controlPlanes(c.client())
	controlPlaneFaults(c.client())
	groups(c.client())
	identity(c.client())
	services(c.client())
	routes(c.client())
	expressionRoutes(c.client(konnecttest.WithRouterFlavor(konnecttest.FlavorExpressions)))
	upstreams(c.client())
	targets(c.client())
	consumers(c.client())
	consumerGroups(c.client())
	credentialsOfConsumers(c.client())
	certificates(c.client())
	keys(c.client())
	vaults(c.client())
	dataPlaneCertificates(c.client())
	plugins(c.client())
	listed(c.client())
	nulls(c.client(konnecttest.WithNullFields()))
	strangers(c.client())
	complete(c.client())
	for _, d := range c.deviations {
		assert.True(t, d.used, "nothing differs any more: %s", d.reason)
	}
}

// get, post and so on expect an answer to a request that keeps to the document.
func (c *client) get(path string, status int) fields {
	return c.do(exchange{method: "GET", path: path, status: status})
}

func (c *client) post(path string, body any, status int) fields {
	return c.do(exchange{method: "POST", path: path, body: body, status: status})
}

func (c *client) put(path string, body any, status int) fields {
	return c.do(exchange{method: "PUT", path: path, body: body, status: status})
}

func (c *client) patch(path string, body any, status int) fields {
	return c.do(exchange{method: "PATCH", path: path, body: body, status: status})
}

func (c *client) delete(path string, status int) {
	c.do(exchange{method: "DELETE", path: path, status: status})
}

// bad expects 400 for a request that breaks the document.
func (c *client) bad(method, path string, body any) {
	c.do(exchange{method: method, path: path, body: body, status: 400, invalid: true})
}

// plane adds a control plane and returns its path and that of its core entities.
func (c *client) plane(name string, more fields) (path, entities string) {
	all := fields{"name": name}
	maps.Copy(all, more)
	id, err := c.srv.AddControlPlane("", all)
	require.NoError(c.t, err)
	return planes + "/" + id, planes + "/" + id + "/core-entities"
}

func controlPlanes(c *client) {
	proxies := []fields{{"host": "a.example", "port": 443, "protocol": "https"}}
	first := c.post(planes, fields{
		"name": "first", "description": "d", "labels": fields{"env": "test"}, "proxy_urls": proxies,
		"cluster_type": "CLUSTER_TYPE_SERVERLESS", "auth_type": "pki_client_certs", "cloud_gateway": true,
	}, 201)
	c.post(planes, fields{"name": "second"}, 201)
	c.post(planes, fields{"name": "second"}, 409)
	for _, body := range []any{
		fields{"name": "x"}, fields{"name": ""}, fields{}, fields{"name": "ok", "id": idOne}, fields{"name": 1}, []int{},
		fields{"name": "ok", "cluster_type": "x"}, fields{"name": "ok", "labels": fields{"a": "b/c"}}, fields{"name": "ok", "labels": nil},
		fields{"name": "ok", "proxy_urls": []fields{{"host": "a"}}}, fields{"name": "ok", "description": strings.Repeat("x", 2049)},
		fields{"name": "ok", "proxy_urls": []fields{{"host": "", "port": 0, "protocol": "http", "x": 1}}},
	} {
		c.bad("POST", planes, body)
	}
	c.post(planes, fields{"name": "ok", "labels": fields{"konnect": "x"}}, 400)

	for _, query := range []string{
		"", "?page[size]=1&page[number]=2", "?filter[name][contains]=ir&sort=created_at%20desc", "?labels=env:test,env",
		"?filter[id][oeq]=" + idOne + "&filter[cloud_gateway]=true", "?filter[cluster_type][neq]=CLUSTER_TYPE_SERVERLESS",
	} {
		c.get(planes+query, 200)
	}
	c.get(planes+"?sort=name", 400)
	c.bad("GET", planes+"?page[size]=x", nil)
	c.bad("GET", planes+"?filter[color][eq]=x", nil)

	path := planes + "/" + first["id"].(string)
	c.get(path, 200)
	c.get(planes+"/"+absent, 404)
	c.bad("GET", planes+"/no-uuid", nil)
	c.patch(path, fields{"name": "renamed", "description": "", "labels": fields{}, "proxy_urls": proxies[:0], "auth_type": "pinned_client_certs"}, 200)
	c.bad("PATCH", path, fields{"cluster_type": "CLUSTER_TYPE_CONTROL_PLANE"})
	c.patch(planes+"/"+absent, fields{"name": "renamed"}, 404)
	c.patch(path, fields{"name": "second"}, 409)
	c.delete(path, 204)
	c.delete(path, 404)
}

// controlPlaneFaults are those of the service itself.
func controlPlaneFaults(c *client) {
	path, entities := c.plane("cp", nil)
	for _, status := range []int{500, 503} {
		c.srv.Inject(konnecttest.Fault{Times: 5, Effect: konnecttest.FailBefore(status)})
		c.get(planes, status)
		c.post(planes, fields{"name": "other"}, status)
		c.get(path, status)
		c.patch(path, fields{"name": "other"}, status)
		c.delete(path, status)
	}
	c.srv.Inject(konnecttest.Fault{Times: 2, Effect: konnecttest.TooManyRequests(1)})
	c.get(planes, 429)
	c.get(entities+"/services", 429)
	c.srv.Inject(konnecttest.Fault{Effect: konnecttest.FailBefore(500)})
	c.get(entities+"/services", 500)
}

func members(ids ...string) fields {
	list := []fields{}
	for _, id := range ids {
		list = append(list, fields{"id": id})
	}
	return fields{"members": list}
}

func groups(c *client) {
	path, entities := c.plane("group", fields{"cluster_type": "CLUSTER_TYPE_CONTROL_PLANE_GROUP"})
	plain, _ := c.plane("plain", fields{"id": idOne})
	other, _ := c.plane("other", fields{"id": idTwo})
	c.get(path+"/group-memberships", 200)
	c.put(path+"/group-memberships", members(idOne), 204)
	c.post(path+"/group-memberships/add", members(idTwo), 204)
	c.get(path+"/group-memberships?page[size]=1", 200)
	next := c.get(path+"/group-memberships?page[size]=1", 200)["meta"].(fields)["page"].(fields)["next"].(string)
	c.get(next, 200)
	c.post(path+"/group-memberships/remove", members(idTwo), 204)
	c.get(plain+"/group-member-status", 200)
	c.get(other+"/group-member-status", 200)
	c.get(path+"/group-status", 200)

	c.put(path+"/group-memberships", members(absent), 400)
	c.bad("PUT", path+"/group-memberships", fields{"members": nil})
	c.post(path+"/group-memberships/add", members("x"), 400)
	c.post(plain+"/group-memberships/remove", members(), 400)
	c.get(plain+"/group-memberships", 400)
	c.get(plain+"/group-status", 400)
	for _, tail := range []string{"/group-memberships", "/group-member-status", "/group-status"} {
		c.get(planes+"/"+absent+tail, 404)
	}
	c.put(planes+"/"+absent+"/group-memberships", members(), 404)
	c.post(planes+"/"+absent+"/group-memberships/add", members(), 404)
	c.post(planes+"/"+absent+"/group-memberships/remove", members(), 404)
	c.post(entities+"/services", fields{"host": "a"}, 403)
}

func identity(c *client) {
	c.get("/v3/organizations/me", 200)
	c.get("/v3/users/me", 200)
	c.srv.AddToken("spat_example", absent)
	c.token = "spat_example"
	c.get("/v3/users/me", 401)
}

// strangers asks for everything without a valid token.
func strangers(c *client) {
	_, entities := c.plane("cp", nil)
	c.token = "kpat_wrong"
	for operation := range c.served {
		method, template, _ := strings.Cut(c.operations()[operation], " ")
		c.do(exchange{method: method, path: filled(template, entities), status: 401, unchecked: true})
	}
}

// filled replaces the variables of a path.
func filled(template, entities string) string {
	plane := strings.Split(entities, "/")[3]
	parts := strings.Split(strings.Replace(template, "{controlPlaneId}", plane, 1), "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = absent
		}
	}
	return strings.Join(parts, "/")
}

// complete checks that what the server serves has been asked for.
func complete(c *client) {
	_, entities := c.plane("cp", nil)
	operations := c.operations()
	for _, operation := range slices.Sorted(maps.Keys(operations)) {
		statuses := c.served[operation]
		if statuses != nil {
			success := statuses[200] || statuses[201] || statuses[204]
			failed := slices.ContainsFunc(slices.Collect(maps.Keys(statuses)), func(s int) bool { return s >= 400 })
			assert.True(c.t, success, "%s was not seen to succeed", operation)
			assert.True(c.t, failed, "%s was not seen to fail", operation)
			continue
		}
		method, template, _ := strings.Cut(operations[operation], " ")
		assert.Contains(c.t, []int{404, 405}, c.probe(method, filled(template, entities)), "%s is served and not tested", operation)
	}
	assert.GreaterOrEqual(c.t, len(c.served), 60)
}
