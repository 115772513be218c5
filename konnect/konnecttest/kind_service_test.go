package konnecttest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestServiceURL(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	for name, tc := range map[string]struct {
		reason   string
		body     map[string]any
		protocol string
		host     string
		port     float64
		path     any
	}{
		"https":          {"the port follows the scheme", map[string]any{"url": "https://a.example/x"}, "https", "a.example", 443, "/x"},
		"http":           {"the port follows the scheme", map[string]any{"url": "http://a.example"}, "http", "a.example", 80, nil},
		"port":           {"a port that is given stays", map[string]any{"url": "http://a.example:1027/x/y"}, "http", "a.example", 1027, "/x/y"},
		"wins over all":  {"the parts beside a url give way", map[string]any{"url": "https://a.example:1", "host": "", "port": 80, "protocol": "http", "path": "/x"}, "https", "a.example", 1, nil},
		"other protocol": {"any protocol of a service", map[string]any{"url": "grpc://a.example:5000"}, "grpc", "a.example", 5000, nil},
		"capitals":       {"a scheme is lower-case", map[string]any{"url": "HTTP://a.example"}, "http", "a.example", 80, nil},
		"IPv6":           {"brackets go", map[string]any{"url": "http://[::1]:1"}, "http", "::1", 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.do("POST", entities+"/services", tc.body)
			require.Equal(t, 201, got.Status, got.Raw)
			assert.Equal(t, tc.protocol, got.Body["protocol"], tc.reason)
			assert.Equal(t, tc.host, got.Body["host"], tc.reason)
			assert.InDelta(t, tc.port, got.Body["port"], 0, tc.reason)
			assert.Equal(t, tc.path, got.Body["path"], tc.reason)
			assert.NotContains(t, got.Body, "url", "url is write-only")
		})
	}
	for _, bad := range []string{"a.example", "://", "http://", "/x"} {
		got := c.do("POST", entities+"/services", map[string]any{"url": bad})
		assert.Equal(t, "url", field(got), bad)
	}
	assert.Equal(t, "protocol", field(c.do("POST", entities+"/services", map[string]any{"url": "ftp://a.example"})))
}

func TestServiceURLDecoded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reason string
		body   map[string]any
		opts   []konnecttest.Option
		path   string
	}{
		"as written":     {"the default", map[string]any{"url": "https://a.example/a%7Eb/c%2Dd?q=1"}, nil, "/a%7Eb/c%2Dd"},
		"decoded":        {"the option", map[string]any{"url": "https://a.example/a%7Eb/c%2Dd?q=1"}, []konnecttest.Option{konnecttest.WithDecodedURLPaths()}, "/a~b/c-d"},
		"path by itself": {"only a url is taken apart", map[string]any{"host": "a.example", "path": "/a%7Eb"}, []konnecttest.Option{konnecttest.WithDecodedURLPaths()}, "/a%7Eb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, tc.opts...)
			_, entities := c.plane(nil)
			got := c.do("POST", entities+"/services", tc.body)
			require.Equal(t, 201, got.Status, got.Raw)
			assert.Equal(t, tc.path, got.Body["path"], tc.reason)
		})
	}
}

