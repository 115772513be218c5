package openapi_test

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func services(c *client) {
	_, e := c.plane("cp", nil)
	created := c.post(e+"/services", fields{
		"name": "s", "host": "a.example", "protocol": "https", "port": 443, "path": "/x", "retries": 0, "enabled": false, "tags": []string{"t"},
		"connect_timeout": 1, "read_timeout": 1, "write_timeout": 1, "tls_verify": true, "tls_verify_depth": 3,
		"tls_sans": fields{"dnsnames": []string{"a"}, "uris": []string{"https://a"}},
	}, 201)
	c.post(e+"/services", fields{"host": "a.example", "name": nil, "path": nil, "tags": nil}, 201)
	c.post(e+"/services", fields{"host": "", "url": "https://b.example/y"}, 201)
	c.post(e+"/services", fields{"name": "s", "host": "a"}, 400)
	for _, body := range []any{
		fields{}, fields{"host": "a", "port": 70000}, fields{"host": "a", "port": "80"}, fields{"host": "a", "protocol": "ftp"},
		fields{"host": "a", "x": 1}, fields{"host": "a", "retries": -1}, fields{"host": "a", "connect_timeout": 0}, fields{"host": "a", "tags": "t"},
	} {
		c.bad("POST", e+"/services", body)
		c.bad("PUT", e+"/services/"+idOne, body)
	}
	lists(c, e+"/services")
	c.get(e+"/services?filter[name][eq]=s&filter[name][contains]=s", 200)

	item := e + "/services/" + created["id"].(string)
	c.get(item, 200)
	c.get(e+"/services/s", 200)
	c.get(e+"/services/"+absent, 404)
	c.put(item, fields{"host": "b"}, 200)
	c.put(e+"/services/"+idOne, fields{"host": "b", "name": "s"}, 200)
	c.put(e+"/services/t", fields{"host": "b"}, 200)
	c.put(e+"/services/"+idTwo, fields{"host": "b", "name": "s"}, 400)
	c.post(e+"/services/"+idOne+"/routes", fields{"paths": []string{"/"}}, 201)
	c.delete(e+"/services/"+idOne, 400)
	c.delete(item, 204)
	c.delete(item, 204)
	c.delete(e+"/services/no-uuid", 400)
	c.get(planes+"/"+absent+"/core-entities/services", 404)
	c.post(e+"/schemas/service/validate", fields{"host": "a"}, 200)
	c.post(e+"/schemas/service/validate", fields{"host": ""}, 400)
}

// lists asks for a collection in every way it can be asked for.
func lists(c *client, path string) {
	page := c.get(path+"?size=1", 200)
	if next, ok := page["next"].(string); ok {
		c.get(next, 200)
	}
	c.get(path, 200)
	c.get(path+"?tags=a,b&size=1000", 200)
	c.get(path+"?tags=a/b&offset=", 200)
	c.get(path+"?tags=a/b,c", 400)
	c.bad("GET", path+"?size=1001", nil)
}

