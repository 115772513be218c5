package gatewayapi

import (
	"cmp"
	"fmt"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// Result is what becomes of an Input.
type Result struct {
	// Objects are those of all control planes, sorted, those that others refer to first.
	// They have the defaults of their CRDs and pass Validate.
	Objects []crd.Object
	// Routes has one result for each route that names a Gateway of a control plane,
	// sorted by key.
	Routes []RouteResult
	// Warnings tell what is translated and does not mean quite the same, sorted by key.
	Warnings []Warning
}

// RouteResult is what becomes of one route.
type RouteResult struct {
	// Key is that of the HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute.
	Key crd.Key
	// Parents is for the route's status: one for each parentRef that names a Gateway of
	// a control plane, in the order of the spec, with the conditions Accepted and
	// ResolvedRefs, and PartiallyInvalid where some rules are refused. lastTransitionTime
	// is not set: it is for the caller, who knows what the status was.
	Parents []gatewayv1.RouteParentStatus
	// Refused are the rules of which nothing was made, sorted by index.
	Refused []Refusal
}

// Refusal is a rule that the gateway cannot do exactly, and of which nothing was made.
type Refusal struct {
	// ControlPlane is the only one that this is about; the zero Key where it is about all.
	ControlPlane crd.Key
	// Rule is the index of the rule, and Name its name; -1 is the whole route.
	Rule int
	Name string
	// Field is the path of what cannot be done, such as spec.rules[0].matches[1].queryParams.
	Field string
	// Reason is that of the condition.
	Reason gatewayv1.RouteConditionReason
	// Message is one line.
	Message string
}

// String returns one line.
func (r Refusal) String() string { return printable.Line(r.Field + ": " + r.Message) }

// Warning is what a translation changes, or leaves out without harm to the rest.
type Warning struct {
	// Key is that of the route, Gateway or Service.
	Key crd.Key
	// Field is the path of what it is about.
	Field string
	// Message is one line.
	Message string
}

// String returns one line.
func (w Warning) String() string {
	return fmt.Sprintf("%s: %s", w.Key, printable.Line(w.Field+": "+w.Message))
}

func compareWarnings(a, b Warning) int {
	return cmp.Or(a.Key.Compare(b.Key), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Message, b.Message))
}

// SourceLabels are those of all objects that are made of one, such as an HTTPRoute, and of no
// others: what a cluster has of them and a Result has not is left over. What several routes
// share is made of their Service, and certificates of their Gateway.
func SourceLabels(of crd.Key) map[string]string { return source.Labels(of) }
