package resolve_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/golden"
	"github.com/konnectkit/konnectkit/resolve"
)

func TestDiagrams(t *testing.T) {
	t.Parallel()
	byURL := service("shop/by-url", "gateway")
	byURL.Spec.URL = new("https://balanced.internal:8443/api")
	odd := service(`odd/quote"and<b>#1\n`, "x]y")

	tests := map[string]struct {
		reason string
		batch  []crd.Object
		source []crd.Object
	}{
		"empty": {reason: "an empty graph is a valid picture"},
		"how-to": {
			reason: "the control plane, service and route of the how-to; credentials are not drawn",
			batch: batch(
				auth("kong/konnect-api-auth", ""), controlPlaneWithAuth("kong/gateway-control-plane", "konnect-api-auth"),
				service("kong/service", "gateway-control-plane"), route("kong/route", "service", "")),
		},
		"upstream": {
			reason: "routes, service, upstream, targets; the host or the URL of a service leads to the upstream of its own control plane only",
			batch: batch(
				controlPlane("shop/gateway"), controlPlane("shop/other"),
				route("shop/a", "service", ""), route("shop/b", "service", ""), route("shop/alone", "", "gateway"),
				serviceTo("shop/service", "gateway", "balanced.internal"), byURL,
				serviceTo("shop/elsewhere", "other", "balanced.internal"),
				upstream("shop/balanced", "gateway"),
				target("shop/t1", "balanced"), target("shop/t2", "balanced"), target("shop/t3", "balanced")),
		},
		"outside": {
			reason: "what is not in the batch, what is missing, and a group with members",
			batch: batch(
				controlPlane("group", "edge", "spare"), controlPlane("spare"),
				route("found", "service", ""), route("lost", "gone", ""), target("t", "no-upstream"), upstream("homeless", "no-plane")),
			source: batch(controlPlane("edge"), service("service", "edge")),
		},
		"not-granted": {
			reason: "an object of the batch is no part of the way where no grant leads to it",
			batch: batch(
				controlPlane("victim/gateway"), service("victim/s", "gateway"), service("evil/s", "victim/gateway"),
				route("evil/r", "victim/s", ""), target("evil/t", "victim/u"), upstream("victim/u", "gateway"),
				route("granted/r", "victim/s", ""), grant("victim/g", crd.ConfigurationGroup+"/KongRoute/granted", crd.ConfigurationGroup+"/KongService")),
		},
		"escaped": {
			reason: "names cannot break out of a label",
			batch:  batch(controlPlane("odd/x]y"), odd),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			graph, _ := resolve.Resolve(t.Context(), test.batch, resolve.WithSource(resolve.Objects(test.source...)))
			require.NotNil(t, graph, test.reason)
			golden.Equal(t, filepath.Join("testdata", name+".mmd"), graph.Mermaid())
			golden.Equal(t, filepath.Join("testdata", name+".dot"), graph.DOT())
		})
	}
}

func TestDiagramHidesSecrets(t *testing.T) {
	t.Parallel()
	graph, err := resolve.Resolve(t.Context(), batch(
		controlPlaneWithAuth("cp", "a"), auth("a", "s"), secret("s", "token", "kpat_example"), service("svc", "cp")))
	require.NoError(t, err)
	assert.NotContains(t, graph.Mermaid()+graph.DOT(), "kpat_example")
	assert.NotContains(t, graph.Mermaid()+graph.DOT(), crd.SecretKind)
}