func routes(c *client) {
	_, e := c.plane("cp", nil)
	c.put(e+"/services/"+idOne, fields{"host": "a", "name": "s"}, 200)
	body := fields{
		"name": "r", "protocols": []string{"http", "https"}, "paths": []string{"/a", "~/b$"}, "hosts": []string{"*.a"}, "methods": []string{"GET"},
		"headers": fields{"x": []string{"y"}}, "snis": []string{"a"}, "https_redirect_status_code": 301, "strip_path": false, "preserve_host": true,
		"path_handling": "v1", "regex_priority": 7, "request_buffering": false, "response_buffering": false, "tags": []string{"t"},
		"service": fields{"id": idOne},
	}
	stream := fields{"protocols": []string{"tcp"}, "sources": []fields{{"ip": "10.0.0.0/8", "port": 1}}, "destinations": []fields{{"port": 2}}}
	for _, path := range []string{e + "/routes", e + "/services/" + idOne + "/routes"} {
		created := c.post(path, body, 201)
		c.post(path, body, 400)
		c.post(path, stream, 201)
		c.post(path, fields{"paths": []string{"a"}}, 400)
		for _, wrong := range []fields{{"paths": "x"}, {"paths": []string{"/"}, "path_handling": "v2"}, {"paths": []string{"/"}, "x": 1}} {
			c.bad("POST", path, wrong)
			c.bad("PUT", path+"/"+idTwo, wrong)
		}
		lists(c, path)
		c.get(path+"/r", 200)
		c.get(path+"/"+absent, 404)
		c.put(path+"/"+created["id"].(string), body, 200)
		c.put(path+"/"+idTwo, fields{"protocols": []string{"grpc"}, "strip_path": false, "hosts": []string{"a"}}, 200)
		c.put(path+"/"+idTwo, fields{"name": "r", "hosts": []string{"a"}}, 400)
		c.put(path+"/by-name", fields{"hosts": []string{"a"}}, 200)
		c.delete(path+"/"+created["id"].(string), 204)
		c.delete(path+"/"+idTwo, 204)
		c.delete(path+"/"+absent, 204)
		by := c.get(path+"/by-name", 200)
		c.delete(path+"/"+by["id"].(string), 204)
	}
	c.get(e+"/routes?filter[name][eq]=s&filter[name][contains]=s", 200)
	c.post(e+"/routes", fields{"paths": []string{"/"}, "service": fields{"id": absent}}, 400)
	c.post(e+"/services/"+absent+"/routes", fields{"paths": []string{"/"}}, 400)
	c.get(e+"/services/"+absent+"/routes", 404)
	c.delete(e+"/routes/no-uuid", 400)
	c.delete(e+"/services/"+absent+"/routes/no-uuid", 204)
}

func expressionRoutes(c *client) {
	_, e := c.plane("cp", nil)
	body := fields{"protocols": []string{"http"}, "expression": `http.path == "/x"`, "priority": 7}
	created := c.post(e+"/routes", body, 201)
	c.get(e+"/routes/"+created["id"].(string), 200)
	c.get(e+"/routes", 200)
	c.put(e+"/routes/"+idOne, body, 200)
	c.bad("POST", e+"/routes", fields{"expression": "a", "paths": []string{"/"}})
	c.bad("POST", e+"/routes", fields{"expression": "a", "priority": -1})
}

func upstreams(c *client) {
	_, e := c.plane("cp", nil)
	created := c.post(e+"/upstreams", fields{
		"name": "u", "algorithm": "consistent-hashing", "hash_on": "header", "hash_on_header": "x", "hash_fallback": "cookie", "hash_on_cookie": "c",
		"slots": 10, "host_header": "a.example", "use_srv_name": true, "tags": []string{"t"},
		"healthchecks": fields{"threshold": 0.5, "active": fields{
			"type": "https", "timeout": 0.5, "headers": fields{"x": []string{"y"}}, "https_sni": "a", "healthy": fields{"interval": 1.5},
		}},
	}, 201)
	c.post(e+"/upstreams", fields{"name": "v"}, 201)
	c.post(e+"/upstreams", fields{"name": "u"}, 400)
	for _, body := range []fields{
		{}, {"name": "w", "slots": 9}, {"name": "w", "algorithm": "x"}, {"name": "w", "x": 1}, {"name": "w", "hash_on": "x"},
		{"name": "w", "healthchecks": fields{"threshold": 101}},
		{"name": "w", "healthchecks": fields{"active": fields{"healthy": fields{"http_statuses": []int{99}}}}},
		{"name": "w", "healthchecks": fields{"passive": fields{"unhealthy": fields{"timeouts": 256}}}},
	} {
		c.bad("POST", e+"/upstreams", body)
		c.bad("PUT", e+"/upstreams/"+idOne, body)
	}
	lists(c, e+"/upstreams")
	item := e + "/upstreams/" + created["id"].(string)
	c.get(item, 200)
	c.get(e+"/upstreams/v", 200)
	c.get(e+"/upstreams/"+absent, 404)
	c.put(item, fields{"name": "u2"}, 200)
	c.put(e+"/upstreams/"+idOne, fields{"name": "u"}, 200)
	c.put(e+"/upstreams/"+idTwo, fields{"name": "u"}, 400)
	c.delete(item, 204)
	c.delete(e+"/upstreams/no-uuid", 400)
}

