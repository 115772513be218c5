package gatewayapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/optional"
)

// route is what the kinds of routes have in common.
type route struct {
	key       crd.Key
	meta      *metav1.ObjectMeta
	family    family
	hostnames []gatewayv1.Hostname
	parents   []gatewayv1.ParentReference
	rules     []*rule

	annotations annotations
	attachments []attachment
	refused     []Refusal
	warnings    []Warning
}

// family is what a route speaks, and how its names begin.
type family string

const (
	httpFamily family = "http"
	grpcFamily family = "grpc"
	tlsFamily  family = "tls"
	tcpFamily  family = "tcp"
	udpFamily  family = "udp"
)

// isStream reports whether the route is one of connections, and not of requests.
func (r *route) isStream() bool { return r.family != httpFamily && r.family != grpcFamily }

// rule is one of a route.
type rule struct {
	of    *route
	index int
	// name is that of the spec.
	name string
	path *field.Path

	matches  []*match
	action   action
	backends []gatewayv1.BackendRef
	// destination is what the backends become, per control plane.
	destination destination
}

func newRoute(f family, kind string, meta *metav1.ObjectMeta, parents []gatewayv1.ParentReference) *route {
	return &route{
		key:    crd.Key{Group: gatewayGroup, Kind: kind, Namespace: crd.NamespaceOf(meta), Name: meta.Name},
		meta:   meta,
		family: f, parents: parents,
	}
}

// addRule adds the next rule of the spec.
func (r *route) addRule(name *gatewayv1.SectionName) *rule {
	rule := &rule{
		of: r, index: len(r.rules), name: string(optional.Value(name)),
		path: field.NewPath("spec", "rules").Index(len(r.rules)),
	}
	r.rules = append(r.rules, rule)
	return rule
}

// refuse notes, once, that nothing is to be made of the rule.
func (r *rule) refuse(controlPlane crd.Key, at *field.Path, reason gatewayv1.RouteConditionReason, message string) {
	r.of.refuse(Refusal{
		ControlPlane: controlPlane, Rule: r.index, Name: r.name,
		Field: at.String(), Reason: reason, Message: message,
	})
}

func (r *route) refuse(refusal Refusal) {
	if !slices.Contains(r.refused, refusal) {
		r.refused = append(r.refused, refusal)
	}
}

// unsupported refuses the rule in all control planes for a value that the gateway has
// nothing for.
func (r *rule) unsupported(at *field.Path, message string) {
	r.refuse(everywhere, at, gatewayv1.RouteReasonUnsupportedValue, message)
}

// isRefused reports whether nothing is to be made of the rule in a control plane.
func (r *rule) isRefused(controlPlane crd.Key) bool {
	return slices.ContainsFunc(r.of.refused, func(refusal Refusal) bool { return refusal.concerns(r.index, controlPlane) })
}

// warn notes what the rule matches or does beyond what it says; strict refuses the rule.
func (r *rule) warn(o *options, at *field.Path, message string) {
	if o.strict {
		r.unsupported(at, message)
		return
	}
	r.of.warn(at, message)
}

func (r *route) warn(at *field.Path, message string) {
	r.warnings = append(r.warnings, Warning{Key: r.key, Field: at.String(), Message: message})
}

// label is the part of names that stands for the rule: its name, else its index. It has no
// dot, so that what stands before it is the route.
func (r *rule) label() string {
	if strings.Trim(r.name, "0123456789") == "" {
		return strconv.Itoa(r.index)
	}
	return source.Label(r.name)
}

// id tells rules apart.
func (r *rule) id() string { return r.of.key.String() + "#" + strconv.Itoa(r.index) }

// base is what the names of the rule's objects begin with.
func (r *rule) base() string {
	return string(r.of.family) + "." + r.of.key.Namespace + "." + r.of.key.Name + "." + r.label()
}

// compareAge orders routes as the Gateway API does where nothing else decides: the oldest
// first, then by namespace and name. Objects without an age come before others.
func compareAge(a, b *route) int {
	return cmp.Or(
		a.meta.CreationTimestamp.Compare(b.meta.CreationTimestamp.Time),
		cmp.Compare(a.key.Namespace+"/"+a.key.Name, b.key.Namespace+"/"+b.key.Name),
		cmp.Compare(a.key.Kind, b.key.Kind),
	)
}

// everywhere is the control plane of what is refused in all.
var everywhere = crd.Key{}