func TestServiceRejections(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 129)
	tooMany := []string{}
	for i := range 21 {
		tooMany = append(tooMany, fmt.Sprintf("t%d", i))
	}
	reject(t, "/services", map[string]any{"host": "a.example"}, map[string]rejection{
		"no host":           {"a host is required", map[string]any{"host": nil}, "host: is required"},
		"empty host":        {"the SDK sends an empty host when it has none", map[string]any{"host": ""}, "host: length must be >= 1, but got 0; must be a valid hostname"},
		"host with port":    {"a host has no port", map[string]any{"host": "a:80"}, "host: must not have a port"},
		"host octet":        {"an octet is a byte", map[string]any{"host": "192.168.1.1000"}, "host: must be a valid IPv4 address"},
		"host three octets": {"digits and dots are an address", map[string]any{"host": "127.1"}, "host: must be a valid IPv4 address"},
		"host five octets":  {"digits and dots are an address", map[string]any{"host": "1.2.3.4.5"}, "host: must be a valid IPv4 address"},
		"host hyphen":       {"a label does not end with one", map[string]any{"host": "a-.b"}, "host: must be a valid hostname"},
		"host IPv6 zone":    {"the gateway reads none", map[string]any{"host": "fe80::1%eth0"}, "host: must be a valid IPv6 address"},
		"host IPv4 in IPv6": {"only targets are written out", map[string]any{"host": "::ffff:1.2.3.4"}, "host: must be a valid IPv6 address"},
		"url octet":         {"a url is no way round", map[string]any{"url": "http://192.168.1.300/x"}, "host: must be a valid IPv4 address"},
		"url path":          {"a path is as it is written", map[string]any{"url": "http://a.example/é"}, "path: must only have"},
		"host number":       {"a host is a text", map[string]any{"host": 7}, "host: expected string, but got number"},
		"name with space":   {"names have a narrow alphabet", map[string]any{"name": "a b"}, "name: must have only"},
		"empty name":        {"a name has characters", map[string]any{"name": ""}, "name: length must be >= 1"},
		"long name":         {"128 at most", map[string]any{"name": long}, "name: length must be <= 128, but got 129"},
		"protocol":          {"one of the known ones", map[string]any{"protocol": "ftp"}, `protocol: value must be one of`},
		"port too high":     {"16 bits", map[string]any{"port": 65536}, "port: must be <= 65535, but got 65536"},
		"port negative":     {"16 bits", map[string]any{"port": -1}, "port: must be >= 0, but got -1"},
		"port text":         {"a port is a number", map[string]any{"port": "80"}, "port: expected integer, but got string"},
		"port fraction":     {"a port is a whole number", map[string]any{"port": 80.5}, "port: expected integer, but got number"},
		"path relative":     {"paths begin with a slash", map[string]any{"path": "x"}, "path: must begin with /"},
		"path double slash": {"no empty segments", map[string]any{"path": "/x//y"}, "path: must not have empty segments"},
		"path characters":   {"RFC 3986", map[string]any{"path": "/x y"}, "path: must only have characters"},
		"path escape":       {"valid escapes", map[string]any{"path": "/%zz"}, "path: must only have characters"},
		"path with tcp":     {"streams have no paths", map[string]any{"path": "/x", "protocol": "tcp"}, ": path cannot be set when protocol is tcp"},
		"path with grpc":    {"gRPC has no paths", map[string]any{"path": "/x", "protocol": "grpcs"}, ": path cannot be set when protocol is grpcs"},
		"retries":           {"16 bits, signed", map[string]any{"retries": 32768}, "retries: must be <= 32767"},
		"timeout zero":      {"a millisecond at least", map[string]any{"connect_timeout": 0}, "connect_timeout: must be >= 1"},
		"timeout too long":  {"31 bits", map[string]any{"read_timeout": 2147483647}, "read_timeout: must be <= 2147483646"},
		"enabled text":      {"a boolean", map[string]any{"enabled": "yes"}, "enabled: expected boolean, but got string"},
		"tls_verify":        {"TLS only", map[string]any{"tls_verify": true}, ": tls_verify can be set only when protocol is https or tls"},
		"depth":             {"0 to 64", map[string]any{"tls_verify_depth": 65, "protocol": "https"}, "tls_verify_depth: must be <= 64"},
		"certificate":       {"TLS only", map[string]any{"client_certificate": map[string]any{"id": idOne}}, ": client_certificate can be set only"},
		"certificate no id": {"a reference has an ID", map[string]any{"client_certificate": map[string]any{}}, "client_certificate.id: is required"},
		"certificate id":    {"a reference is a UUID", map[string]any{"client_certificate": map[string]any{"id": "x"}, "protocol": "https"}, "client_certificate.id: must be a valid UUID"},
		"ca_certificates":   {"a list of UUIDs", map[string]any{"ca_certificates": []string{"x"}, "protocol": "https"}, "ca_certificates[0]: must be a valid UUID"},
		"tags no list":      {"a list", map[string]any{"tags": "x"}, "tags: expected array, but got string"},
		"tag long":          {"128 at most", map[string]any{"tags": []string{"ok", long}}, "tags[1]: length must be <= 128, but got 129"},
		"tag empty":         {"a tag has characters", map[string]any{"tags": []string{""}}, "tags[0]: length must be >= 1"},
		"tag comma":         {"filters use the comma", map[string]any{"tags": []string{"a,b"}}, "tags[0]: must be printable"},
		"tag slash":         {"filters use the slash", map[string]any{"tags": []string{"a/b"}}, "tags[0]: must be printable"},
		"tag null":          {"a tag is a text", map[string]any{"tags": []any{nil}}, "tags[0]: expected string, but got null"},
		"tags twice":        {"tags are a set", map[string]any{"tags": []string{"a", "a"}}, "tags: must not have the item a twice"},
		"tags many":         {"20 at most", map[string]any{"tags": tooMany}, "tags: must have at most 20 items, but got 21"},
	})
}

