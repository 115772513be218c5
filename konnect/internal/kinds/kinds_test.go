package kinds_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

func named(name string) schema.GroupKind {
	if name == crd.ControlPlaneKind {
		return crd.ControlPlaneGroupKind()
	}
	return schema.GroupKind{Group: crd.ConfigurationGroup, Kind: name}
}

func TestTable(t *testing.T) {
	t.Parallel()
	table := kinds.NewTable()
	seen := map[string]bool{}
	for _, k := range table.List() {
		assert.Same(t, k, table.By(k.GroupKind), "%s is made once, and found by its own name", k.GroupKind)
		for _, r := range k.References {
			assert.True(t, r.To == "" || seen[r.To] || table.HolderOf(k) == nil, "%s is there before what is nested in it, %s", r.To, k.GroupKind)
		}
		seen[k.Collection] = true
	}
	for _, other := range table.Others() {
		assert.False(t, seen[other.Collection], "%s has a kind", other.Collection)
	}
	assert.Len(t, seen, len(kinds.All()), "no collection is there twice")
	assert.Nil(t, table.By(named(crd.APIAuthKind)), "it has no entity")

	below := map[string][]string{crd.ControlPlaneKind: nil, "KongService": {"KongRoute", "KongPluginBinding"}, "KongUpstream": {"KongTarget"}, "KongRoute": {"KongPluginBinding"}, "KongTarget": nil, "KongKeySet": {"KongKey"}, "KongKey": nil, "KongConsumer": nil, "KongConsumerGroup": {"KongPluginBinding"}, "KongPluginBinding": nil, "KongVault": nil,
		"KongCertificate": {"KongService", "KongUpstream", "KongSNI"}, "KongSNI": nil, "KongCACertificate": {"KongService"},
		"KongDataPlaneClientCertificate": nil,
	}
	holders := map[string]string{"KongTarget": "KongUpstream"}
	for _, name := range credentials() {
		below[name], holders[name] = nil, "KongConsumer"
	}
	below["KongConsumer"] = append(credentials(), "KongPluginBinding")
	for name, want := range below {
		k := table.By(named(name))
		require.NotNil(t, k, name)
		var got []string
		for _, child := range table.Below(k) {
			got = append(got, child.GroupKind.Kind)
		}
		assert.Equal(t, want, got, name)
		if holder := table.HolderOf(k); holders[name] == "" {
			assert.Nil(t, holder, name)
		} else {
			assert.Equal(t, holders[name], holder.GroupKind.Kind, name)
		}
	}
}

// credentials are the kinds of a consumer's, in the order of the table.
func credentials() []string {
	return []string{"KongCredentialACL", "KongCredentialAPIKey", "KongCredentialBasicAuth", "KongCredentialHMAC", "KongCredentialJWT"}
}

func TestFieldTables(t *testing.T) {
	t.Parallel()
	for _, k := range kinds.All() {
		seen := map[string]bool{}
		for _, f := range k.Fields {
			assert.False(t, seen[f.Name], "%s: %s is there twice", k.GroupKind.Kind, f.Name)
			seen[f.Name] = true
		}
		for _, name := range k.Immutable {
			assert.True(t, seen[name], "%s: immutable field %s is not compared", k.GroupKind.Kind, name)
		}
		for _, r := range k.References {
			assert.True(t, r.JSON == "" || seen[r.JSON], "%s: reference %s is not compared", k.GroupKind.Kind, r.JSON)
		}
		assert.True(t, k.Identity.Name == "" || seen[k.Identity.Name], "%s: its name is not compared", k.GroupKind.Kind)
		assert.Contains(t, []string{"", k.Identity.Name}, k.Identity.Parks, "%s", k.GroupKind.Kind)
		assert.Equal(t, k.MarksIn != "", !slices.ContainsFunc(k.Fields, func(f canon.Field) bool { return f.Name == "tags" || f.Name == "labels" }), "%s", k.GroupKind.Kind)
	}
}

