package konnect_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// shop fills a control plane with two services, of which one has everything.
func (x *exported) shop() (service map[string]any) {
	x.Helper()
	pair := x.keyPair("client")
	certificate := x.put("certificates", map[string]any{"cert": pair.Certificate, "key": pair.PrivateKey})
	x.put("snis", map[string]any{"name": "shop.example.com", "certificate": ref(certificate)})
	authority := x.put("ca_certificates", map[string]any{"cert": lastingAuthority})
	upstream := x.put("upstreams", map[string]any{"name": "shop.internal", "client_certificate": ref(certificate), "tags": []any{"team:shop"}})
	x.put("targets", map[string]any{"target": "10.0.0.1:80", "upstream": ref(upstream)})
	x.put("upstreams", map[string]any{"name": "other.internal"})
	shop := x.put("services", map[string]any{
		"name": "shop", "host": "shop.internal", "protocol": "https", "client_certificate": ref(certificate), "ca_certificates": []any{authority["id"]},
		"tags": []any{"team:shop"},
	})
	route := x.put("routes", map[string]any{"name": "cart", "paths": []any{"/cart"}, "service": ref(shop), "tags": []any{"team:shop"}})
	other := x.put("services", map[string]any{"name": "other", "host": "other.internal"})
	x.put("routes", map[string]any{"name": "other", "paths": []any{"/other"}, "service": ref(other), "tags": []any{"team:shop"}})
	consumer := x.put("consumers", map[string]any{"username": "alice"})
	x.put("plugins", map[string]any{"name": "cors", "service": ref(shop)})
	x.put("plugins", map[string]any{"name": "key-auth", "route": ref(route)})
	x.put("plugins", map[string]any{"name": "cors"})
	x.put("plugins", map[string]any{"name": "rate-limiting", "config": map[string]any{"minute": 1}, "consumer": ref(consumer), "route": ref(route)})
	return shop
}

// keysOf are the objects of an export by kind and name.
func keysOf(objects []crd.Object) []string {
	var keys []string
	for _, obj := range objects {
		keys = append(keys, strings.TrimPrefix(obj.GVK().Kind, "Kong")+" "+obj.GetName())
	}
	return keys
}

func TestExportOfAService(t *testing.T) {
	t.Parallel()
	x := newExported(t, 1)
	shop := x.shop()
	want := []string{
		"KonnectGatewayControlPlane prod-gateway", "Service shop", "Route cart", "Upstream shop.internal", "Target shop.internal-10.0.0.1-80",
		"Plugin cors-shop", "PluginBinding cors-shop", "Plugin key-auth-cart", "PluginBinding key-auth-cart", "Certificate konnecttest", "CACertificate authority-that-lasts",
	}
	for _, name := range []any{"shop", shop["id"]} {
		e, _, _ := x.export(konnect.ExportService(fmt.Sprint(name)), konnect.ExportSecrets())
		assert.Equal(t, want, keysOf(e.Objects))
		assert.Equal(t, []string{"Secret konnecttest-certificate"}, keysOf(e.Secrets))
		require.Len(t, e.Skipped, 1, "%s", e.Skipped)
		assert.Contains(t, e.Skipped[0].String(), "its consumer is ")
		x.requireVerified(e)
	}
	_, err := x.net.client(t).Export(t.Context(), konnect.ControlPlaneSelector{ID: x.plane}, konnect.ExportService("shopp"))
	assert.EqualError(t, err, `export: there is no service "shopp"`)
}

