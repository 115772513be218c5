package ingress_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/ingress"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

func TestIngressAnnotations(t *testing.T) {
	t.Parallel()
	plain := of[*configurationv1alpha1.KongRoute](accepted(t, read(t, services("echo")+"\n---\n"+echoed(""))))[0]
	assert.Equal(t, []string{"http", "https"}, plain.Spec.Protocols)
	assert.Equal(t, []string{"example.com"}, plain.Spec.Hosts)
	assert.True(t, *plain.Spec.PreserveHost)
	assert.False(t, *plain.Spec.StripPath)

	for _, c := range []struct {
		annotations string
		change      func(*configurationv1alpha1.KongRouteSpec)
	}{
		{`konghq.com/strip-path: "true"`, func(s *configurationv1alpha1.KongRouteSpec) { s.StripPath = new(true) }},
		{`konghq.com/preserve-host: "false"`, func(s *configurationv1alpha1.KongRouteSpec) { s.PreserveHost = new(false) }},
		{`konghq.com/protocols: https`, func(s *configurationv1alpha1.KongRouteSpec) { s.Protocols = []string{"https"} }},
		{`konghq.com/protocols: "grpc, grpcs"`, func(s *configurationv1alpha1.KongRouteSpec) { s.Protocols = []string{"grpc", "grpcs"} }},
		{`konghq.com/methods: "get, POST"`, func(s *configurationv1alpha1.KongRouteSpec) { s.Methods = []string{"GET", "POST"} }},
		{`konghq.com/snis: "a.example.com,b.example.com"`, func(s *configurationv1alpha1.KongRouteSpec) {
			s.SNIs = []string{"a.example.com", "b.example.com"}
		}},
		{`konghq.com/headers.X-Routing: "alpha, bravo"`, func(s *configurationv1alpha1.KongRouteSpec) {
			s.Headers = map[string][]string{"x-routing": {"alpha", "bravo"}}
		}},
		{`konghq.com/headers.X-List: "a,b;c", konghq.com/headers-separator: ";"`, func(s *configurationv1alpha1.KongRouteSpec) {
			s.Headers = map[string][]string{"x-list": {"a,b", "c"}}
		}},
		{`konghq.com/https-redirect-status-code: "308"`, func(s *configurationv1alpha1.KongRouteSpec) {
			s.HTTPSRedirectStatusCode = new(int64(308))
		}},
		{`ingress.kubernetes.io/force-ssl-redirect: "true"`, func(s *configurationv1alpha1.KongRouteSpec) {
			s.Protocols, s.HTTPSRedirectStatusCode = []string{"https"}, new(int64(302))
		}},
		{`ingress.kubernetes.io/force-ssl-redirect: "true", konghq.com/https-redirect-status-code: "301"`, func(s *configurationv1alpha1.KongRouteSpec) {
			s.Protocols, s.HTTPSRedirectStatusCode = []string{"https"}, new(int64(301))
		}},
		{`konghq.com/request-buffering: "false"`, func(s *configurationv1alpha1.KongRouteSpec) { s.RequestBuffering = new(false) }},
		{`konghq.com/response-buffering: "false"`, func(s *configurationv1alpha1.KongRouteSpec) { s.ResponseBuffering = new(false) }},
		{`konghq.com/tags: "one, two"`, func(s *configurationv1alpha1.KongRouteSpec) { s.Tags = []string{"one", "two"} }},
		{`konghq.com/path-handling: v0`, func(*configurationv1alpha1.KongRouteSpec) {}},
		{`kubernetes.io/ingress.class: kong, nginx.ingress.kubernetes.io/x: y`, func(*configurationv1alpha1.KongRouteSpec) {}},
	} {
		result := accepted(t, read(t, services("echo")+"\n---\n"+echoed(c.annotations)))
		assert.Empty(t, result.Warnings, c.annotations)
		got, want := of[*configurationv1alpha1.KongRoute](result)[0].Spec, plain.DeepCopy().Spec
		c.change(&want)
		got.Name, want.Name = nil, nil
		got.RegexPriority, want.RegexPriority = nil, nil
		assert.Equal(t, want, got, c.annotations)
	}
}

func TestAnnotationsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ annotation, value, want string }{
		{"konghq.com/strip-path", "yes", `must be "true" or "false"`},
		{"konghq.com/preserve-host", "", `must be "true" or "false"`},
		{"konghq.com/protocols", "http,tcp", "an Ingress has no stream routes"},
		{"konghq.com/protocols", "http,grpc", "must be of one family"},
		{"konghq.com/methods", "GET,,POST", "none of them empty"},
		{"konghq.com/methods", "M-SEARCH", "letters A to Z alone"},
		{"konghq.com/methods", "get,GET", "has GET twice"},
		{"konghq.com/headers.host", "x", "use hosts to match the host"},
		{"konghq.com/headers.x", "secret,", "must not be empty"},
		{"konghq.com/headers-separator", "", "must not be empty"},
		{"konghq.com/regex-priority", "-1", "must be an integer from 0"},
		{"konghq.com/regex-prefix", "x", "must be a slash and at least one more character"},
		{"konghq.com/path-handling", "v2", "must be v0 or v1"},
		{"konghq.com/https-redirect-status-code", "303", "must be 301, 302, 307, 308 or 426"},
		{"konghq.com/host-aliases", "a.example.com:80", "must be a host name"},
		{"konghq.com/snis", "10.0.0.1", "spec.snis"},
		{"konghq.com/request-buffering", "1", `must be "true" or "false"`},
		{"konghq.com/tags", ",", "none of them empty"},
		{"konghq.com/rewrite", "api", "must begin with /"},
		{"konghq.com/rewrite", "/$1", "has no capture group 1"},
		{"konghq.com/rewrite", "/$(headers.x)", "$ before the number of a capture group"},
		{"konghq.com/rewrite", "/a?b", "without query"},
		{"konghq.com/override", "x", "names a KongIngress, which only Kong's ingress controller has"},
		{"konghq.com/plugins", "absent", "there is neither a KongPlugin shop/absent nor a KongClusterPlugin"},
		{"ingress.kubernetes.io/force-ssl-redirect", "on", `must be "true" or "false"`},
	} {
		in := read(t, services("echo")+"\n---\n"+echoed(""))
		in.Ingresses[0].Annotations = map[string]string{c.annotation: c.value}
		result := translate(t, in)
		require.ErrorContains(t, result.Err(), c.want, c.annotation)
		assert.NotContains(t, result.Err().Error(), "secret", "the value of a header is in no error")
		if c.annotation != "konghq.com/host-aliases" {
			assert.Empty(t, result.Objects, "%s: nothing is made of an Ingress that is not understood", c.annotation)
		}
		_, ok := errors.AsType[*builder.Error](result.Err())
		assert.True(t, ok)
	}
}

// TestWarnings has what is translated and not quite what was meant; Strict refuses each.
func TestWarnings(t *testing.T) {
	t.Parallel()
	second := `
---
kind: Ingress
metadata: {namespace: shop, name: young, creationTimestamp: "2026-01-02T00:00:00Z"}
spec:
  rules: [{host: example.com, http: {paths: [{path: /shop/, pathType: Prefix, backend: {service: {name: echo, port: {number: 80}}}}]}}]`
	for _, c := range []struct{ reason, annotations, more, want string }{
		{"a typing error", `konghq.com/plugin: auth`, "", "metadata.annotations[konghq.com/plugin]: is not an annotation of an Ingress that is known"},
		{"v1 is for another router", `konghq.com/path-handling: v1`, "", "v1 has no effect"},
		{"a priority of what is none", `konghq.com/regex-priority: "1"`, "", "without a path that is a regular expression"},
		{"a wildcard alias", `konghq.com/host-aliases: "*.example.org"`, "", "any number of labels"},
		{"a second one", ``, second, "Ingress shop/young: spec.rules[0].http.paths[0].backend: gets no request for example.com /shop(?:/|$), because Ingress shop/web"},
		{"alternatives", ``, "\n---\n" + strings.NewReplacer("name: web", "name: regex", "/shop", "/~/a|/b", "Prefix", "ImplementationSpecific").Replace(echoed("")), "spec.rules[0].http.paths[0].path: the gateway looks for all alternatives but the first anywhere"},
		{"three criteria", `konghq.com/methods: GET, konghq.com/headers.x: "1"`, "", "depends on their build"},
	} {
		in := read(t, services("echo")+"\n---\n"+echoed(c.annotations)+c.more)
		result := accepted(t, in)
		require.Len(t, result.Warnings, 1, c.reason)
		assert.Contains(t, result.Warnings[0].String(), c.want, c.reason)
		assert.NotEmpty(t, result.Objects, c.reason)
		strict := translate(t, in, ingress.Strict())
		require.Error(t, strict.Err(), c.reason)
		assert.Empty(t, strict.Warnings, c.reason)
	}
}

