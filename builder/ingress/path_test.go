package ingress_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/resolve/routing"
)

// TestPathTypes has what the documentation of Ingress says of paths, and Kong's way to
// write regular expressions.
func TestPathTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason, kind, path string
		takes, leaves      []string
	}{
		{"the root is a prefix of all", "Prefix", "/", []string{"/", "/a", "/a/b"}, nil},
		{"elements are whole", "Prefix", "/foo", []string{"/foo", "/foo/", "/foo/bar"}, []string{"/", "/foobar", "/bar/foo", "/fo"}},
		{"a slash at the end does not matter", "Prefix", "/foo/", []string{"/foo", "/foo/", "/foo/x"}, []string{"/foobar"}},
		{"several elements", "Prefix", "/aaa/bbb", []string{"/aaa/bbb", "/aaa/bbb/", "/aaa/bbb/ccc"}, []string{"/aaa/bbbxyz", "/aaa", "/aaa/bb"}},
		{"exact", "Exact", "/foo", []string{"/foo", "/foo?x=1"}, []string{"/foo/", "/foo/bar", "/Foo", "/bar"}},
		{"exact with a slash", "Exact", "/foo/", []string{"/foo/"}, []string{"/foo", "/foo/x"}},
		{"the exact root", "Exact", "/", []string{"/", "/?q"}, []string{"/a"}},
		{"a dot is a dot", "Exact", "/a.b+c", []string{"/a.b+c"}, []string{"/axb+c", "/a.bbc"}},
		{"dollars and brackets are no syntax", "Prefix", "/$(x)/[y]", []string{"/$(x)/[y]", "/$(x)/[y]/z"}, []string{"/x"}},
		{"escapes are undone as in requests", "Prefix", "/a%7Eb/%c3%a9", []string{"/a~b/%C3%A9", "/a%7eb/é/x"}, []string{"/a%257Eb"}},
		{"a reserved character stays escaped", "Exact", "/a%2fb", []string{"/a%2fb", "/a%2Fb"}, []string{"/a/b"}},
		{"Kong's own prefix is one of text", "ImplementationSpecific", "/foo", []string{"/foo", "/foobar", "/foo/bar"}, []string{"/fo", "/x/foo"}},
		{"no path is the root", "ImplementationSpecific", "", []string{"/", "/a"}, nil},
		{"a regular expression", "ImplementationSpecific", `/~/v\d+/(?<name>[a-z]+)$`, []string{"/v1/users", "/v22/a"}, []string{"/v/users", "/v1/users/", "/x/v1/users"}},
	} {
		in := read(t, services("echo")+fmt.Sprintf(`
---
kind: Ingress
metadata: {namespace: shop, name: web}
spec:
  rules:
  - host: example.com
    http: {paths: [{path: '%s', pathType: %s, backend: {service: {name: echo, port: {number: 80}}}}]}
`, c.path, c.kind))
		for priority, router := range routers(t, accepted(t, in)) {
			for want, paths := range map[bool][]string{true: c.takes, false: c.leaves} {
				for _, path := range paths {
					_, got := router.Match(routing.Request{Host: "example.com", Path: path})
					assert.Equal(t, want, got, "%s: %s %s, %s", c.reason, c.kind, path, priority)
				}
			}
		}
	}
}

func TestPathsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ reason, kind, path, want string }{
		{"no slash", "Exact", "foo", `path: Invalid value: "foo": must begin with /`},
		{"nothing", "Prefix", "", "must begin with /"},
		{"empty elements are merged in requests", "Prefix", "/a//b", "write /a/b"},
		{"so are dots", "Exact", "/a/../b", "write /b"},
		{"a query", "Exact", "/a?b", "without query and fragment"},
		{"another type", "Glob", "/a*", `pathType: Unsupported value: "Glob"`},
		{"look-around", "ImplementationSpecific", "/~/a(?!b)", "look-around"},
		{"an open group", "ImplementationSpecific", "/~/a(b", "not closed"},
		{"no slash in an expression", "ImplementationSpecific", "/~a.*", "must start with ~/"},
		{"not utf-8", "Exact", "/%ff", "UTF-8"},
	} {
		in := read(t, services("echo")+fmt.Sprintf(`
---
kind: Ingress
metadata: {namespace: shop, name: web}
spec:
  rules:
  - http:
      paths:
      - {path: '%s', pathType: %s, backend: {service: {name: echo, port: {number: 80}}}}
      - {path: /fine, pathType: Exact, backend: {service: {name: echo, port: {number: 80}}}}
`, c.path, c.kind))
		result := translate(t, in)
		require.ErrorContains(t, result.Err(), "spec.rules[0].http.paths[0].path", c.reason)
		require.ErrorContains(t, result.Err(), c.want, c.reason)
		assert.Len(t, result.Ingresses[0].Routes, 1, "%s: the other path is translated", c.reason)
	}
}

// TestUpstreamPaths shows what a Service is asked for.
func TestUpstreamPaths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ reason, annotations, service, request, want string }{
		{"the path stays", ``, ``, "/shop/cart", "/shop/cart"},
		{"the matched path goes", `konghq.com/strip-path: "true"`, ``, "/shop/cart", "/cart"},
		{"all of it", `konghq.com/strip-path: "true"`, ``, "/shop", "/"},
		{"with its slash", `konghq.com/strip-path: "true"`, ``, "/shop/", "/"},
		{"a path of the Service comes before", `konghq.com/strip-path: "true"`, `konghq.com/path: /v1`, "/shop/cart", "/v1/cart"},
		{"also where the path stays", ``, `konghq.com/path: /v1`, "/shop", "/v1/shop"},
	} {
		in := read(t, services("echo")+"\n---\n"+echoed(c.annotations))
		if c.service != "" {
			in.Services[0].Annotations = map[string]string{"konghq.com/path": "/v1"}
		}
		for _, router := range routers(t, accepted(t, in)) {
			match, ok := router.Match(routing.Request{Host: "example.com", Path: c.request})
			require.True(t, ok, c.reason)
			assert.Equal(t, c.want, match.UpstreamPath, c.reason)
		}
	}
}
