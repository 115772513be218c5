package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

const (
	webService = `
apiVersion: v1
kind: Service
metadata: {name: echo, namespace: shop}
spec: {ports: [{name: http, port: 80}]}
`
	webIngress = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  ingressClassName: kong
  rules: [{host: example.com, http: {paths: [{path: /echo, pathType: Prefix, backend: {service: {name: echo, port: {number: 80}}}}]}}]
`
	webRoute = `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: Gateway
metadata: {name: public, namespace: shop}
spec: {gatewayClassName: kong, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: HTTPRoute
metadata: {name: routed, namespace: shop}
spec:
  parentRefs: [{name: public}]
  hostnames: [example.org]
  rules: [{backendRefs: [{name: echo, port: 80}]}]
`
)

// TestTranslate provisions what an Ingress and an HTTPRoute become, beside Kong's own
// objects, and prints it without a Konnect.
func TestTranslate(t *testing.T) {
	t.Parallel()
	p := start(t)
	root := folder(t, map[string]string{
		"plane.yaml": controlPlane + "---" + service, "shop/service.yaml": webService,
		"shop/routes.yaml": webIngress + "---" + webRoute + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
	})
	code, out, notes := p.run(t.Context(), root)
	require.Equal(t, exitDone, code, notes)
	assert.Contains(t, out, "KongRoute")
	assert.Contains(t, notes, "left out 1 object of others (ConfigMap)", "Services and Ingresses are not left out")
	code, out, notes = p.run(t.Context(), root)
	require.Equal(t, exitDone, code, notes)
	assert.Contains(t, out, "0 writes")

	code, out, notes = p.run(t.Context(), "--translate", root)
	require.Equal(t, exitDone, code, notes)
	objects, err := manifest.DecodeAll(bytes.NewReader([]byte(out)))
	require.NoError(t, err)
	kinds := map[string]int{}
	for _, object := range objects {
		kinds[object.GVK().Kind]++
	}
	assert.Equal(t, map[string]int{"KongService": 2, "KongUpstream": 2, "KongRoute": 2}, kinds, "neither the control plane nor what was Kong's before")

	code, out, _ = p.run(t.Context(), "--explain", "GET http://example.com/echo/x", root)
	assert.Equal(t, exitDone, code)
	assert.Contains(t, out, "is taken by KongRoute kong/shop.web.")
}

func TestTranslateClasses(t *testing.T) {
	t.Parallel()
	p := start(t)
	second := strings.NewReplacer("name: cp", "name: second").Replace(controlPlane)
	other := strings.Replace(webIngress, "ingressClassName: kong", "ingressClassName: nginx", 1)
	for _, c := range []struct {
		reason, files string
		args          []string
		code          int
		want          string
	}{
		{"the class has no control plane", controlPlane + "---" + other, nil, exitDone, "left out 1 object of others (Ingress)"},
		{"nothing is left out in secret", controlPlane + "---" + other, []string{"--strict"}, exitFailed, "of no class that has a control plane"},
		{"nothing to print", controlPlane + "---" + other, []string{"--translate"}, exitFailed, "see --class"},
		{"a class of one's own", controlPlane + "---" + other + "---" + webService, []string{"--translate", "--class", "nginx=cp"}, exitDone, "name: cp.shop.echo.http"},
		{"kong's class and two control planes", controlPlane + "---" + second + "---" + webIngress, nil, exitDone, "left out 1 object of others (Ingress)"},
		{"one of two", controlPlane + "---" + second + "---" + webIngress + "---" + webService, []string{"--translate", "--class", "kong=second"}, exitDone, "name: second.shop.echo.http"},
		{"one that is not in the files", webIngress + "---" + webService, []string{"--translate", "--class", "kong=kong/absent"}, exitDone, "name: absent.shop.echo.http"},
		{"one that is nowhere", controlPlane + "---" + webIngress, []string{"--class", "kong=absent"}, exitFailed, "0 control planes of the files have this name"},
		{"no such Service", controlPlane + "---" + webIngress, nil, exitFailed, "there is no Service shop/echo"},
		{"a wildcard", controlPlane + "---" + webService + "---" + strings.Replace(webIngress, "example.com", `"*.example.com"`, 1), nil, exitDone, "manifests: warning: Ingress shop/web: spec.rules[0].host"},
		{"a wildcard, strictly", controlPlane + "---" + webService + "---" + strings.Replace(webIngress, "example.com", `"*.example.com"`, 1), []string{"--strict"}, exitFailed, "spec.rules[0].host: Forbidden"},
		{"an unknown field", controlPlane + "---" + webService + "---" + strings.Replace(webIngress, "rules:", "rulez:", 1), nil, exitFailed, `document 3, line 12: Ingress web: unknown field "rulez"`},
		{"an old version", controlPlane + "---" + webIngress + "---" + strings.Replace(webIngress, "io/v1\n", "io/v1beta1\n", 1), nil, exitFailed, "is no longer in Kubernetes: write networking.k8s.io/v1"},
		{"a route without a rule that can be", controlPlane + "---" + webService + "---" + strings.Replace(webRoute, "rules: [{", "rules: [{matches: [{queryParams: [{name: a, value: b}]}], ", 1), nil, exitFailed, "HTTPRoute shop/routed: spec.rules[0].matches[0].queryParams"},
		{"no use of it", controlPlane, []string{"--translate", "--plan"}, exitUsage, "--translate goes with none of"},
		{"no class", controlPlane, []string{"--class", "kong"}, exitUsage, "want CLASS=CONTROLPLANE"},
	} {
		root := folder(t, map[string]string{"all.yaml": c.files})
		code, out, notes := p.run(t.Context(), append(c.args, root)...)
		assert.Equal(t, c.code, code, "%s\n%s", c.reason, notes)
		assert.Contains(t, out+notes, c.want, c.reason)
	}
}
