package konnect_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestPluginRefValid says whether a binding's plugin is there and may be used.
func TestPluginRefValid(t *testing.T) {
	t.Parallel()
	grant := builder.NewReferenceGrant("plugins").Namespace("other").FromPluginBindings("default").To("configuration.konghq.com", "KongPlugin").MustBuild()
	for reason, tt := range map[string]struct {
		plugin  crd.Object
		binding *builder.PluginBinding
		more    []crd.Object
		want    string
	}{
		"there": {builder.NewPlugin("p", "cors").MustBuild(), boundTo("p"), nil, "True Valid: KongPlugin default/p exists and is accessible"},
		"of the cluster": {builder.NewClusterPlugin("p", "cors").MustBuild(), builder.NewPluginBinding("p").ControlPlane("cp").ClusterPlugin("p").Service("web"), nil,
			"True Valid: KongClusterPlugin p exists and is accessible"},
		"granted": {builder.NewPlugin("p", "cors").Namespace("other").MustBuild(), builder.NewPluginBinding("p").ControlPlane("cp").PluginIn("other", "p").Service("web"),
			[]crd.Object{grant}, "True Valid: KongPlugin other/p exists and is accessible"},
		"not there":   {builder.NewPlugin("q", "cors").MustBuild(), boundTo("p"), nil, "False Invalid: Referenced KongPlugin default/p does not exist"},
		"not granted": {builder.NewPlugin("p", "cors").Namespace("other").MustBuild(), builder.NewPluginBinding("p").ControlPlane("cp").PluginIn("other", "p").Service("web"), nil, "False RefNotPermitted: "},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			binding := tt.binding.MustBuild()
			_, err := newClient(t, server).Ensure(t.Context(), append([]crd.Object{plane("cp").MustBuild(), webService(), tt.plugin, binding}, tt.more...))
			require.Equal(t, crd.IsProgrammed(binding), err == nil)
			assert.Contains(t, statusOf(binding, crd.ConditionPluginRefValid), tt.want)
		})
	}
}

// TestRunOn is never sent, and anything but first is warned of.
func TestRunOn(t *testing.T) {
	t.Parallel()
	for runOn, warned := range map[string]bool{"": false, "first": false, "second": true, "all": true} {
		server := konnecttest.Start(t)
		plugin := builder.NewPlugin("p", "cors")
		if runOn != "" {
			plugin = plugin.RunOn(runOn)
		}
		report, err := newClient(t, server).Ensure(t.Context(), []crd.Object{plane("cp").MustBuild(), webService(), plugin.MustBuild(), boundTo("p").MustBuild()})
		require.NoError(t, err)
		var codes []konnect.WarningCode
		for _, w := range report.Warnings {
			codes = append(codes, w.Code)
			assert.Equal(t, "KongPlugin default/p: run_on: konnect knows no run_on, so that it is not sent: the plugin acts in every gateway; remove it [run-on]", w.String())
		}
		assert.Equal(t, warned, len(codes) == 1, runOn)
		for _, r := range server.Requests() {
			assert.NotContains(t, string(r.Body), "run_on")
		}
	}
}

// TestAnotherType is refused: what the binding acts on would be without a plugin meanwhile.
func TestAnotherType(t *testing.T) {
	t.Parallel()
	objects := func(plugin string) []crd.Object {
		return []crd.Object{plane("cp").MustBuild(), webService(), builder.NewPlugin("p", plugin).MustBuild(), boundTo("p").MustBuild()}
	}
	w := newWorld(t, objects("key-auth"))
	_, err := newClient(t, w.server).Ensure(t.Context(), objects("cors"))
	var immutable *konnect.ImmutableError
	require.ErrorAs(t, err, &immutable)
	require.ErrorContains(t, err, `name: "key-auth" -> "cors"`)
	require.ErrorContains(t, err, "; bind the other plugin by a KongPluginBinding of another name, and delete this one then, so that")
	assert.Zero(t, w.server.Writes())
}