func TestServiceAnnotations(t *testing.T) {
	t.Parallel()
	in := read(t, services("echo")+"\n---\n"+echoed(""))
	annotated := func(annotations map[string]string) *ingress.Result {
		in.Services[0].Annotations = annotations
		return accepted(t, in)
	}
	for _, c := range []struct {
		annotation, value string
		check             func(*configurationv1alpha1.KongServiceSpec) any
		want              any
	}{
		{"protocol", "grpcs", func(s *configurationv1alpha1.KongServiceSpec) any { return *s.Protocol }, "grpcs"},
		{"path", "/v1", func(s *configurationv1alpha1.KongServiceSpec) any { return *s.Path }, "/v1"},
		{"connect-timeout", "1000", func(s *configurationv1alpha1.KongServiceSpec) any { return *s.ConnectTimeout }, time.Second.Milliseconds()},
		{"read-timeout", "2000", func(s *configurationv1alpha1.KongServiceSpec) any { return *s.ReadTimeout }, int64(2000)},
		{"write-timeout", "3000", func(s *configurationv1alpha1.KongServiceSpec) any { return *s.WriteTimeout }, int64(3000)},
		{"retries", "0", func(s *configurationv1alpha1.KongServiceSpec) any { return *s.Retries }, int64(0)},
		{"tags", "a,b", func(s *configurationv1alpha1.KongServiceSpec) any { return []string(s.Tags) }, []string{"a", "b"}},
	} {
		service := of[*configurationv1alpha1.KongService](annotated(map[string]string{"konghq.com/" + c.annotation: c.value}))[0]
		assert.Equal(t, c.want, c.check(&service.Spec), c.annotation)
	}
	upstream := of[*configurationv1alpha1.KongUpstream](annotated(map[string]string{"konghq.com/host-header": "backend.example.com"}))[0]
	assert.Equal(t, "backend.example.com", *upstream.Spec.HostHeader)

	verified := of[*configurationv1alpha1.KongService](annotated(map[string]string{
		"konghq.com/protocol": "https", "konghq.com/tls-verify": "true", "konghq.com/tls-verify-depth": "2",
	}))[0]
	assert.True(t, *verified.Spec.TLSVerify)
	assert.Equal(t, int64(2), *verified.Spec.TLSVerifyDepth)

	result := annotated(map[string]string{"ingress.kubernetes.io/service-upstream": "true"})
	assert.Empty(t, of[*configurationv1alpha1.KongUpstream](result), "the cluster balances")
	assert.Equal(t, "echo.shop.svc", of[*configurationv1alpha1.KongService](result)[0].Spec.Host)
}

// TestProtocolsOfPorts: what a port says of itself counts where an Ingress can lead to it.
func TestProtocolsOfPorts(t *testing.T) {
	t.Parallel()
	for hint, want := range map[string]string{"https": "https", "grpc": "grpc", "tls": "https", "tcp": "http", "postgresql": "http", "kubernetes.io/ws": "http"} {
		in := read(t, services("echo")+"\n---\n"+echoed(""))
		in.Services[0].Spec.Ports[0].AppProtocol = &hint
		service := of[*configurationv1alpha1.KongService](accepted(t, in))[0]
		assert.Equal(t, want, *service.Spec.Protocol, hint)
	}
}

func TestServiceAnnotationsThatAreRefused(t *testing.T) {
	t.Parallel()
	in := read(t, services("echo")+"\n---\n"+echoed(""))
	for _, c := range []struct{ annotation, value, want string }{
		{"protocol", "tcp", "an Ingress has no stream routes"},
		{"path", "v1", "must start with /"},
		{"connect-timeout", "1s", "must be an integer from 1"},
		{"retries", "-1", "must be an integer from 0"},
		{"host-header", "a b", "metadata.annotations[konghq.com/host-header]"},
		{"tls-verify", "on", `must be "true" or "false"`},
		{"tls-verify", "true", "tls_verify"},
		{"tls-verify-depth", "65", "must be an integer from 0 to 64"},
		{"client-cert", "absent", "there is no Secret shop/absent"},
		{"ca-certificates-secrets", "absent", "there is no Secret shop/absent"},
		{"ca-certificates-configmaps", "ca", "from no ConfigMap"},
		{"upstream-policy", "x", "names a KongUpstreamPolicy"},
		{"override", "x", "names a KongIngress"},
		{"plugins", "absent", "there is neither a KongPlugin shop/absent"},
	} {
		in.Services[0].Annotations = map[string]string{"konghq.com/" + c.annotation: c.value}
		in.KongReferenceGrants = read(t, grant("KongCertificate", "core", "Secret")+"\n---\n"+grant("KongCACertificate", "core", "Secret")).KongReferenceGrants
		result := translate(t, in)
		require.ErrorContains(t, result.Err(), `spec.rules[0].http.paths[0].backend.service: Invalid value: "echo": Service shop/echo: `, c.annotation)
		require.ErrorContains(t, result.Err(), c.want, c.annotation)
		assert.Empty(t, result.Objects, c.annotation)
	}
}

// grant lets a kind of namespace kong refer to a kind of namespace shop.
func grant(from, group, kind string) string {
	return fmt.Sprintf(`
kind: Grant
metadata: {namespace: shop, name: %s}
spec:
  from: [{group: configuration.konghq.com, kind: %s, namespace: kong}]
  to: [{group: %s, kind: %s}]`, from, from, group, kind)
}
