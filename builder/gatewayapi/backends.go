package gatewayapi

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/backend"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/optional"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// destination is where the requests of a rule go.
type destination struct {
	// shares are the backends that are there, with the whole weight of each.
	shares []backend.Share
	// failed answers all requests with 500, since no backend can take one.
	failed bool
	// unresolved are the references that lead nowhere.
	unresolved []unresolved
}

// unresolved is a reference that leads nowhere, or to where it may not.
type unresolved struct {
	at      *field.Path
	reason  gatewayv1.RouteConditionReason
	message string
}

// resolve finds the backends of the rule.
func (r *rule) resolve(o *options, c *cluster) {
	valid, lost := 0, 0
	for i := range r.backends {
		ref := &r.backends[i]
		weight := 1
		if ref.Weight != nil {
			weight = int(*ref.Weight)
		}
		at := r.path.Child("backendRefs").Index(i)
		share, problem := r.share(c, at, ref)
		if problem != nil {
			r.destination.unresolved = append(r.destination.unresolved, *problem)
			lost += weight
			continue
		}
		share.Weight = weight
		valid += weight
		r.destination.shares = append(r.destination.shares, share)
	}
	if protocols := r.spoken(); len(protocols) > 1 {
		r.unsupported(r.path.Child("backendRefs"), "the gateway speaks one protocol with all backends of a rule, and these speak "+strings.Join(protocols, " and "))
	}
	r.destination.failed = valid == 0 && r.action.redirect == nil
	if valid > 0 && lost > 0 {
		first := r.destination.unresolved[0]
		message := fmt.Sprintf("%s, and the gateway cannot answer the part of one backend with 500: all requests go to the others", first.message)
		if o.validBackends {
			r.of.warn(first.at, message)
			return
		}
		r.unsupported(first.at, first.message+", and the gateway cannot answer the part of one backend with 500")
	}
}

// share finds the Service of a backend.
func (r *rule) share(c *cluster, at *field.Path, ref *gatewayv1.BackendRef) (backend.Share, *unresolved) {
	if optional.Value(ref.Group) != "" || cmp.Or(optional.Value(ref.Kind), "Service") != "Service" {
		kind := printable.Line(string(optional.Value(ref.Kind)))
		return backend.Share{}, &unresolved{at, gatewayv1.RouteReasonInvalidKind, "only Services can be backends, and not " + kind}
	}
	key := crd.Key{Kind: "Service", Namespace: cmp.Or(string(optional.Value(ref.Namespace)), r.of.key.Namespace), Name: string(ref.Name)}
	if !c.permits(r.of.key, key) {
		return backend.Share{}, &unresolved{at, gatewayv1.RouteReasonRefNotPermitted,
			"no ReferenceGrant in " + key.Namespace + " lets " + r.of.key.Kind + "s of " + r.of.key.Namespace + " refer to " + key.String()}
	}
	service := c.services[place{key.Namespace, key.Name}]
	if service == nil {
		return backend.Share{}, &unresolved{at, gatewayv1.RouteReasonBackendNotFound, key.String() + " does not exist"}
	}
	missing := &unresolved{at, gatewayv1.RouteReasonBackendNotFound, key.String() + " has no port " + portText(ref.Port)}
	for _, port := range service.Spec.Ports {
		if ref.Port == nil || port.Port != *ref.Port {
			continue
		}
		if message := r.of.family.speakProblem(port); message != "" {
			missing = &unresolved{at, gatewayv1.RouteReasonUnsupportedProtocol, message}
			continue // another port may have the number for another protocol
		}
		return backend.Share{Service: withPort(service, port), Port: strconv.Itoa(int(port.Port)), EndpointSlices: c.slices[place{key.Namespace, key.Name}]}, nil
	}
	return backend.Share{}, missing
}

// withPort returns a Service that has a port alone.
func withPort(service *corev1.Service, port corev1.ServicePort) *corev1.Service {
	if len(service.Spec.Ports) == 1 {
		return service
	}
	alone := *service
	alone.Spec.Ports = []corev1.ServicePort{port}
	return &alone
}

// speakProblem says why a port cannot be a backend of the family; empty where it can.
func (f family) speakProblem(port corev1.ServicePort) string {
	carried, transport := corev1.ProtocolTCP, cmp.Or(port.Protocol, corev1.ProtocolTCP)
	if f == udpFamily {
		carried = corev1.ProtocolUDP
	}
	switch {
	case transport != carried:
		return "the port is one of " + string(transport) + ", and the route needs one of " + string(carried)
	case f == httpFamily && optional.Value(port.AppProtocol) == "kubernetes.io/h2c":
		return "the gateway speaks HTTP/2 with backends for gRPC alone"
	default:
		return ""
	}
}

// spoken are the protocols of the backends.
func (r *rule) spoken() []string {
	var protocols []string
	for _, share := range r.destination.shares {
		protocols = append(protocols, r.of.family.speaks(share))
	}
	slices.Sort(protocols)
	return slices.Compact(protocols)
}

// fail has all requests answered with 500, since a backend cannot be translated.
func (r *rule) fail(err error) {
	if !r.destination.failed {
		r.destination.failed = true
		r.destination.unresolved = append(r.destination.unresolved, unresolved{
			r.path.Child("backendRefs"), gatewayv1.RouteReasonUnsupportedProtocol, err.Error(),
		})
	}
}

func portText(port *gatewayv1.PortNumber) string {
	if port == nil {
		return "that the reference names"
	}
	return strconv.Itoa(int(*port))
}
