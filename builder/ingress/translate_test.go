package ingress_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/konnectkit/konnectkit/builder/ingress"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/internal/golden"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// shop is an input with something of everything.
func shop(t *testing.T) ingress.Input {
	t.Helper()
	documents, err := os.ReadFile("testdata/shop.yaml")
	require.NoError(t, err)
	return read(t, string(documents))
}

func encoded(t *testing.T, result *ingress.Result) string {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, manifest.Encode(&text, result.Objects...))
	return text.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	result := accepted(t, shop(t))
	golden.Equal(t, "testdata/shop.golden.yaml", encoded(t, result))
}

func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	in := shop(t)
	want := encoded(t, accepted(t, in))
	random := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		random.Shuffle(len(in.Ingresses), func(i, j int) { in.Ingresses[i], in.Ingresses[j] = in.Ingresses[j], in.Ingresses[i] })
		random.Shuffle(len(in.Services), func(i, j int) { in.Services[i], in.Services[j] = in.Services[j], in.Services[i] })
		random.Shuffle(len(in.Secrets), func(i, j int) { in.Secrets[i], in.Secrets[j] = in.Secrets[j], in.Secrets[i] })
		assert.Equal(t, want, encoded(t, accepted(t, in)))
	}
}

// TestInputIsOnlyRead changes the result and looks at the input.
func TestInputIsOnlyRead(t *testing.T) {
	t.Parallel()
	in, same := shop(t), shop(t)
	for _, object := range accepted(t, in).Objects {
		object.GetLabels()["a"] = "b"
		if route, ok := object.(*configurationv1alpha1.KongRoute); ok && len(route.Spec.Methods) > 0 {
			route.Spec.Methods[0] = "PUT"
		}
	}
	in.ControlPlane, same.ControlPlane = nil, nil
	assert.Equal(t, same, in)
	in.ControlPlane = planeOf
	assert.NotContains(t, encoded(t, accepted(t, in)), "PUT", "a result reaches no other one")
}

// TestOthersStayTheSame changes one Ingress among many.
func TestOthersStayTheSame(t *testing.T) {
	t.Parallel()
	in := read(t, services("echo"))
	for _, path := range []string{"/a", "/b", "/b/c", "/d"} {
		in.Ingresses = append(in.Ingresses, read(t, strings.NewReplacer("/shop", path, "name: web", "name: web"+strings.ReplaceAll(path, "/", "-")).Replace(echoed(""))).Ingresses...)
	}
	before := accepted(t, in)
	in.Ingresses[0].Spec.Rules[0].HTTP.Paths = append([]networkingv1.HTTPIngressPath{{
		Path: "/b/c/d", PathType: new(networkingv1.PathTypePrefix), Backend: in.Ingresses[0].Spec.Rules[0].HTTP.Paths[0].Backend,
	}}, in.Ingresses[0].Spec.Rules[0].HTTP.Paths...)
	after := accepted(t, in)
	assert.Len(t, after.Objects, len(before.Objects)+1, "a path that is put first adds its route")
	for _, object := range before.Objects {
		assert.Contains(t, after.Objects, object)
	}
}

func TestClasses(t *testing.T) {
	t.Parallel()
	in := read(t, services("echo")+"\n---\n"+echoed("")+`
---
kind: IngressClass
metadata: {name: old, creationTimestamp: "2026-01-01T00:00:00Z", annotations: {ingressclass.kubernetes.io/is-default-class: "true"}}
---
kind: IngressClass
metadata: {name: new, creationTimestamp: "2026-01-02T00:00:00Z", annotations: {ingressclass.kubernetes.io/is-default-class: "true"}}
---
kind: IngressClass
metadata: {name: newest, creationTimestamp: "2026-01-03T00:00:00Z"}`)
	for _, c := range []struct {
		reason, annotation string
		class              *string
		want               []string
	}{
		{"the default one", "", nil, []string{"new"}},
		{"by the field", "", new("kong"), []string{"kong"}},
		{"by the annotation", "kong", nil, []string{"kong"}},
		{"the annotation goes first", "kong", new("other"), []string{"kong"}},
		{"somebody else's", "", new("other"), nil},
		{"somebody else's by annotation", "other", new("kong"), nil},
	} {
		in.Ingresses[0].Annotations = map[string]string{}
		if c.annotation != "" {
			in.Ingresses[0].Annotations["kubernetes.io/ingress.class"] = c.annotation
		}
		in.Ingresses[0].Spec.IngressClassName = c.class
		var classes []string
		result := accepted(t, in)
		for _, i := range result.Ingresses {
			classes = append(classes, i.Class)
		}
		assert.Equal(t, c.want, classes, c.reason)
		assert.Equal(t, len(c.want) > 0, len(result.Objects) > 0, c.reason)
	}
	in.IngressClasses = nil
	in.Ingresses[0].Spec.IngressClassName, in.Ingresses[0].Annotations = nil, nil
	in.ControlPlane = func(class string) crd.Key {
		assert.Empty(t, class)
		return crd.Key{}
	}
	assert.Empty(t, accepted(t, in).Objects, "without a default class it is the caller who decides")
}

