package gatewayconformance_test

import (
	"github.com/stretchr/testify/assert"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/internal/precedence"
)

// acceptGateway gives a Gateway the status of one that works, which the tests wait for.
func (w *world) acceptGateway(g *gatewayv1.Gateway, address string, api *precedence.Cluster) {
	kind := gatewayv1.IPAddressType
	g.Status.Addresses = []gatewayv1.GatewayStatusAddress{{Type: &kind, Value: address}}
	accept(&g.Status.Conditions, g.Generation, "Accepted", "Programmed")
	g.Status.Listeners = nil
	for i := range g.Spec.Listeners {
		l := &g.Spec.Listeners[i]
		status := gatewayv1.ListenerStatus{Name: l.Name, AttachedRoutes: int32(api.Attached(g, l)), SupportedKinds: []gatewayv1.RouteGroupKind{
			{Group: new(gatewayv1.Group(gatewayv1.GroupName)), Kind: "HTTPRoute"},
		}}
		accept(&status.Conditions, g.Generation, "Accepted", "Programmed", "ResolvedRefs")
		g.Status.Listeners = append(g.Status.Listeners, status)
	}
	assert.NoError(w.t, w.cluster.stored.Status().Update(w.t.Context(), g))
}

func accept(conditions *[]metav1.Condition, generation int64, kinds ...string) {
	for _, kind := range kinds {
		meta.SetStatusCondition(conditions, metav1.Condition{
			Type: kind, Status: metav1.ConditionTrue, Reason: kind, ObservedGeneration: generation,
		})
	}
}

// writeStatus writes what the translation says of routes.
func (w *world) writeStatus(results []gatewayapi.RouteResult) {
	for _, result := range results {
		var (
			route  client.Object
			status *gatewayv1.RouteStatus
		)
		switch result.Key.Kind {
		case "HTTPRoute":
			r := &gatewayv1.HTTPRoute{}
			route, status = r, &r.Status.RouteStatus
		case "GRPCRoute":
			r := &gatewayv1.GRPCRoute{}
			route, status = r, &r.Status.RouteStatus
		case "TLSRoute":
			r := &gatewayv1.TLSRoute{}
			route, status = r, &r.Status.RouteStatus
		default:
			continue
		}
		key := client.ObjectKey{Namespace: result.Key.Namespace, Name: result.Key.Name}
		assert.NoError(w.t, w.cluster.stored.Get(w.t.Context(), key, route))
		status.Parents = result.Parents
		if len(result.Refused) > 0 {
			pretend(status.Parents)
		}
		assert.NoError(w.t, w.cluster.stored.Status().Update(w.t.Context(), route))
	}
}

// pretend accepts a route of which rules are refused, so that a test goes on to the requests that others take.
func pretend(parents []gatewayv1.RouteParentStatus) {
	for i := range parents {
		accept(&parents[i].Conditions, 0, "Accepted")
		meta.RemoveStatusCondition(&parents[i].Conditions, string(gatewayv1.RouteConditionPartiallyInvalid))
	}
}
