package resolve_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/resolve"
)

func TestGrants(t *testing.T) {
	t.Parallel()
	const conf, konnect = crd.ConfigurationGroup, crd.KonnectGroup
	// A route of namespace a refers to a service of namespace b.
	routeToService := batch(route("a/r", "b/s", ""), service("b/s", "cp"), controlPlane("b/cp"))
	refused := "resolve KongRoute a/r: spec.serviceRef.namespacedRef: KongService b/s is not granted: " +
		"needs a KongReferenceGrant in namespace b from group configuration.konghq.com, kind KongRoute, namespace a " +
		"to group configuration.konghq.com, kind KongService, name s"

	tests := map[string]struct {
		reason string
		batch  []crd.Object
		grants []crd.Object // in the batch
		source []crd.Object
		want   string
	}{
		"None":           {reason: "nothing is permitted by itself", batch: routeToService, want: refused},
		"Batch":          {reason: "grants of the batch count", batch: routeToService, grants: batch(grant("b/g", conf+"/KongRoute/a", conf+"/KongService/s"))},
		"Source":         {reason: "grants of the source count", batch: routeToService, source: batch(grant("b/g", conf+"/KongRoute/a", conf+"/KongService/s"))},
		"AnyName":        {reason: "no name means every name", batch: routeToService, grants: batch(grant("b/g", conf+"/KongRoute/a", conf+"/KongService"))},
		"OtherName":      {reason: "the name must match", batch: routeToService, grants: batch(grant("b/g", conf+"/KongRoute/a", conf+"/KongService/t")), want: refused},
		"OtherKind":      {reason: "the kind of the target must match", batch: routeToService, grants: batch(grant("b/g", conf+"/KongRoute/a", conf+"/KongUpstream")), want: refused},
		"OtherGroup":     {reason: "the group of the target must match", batch: routeToService, grants: batch(grant("b/g", conf+"/KongRoute/a", konnect+"/KongService")), want: refused},
		"FromNamespace":  {reason: "the namespace of the referrer must match", batch: routeToService, grants: batch(grant("b/g", conf+"/KongRoute/c", conf+"/KongService")), want: refused},
		"FromKind":       {reason: "the kind of the referrer must match", batch: routeToService, grants: batch(grant("b/g", conf+"/KongTarget/a", conf+"/KongService")), want: refused},
		"FromGroup":      {reason: "the group of the referrer must match", batch: routeToService, grants: batch(grant("b/g", konnect+"/KongRoute/a", conf+"/KongService")), want: refused},
		"WrongPlace":     {reason: "the grant must be with the target, not with the referrer", batch: routeToService, grants: batch(grant("a/g", conf+"/KongRoute/a", conf+"/KongService")), want: refused},
		"AllMustMatchIn": {reason: "parts of two grants do not add up", batch: routeToService, grants: batch(grant("b/g", conf+"/KongRoute/c", conf+"/KongService"), grant("b/h", conf+"/KongRoute/a", conf+"/KongUpstream")), want: refused},
		"BatchReplaces": {
			reason: "the grant of the batch is what the source's is about to become",
			batch:  routeToService,
			grants: batch(grant("b/g", conf+"/KongRoute/c", conf+"/KongService")),
			source: batch(grant("b/g", conf+"/KongRoute/a", conf+"/KongService")),
			want:   refused,
		},
		"ControlPlane": {
			reason: "references to control planes need grants too",
			batch:  batch(service("a/s", "b/cp"), controlPlane("b/cp")),
			want: "resolve KongService a/s: spec.controlPlaneRef.konnectNamespacedRef: KonnectGatewayControlPlane b/cp is not granted: " +
				"needs a KongReferenceGrant in namespace b from group configuration.konghq.com, kind KongService, namespace a " +
				"to group konnect.konghq.com, kind KonnectGatewayControlPlane, name cp",
		},
		"Auth": {
			reason: "references to credentials need grants too",
			batch:  batch(controlPlaneWithAuth("a/cp", "b/auth"), auth("b/auth", "")),
			want: "resolve KonnectGatewayControlPlane a/cp: spec.konnect.authRef: KonnectAPIAuthConfiguration b/auth is not granted: " +
				"needs a KongReferenceGrant in namespace b from group konnect.konghq.com, kind KonnectGatewayControlPlane, namespace a " +
				"to group konnect.konghq.com, kind KonnectAPIAuthConfiguration, name auth",
		},
		"Secret": {
			reason: "references to Secrets need grants too, and the message names the group as a grant has it",
			batch:  batch(auth("a/auth", "b/token"), secret("b/token", "token", "kpat_example")),
			want: "resolve KonnectAPIAuthConfiguration a/auth: spec.secretRef: Secret b/token is not granted: " +
				"needs a KongReferenceGrant in namespace b from group konnect.konghq.com, kind KonnectAPIAuthConfiguration, namespace a " +
				"to group core, kind Secret, name token",
		},
		"SecretCoreGroup": {
			reason: "grants call the group of Secrets core",
			batch:  batch(auth("a/auth", "b/token"), secret("b/token", "token", "kpat_example")),
			grants: batch(grant("b/g", konnect+"/KonnectAPIAuthConfiguration/a", "core/Secret")),
		},
		"SecretEmptyGroup": {
			reason: "the empty group is the same",
			batch:  batch(auth("a/auth", "b/token"), secret("b/token", "token", "kpat_example")),
			grants: batch(grant("b/g", konnect+"/KonnectAPIAuthConfiguration/a", "/Secret/token")),
		},
		"NotLookedUp": {
			reason: "what is not granted is not looked up: that it is missing must not show",
			batch:  batch(target("a/t", "b/missing")),
			want: "resolve KongTarget a/t: spec.upstreamRef: KongUpstream b/missing is not granted: " +
				"needs a KongReferenceGrant in namespace b from group configuration.konghq.com, kind KongTarget, namespace a " +
				"to group configuration.konghq.com, kind KongUpstream, name missing",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects := append(append([]crd.Object{}, test.batch...), test.grants...)
			_, err := resolve.Resolve(t.Context(), objects, resolve.WithSource(resolve.Objects(test.source...)))
			if test.want == "" {
				require.NoError(t, err, test.reason)
				return
			}
			require.EqualError(t, err, test.want, test.reason)
			_, ok := errors.AsType[*resolve.NotGrantedError](err)
			assert.True(t, ok)
		})
	}
}