func TestExportOfATag(t *testing.T) {
	t.Parallel()
	x := newExported(t, 1)
	x.shop()
	e, _, _ := x.export(konnect.ExportTagged("team:shop"))
	assert.Equal(t, []string{"KonnectGatewayControlPlane prod-gateway"}, keysOf(e.Objects), "what has it needs what has not")
	require.Len(t, e.Skipped, 4)
	assert.Contains(t, e.Skipped[0].Reason, "its service is shop (")
	assert.Contains(t, e.Skipped[1].Reason, "its service is other (")
	assert.Contains(t, e.Skipped[2].Reason, "its client_certificate is ")
	require.NoError(t, x.server.Modify(x.plane, "certificates", fmt.Sprint(x.server.Entities(x.plane, "certificates")[0]["id"]), tagging("team:shop")))
	require.NoError(t, x.server.Modify(x.plane, "ca_certificates", fmt.Sprint(x.server.Entities(x.plane, "ca_certificates")[0]["id"]), tagging("team:shop")))
	e, objects, _ := x.export(konnect.ExportTagged("team:shop"))
	assert.Equal(t, []string{
		"KonnectGatewayControlPlane prod-gateway", "Service shop", "Route cart", "Upstream shop.internal", "Certificate konnecttest", "CACertificate authority-that-lasts",
	}, keysOf(e.Objects))
	assert.Equal(t, 5, strings.Count(objects, "- team:shop\n"), "tags stay")
	x.requireVerified(e)
	_, err := x.net.client(t).Export(t.Context(), konnect.ControlPlaneSelector{ID: x.plane}, konnect.ExportTagged("a"), konnect.ExportService("b"))
	assert.EqualError(t, err, "export: ExportService and ExportTagged exclude each other")
}

func tagging(tags ...any) func(map[string]any) {
	return func(e map[string]any) { e["tags"] = tags }
}

func TestExportListsWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason, collection, want string
		entity                   map[string]any
	}{
		{"the operator's", "services", "KongService a: is held by kong-operator (KongService ns/b), which must release it first",
			map[string]any{"tags": []any{"k8s-uid:1", "managed-by:kong-operator", "k8s-kind:KongService", "k8s-namespace:ns", "k8s-name:b"}}},
		{"another owner's", "services", "KongService a: is held by owner theirs, which must release it first", map[string]any{"tags": []any{"managed-by:konnectkit", "managed-owner:theirs", "managed-key:k"}}},
		{"another tool's", "services", "KongService a: is held by deck, which must release it first", map[string]any{"tags": []any{"managed-by:deck"}}},
		{"konnect's own", "services", "KongService a: is held by konnect itself", map[string]any{"tags": []any{"konnect-managed-plugin"}}},
		{"this owner's, for another object", "services", "KongService a: is held by this owner's object with the key k; it is managed already", map[string]any{"tags": []any{"managed-by:konnectkit", "managed-owner:default", "managed-key:k"}}},
		{"more tags than there is room for", "services", "KongService a: KongService cannot express it: spec.tags: konnect allows 20 tags, of which 3 are marks of konnectkit, so that 17 are left, those of konghq.com/tags included",
			map[string]any{"tags": manyTags(18)}},
		{"what has no kind", "partials", "partial a: there is no kind of objects for it", map[string]any{"type": "redis-ce", "config": map[string]any{}}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			x := newExported(t, 1)
			c.entity["name"], c.entity["host"] = "a", "a.example.com"
			if c.collection == "partials" {
				delete(c.entity, "host")
			}
			e := x.put(c.collection, c.entity)
			exported, _, _ := x.export()
			require.Len(t, exported.Skipped, 1)
			assert.Equal(t, c.want, strings.Replace(exported.Skipped[0].String(), fmt.Sprintf(" (%s)", e["id"]), "", 1))
			assert.Len(t, exported.Objects, 1)
		})
	}
}

func manyTags(n int) []any {
	tags := make([]any, n)
	for i := range tags {
		tags[i] = fmt.Sprint("t", i)
	}
	return tags
}

func TestExportOfExpressions(t *testing.T) {
	t.Parallel()
	x := newExported(t, 1, konnecttest.WithRouterFlavor(konnecttest.FlavorExpressions))
	x.put("routes", map[string]any{"name": "a", "expression": `http.path ^= "/a"`, "priority": 1})
	e, _, _ := x.export()
	require.Len(t, e.Skipped, 1)
	assert.Equal(t, "is an expression route, which KongRoute cannot express", e.Skipped[0].Reason)
}