func targets(c *client) {
	_, e := c.plane("cp", nil)
	c.put(e+"/upstreams/"+idOne, fields{"name": "u"}, 200)
	path := e + "/upstreams/" + idOne + "/targets"
	created := c.post(path, fields{"target": "10.0.0.1", "weight": 0, "failover": true, "tags": []string{"t"}}, 201)
	c.post(path, fields{"target": "[::1]:80"}, 201)
	c.post(path, fields{"target": "10.0.0.1:8000"}, 400)
	for _, body := range []fields{{}, {"target": "a", "weight": 65536}, {"target": "a", "x": 1}, {"target": "a", "weight": "1"}} {
		c.bad("POST", path, body)
		c.bad("PUT", path+"/"+idTwo, body)
	}
	lists(c, path)
	lists(c, e+"/targets")
	item := path + "/" + created["id"].(string)
	c.get(item, 200)
	c.get(path+"/10.0.0.1:8000", 200)
	c.get(path+"/"+absent, 404)
	c.put(item, fields{"target": "10.0.0.2"}, 200)
	c.put(path+"/"+idTwo, fields{"target": "a.example:80"}, 200)
	c.put(path+"/"+idTwo, fields{"target": "10.0.0.2"}, 400)
	c.put(e+"/upstreams/"+absent+"/targets/"+idTwo, fields{"target": "a"}, 400)
	c.get(e+"/upstreams/"+absent+"/targets", 404)
	c.delete(path+"/a.example:80", 204)
	c.delete(path+"/"+absent, 204)
}

// listed are the collections that can only be read.
func listed(c *client) {
	path, e := c.plane("cp", nil)
	for _, collection := range []string{"mtls-auths", "custom-plugins", "partials"} {
		lists(c, e+"/"+collection)
	}
	for _, collection := range []string{"/config-stores", "/core-entities/plugin-schemas"} {
		c.get(path+collection, 200)
		c.get(planes+"/"+absent+collection, 404)
	}
}

// nulls shows unset fields as null, which the document allows at the top.
func nulls(c *client) {
	_, e := c.plane("cp", nil)
	c.post(e+"/services", fields{"host": "a"}, 201)
	c.post(e+"/routes", fields{"paths": []string{"/"}}, 201)
	c.put(e+"/upstreams/"+idOne, fields{"name": "u"}, 200)
	c.post(e+"/upstreams/"+idOne+"/targets", fields{"target": "a"}, 201)
	c.get(e+"/services", 200)
	require.NoError(c.t, c.srv.SetRouterFlavor(strings.Split(e, "/")[3], konnecttest.FlavorExpressions))
	c.post(e+"/routes", fields{"expression": "a"}, 201)
	c.put(e+"/consumers/"+idOne, fields{"custom_id": "c"}, 200)
	for credential, body := range credentials() {
		c.post(e+"/consumers/"+idOne+"/"+credential, body, 201)
	}
	pair := konnecttest.SelfSigned()
	c.post(e+"/certificates", fields{"cert": pair.Certificate, "key": pair.PrivateKey}, 201)
	c.post(e+"/keys", fields{"kid": "1", "jwk": jwk}, 201)
	c.post(e+"/key-sets", fields{}, 201)
	c.post(e+"/vaults", fields{"name": "env", "prefix": "my-env"}, 201)
}