// TestReferencesAreThoseOfTheObjects holds references against what objects say.
func TestReferencesAreThoseOfTheObjects(t *testing.T) {
	t.Parallel()
	service := builder.NewService("s").ControlPlane("cp").Host("a").MustBuild()
	service.Spec.ClientCertificateRef = &commonv1alpha1.NamespacedRef{Name: "c"}
	service.Spec.CACertificateRefs = []commonv1alpha1.NamespacedRef{{Name: "a"}, {Name: "b"}}
	upstream := builder.NewUpstream("u").ControlPlane("cp").MustBuild()
	upstream.Spec.ClientCertificateRef = &commonv1alpha1.NamespacedRef{Name: "c"}
	cases := map[string]struct {
		obj  crd.Object
		body map[string]any
	}{
		"KongService": {service, map[string]any{
			"client_certificate": map[string]any{"id": "id of spec.clientCertificateRef"},
			"ca_certificates":    []any{"id of spec.caCertificateRefs[0]", "id of spec.caCertificateRefs[1]"},
		}},
		"KongUpstream": {upstream, map[string]any{"client_certificate": map[string]any{"id": "id of spec.clientCertificateRef"}}},
		"KongRoute": {
			builder.NewRoute("r").Service("s").Protocols("http").Paths("/").MustBuild(),
			map[string]any{"service": map[string]any{"id": "id of spec.serviceRef.namespacedRef"}},
		},
		"KongPluginBinding": {
			builder.NewPluginBinding("b").ControlPlane("cp").Plugin("p").Service("s").Route("r").Consumer("c").MustBuild(),
			map[string]any{
				"service":  map[string]any{"id": "id of spec.targets.serviceRef"},
				"route":    map[string]any{"id": "id of spec.targets.routeRef"},
				"consumer": map[string]any{"id": "id of spec.targets.consumerRef"},
			},
		},
		"KongConsumerGroup": {obj: builder.NewConsumerGroup("g").ControlPlane("cp").MustBuild()},
		"KongConsumer":      {obj: builder.NewConsumer("c").ControlPlane("cp").MustBuild()},
		"KongKeySet":        {obj: builder.NewKeySet("k").ControlPlane("cp").MustBuild()},
		"KongKey": {
			builder.NewKey("k").KeySet("s").KID("1").JWK("{vault://env/jwk}").MustBuild(),
			map[string]any{"set": map[string]any{"id": "id of spec.keySetRef.namespacedRef"}},
		},
		"KongDataPlaneClientCertificate": {obj: builder.NewDataPlaneClientCertificate("d").ControlPlane("cp").Cert("x").MustBuild()},
		"KongVault":                      {obj: builder.NewVault("v").ControlPlaneIn("default", "cp").Backend("env").Prefix("v").MustBuild()},
		"KongCertificate":                {obj: builder.NewCertificate("c").ControlPlane("cp").Secret("s").MustBuild()},
		"KongCACertificate":              {obj: builder.NewCACertificate("c").ControlPlane("cp").Secret("s").MustBuild()},
		"KongSNI": {
			builder.NewSNI("a.example.com").Certificate("c").MustBuild(), map[string]any{"certificate": map[string]any{"id": "id of spec.certificateRef"}},
		},
		"KongTarget": {
			builder.NewTarget("t").Upstream("u").Target("a").MustBuild(), map[string]any{"upstream": map[string]any{"id": "id of spec.upstreamRef"}},
		},
	}
	ofConsumer := map[string]any{"consumer": map[string]any{"id": "id of spec.consumerRef"}}
	for _, obj := range []crd.Object{
		builder.NewCredentialACL("c").Consumer("a").Group("g").MustBuild(), builder.NewCredentialAPIKey("c").Consumer("a").Key("k").MustBuild(),
		builder.NewCredentialBasicAuth("c").Consumer("a").Username("u").Password("p").MustBuild(),
		builder.NewCredentialHMAC("c").Consumer("a").Username("u").MustBuild(), builder.NewCredentialJWT("c").Consumer("a").MustBuild(),
	} {
		added := cases[obj.GVK().Kind]
		added.obj, added.body = obj, ofConsumer
		cases[obj.GVK().Kind] = added
	}
	for _, k := range kinds.All() {
		if k.Collection == "" {
			continue
		}
		c, ok := cases[k.GroupKind.Kind]
		require.True(t, ok, "%s has no case", k.GroupKind.Kind)
		ids := map[string]string{}
		for _, r := range c.obj.References() {
			ids[r.Field] = "id of " + r.Field
		}
		d, err := k.Desire(c.obj, kinds.Inputs{IDs: ids})
		require.NoError(t, err)
		for _, r := range k.References {
			assert.Equal(t, c.body[r.JSON], d.Object[r.JSON], "%s of %s", r.JSON, k.GroupKind.Kind)
		}
	}
}

