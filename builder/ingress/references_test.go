package ingress_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder/ingress"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve"
)

// secured is an Ingress with a certificate and a plugin.
const secured = `
kind: Ingress
metadata: {namespace: shop, name: web, annotations: {konghq.com/plugins: limit}}
spec:
  tls: [{hosts: [Example.com, www.example.com], secretName: web-tls}]
  rules: [{host: example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: echo, port: {number: 80}}}}]}}]
---
kind: Secret
metadata: {namespace: shop, name: web-tls}
---
kind: Plugin
metadata: {namespace: shop, name: limit}
plugin: rate-limiting
`

func TestReferencesNeedGrants(t *testing.T) {
	t.Parallel()
	in := read(t, services("echo")+"\n---\n"+secured)
	result := translate(t, in)
	require.ErrorContains(t, result.Err(), `metadata.annotations[konghq.com/plugins]: Invalid value: "limit": KongPlugin shop/limit is not granted: `+
		`needs a KongReferenceGrant in namespace shop from group configuration.konghq.com, kind KongPluginBinding, namespace kong `+
		`to group configuration.konghq.com, kind KongPlugin, name limit`)
	require.ErrorContains(t, result.Err(), `spec.tls[0].secretName: Invalid value: "web-tls": is not granted: `+
		`needs a KongReferenceGrant in namespace shop from group configuration.konghq.com, kind KongCertificate, namespace kong to group core, kind Secret, name web-tls`)
	assert.Empty(t, result.Objects, "without its plugins nothing of an Ingress is served")

	in.KongReferenceGrants = read(t, grant("KongPluginBinding", "configuration.konghq.com", "KongPlugin")).KongReferenceGrants
	result = translate(t, in)
	assert.Len(t, result.Ingresses[0].Problems, 1, "the certificate is still missing")
	assert.Len(t, of[*configurationv1alpha1.KongRoute](result), 1, "which keeps no route away")
}

// TestReferencesResolve has the resolver of Ensure judge what is made with grants, and with
// everything in one namespace.
func TestReferencesResolve(t *testing.T) {
	t.Parallel()
	granted := read(t, services("echo")+"\n---\n"+secured+"\n---\n"+
		grant("KongPluginBinding", "configuration.konghq.com", "KongPlugin")+"\n---\n"+grant("KongCertificate", "core", "Secret"))
	same := read(t, services("echo")+"\n---\n"+secured)
	same.ControlPlane = func(string) crd.Key { return crd.Key{Namespace: "shop", Name: "gateway"} }
	for name, in := range map[string]ingress.Input{"granted": granted, "in the same namespace": same, "of everything": shop(t)} {
		result := accepted(t, in)
		graph, err := resolve.Resolve(t.Context(), batch(in, result))
		require.NoError(t, err, name)
		assert.NotNil(t, graph, name)
	}
	result := accepted(t, granted)
	var names []string
	for _, sni := range of[*configurationv1alpha1.KongSNI](result) {
		names = append(names, sni.Spec.Name)
	}
	assert.Equal(t, []string{"example.com", "www.example.com"}, names)
}

func TestCertificatesOfTwoIngresses(t *testing.T) {
	t.Parallel()
	in := read(t, services("echo")+`
---
kind: Ingress
metadata: {namespace: shop, name: a-young, creationTimestamp: "2026-01-02T00:00:00Z"}
spec:
  defaultBackend: {service: {name: echo, port: {number: 80}}}
  tls: [{hosts: [example.com], secretName: second}, {hosts: [example.org], secretName: second}]
---
kind: Ingress
metadata: {namespace: shop, name: old, creationTimestamp: "2026-01-01T00:00:00Z"}
spec:
  defaultBackend: {service: {name: echo, port: {number: 80}}}
  tls: [{hosts: [example.com], secretName: first}, {hosts: [example.com], secretName: first}, {secretName: first}, {hosts: [x.example.com]}, {hosts: [10.0.0.1], secretName: first}]
---
kind: Secret
metadata: {namespace: shop, name: first}
---
kind: Secret
metadata: {namespace: shop, name: second}`)
	in.ControlPlane = func(string) crd.Key { return crd.Key{Namespace: "shop", Name: "gateway"} }
	result := translate(t, in)
	require.ErrorContains(t, result.Err(), "build Ingress shop/a-young: spec.tls[0].hosts[0]: Forbidden: example.com has the certificate of Secret shop/first, from an older Ingress")
	require.ErrorContains(t, result.Err(), "build Ingress shop/old: spec.tls[4].hosts[0]: Invalid value")
	assert.Len(t, of[*configurationv1alpha1.KongCertificate](result), 2)
	var names []string
	for _, sni := range of[*configurationv1alpha1.KongSNI](result) {
		names = append(names, sni.Spec.Name)
	}
	assert.ElementsMatch(t, []string{"*", "example.com", "example.org"}, names, "without hosts a certificate is for all names")
	texts := make([]string, len(result.Warnings))
	for i, w := range result.Warnings {
		texts[i] = w.String()
	}
	assert.Equal(t, []string{
		"Ingress shop/a-young: spec.defaultBackend: gets no request for any host /, because Ingress shop/old spec.defaultBackend takes all of them before",
		"Ingress shop/old: spec.tls[3]: has no effect without a secretName",
	}, texts)
}

