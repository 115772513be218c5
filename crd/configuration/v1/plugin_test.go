package v1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	v1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
)

func secretRef() *v1.ConfigSource {
	return &v1.ConfigSource{SecretKeyRef: v1.SecretKeyRef{Name: "s", Key: "k"}}
}

func TestKongPluginValidate(t *testing.T) {
	t.Parallel()
	type P = *v1.KongPlugin
	for reason, tt := range map[string]struct {
		change func(P)
		want   string
	}{
		"a type alone":                  {func(P) {}, ""},
		"an empty type":                 {func(p P) { p.PluginName = "" }, ""},
		"config":                        {func(p P) { p.Config = `{"a":null}` }, ""},
		"config that is no object":      {func(p P) { p.Config = `[]` }, "config: Invalid value: must be an object"},
		"config and configFrom":         {func(p P) { p.Config, p.ConfigFrom = `{}`, secretRef() }, "config: Invalid value: config and configFrom must not both be set"},
		"configFrom and patches":        {func(p P) { p.ConfigFrom, p.ConfigPatches = secretRef(), []v1.ConfigPatch{} }, "configFrom: Invalid value: configFrom and configPatches must not both be set"},
		"a protocol of Konnect's alone": {func(p P) { p.Protocols = []string{"http", "ws"} }, `protocols[1]: Unsupported value: "ws": supported values: "http", "https", "grpc", "grpcs", "tcp", "tls", "udp"`},
		"run_on":                        {func(p P) { p.RunOn = "third" }, `run_on: Unsupported value: "third": supported values: "first", "second", "all"`},
	} {
		p := &v1.KongPlugin{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "kong"}, PluginName: "cors"}
		tt.change(p)
		p.Default()
		errs := p.Validate()
		if tt.want == "" {
			assert.Empty(t, errs, reason)
			continue
		}
		require.Len(t, errs, 1, reason)
		assert.Equal(t, tt.want, errs[0].Error(), reason)

		c := &v1.KongClusterPlugin{
			ObjectMeta: metav1.ObjectMeta{Name: "p"}, PluginName: p.PluginName, Config: p.Config, Protocols: p.Protocols, RunOn: p.RunOn,
		}
		if p.ConfigFrom != nil {
			c.ConfigFrom = &v1.NamespacedConfigSource{}
		}
		if p.ConfigPatches != nil {
			c.ConfigPatches = []v1.NamespacedConfigPatch{}
		}
		c.Default()
		assert.Equal(t, errs, c.Validate(), "%s, in a KongClusterPlugin", reason)
	}
}

func TestKongPluginTypeIsImmutable(t *testing.T) {
	t.Parallel()
	for _, objects := range [][2]crd.Object{
		{&v1.KongPlugin{ObjectMeta: metav1.ObjectMeta{Name: "p"}, PluginName: "a"}, &v1.KongPlugin{ObjectMeta: metav1.ObjectMeta{Name: "p"}, PluginName: "b"}},
		{&v1.KongClusterPlugin{ObjectMeta: metav1.ObjectMeta{Name: "p"}, PluginName: "a"}, &v1.KongClusterPlugin{ObjectMeta: metav1.ObjectMeta{Name: "p"}, PluginName: "b"}},
	} {
		assert.Empty(t, objects[0].ValidateUpdate(objects[0]))
		assert.ErrorContains(t, objects[1].ValidateUpdate(objects[0]).ToAggregate(), "plugin: Invalid value: is immutable")
	}
}

func TestPluginReferences(t *testing.T) {
	t.Parallel()
	p := &v1.KongPlugin{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "kong"}, ConfigPatches: []v1.ConfigPatch{{Path: "/a", ValueFrom: *secretRef()}},
	}
	secret := crd.Key{Kind: crd.SecretKind, Namespace: "kong", Name: "s"}
	assert.Equal(t, []crd.Reference{{Field: "configPatches[0].valueFrom.secretKeyRef", To: secret}}, p.References())
	p.ConfigPatches, p.ConfigFrom = nil, secretRef()
	assert.Equal(t, []crd.Reference{{Field: "configFrom.secretKeyRef", To: secret}}, p.References())
	assert.Equal(t, "k", p.Plugin().From.Key)

	c := &v1.KongClusterPlugin{ConfigFrom: &v1.NamespacedConfigSource{SecretKeyRef: v1.NamespacedSecretKeyRef{Namespace: "kong", Name: "s", Key: "k"}}}
	assert.Equal(t, []crd.Reference{{Field: "configFrom.secretKeyRef", To: secret, Granted: true}}, c.References(), "no grant is needed")
	assert.Equal(t, crd.Key{Group: crd.ConfigurationGroup, Kind: crd.ClusterPluginKind}, crd.KeyOf(c), "it lies in no namespace")
	c.ConfigFrom, c.ConfigPatches = nil, []v1.NamespacedConfigPatch{{Path: "/a", ValueFrom: v1.NamespacedConfigSource{}}}
	assert.Equal(t, "/a", c.Plugin().Patches[0].Path)
}