func TestNotGrantedEdges(t *testing.T) {
	t.Parallel()
	granted := grant("b/g", crd.ConfigurationGroup+"/KongRoute/a", crd.ConfigurationGroup+"/KongService")
	source := resolve.WithSource(resolve.Objects(service("b/s", "cp"), controlPlane("b/cp"), granted))

	graph, err := resolve.Resolve(t.Context(), batch(route("a/r", "b/s", ""), route("c/r", "b/s", "")), source)
	require.Error(t, err)
	assert.NotNil(t, graph.Node(key(t, graph, "KongRoute a/r")).Edges[0].Node)
	assert.Nil(t, graph.Node(key(t, graph, "KongRoute c/r")).Edges[0].Node,
		"an object that another reference brought in does not leak")

	graph, err = resolve.Resolve(t.Context(), batch(route("c/r", "b/s", ""), service("b/s", "cp")), source)
	require.Error(t, err)
	r, s := graph.Node(key(t, graph, "KongRoute c/r")), graph.Node(key(t, graph, "KongService b/s"))
	assert.Nil(t, r.Edges[0].Node, "an object of the batch is no more there than one outside")
	assert.Nil(t, r.ControlPlane)
	assert.Zero(t, r.Layer)
	assert.Empty(t, s.Dependents)
}

// TestNotGrantedTellsNothing: with or without a target, only the missing grant is told.
func TestNotGrantedTellsNothing(t *testing.T) {
	t.Parallel()
	referrers := batch(
		auth("evil/auth", "victim/token"), controlPlaneWithAuth("evil/cp", "victim/auth"), service("evil/s", "victim/cp"),
		route("evil/r", "victim/s", ""), route("evil/both", "victim/s", "victim/cp"), target("evil/t", "victim/u"),
	)
	_, want := resolve.Resolve(t.Context(), referrers)
	require.Error(t, want)
	for name, targets := range map[string][]crd.Object{
		"right": batch(
			secret("victim/token", "token", "kpat_example"), auth("victim/auth", "token"), controlPlaneWithAuth("victim/cp", "auth"),
			service("victim/s", "cp"), upstream("victim/u", "cp")),
		"without a token":  batch(secret("victim/token", "other", "x")),
		"another plane":    batch(controlPlane("victim/cp"), controlPlane("victim/cp2"), service("victim/s", "cp2"), upstream("victim/u", "cp2")),
		"leading in cycle": batch(controlPlane("victim/cp", "cp2"), controlPlane("victim/cp2")),
	} {
		_, err := resolve.Resolve(t.Context(), append(slices.Clone(referrers), targets...))
		assert.EqualError(t, err, want.Error(), "%s, in the batch", name)
		_, err = resolve.Resolve(t.Context(), referrers, resolve.WithSource(resolve.Objects(targets...)))
		assert.EqualError(t, err, want.Error(), "%s, in the source", name)
	}
}

// TestGrantsWithoutMeaning grant nothing, though they were never checked.
func TestGrantsWithoutMeaning(t *testing.T) {
	t.Parallel()
	const conf = crd.ConfigurationGroup
	for _, to := range []string{conf + "/KongService/", conf + "/*", conf + "/", "*/*", conf + "/kongservice", conf + "/KongService/*"} {
		for _, from := range []string{conf + "/KongRoute/a", conf + "/KongRoute/*", conf + "/KongRoute/", conf + "/*/a"} {
			objects := batch(route("a/r", "b/s", ""), service("b/s", "cp"), controlPlane("b/cp"))
			wrong := grant("b/g", from, to)
			_, err := resolve.Resolve(t.Context(), append(objects, wrong))
			assert.ErrorAs(t, err, new(*resolve.NotGrantedError), "from %s to %s, in the batch", from, to)
			_, err = resolve.Resolve(t.Context(), objects, resolve.WithSource(resolve.Objects(wrong)))
			assert.ErrorAs(t, err, new(*resolve.NotGrantedError), "from %s to %s, in the source", from, to)
		}
	}
}
