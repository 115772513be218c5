package gatewayapi

import (
	"cmp"
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/optional"
)

const gatewayGroup = gatewayv1.GroupName

// gateway is one that stands for a control plane.
type gateway struct {
	key          crd.Key
	controlPlane crd.Key
	listeners    []*listener
	warnings     []Warning
}

// listener is one of a gateway.
type listener struct {
	of       *gateway
	path     *field.Path
	name     string
	hostname hostname
	port     int32
	protocol gatewayv1.ProtocolType
	// passthrough leaves TLS to the backends.
	passthrough bool
	// refused says why nothing can be attached; empty where something can.
	refused string
	spec    *gatewayv1.Listener
}

// gateways returns those that stand for a control plane, by place.
func gateways(in *Input) map[place]*gateway {
	found := map[place]*gateway{}
	for i := range in.Gateways {
		spec := &in.Gateways[i]
		controlPlane := in.ControlPlane(spec)
		if controlPlane.Name == "" {
			continue
		}
		controlPlane.Namespace = cmp.Or(controlPlane.Namespace, crd.DefaultNamespace)
		g := &gateway{
			key:          crd.Key{Group: gatewayGroup, Kind: "Gateway", Namespace: crd.NamespaceOf(spec), Name: spec.Name},
			controlPlane: controlPlane,
		}
		g.warnUnused(&spec.Spec)
		for i := range spec.Spec.Listeners {
			l := newListener(g, i, &spec.Spec.Listeners[i])
			l.refused = l.problem()
			if l.protocol == gatewayv1.HTTPSProtocolType && asksForCertificates(spec.Spec.TLS, l.port) {
				l.refused = "asks clients for certificates, which is not translated"
			}
			g.listeners = append(g.listeners, l)
		}
		found[place{g.key.Namespace, g.key.Name}] = g
	}
	return found
}

// warnUnused tells of fields that ask for something that is not translated.
func (g *gateway) warnUnused(spec *gatewayv1.GatewaySpec) {
	at := field.NewPath("spec")
	for _, unused := range []struct {
		set     bool
		at      *field.Path
		message string
	}{
		{spec.TLS != nil && spec.TLS.Backend != nil, at.Child("tls", "backend"), "has no effect: no certificate is shown to backends"},
		{takesListenerSets(spec.AllowedListeners), at.Child("allowedListeners"), "has no effect: ListenerSets are not translated"},
		{spec.DefaultScope != "" && spec.DefaultScope != gatewayv1.GatewayDefaultScopeNone, at.Child("defaultScope"), "has no effect: routes name their Gateways under parentRefs"},
	} {
		if unused.set {
			g.warnings = append(g.warnings, Warning{Key: g.key, Field: unused.at.String(), Message: unused.message})
		}
	}
}

func takesListenerSets(spec *gatewayv1.AllowedListeners) bool {
	return spec != nil && spec.Namespaces != nil && cmp.Or(optional.Value(spec.Namespaces.From), gatewayv1.NamespacesFromNone) != gatewayv1.NamespacesFromNone
}

// asksForCertificates reports whether clients of a port have to show a certificate.
func asksForCertificates(spec *gatewayv1.GatewayTLSConfig, port int32) bool {
	if spec == nil || spec.Frontend == nil {
		return false
	}
	for _, of := range spec.Frontend.PerPort {
		if of.Port == port {
			return of.TLS.Validation != nil
		}
	}
	return spec.Frontend.Default.Validation != nil
}

func newListener(of *gateway, index int, spec *gatewayv1.Listener) *listener {
	l := &listener{
		of: of, path: field.NewPath("spec", "listeners").Index(index), name: string(spec.Name),
		hostname: lowerHost(optional.Value(spec.Hostname)),
		port:     spec.Port, protocol: spec.Protocol, spec: spec,
	}
	if spec.TLS != nil && optional.Value(spec.TLS.Mode) == gatewayv1.TLSModePassthrough {
		l.passthrough = true
	}
	return l
}

// takes reports whether routes of a kind and namespace may attach to l.
func (l *listener) takes(c *cluster, route crd.Key) bool {
	return l.refused == "" && l.takesKind(route.Kind) && l.takesNamespace(c, route.Namespace)
}

func (l *listener) takesKind(kind string) bool {
	if !slices.Contains(l.kinds(), kind) {
		return false
	}
	if l.spec.AllowedRoutes == nil || len(l.spec.AllowedRoutes.Kinds) == 0 {
		return true
	}
	return slices.ContainsFunc(l.spec.AllowedRoutes.Kinds, func(k gatewayv1.RouteGroupKind) bool {
		return string(k.Kind) == kind && (k.Group == nil || *k.Group == gatewayGroup)
	})
}

// kinds are those that the protocol has routes of.
func (l *listener) kinds() []string {
	switch l.protocol {
	case gatewayv1.HTTPProtocolType:
		return []string{"HTTPRoute", "GRPCRoute"}
	case gatewayv1.HTTPSProtocolType:
		if l.passthrough {
			return nil
		}
		return []string{"HTTPRoute", "GRPCRoute"}
	case gatewayv1.TLSProtocolType:
		if l.passthrough {
			return []string{"TLSRoute"}
		}
		return []string{"TLSRoute", "TCPRoute"}
	case gatewayv1.TCPProtocolType:
		return []string{"TCPRoute"}
	case gatewayv1.UDPProtocolType:
		return []string{"UDPRoute"}
	default:
		return nil
	}
}

// takesNamespace is by allowedRoutes.namespaces: the namespace of the Gateway by default.
func (l *listener) takesNamespace(c *cluster, namespace string) bool {
	from, selector := gatewayv1.NamespacesFromSame, (*metav1.LabelSelector)(nil)
	if l.spec.AllowedRoutes != nil && l.spec.AllowedRoutes.Namespaces != nil {
		from = cmp.Or(optional.Value(l.spec.AllowedRoutes.Namespaces.From), from)
		selector = l.spec.AllowedRoutes.Namespaces.Selector
	}
	switch from {
	case gatewayv1.NamespacesFromAll:
		return true
	case gatewayv1.NamespacesFromSame:
		return namespace == l.of.key.Namespace
	case gatewayv1.NamespacesFromSelector:
		chosen, err := metav1.LabelSelectorAsSelector(selector)
		return err == nil && chosen.Matches(labels.Set(c.labelsOf(namespace)))
	default:
		return false
	}
}

// labelsOf returns the labels of a namespace, with the one that every namespace has.
func (c *cluster) labelsOf(namespace string) map[string]string {
	of := map[string]string{"kubernetes.io/metadata.name": namespace}
	maps.Copy(of, c.labels[namespace])
	return of
}