// TestNaturalKeys compares what objects want with entities that have it.
func TestNaturalKeys(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		obj    crd.Object
		raw    string
		name   string
	}{
		{"a control plane", builder.NewGatewayControlPlane("cp").MustBuild(), `{"id":"1","name":"cp"}`, "cp"},
		{"a service", builder.NewService("s").ControlPlane("cp").Host("a").MustBuild(), `{"id":"1","name":"s"}`, "s"},
		{"a target in another form", builder.NewTarget("t").Upstream("u").Target("010.0.0.1").MustBuild(), `{"id":"1","target":"10.0.0.1:8000","upstream":{"id":"p"}}`, "10.0.0.1:8000"},
		{"a target as it was given", builder.NewTarget("t").Upstream("u").Target("a:80").MustBuild(), `{"id":"1","target":"a:80","upstream":{"id":"p"}}`, "a:80"},
		{"a group of a consumer", builder.NewCredentialACL("c").Consumer("a").Group("gold").MustBuild(), `{"id":"1","group":"gold","consumer":{"id":"p"}}`, "gold"},
		{"a secret key, which is no name", builder.NewCredentialAPIKey("c").Consumer("a").Key("example-key").MustBuild(), `{"id":"1","key":"example-key","consumer":{"id":"q"}}`, ""},
		{"a user of any consumer", builder.NewCredentialBasicAuth("c").Consumer("a").Username("alice").Password("p").MustBuild(), `{"id":"1","username":"alice","consumer":{"id":"q"}}`, "alice"},
		{"a user who signs", builder.NewCredentialHMAC("c").Consumer("a").Username("alice").MustBuild(), `{"id":"1","username":"alice","consumer":{"id":"q"}}`, "alice"},
		{"the key of tokens", builder.NewCredentialJWT("c").Consumer("a").Key("alice").MustBuild(), `{"id":"1","key":"alice","consumer":{"id":"q"}}`, "alice"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			k := kindOf(t, c.obj)
			wanted := k.Keys(c.obj, func(string) (string, crd.Object) { return "p", nil })
			e, err := wire.Decode([]byte(c.raw), k.Shape())
			require.NoError(t, err)
			assert.Equal(t, wanted, e.Keys)
			assert.NotEmpty(t, wanted[0])
			assert.Equal(t, c.name, e.Name)
			assert.Equal(t, c.name, k.Name(c.obj))
			assert.NotContains(t, strings.Join(append(wanted, e.Keys...), " "), "example-key")
		})
	}
}

func TestPatch(t *testing.T) {
	t.Parallel()
	sent := canon.Object{"name": "a", "cluster_type": "x", "cloud_gateway": true}
	patched := kinds.NewTable().By(crd.ControlPlaneGroupKind()).Patch(kinds.Desired{Sent: sent})
	assert.JSONEq(t, `{"name":"a","proxy_urls":[]}`, string(patched.Body()))
	assert.Len(t, sent, 3, "what is to be sent otherwise stays")
}

func TestCarried(t *testing.T) {
	t.Parallel()
	sans := map[string]any{"dnsnames": []any{"a"}, "uris": []any{"spiffe://a"}}
	target := builder.NewTarget("t").Upstream("u").Target("a").MustBuild()
	cases := []struct {
		reason   string
		obj      crd.Object
		observed map[string]any
		field    string
		want     any
	}{
		{"failover", target, map[string]any{"failover": true}, "failover", true},
		{"no failover: the default", target, map[string]any{"failover": nil}, "failover", false},
		{"names of a service with TLS", builder.NewService("s").ControlPlane("cp").Host("a").Protocol("https").MustBuild(), map[string]any{"tls_sans": sans}, "tls_sans", sans},
		{"names of a service without", builder.NewService("s").ControlPlane("cp").Host("a").MustBuild(), map[string]any{"tls_sans": sans}, "tls_sans", nil},
		{"names of a service whose url has TLS", builder.NewService("s").ControlPlane("cp").URL("https://a").MustBuild(), map[string]any{"tls_sans": sans}, "tls_sans", sans},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			d, err := kindOf(t, c.obj).Desire(c.obj, kinds.Inputs{Observed: c.observed})
			require.NoError(t, err)
			assert.Equal(t, c.want, d.Object[c.field])
		})
	}
}
