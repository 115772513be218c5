package gatewayapi_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/crd"
)

// Two control planes would get objects of the same names, for the same Service, say.
func TestControlPlanesInOneNamespace(t *testing.T) {
	t.Parallel()
	in := world(httpRoute("r", "", rule("/")))
	in.Gateways = []gatewayv1.Gateway{gateway("public", "a:HTTP:80"), gateway("internal", "a:HTTP:80")}
	in.ControlPlane = func(g *gatewayv1.Gateway) crd.Key {
		return crd.Key{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Namespace: "kong", Name: g.Name}
	}
	_, err := gatewayapi.Translate(in)
	require.EqualError(t, err, "translate Gateway API: KonnectGatewayControlPlane kong/internal and KonnectGatewayControlPlane kong/public "+
		"are in one namespace, where their objects would have the same names; give each control plane a namespace of its own")
}