// What Konnect does not return cannot be exported, and is listed.
func TestExportOfHiddenSecrets(t *testing.T) {
	t.Parallel()
	x := newExported(t, 2, konnecttest.WithSecretsWithheld(), konnecttest.WithPrivateKeysWithheld())
	x.fill()
	e, objects, secrets := x.export(konnect.ExportSecrets())
	reasons := map[string]bool{}
	for _, s := range e.Skipped {
		reasons[s.Kind+" "+s.Reason] = true
	}
	for _, want := range []string{
		"KongCredentialAPIKey has a key that konnect does not return", "KongCredentialHMAC has a secret that konnect does not return",
		"KongCredentialJWT has a secret that konnect does not return", "KongCertificate has a key that konnect does not return",
		"KongCredentialBasicAuth has a password of which konnect keeps only a hash",
	} {
		assert.True(t, reasons[want], "%s in %s", want, e.Skipped)
	}
	for _, secret := range x.secrets {
		assert.NotContains(t, objects+fmt.Sprint(e.Skipped, e.Warnings), secret)
	}
	_ = secrets
	x.requireVerified(e)
}

// Names are readable, and those that would be the same have a part of the ID in them.
func TestExportNames(t *testing.T) {
	t.Parallel()
	x := newExported(t, 1)
	ids := map[string]string{}
	for _, name := range []string{"Test", "test", "a_b~c", "x.y", strings.Repeat("long", 32)} {
		e := x.put("services", map[string]any{"name": name, "host": "h.example.com"})
		ids[name] = fmt.Sprint(e["id"])
	}
	x.put("services", map[string]any{"host": "nameless.example.com"})
	e, _, _ := x.export()
	keys := keysOf(e.Objects)
	for _, want := range []string{
		"Service test-" + ids["Test"][:8], "Service test-" + ids["test"][:8], "Service a-b-c", "Service x.y", "Service " + strings.Repeat("long", 32), "Service nameless.example.com",
	} {
		assert.Contains(t, keys, want)
	}
	x.requireVerified(e)
	namespaced, _, _ := x.export(konnect.ExportNamespace("kong"))
	for _, obj := range namespaced.Objects {
		assert.Equal(t, "kong", obj.GetNamespace())
	}
	x.requireVerified(namespaced)
}

// Each collection is read page by page, and nothing is read twice.
func TestExportReads(t *testing.T) {
	t.Parallel()
	x := newExported(t, 1)
	for i := range 1500 {
		x.put("services", map[string]any{"name": fmt.Sprintf("s%d", i), "host": "h.example.com"})
	}
	for i := range 5 {
		x.put("plugins", map[string]any{"name": "cors", "instance_name": fmt.Sprint("i", i), "service": map[string]any{"id": x.server.Entities(x.plane, "services")[i]["id"]}})
	}
	groups := []map[string]any{x.put("consumer_groups", map[string]any{"name": "gold"})}
	x.join(x.put("consumers", map[string]any{"username": "a"}), groups...)
	calls := 0
	x.net.watch(func(r *http.Request) error {
		assert.Equal(t, http.MethodGet, r.Method)
		calls++
		return nil
	}, nil)
	e, _, _ := x.export()
	const collections, secondPages, types, memberships = 19 + 7, 1, 1, 1
	assert.LessOrEqual(t, calls, collections+secondPages+types+memberships+3)
	t.Logf("%d calls for %s", calls, e)
	calls = 0
	x.export(konnect.ExportService("s7"))
	assert.Less(t, calls, collections)
}

func TestVerifyFindsWhatHasChanged(t *testing.T) {
	t.Parallel()
	x := newExported(t, 1)
	shop := x.shop()
	e, _, _ := x.export()
	require.NoError(t, x.server.Modify(x.plane, "services", fmt.Sprint(shop["id"]), func(s map[string]any) { s["retries"] = 1 }))
	_, err := e.Verify(t.Context())
	refused := &konnect.BatchError{}
	require.ErrorAs(t, err, &refused)
	require.ErrorContains(t, err, "verify export: adopt KongService default/shop: ")
	require.ErrorContains(t, err, "retries: 1 -> 5")
	_, err = new(konnect.Export).Verify(t.Context())
	assert.EqualError(t, err, "verify export: it comes from Client.Export only")
}
