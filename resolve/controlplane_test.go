package resolve_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve"
)

func TestControlPlane(t *testing.T) {
	t.Parallel()
	kic := upstream("u", "")
	kic.Spec.ControlPlaneRef = &commonv1alpha1.ControlPlaneRef{Type: commonv1alpha1.ControlPlaneRefKIC}

	tests := map[string]struct {
		reason string
		batch  []crd.Object
		of     string
		plane  string // name of its control plane, "" for none
		err    string
	}{
		"Own":       {reason: "a control plane holds itself", batch: batch(controlPlane("a")), of: "KonnectGatewayControlPlane default/a", plane: "a"},
		"Group":     {reason: "a group is not held by its members", batch: batch(controlPlane("g", "a"), controlPlane("a")), of: "KonnectGatewayControlPlane default/g", plane: "g"},
		"Direct":    {reason: "the one that is named", batch: batch(service("s", "a"), controlPlane("a")), of: "KongService default/s", plane: "a"},
		"Service":   {reason: "that of the service", batch: batch(route("r", "s", ""), service("s", "a"), controlPlane("a")), of: "KongRoute default/r", plane: "a"},
		"Upstream":  {reason: "that of the upstream", batch: batch(target("t", "u"), upstream("u", "a"), controlPlane("a")), of: "KongTarget default/t", plane: "a"},
		"NoService": {reason: "a route without a service names its own", batch: batch(route("r", "", "a"), controlPlane("a")), of: "KongRoute default/r", plane: "a"},
		"Agreeing":  {reason: "two ways to the same are one", batch: batch(route("r", "s", "a"), service("s", "a"), controlPlane("a")), of: "KongRoute default/r", plane: "a"},
		"Outside":   {reason: "credentials live outside", batch: batch(auth("x", ""), controlPlaneWithAuth("a", "x")), of: "KonnectAPIAuthConfiguration default/x"},
		"Grant":     {reason: "grants live outside though they share a group with entities", batch: batch(grant("g", "x/y/z", "x/y")), of: "KongReferenceGrant default/g"},
		"Differing": {
			reason: "nobody can guess which one is meant",
			batch:  batch(route("r", "s", "b"), service("s", "a"), controlPlane("a"), controlPlane("b")),
			of:     "KongRoute default/r",
			err: "resolve KongRoute default/r: more than one control plane: " +
				"spec.controlPlaneRef.konnectNamespacedRef leads to KonnectGatewayControlPlane default/b, " +
				"spec.serviceRef.namespacedRef leads to KonnectGatewayControlPlane default/a",
		},
		"Neither": {
			reason: "a route needs a service or a control plane",
			batch:  batch(route("r", "", "")),
			of:     "KongRoute default/r",
			err:    "resolve KongRoute default/r: no control plane: the object refers neither to one nor to a parent that is in one",
		},
		"KIC": {
			reason: "a control plane of another sort is none",
			batch:  batch(kic),
			of:     "KongUpstream default/u",
			err: "resolve KongUpstream default/u: spec.controlPlaneRef: type kic (the default) is an ingress controller, not a control plane in Konnect; " +
				"name one with type konnectNamespacedRef",
		},
		"NoneAbove": {
			reason: "the cause is reported where it is, not on everything below",
			batch:  batch(target("t", "u"), upstream("u", "")),
			of:     "KongTarget default/t",
			err:    "resolve KongUpstream default/u: no control plane: the object refers neither to one nor to a parent that is in one",
		},
		"HalfKnown": {
			reason: "the missing service may have been in another one",
			batch:  batch(route("r", "s", "a"), controlPlane("a")),
			of:     "KongRoute default/r",
			err:    "resolve KongRoute default/r: spec.serviceRef.namespacedRef: KongService default/s not found",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			graph, err := resolve.Resolve(t.Context(), test.batch)
			if test.err == "" {
				require.NoError(t, err, test.reason)
			} else {
				require.EqualError(t, err, test.err, test.reason)
			}
			plane := graph.Node(key(t, graph, test.of)).ControlPlane
			if test.plane == "" {
				assert.Nil(t, plane, test.reason)
				return
			}
			require.NotNil(t, plane, test.reason)
			assert.Equal(t, crd.ControlPlaneGroupKind(), plane.Key.GroupKind())
			assert.Equal(t, test.plane, plane.Key.Name, test.reason)
		})
	}
}

func TestControlPlaneErrorsAreTyped(t *testing.T) {
	t.Parallel()
	_, err := resolve.Resolve(t.Context(), batch(
		route("r", "s", "b"), service("s", "a"), upstream("u", ""), controlPlane("a"), controlPlane("b")))

	ambiguous, ok := errors.AsType[*resolve.AmbiguousControlPlaneError](err)
	require.True(t, ok)
	require.Len(t, ambiguous.Candidates, 2)
	assert.Equal(t, "b", ambiguous.Candidates[0].ControlPlane.Name)
	assert.Equal(t, "spec.serviceRef.namespacedRef", ambiguous.Candidates[1].Field)

	none, ok := errors.AsType[*resolve.NoControlPlaneError](err)
	require.True(t, ok)
	assert.Equal(t, "KongUpstream default/u", none.Key.String())
}