func TestPlugins(t *testing.T) {
	t.Parallel()
	plugins := `
---
kind: Plugin
metadata: {namespace: shop, name: limit}
plugin: rate-limiting
---
kind: Plugin
metadata: {namespace: shop, name: strict-limit}
plugin: rate-limiting
---
kind: Plugin
metadata: {namespace: shop, name: transform}
plugin: request-transformer
---
kind: Plugin
metadata: {namespace: shop, name: named}
plugin: cors
instance_name: cors
---
kind: Plugin
metadata: {namespace: security, name: auth}
plugin: key-auth
---
kind: ClusterPlugin
metadata: {name: limit}
plugin: rate-limiting-advanced
---
kind: ClusterPlugin
metadata: {name: everywhere}
plugin: correlation-id
---
kind: Grant
metadata: {namespace: security, name: plugins}
spec:
  from: [{group: configuration.konghq.com, kind: KongPluginBinding, namespace: shop}]
  to: [{group: configuration.konghq.com, kind: KongPlugin, name: auth}]`
	for _, c := range []struct {
		reason, annotations string
		bindings            []string
		problem             string
	}{
		{"of the namespace", "konghq.com/plugins: limit", []string{"KongPlugin shop/limit"}, ""},
		{"of the cluster", "konghq.com/plugins: everywhere", []string{"KongClusterPlugin everywhere"}, ""},
		{"of another namespace", `konghq.com/plugins: "security:auth"`, []string{"KongPlugin security/auth"}, ""},
		{"of a namespace without it", `konghq.com/plugins: "security:limit"`, nil, "there is neither a KongPlugin security/limit"},
		{"several", `konghq.com/plugins: "limit, everywhere"`, []string{"KongClusterPlugin everywhere", "KongPlugin shop/limit"}, ""},
		{"two of a type", `konghq.com/plugins: "limit,strict-limit"`, nil, "KongPlugin shop/strict-limit is of type rate-limiting like KongPlugin shop/limit"},
		{"no name", `konghq.com/plugins: "Li_mit"`, nil, "is no name that an object can have"},
		{"an instance", `konghq.com/plugins: named`, nil, "has an instance_name"},
		{"a rewrite", `konghq.com/rewrite: /api`, []string{"KongPlugin shop/shop.web.rewrite"}, ""},
		{"a rewrite besides another plugin", `konghq.com/rewrite: /api, konghq.com/plugins: limit`, []string{"KongPlugin shop/limit", "KongPlugin shop/shop.web.rewrite"}, ""},
		{"a rewrite besides a transformer", `konghq.com/rewrite: /api, konghq.com/plugins: transform`, nil, "KongPlugin shop/transform is one"},
	} {
		in := read(t, services("echo")+"\n---\n"+echoed(c.annotations)+plugins)
		in.ControlPlane = func(string) crd.Key { return crd.Key{Namespace: "shop", Name: "gateway"} }
		result := translate(t, in)
		if c.problem != "" {
			require.ErrorContains(t, result.Err(), c.problem, c.reason)
			assert.Empty(t, result.Objects, c.reason)
			continue
		}
		require.NoError(t, result.Err(), c.reason)
		var bound []string
		for _, binding := range of[*configurationv1alpha1.KongPluginBinding](result) {
			for _, ref := range binding.References() {
				if ref.Field == configurationv1alpha1.PluginRefField {
					bound = append(bound, ref.To.String())
				}
			}
			assert.Equal(t, result.Ingresses[0].Routes[0], binding.Spec.Targets.RouteRef.Name, c.reason)
		}
		assert.ElementsMatch(t, c.bindings, bound, c.reason)
		_, err := resolve.Resolve(t.Context(), batch(in, result))
		require.NoError(t, err, c.reason)
	}
}
