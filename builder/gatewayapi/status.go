package gatewayapi

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/internal/printable"
)

// result is what becomes of a route.
func (r *route) result(o *options, c *cluster) RouteResult {
	slices.SortStableFunc(r.refused, func(a, b Refusal) int { return a.Rule - b.Rule })
	result := RouteResult{Key: r.key, Refused: r.refused}
	for i := range r.attachments {
		a := &r.attachments[i]
		status := gatewayv1.RouteParentStatus{ParentRef: *a.parent.DeepCopy(), ControllerName: o.controller}
		refused := r.refusedAt(a)
		status.Conditions = append(status.Conditions, r.accepted(a, refused), r.resolved(c, a))
		if partial := len(refused) > 0 && len(refused) < len(r.rules); partial && a.reason == "" {
			status.Conditions = append(status.Conditions, r.condition(gatewayv1.RouteConditionPartiallyInvalid, true,
				gatewayv1.RouteReasonUnsupportedValue, dropped(refused)))
		}
		result.Parents = append(result.Parents, status)
	}
	return result
}

// refusedAt returns the first refusal of each rule that is refused in the control plane.
func (r *route) refusedAt(a *attachment) []Refusal {
	var refused []Refusal
	for _, rule := range r.rules {
		i := slices.IndexFunc(r.refused, func(refusal Refusal) bool { return refusal.concerns(rule.index, a.gateway.controlPlane) })
		if i >= 0 {
			refusal := r.refused[i]
			refusal.Rule = rule.index
			refused = append(refused, refusal)
		}
	}
	return refused
}

func (r *route) condition(kind gatewayv1.RouteConditionType, truth bool, reason gatewayv1.RouteConditionReason, message string) metav1.Condition {
	status := metav1.ConditionFalse
	if truth {
		status = metav1.ConditionTrue
	}
	return metav1.Condition{
		Type: string(kind), Status: status, Reason: string(reason),
		Message: printable.Cut(printable.Line(message), maxMessage), ObservedGeneration: r.meta.Generation,
	}
}

// maxMessage is the length of a condition's message.
const maxMessage = 32768

func (r *route) accepted(a *attachment, refused []Refusal) metav1.Condition {
	switch {
	case a.reason != "":
		return r.condition(gatewayv1.RouteConditionAccepted, false, a.reason, a.message)
	case len(refused) == len(r.rules) && len(refused) > 0:
		return r.condition(gatewayv1.RouteConditionAccepted, false, refused[0].Reason, dropped(refused))
	default:
		return r.condition(gatewayv1.RouteConditionAccepted, true, gatewayv1.RouteReasonAccepted, "the route is translated")
	}
}

// dropped says which rules are refused, in the words that the Gateway API asks for.
func dropped(refused []Refusal) string {
	texts := make([]string, len(refused))
	for i, r := range refused {
		texts[i] = fmt.Sprintf("%d (%s)", r.Rule, r.String())
	}
	return "Dropped Rule " + strings.Join(texts, "; ")
}

func (r *route) resolved(c *cluster, a *attachment) metav1.Condition {
	for _, rule := range r.rules {
		for _, problem := range rule.lost(c, a) {
			return r.condition(gatewayv1.RouteConditionResolvedRefs, false, problem.reason, problem.at.String()+": "+problem.message)
		}
	}
	return r.condition(gatewayv1.RouteConditionResolvedRefs, true, gatewayv1.RouteReasonResolvedRefs, "all references are resolved")
}

// lost are the references of the rule that lead nowhere.
func (r *rule) lost(c *cluster, a *attachment) []unresolved {
	lost := r.destination.unresolved
	for _, plugin := range r.named() {
		if _, reason, message := c.permitted(r.of.key, plugin, a.gateway.controlPlane); reason != "" {
			lost = append(slices.Clip(lost), unresolved{plugin.at, reason, message})
		}
	}
	return lost
}