func TestServiceAccepts(t *testing.T) {
	t.Parallel()
	accept(t, "/services", map[string]any{"host": "a.example"}, map[string]map[string]any{
		"a unicode name":           {"name": "dienst-ä"},
		"an IP address as host":    {"host": "10.0.0.1"},
		"a label with a hyphen":    {"host": "-a.b"},
		"a name with a last dot":   {"host": "a.example."},
		"an IPv6 address":          {"host": "[2001:db8::1]"},
		"a name that has digits":   {"host": "1991.io"},
		"port 0":                   {"port": 0},
		"a whole number as float":  {"port": 80.0},
		"null for everything":      {"name": nil, "path": nil, "port": nil, "protocol": nil, "tags": nil, "client_certificate": nil, "url": nil},
		"TLS settings with tls":    {"protocol": "tls", "tls_verify": true, "tls_verify_depth": 0, "tls_sans": map[string]any{"dnsnames": []string{"a"}}},
		"tags in a wide alphabet":  {"tags": []string{"k8s-kind:KongService", "ärger & mehr"}},
		"an escaped path":          {"path": "/a%20b/"},
		"protocol ws with a path":  {"protocol": "ws", "path": "/x"},
		"an upper-case host":       {"host": "A.Example"},
		"an underscore in a label": {"host": "a_b.example"},
	})
}

func TestServiceCertificateReferences(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	body := map[string]any{
		"host": "a", "protocol": "https", "client_certificate": map[string]any{"id": idOne}, "ca_certificates": []string{idTwo},
	}
	assert.Equal(t, "client_certificate.id", field(c.do("POST", entities+"/services", body)))
	cert, ca := leaf(t), authority(t, time.Now().Add(time.Hour))
	require.Equal(t, 200, c.do("PUT", entities+"/certificates/"+idOne, map[string]any{"cert": cert.Cert, "key": cert.Key}).Status)
	assert.Equal(t, "ca_certificates", field(c.do("POST", entities+"/services", body)))
	require.Equal(t, 200, c.do("PUT", entities+"/ca_certificates/"+idTwo, map[string]any{"cert": ca.Cert}).Status)
	assert.Equal(t, 201, c.do("POST", entities+"/services", body).Status)
	require.ErrorContains(t, c.srv.Delete(id, "certificates", idOne), "as service references this value")
	require.ErrorContains(t, c.srv.Delete(id, "ca_certificates", idTwo), "as service references this value")
}

func TestServiceOptions(t *testing.T) {
	t.Parallel()
	t.Run("zero retries", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, konnecttest.WithZeroRetriesUnset())
		_, entities := c.plane(nil)
		assert.InDelta(t, 5, c.do("POST", entities+"/services", map[string]any{"host": "a", "retries": 0}).Body["retries"], 0)
	})
	t.Run("narrow tags", func(t *testing.T) {
		t.Parallel()
		reject(t, "/services", map[string]any{"host": "a"}, map[string]rejection{
			"ampersand": {"outside the alphabet", map[string]any{"tags": []string{"a&b"}}, "tags[0]: must have only"},
			"too many":  {"the older limit", map[string]any{"tags": []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}}, "at most 8 items"},
		}, konnecttest.WithNarrowTags(), konnecttest.WithTagLimit(8))
		accept(t, "/services", map[string]any{"host": "a"}, map[string]map[string]any{
			"inner spaces and colons": {"tags": []string{"a b:c", "k8s-uid:1-2.3_4~5"}},
		}, konnecttest.WithNarrowTags())
	})
	t.Run("null fields", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, konnecttest.WithNullFields())
		_, entities := c.plane(nil)
		got := c.do("POST", entities+"/services", map[string]any{"host": "a"})
		assert.Contains(t, got.Body, "tags")
		assert.Nil(t, got.Body["tags"])
		assert.Contains(t, got.Body, "client_certificate")
		assert.NotContains(t, got.Body, "url")
		got = c.do("POST", entities+"/routes", map[string]any{"paths": []string{"/"}})
		assert.Contains(t, got.Body, "hosts")
		assert.NotContains(t, got.Body, "expression", "a field of the other form of route")
		got = c.do("PUT", entities+"/upstreams/u", map[string]any{})
		assert.Contains(t, got.Body["healthchecks"].(map[string]any)["active"], "headers")
	})
}