// TestSeveralControlPlanes shares a Service and a namespace between two of them.
func TestSeveralControlPlanes(t *testing.T) {
	t.Parallel()
	in := read(t, services("echo")+"\n---\n"+echoed("kubernetes.io/ingress.class: public")+"\n---\n"+
		strings.Replace(echoed("kubernetes.io/ingress.class: internal"), "name: web", "name: admin", 1))
	in.ControlPlane = func(class string) crd.Key { return crd.Key{Namespace: "kong", Name: class} }
	result := accepted(t, in)
	assert.Empty(t, result.Warnings, "the same path is another one in another control plane")
	var names []string
	for _, service := range of[*configurationv1alpha1.KongService](result) {
		names = append(names, service.Name)
		assert.Equal(t, strings.Split(service.Name, ".")[0], service.Spec.ControlPlaneRef.KonnectNamespacedRef.Name)
	}
	assert.Equal(t, []string{"internal.shop.echo.http", "public.shop.echo.http"}, names)
}

func TestHosts(t *testing.T) {
	t.Parallel()
	in := read(t, services("echo", "other")+`
---
kind: Ingress
metadata: {namespace: shop, name: web, annotations: {konghq.com/host-aliases: "example.org, Example.Net"}}
spec:
  rules:
  - {host: example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: echo, port: {number: 80}}}}]}}
---
kind: Ingress
metadata: {namespace: shop, name: rest}
spec:
  defaultBackend: {service: {name: other, port: {number: 80}}}
  rules: [{host: default.example.com}]`)
	for _, router := range routers(t, accepted(t, in)) {
		for host, want := range map[string]string{
			"example.com": "gateway.shop.echo.http", "example.org": "gateway.shop.echo.http", "example.net": "gateway.shop.echo.http",
			"default.example.com": "gateway.shop.other.http", "elsewhere.com": "gateway.shop.other.http",
		} {
			match, ok := router.Match(routing.Request{Host: host, Path: "/x"})
			require.True(t, ok, host)
			assert.Equal(t, want, match.Route.Service.Key.Name, host)
		}
	}
}

func TestBackendsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ reason, backend, want string }{
		{"a resource", `resource: {apiGroup: k8s.example.com, kind: StorageBucket, name: icons}`, `backend.resource: Invalid value: "StorageBucket icons": only a Service`},
		{"no such Service", `service: {name: absent, port: {number: 80}}`, "there is no Service shop/absent"},
		{"no such port", `service: {name: echo, port: {number: 81}}`, "Service shop/echo: has no port 81"},
		{"no such name", `service: {name: echo, port: {name: grpc}}`, `has no port "grpc"`},
	} {
		in := read(t, services("echo")+`
---
kind: Ingress
metadata: {namespace: shop, name: web}
spec:
  rules:
  - host: example.com
    http:
      paths:
      - {path: /a, pathType: Prefix, backend: {`+c.backend+`}}
      - {path: /b, pathType: Prefix, backend: {service: {name: echo, port: {number: 80}}}}`)
		result := translate(t, in)
		require.ErrorContains(t, result.Err(), c.want, c.reason)
		assert.Len(t, of[*configurationv1alpha1.KongRoute](result), 1, "%s: the other path is translated", c.reason)
	}
}

func TestEmptyRules(t *testing.T) {
	t.Parallel()
	in := read(t, `
kind: Ingress
metadata: {namespace: shop, name: empty}
---
kind: Ingress
metadata: {namespace: shop, name: pathless}
spec: {rules: [{host: example.com}]}`)
	result := translate(t, in)
	require.ErrorContains(t, result.Err(), "build Ingress shop/empty: spec: Required value: an Ingress needs rules or a default backend")
	require.ErrorContains(t, result.Err(), "build Ingress shop/pathless: spec.rules[0].http: Required value: a rule without paths needs a default backend")
}

func TestNamesThatAreRefused(t *testing.T) {
	t.Parallel()
	in := read(t, services("echo")+"\n---\n"+echoed(""))
	in.Ingresses[0].Name, in.Ingresses[0].Namespace = "We_b", "shop.eu"
	result := translate(t, in)
	require.ErrorContains(t, result.Err(), `metadata.name: Invalid value: "We_b"`)
	require.ErrorContains(t, result.Err(), `metadata.namespace: Invalid value: "shop.eu"`)
	assert.Empty(t, result.Objects)
}

func TestInputThatIsRefused(t *testing.T) {
	t.Parallel()
	_, err := ingress.Translate(ingress.Input{})
	require.EqualError(t, err, "translate ingresses: ControlPlane is not set")
	in := read(t, echoed("")+"\n---\n"+echoed(""))
	_, err = ingress.Translate(in)
	require.EqualError(t, err, "translate ingresses: Ingress shop/web is there twice")
}
