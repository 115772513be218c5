package konnect_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestAddressesAreWrittenOnce has addresses with zeros and a url with escapes, which
// Konnect stores otherwise than they are written.
func TestAddressesAreWrittenOnce(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	client := newClient(t, server)
	objects := func() []crd.Object {
		service := builder.NewService("by-host").ControlPlane("gw").Host("placeholder").MustBuild()
		service.Spec.Host = "010.0.0.1"
		byURL := builder.NewService("by-url").ControlPlane("gw").Host("unused.example").MustBuild()
		byURL.Spec.URL = new("https://010.0.0.1/a%7Eb/c%2Dd")
		route := builder.NewRoute("route").Service("by-host").Protocols("http").Paths("/").MustBuild()
		route.Spec.Hosts = []string{"010.0.0.1", "010.0.0.1:8080", "name.example"}
		upstream := builder.NewUpstream("upstream").ControlPlane("gw").MustBuild()
		upstream.Spec.HostHeader = new("010.0.0.1:80")
		target := builder.NewTarget("target").Upstream("upstream").Target("placeholder").MustBuild()
		target.Spec.Target = "010.0.0.1"
		return []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild(), service, byURL, route, upstream, target}
	}
	_, err := client.Ensure(t.Context(), objects())
	require.NoError(t, err)
	gw := planeID(t, server, "gw")
	for collection, fields := range map[string]map[string]any{
		"routes":    {"hosts": []any{"10.0.0.1", "10.0.0.1:8080", "name.example"}},
		"upstreams": {"host_header": "10.0.0.1:80"},
		"targets":   {"target": "10.0.0.1:8000"},
	} {
		entities := server.Entities(gw, collection)
		require.Len(t, entities, 1)
		for name, want := range fields {
			assert.Equal(t, want, entities[0][name], collection)
		}
	}
	for _, entity := range server.Entities(gw, "services") {
		assert.Equal(t, "10.0.0.1", entity["host"])
		if entity["name"] == "by-url" {
			assert.Equal(t, "/a%7Eb/c%2Dd", entity["path"])
		}
	}

	server.ResetLog()
	report, err := client.Ensure(t.Context(), objects())
	require.NoError(t, err)
	assert.Equal(t, repeat(konnect.ActionUnchanged, 6), actions(report))
	assert.Zero(t, server.Writes())
}

// TestMessagesSayWhatIsWrongWithAddressesAndPaths, and what to write instead.
func TestMessagesSayWhatIsWrongWithAddressesAndPaths(t *testing.T) {
	t.Parallel()
	const tilde = "a regular expression starts with ~/"
	client, err := konnect.NewClient()
	require.NoError(t, err)
	target := func(address string) crd.Object {
		obj := builder.NewTarget("t").Upstream("u").Target("placeholder").MustBuild()
		obj.Spec.Target = address
		return obj
	}
	host := func(host string) crd.Object {
		obj := builder.NewService("s").ControlPlane("gw").Host("placeholder").MustBuild()
		obj.Spec.Host = host
		return obj
	}
	route := func(change func(r *builder.Route)) crd.Object {
		r := builder.NewRoute("r").ControlPlane("gw").Protocols("http")
		change(r)
		return r.MustBuild()
	}
	path := func(path string) crd.Object { return route(func(r *builder.Route) { r.Paths(path) }) }
	for reason, c := range map[string]struct {
		obj   crd.Object
		wants []string
	}{
		"a port and a path": {target("api.example.com:80/path"), []string{"spec.target: ", "without a scheme and a path"}},
		"a scheme":          {target("http://api.example.com"), []string{"spec.target: ", "without a scheme and a path"}},
		"out of range":      {target("192.168.1.300:8080"), []string{"only digits and dots", "four numbers up to 255"}},
		"a host's scheme":   {host("http://api.example.com"), []string{"spec.host: ", "spec.url the whole"}},
		"a host's port":     {host("api.example.com:80"), []string{"spec.port holds the port"}},
		"a route's scheme": {route(func(r *builder.Route) { r.Hosts("https://example.com") }),
			[]string{"spec.hosts[0]: ", "without a scheme and a path"}},
		"a parameter":          {path("/users/{id}"), []string{"spec.paths[0]: ", tilde}},
		"alternatives":         {path("/foo(/|$)(.*)"), []string{tilde}},
		"no slash":             {path(`.*\.do`), []string{tilde}},
		"look-around":          {path("~/a(?!b)"), []string{"look-around, (?!, does not exist in the default router traditional_compatible", "flavor traditional"}},
		"a back-reference":     {path(`~/(a)\1`), []string{"back-reference", "flavor traditional"}},
		"empty segments":       {path("~/go/https?://.*$"), []string{"must not contain //", "/+ stands for"}},
		"not normal":           {path("/a%20b"), []string{"must be normalised", ": /a b"}},
		"a method with a dash": {route(func(r *builder.Route) { r.Methods("M-SEARCH") }), []string{"spec.methods[0]: ", "M-SEARCH", "letters A to Z alone"}},
		"a method in lower case": {route(func(r *builder.Route) { r.Methods("get") }),
			[]string{"must be in upper case for konnect: GET"}},
	} {
		_, err := client.Plan(t.Context(), []crd.Object{c.obj})
		require.Error(t, err, reason)
		var text string
		for line := range strings.SplitSeq(err.Error(), "\n") {
			if strings.HasPrefix(line, "validate "+crd.KeyOf(c.obj).String()) {
				text += line
			}
		}
		for _, want := range c.wants {
			assert.Contains(t, text, want, reason)
		}
	}
}
