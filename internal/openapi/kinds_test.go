package openapi_test

import (
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// jwk is a public key, not of a length that anybody uses.
const jwk = `{"kty":"RSA","kid":"1","n":"0vx7agoebGcQ","e":"AQAB"}`

// crud goes through all that can be done with the entities of a path: one of the first body
// is created, and one of the second put in its place. The wrong ones break the document.
func crud(c *client, path string, first, second fields, wrong ...fields) {
	created := c.post(path, first, 201)
	for _, body := range wrong {
		c.bad("POST", path, body)
		c.bad("PUT", path+"/"+idTwo, body)
	}
	lists(c, path)
	item := path + "/" + created["id"].(string)
	c.get(item, 200)
	c.get(path+"/"+absent, 404)
	c.put(item, second, 200)
	c.delete(item, 204)
	c.put(path+"/"+idTwo, first, 200)
	c.delete(path+"/"+idTwo, 204)
	c.delete(path+"/"+absent, 204)
}

func consumers(c *client) {
	_, e := c.plane("cp", nil)
	crud(c, e+"/consumers", fields{"username": "u", "custom_id": "i", "tags": []string{"t"}}, fields{"custom_id": "i"},
		fields{"username": 1}, fields{"username": "u", "x": 1})
	c.post(e+"/consumers", fields{"username": "alice", "custom_id": "1"}, 201)
	c.post(e+"/consumers", fields{"username": "alice"}, 400)
	c.post(e+"/consumers", fields{}, 400)
	c.get(e+"/consumers/alice", 200)
	c.put(e+"/consumers/bob", fields{}, 200)
	c.get(e+"/consumers?custom_id=1", 200)
	c.get(e+"/consumers?filter[name][eq]=alice&filter[name][contains]=a", 200)
	c.delete(e+"/consumers/alice", 400)
}

func consumerGroups(c *client) {
	_, e := c.plane("cp", nil)
	crud(c, e+"/consumer_groups", fields{"name": "g", "tags": []string{"t"}}, fields{"name": "h"}, fields{}, fields{"name": 1})
	c.put(e+"/consumer_groups/"+idOne, fields{"name": "gold"}, 200)
	c.put(e+"/consumers/"+idOne, fields{"username": "alice"}, 200)
	c.put(e+"/consumers/"+idTwo, fields{"username": "bob"}, 200)
	members, groups := e+"/consumer_groups/"+idOne+"/consumers", e+"/consumers/"+idOne+"/consumer_groups"
	c.post(members, fields{"consumer": idOne}, 201)
	c.post(members, fields{"consumer": "bob"}, 201)
	c.post(members, fields{"consumer": idOne}, 400)
	c.post(members, fields{"consumer": absent}, 404)
	c.bad("POST", members, fields{"consumer": 1})
	lists(c, members)
	lists(c, groups)
	c.get(e+"/consumer_groups/"+idOne+"?list_consumers=true", 200)
	c.get(e+"/consumer_groups/"+absent+"/consumers", 404)
	c.delete(members+"/"+idOne, 204)
	c.delete(members+"/"+idOne, 204)
	c.delete(members, 204)
	c.delete(members, 404)
	c.post(groups, fields{"group": "gold"}, 201)
	c.post(groups, fields{"group": idOne}, 400)
	c.post(groups, fields{"group": absent}, 404)
	c.delete(groups+"/"+idOne, 204)
	c.delete(groups, 404)
	c.post(groups, fields{"group": idOne}, 201)
	c.delete(groups, 204)
}

// credentials are one of each kind, by the segment of their path below a consumer.
func credentials() map[string]fields {
	return map[string]fields{
		"key-auth":   {"key": "k", "tags": []string{"t"}},
		"basic-auth": {"username": "u", "password": "p"},
		"hmac-auth":  {"username": "u"},
		"jwt":        {"algorithm": "HS512"},
		"acls":       {"group": "g"},
	}
}

func credentialsOfConsumers(c *client) {
	_, e := c.plane("cp", nil)
	c.put(e+"/consumers/"+idOne, fields{"username": "alice"}, 200)
	flat := map[string]string{"acls": "acls", "jwt": "jwts"}
	for segment, body := range credentials() {
		path, all := e+"/consumers/"+idOne+"/"+segment, flat[segment]
		if all == "" {
			all = segment + "s"
		}
		wrong := []fields{{"tags": "t"}, {"group": 1}, {"username": 1, "key": 1}}
		crud(c, path, body, body, wrong...)
		created := c.put(path+"/"+idTwo, body, 200)
		lists(c, e+"/"+all)
		c.get(e+"/"+all+"/"+created["id"].(string), 200)
		c.get(e+"/"+all+"/"+absent, 404)
		c.post(e+"/consumers/"+absent+"/"+segment, body, 400)
		c.get(e+"/consumers/"+absent+"/"+segment, 404)
	}
	c.post(e+"/consumers/"+idOne+"/jwt", fields{"algorithm": "RS256"}, 400)
	c.post(e+"/consumers/"+idOne+"/key-auth", fields{"ttl": 60}, 201)
	c.post(e+"/consumers/"+idOne+"/key-auth", fields{"key": "k"}, 400)
}

func certificates(c *client) {
	_, e := c.plane("cp", nil)
	pair, other := konnecttest.SelfSigned("a.example"), konnecttest.SelfSigned()
	body := fields{"cert": pair.Certificate, "key": pair.PrivateKey, "description": "d", "managed_by": fields{"x": 1}}
	crud(c, e+"/certificates", body, fields{"vault": "{vault://env/pair}", "cert": "", "key": ""}, fields{}, fields{"cert": pair.Certificate})
	c.post(e+"/certificates", fields{"cert": pair.Certificate, "key": other.PrivateKey}, 400)
	c.put(e+"/certificates/"+idOne, body, 200)
	for _, path := range []string{e + "/snis", e + "/certificates/" + idOne + "/snis"} {
		sni := fields{"name": "a.example", "certificate": fields{"id": idOne}, "tags": []string{"t"}}
		crud(c, path, sni, fields{"name": "b.example", "certificate": fields{"id": idOne}}, fields{}, fields{"name": 1})
		c.put(path+"/*.example", fields{"name": "*.example", "certificate": fields{"id": idOne}}, 200)
		c.get(path+"/*.example", 200)
		c.post(path, fields{"name": "*.example", "certificate": fields{"id": idOne}}, 400)
	}
	c.post(e+"/snis", fields{"name": "c.example", "certificate": fields{"id": absent}}, 400)
	c.bad("POST", e+"/snis", fields{"name": "c.example"})
	c.put(e+"/services/"+idOne, fields{"host": "a", "protocol": "https", "client_certificate": fields{"id": idOne}}, 200)
	c.delete(e+"/certificates/"+idOne, 400)

	ca, otherCA := konnecttest.SelfSignedCA("ca"), konnecttest.SelfSignedCA("ca")
	crud(c, e+"/ca_certificates", fields{"cert": ca.Certificate}, fields{"cert": otherCA.Certificate, "cert_digest": "x"}, fields{})
	c.put(e+"/ca_certificates/"+idOne, fields{"cert": ca.Certificate}, 200)
	c.post(e+"/ca_certificates", fields{"cert": ca.Certificate}, 400)
	c.put(e+"/services/"+idTwo, fields{"host": "a", "protocol": "https", "ca_certificates": []string{idOne}}, 200)
	c.delete(e+"/ca_certificates/"+idOne, 400)
}

func keys(c *client) {
	_, e := c.plane("cp", nil)
	crud(c, e+"/key-sets", fields{"name": "s", "tags": []string{"t"}}, fields{}, fields{"name": 1}, fields{"x": 1})
	c.put(e+"/key-sets/"+idOne, fields{"name": "s"}, 200)
	c.get(e+"/key-sets/s", 200)
	pair := konnecttest.SelfSigned()
	for _, path := range []string{e + "/keys", e + "/key-sets/" + idOne + "/keys"} {
		key := fields{"kid": "1", "name": "k", "jwk": jwk, "set": fields{"id": idOne}}
		crud(c, path, key, fields{"kid": "1", "pem": fields{"private_key": pair.PrivateKey}}, fields{}, fields{"kid": 1})
		c.put(path+"/k", key, 200)
		c.get(path+"/k", 200)
		c.post(path, fields{"kid": "2"}, 400)
		c.post(path, key, 400)
		c.delete(path+"/"+c.get(path+"/k", 200)["id"].(string), 204)
	}
}

func vaults(c *client) {
	_, e := c.plane("cp", nil)
	crud(c, e+"/vaults", fields{"name": "hcv", "prefix": "my-hcv", "description": "d", "config": fields{"host": "vault.example", "token": "example"}},
		fields{"name": "env", "prefix": "my-env"}, fields{}, fields{"name": "env"})
	c.put(e+"/vaults/my-env", fields{"name": "env", "prefix": "my-env"}, 200)
	c.get(e+"/vaults/my-env", 200)
	c.post(e+"/vaults", fields{"name": "env", "prefix": "my-env"}, 400)
	c.post(e+"/vaults", fields{"name": "env", "prefix": "env"}, 400)
}

func dataPlaneCertificates(c *client) {
	path, _ := c.plane("group", fields{"cluster_type": "CLUSTER_TYPE_CONTROL_PLANE_GROUP"})
	pinned := path + "/dp-client-certificates"
	cert := konnecttest.SelfSigned().Certificate
	created := c.post(pinned, fields{"cert": cert, "title": "t"}, 201)["item"].(fields)
	c.bad("POST", pinned, fields{"title": "t"})
	c.post(pinned, fields{"cert": "x"}, 400)
	c.get(pinned, 200)
	item := pinned + "/" + created["id"].(string)
	c.get(item, 200)
	c.get(pinned+"/"+absent, 404)
	c.put(item, fields{"cert": cert}, 200)
	c.put(pinned+"/"+absent, fields{"cert": cert}, 404)
	c.put(item, fields{"cert": "x"}, 400)
	c.delete(item, 204)
	c.delete(item, 204)
	c.get(planes+"/"+absent+"/dp-client-certificates", 404)
	c.post(planes+"/"+absent+"/dp-client-certificates", fields{"cert": cert}, 404)
}

func plugins(c *client) {
	_, e := c.plane("cp", nil)
	c.put(e+"/services/"+idOne, fields{"host": "a"}, 200)
	c.put(e+"/routes/"+idOne, fields{"paths": []string{"/"}}, 200)
	c.put(e+"/consumers/"+idOne, fields{"username": "u"}, 200)
	c.put(e+"/consumer_groups/"+idOne, fields{"name": "g"}, 200)
	limit := fields{
		"name": "rate-limiting", "instance_name": "limit", "enabled": false, "protocols": []string{"http"}, "tags": []string{"t"},
		"config": fields{"minute": 5}, "ordering": fields{"before": fields{"access": []string{"cors"}}},
	}
	for _, parent := range []string{"", "/services/", "/routes/", "/consumers/", "/consumer_groups/"} {
		path := e + "/plugins"
		if parent != "" {
			path = e + parent + idOne + "/plugins"
		}
		crud(c, path, limit, fields{"name": "correlation-id"}, fields{}, fields{"name": "cors", "x": 1}, fields{"name": "cors", "config": "x"})
		c.post(path, fields{"name": "rate-limiting"}, 400)
	}
	c.get(e+"/plugins?filter[name][eq]=cors&filter[name][contains]=c", 200)
	c.get(e+"/schemas/plugins/rate-limiting", 200)
	c.get(e+"/schemas/plugins/mine", 404)
}
