package konnect_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// exported is a control plane that is filled as if by hand, and then exported.
type exported struct {
	testing.TB
	server *konnecttest.Server
	net    *network
	plane  string
	r      *rand.Rand
	// secrets are all values that must be nowhere but among the secrets.
	secrets []string
	// hashed is how many entities hold nothing but a hash.
	hashed int
}

func newExported(t testing.TB, seed uint64, opts ...konnecttest.Option) *exported {
	t.Helper()
	x := &exported{TB: t, server: konnecttest.NewServer(opts...), r: rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // it is to be repeated
	x.net = newNetwork(x.server)
	x.plane = x.addPlane("Prod Gateway")
	return x
}

func (x *exported) addPlane(name string) string {
	x.Helper()
	id, err := x.server.AddControlPlane("", map[string]any{"name": name})
	require.NoError(x, err)
	return id
}

func (x *exported) put(collection string, entity map[string]any) map[string]any {
	x.Helper()
	stored, err := x.server.Put(x.plane, collection, entity)
	require.NoError(x, err, "%s %v", collection, entity)
	return stored
}

// ref is a reference to an entity.
func ref(entity map[string]any) map[string]any { return map[string]any{"id": entity["id"]} }

// secret is a value that is not told to anybody.
func (x *exported) secret() string {
	value := fmt.Sprintf("example-secret-x%016x", x.r.Uint64())
	x.secrets = append(x.secrets, value)
	return value
}

// maybe sets a field in half of all cases.
func (x *exported) maybe(entity map[string]any, field string, values ...any) {
	if x.r.IntN(2) == 0 {
		entity[field] = values[x.r.IntN(len(values))]
	}
}

func (x *exported) keyPair(name string) konnecttest.KeyPair {
	pair := konnecttest.SelfSigned(name)
	lines := strings.Split(pair.PrivateKey, "\n")
	x.secrets = append(x.secrets, lines[2])
	return pair
}

// fill puts some entities of every kind into the control plane.
func (x *exported) fill() {
	x.Helper()
	var services, routes, consumers, groups []map[string]any
	pair := x.keyPair("client.example.com")
	certificate := x.put("certificates", map[string]any{"cert": pair.Certificate, "key": pair.PrivateKey, "tags": []any{"tls"}})
	authority := x.put("ca_certificates", map[string]any{"cert": lastingAuthority})
	for _, name := range []string{"a.example.com", "*.example.net"} {
		x.put("snis", map[string]any{"name": name, "certificate": ref(certificate)})
	}
	x.put("certificates", map[string]any{"cert": "{vault://env/cert}", "key": "{vault://env/key}"})
	for i := range 2 + x.r.IntN(3) {
		upstream := map[string]any{"name": fmt.Sprintf("up-%d.internal", i)}
		x.maybe(upstream, "algorithm", "least-connections", "round-robin", "latency")
		x.maybe(upstream, "slots", 10000, 500)
		x.maybe(upstream, "client_certificate", ref(certificate))
		x.maybe(upstream, "healthchecks", map[string]any{"active": map[string]any{"timeout": 2.5}},
			map[string]any{"threshold": 10.5, "passive": map[string]any{"unhealthy": map[string]any{"http_failures": 3}}})
		if i == 0 {
			upstream["healthchecks"] = map[string]any{"active": map[string]any{"headers": map[string]any{"Authorization": []any{x.secret()}}}}
		}
		if x.r.IntN(2) == 0 {
			upstream["hash_on"], upstream["hash_on_cookie"], upstream["hash_on_cookie_path"] = "cookie", "c", "/"
		}
		of := x.put("upstreams", upstream)
		for j := range x.r.IntN(3) {
			target := map[string]any{"target": fmt.Sprintf("10.0.%d.%d:8080", i, j), "upstream": ref(of)}
			x.maybe(target, "weight", 0, 100, 7)
			x.put("targets", target)
		}
		service := map[string]any{"name": fmt.Sprintf("Service_%d", i), "host": upstream["name"]}
		x.maybe(service, "protocol", "https", "http", "grpc")
		x.maybe(service, "port", 80, 8443)
		x.maybe(service, "tags", []any{"b", "a"}, []any{"team:x"})
		x.maybe(service, "enabled", false, true)
		if service["protocol"] == "https" {
			x.maybe(service, "client_certificate", ref(certificate))
			x.maybe(service, "ca_certificates", []any{authority["id"]})
			x.maybe(service, "tls_sans", map[string]any{"dnsnames": []any{"x.example.com"}})
		}
		services = append(services, x.put("services", service))
	}
	services = append(services, x.put("services", map[string]any{"host": "nameless.example.com", "path": "/x"}))
	for i := range 3 + x.r.IntN(4) {
		route := map[string]any{"paths": []any{fmt.Sprintf("/p%d", i), "~/r$"}}
		x.maybe(route, "name", fmt.Sprintf("route-%d", i))
		x.maybe(route, "service", ref(services[x.r.IntN(len(services))]))
		x.maybe(route, "methods", []any{"POST", "GET"})
		x.maybe(route, "headers", map[string]any{"x-b": []any{"2", "1"}})
		x.maybe(route, "hosts", []any{"b.example.com", "a.example.com"})
		x.maybe(route, "protocols", []any{"http"}, []any{"https", "http"})
		x.maybe(route, "strip_path", false)
		x.maybe(route, "regex_priority", 5)
		x.maybe(route, "tags", []any{"team:x"})
		routes = append(routes, x.put("routes", route))
	}
	x.put("routes", map[string]any{"protocols": []any{"tcp"}, "destinations": []any{map[string]any{"port": 5000}}, "service": nil})
	for i := range 2 {
		groups = append(groups, x.put("consumer_groups", map[string]any{"name": fmt.Sprintf("Gold~%d", i), "tags": []any{"g"}}))
	}
	for i := range 2 + x.r.IntN(3) {
		consumer := map[string]any{"custom_id": fmt.Sprintf("id %d", i)}
		x.maybe(consumer, "username", fmt.Sprintf("user%d@somewhere.example.com", i))
		consumers = append(consumers, x.put("consumers", consumer))
	}
	x.join(consumers[0], groups[0], groups[1])
	x.join(consumers[1], groups[1])
	x.credentials(consumers)
	x.plugins(services, routes, consumers, groups)
	x.keysAndVaults()
	for range 2 {
		x.put("dp-client-certificates", map[string]any{"cert": konnecttest.SelfSigned("data plane").Certificate})
	}
}

// join makes a consumer a member of groups.
func (x *exported) join(consumer map[string]any, groups ...map[string]any) {
	x.Helper()
	for _, group := range groups {
		x.post(fmt.Sprintf("consumers/%s/consumer_groups", consumer["id"]), map[string]any{"group": group["id"]})
	}
}

func (x *exported) post(path string, body any) {
	x.Helper()
	raw, err := json.Marshal(body)
	require.NoError(x, err)
	req, err := http.NewRequestWithContext(x.Context(), http.MethodPost, "https://"+usHost+"/v2/control-planes/"+x.plane+"/core-entities/"+path, bytes.NewReader(raw))
	require.NoError(x, err)
	req.Header.Set("Authorization", "Bearer "+x.server.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := serve(x.server, req)
	require.NoError(x, err)
	require.NoError(x, res.Body.Close())
	require.Equal(x, http.StatusCreated, res.StatusCode)
}

func (x *exported) credentials(consumers []map[string]any) {
	x.Helper()
	long := strings.Repeat("long", 60) // so that the names of objects are cut
	for i, consumer := range consumers {
		of := ref(consumer)
		for range 1 + x.r.IntN(2) {
			x.put("key-auths", map[string]any{"key": x.secret(), "consumer": of})
		}
		x.put("acls", map[string]any{"group": fmt.Sprintf("group %d", i), "consumer": of})
		x.put("jwts", map[string]any{"key": fmt.Sprintf("issuer-%d", i), "secret": x.secret(), "consumer": of})
		x.put("hmac-auths", map[string]any{"username": fmt.Sprintf("hmac-%d-%s", i, long), "secret": x.secret(), "consumer": of})
	}
	x.put("basic-auths", map[string]any{"username": "basic", "password": x.secret(), "consumer": ref(consumers[0])})
	x.hashed++
}

func (x *exported) plugins(services, routes, consumers, groups []map[string]any) {
	x.Helper()
	limit := map[string]any{"minute": 5, "policy": "redis", "redis": map[string]any{"host": "redis.example.com", "password": x.secret()}}
	x.put("plugins", map[string]any{"name": "rate-limiting", "config": limit, "service": ref(services[0]), "tags": []any{"b", "a"}})
	x.put("plugins", map[string]any{"name": "rate-limiting", "instance_name": "second", "config": map[string]any{"minute": 5, "policy": "local"}, "consumer": ref(consumers[0]), "route": ref(routes[0])})
	x.put("plugins", map[string]any{"name": "cors", "enabled": false, "config": map[string]any{"origins": []any{"https://a.example.com"}, "max_age": 3600}})
	x.put("plugins", map[string]any{"name": "key-auth", "config": map[string]any{"key_names": []any{"apikey"}}, "route": ref(routes[1])})
	x.put("plugins", map[string]any{"name": "request-transformer", "protocols": []any{"http"}, "consumer_group": ref(groups[0])})
}

func (x *exported) keysAndVaults() {
	x.Helper()
	set := x.put("key-sets", map[string]any{"name": "Keys"})
	x.put("keys", map[string]any{"name": "signing", "kid": "1", "set": ref(set), "jwk": fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","kid":"1","x":"AA","d":%q}`, x.secret())})
	x.put("keys", map[string]any{"kid": "2", "jwk": "{vault://env/jwk}"})
	x.put("vaults", map[string]any{"name": "env", "prefix": "my-env", "config": map[string]any{"prefix": "KONG_"}, "description": "d"})
	x.put("vaults", map[string]any{"name": "hcv", "prefix": "hcv1", "config": map[string]any{"host": "vault.example.com", "token": x.secret()}})
}

// export exports the control plane, and writes it down.
func (x *exported) export(opts ...konnect.ExportOption) (e *konnect.Export, objects, secrets string) {
	x.Helper()
	e, err := x.net.client(x).Export(x.Context(), konnect.ControlPlaneSelector{ID: x.plane}, opts...)
	require.NoError(x, err)
	return e, encoded(x, e.Objects), encoded(x, e.Secrets)
}

func encoded(t testing.TB, objects []crd.Object) string {
	t.Helper()
	var text strings.Builder
	require.NoError(t, manifest.Encode(&text, objects...))
	return text.String()
}
