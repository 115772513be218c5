package gatewayapi_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/crd"
)

// TestControlPlanesInOneNamespace: each has its objects, also of what both serve, and those of
// one do not depend on the other.
func TestControlPlanesInOneNamespace(t *testing.T) {
	t.Parallel()
	in := streams()
	in.Services = append(in.Services, service("b"))
	in.HTTPRoutes = []gatewayv1.HTTPRoute{httpRoute("r", "", filters(toAll(rule("/a"), to("echo")), headerFilter("a", "b")), toAll(rule("/b"), to("echo"), to("b")))}
	in.HTTPRoutes[0].Spec.ParentRefs = []gatewayv1.ParentReference{{Name: "public"}, {Name: "in.ternal"}}
	in.TLSRoutes = []gatewayv1.TLSRoute{tlsRoute("t", "end", "echo", "x.end.com")}
	in.Gateways[0].Spec.Listeners = append(in.Gateways[0].Spec.Listeners, listener("http:HTTP:80"))
	in.Gateways = append(in.Gateways, *in.Gateways[0].DeepCopy())
	in.Gateways[1].Name = "in.ternal"
	only := func(names ...string) map[string]string {
		in := in
		in.ControlPlane = func(g *gatewayv1.Gateway) crd.Key {
			for _, name := range names {
				if name == g.Name {
					return crd.Key{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Namespace: "kong", Name: name}
				}
			}
			return crd.Key{}
		}
		return texts(t, translate(t, in))
	}
	public, internal := only("public"), only("in.ternal")
	require.NotEmpty(t, public)
	want := maps.Clone(public)
	maps.Copy(want, internal)
	assert.Len(t, want, len(public)+len(internal))
	assert.Equal(t, want, only("public", "in.ternal"))
}
