package precedence

import (
	"cmp"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// hostnames are those for which a route serves a scheme: what it has in common with the
// listeners that it is attached to. An empty one stands for all.
func (c *Cluster) hostnames(route *gatewayv1.HTTPRoute, scheme string) []string {
	var found []string
	for i := range c.Gateways {
		gateway := &c.Gateways[i]
		for j := range gateway.Spec.Listeners {
			listener := &gateway.Spec.Listeners[j]
			if strings.EqualFold(string(listener.Protocol), scheme) {
				found = append(found, c.shared(gateway, listener, route)...)
			}
		}
	}
	return found
}

// Attached counts the routes that are attached to a listener.
func (c *Cluster) Attached(gateway *gatewayv1.Gateway, listener *gatewayv1.Listener) int {
	attached := 0
	for i := range c.Routes {
		if len(c.shared(gateway, listener, &c.Routes[i])) > 0 {
			attached++
		}
	}
	return attached
}

// Listens reports whether a listener has a scheme and host.
func (c *Cluster) Listens(scheme, host string) bool {
	for i := range c.Gateways {
		for _, l := range c.Gateways[i].Spec.Listeners {
			if strings.EqualFold(string(l.Protocol), scheme) && hostnameMatches(string(valueOr(l.Hostname, "")), hostOf(host)) {
				return true
			}
		}
	}
	return false
}

// shared are the hostnames of a route at a listener; none where it is not attached.
func (c *Cluster) shared(gateway *gatewayv1.Gateway, listener *gatewayv1.Listener, route *gatewayv1.HTTPRoute) []string {
	for _, ref := range route.Spec.ParentRefs {
		if refersTo(ref, route.Namespace, gateway) && selects(ref, listener) && c.allows(gateway, listener, route) {
			return intersections(listener, route.Spec.Hostnames)
		}
	}
	return nil
}

func refersTo(ref gatewayv1.ParentReference, namespace string, gateway *gatewayv1.Gateway) bool {
	group, kind := valueOr(ref.Group, gatewayv1.GroupName), valueOr(ref.Kind, "Gateway")
	return group == gatewayv1.GroupName && kind == "Gateway" &&
		string(valueOr(ref.Namespace, gatewayv1.Namespace(namespace))) == gateway.Namespace && string(ref.Name) == gateway.Name
}

func selects(ref gatewayv1.ParentReference, listener *gatewayv1.Listener) bool {
	return (ref.SectionName == nil || *ref.SectionName == listener.Name) && (ref.Port == nil || *ref.Port == listener.Port)
}

// allows reports whether a listener takes routes of this kind from this namespace.
func (c *Cluster) allows(gateway *gatewayv1.Gateway, listener *gatewayv1.Listener, route *gatewayv1.HTTPRoute) bool {
	allowed := listener.AllowedRoutes
	if allowed == nil {
		return gateway.Namespace == route.Namespace
	}
	if len(allowed.Kinds) > 0 && !slices.ContainsFunc(allowed.Kinds, func(k gatewayv1.RouteGroupKind) bool {
		return valueOr(k.Group, gatewayv1.GroupName) == gatewayv1.GroupName && k.Kind == "HTTPRoute"
	}) {
		return false
	}
	if allowed.Namespaces == nil || allowed.Namespaces.From == nil {
		return gateway.Namespace == route.Namespace
	}
	switch *allowed.Namespaces.From {
	case gatewayv1.NamespacesFromAll:
		return true
	case gatewayv1.NamespacesFromSelector:
		selector, err := metav1.LabelSelectorAsSelector(allowed.Namespaces.Selector)
		return err == nil && selector.Matches(labels.Set(c.Labels[route.Namespace]))
	default:
		return gateway.Namespace == route.Namespace
	}
}

// intersections are the hostnames that a listener and a route have in common.
func intersections(listener *gatewayv1.Listener, hostnames []gatewayv1.Hostname) []string {
	own := string(valueOr(listener.Hostname, ""))
	if len(hostnames) == 0 {
		return []string{own}
	}
	var found []string
	for _, h := range hostnames {
		hostname := string(h)
		switch {
		case hostnameMatches(own, hostname):
			found = append(found, hostname)
		case hostnameMatches(hostname, own):
			found = append(found, own)
		}
	}
	return found
}

// hostnameMatches reports whether all that a hostname, or a narrower pattern, stands for is covered by pattern.
func hostnameMatches(pattern, hostname string) bool {
	if suffix, wildcard := strings.CutPrefix(pattern, "*"); wildcard {
		name := strings.TrimPrefix(hostname, "*")
		return strings.HasSuffix(name, suffix) && (len(name) > len(suffix) || hostname == pattern)
	}
	return pattern == "" || pattern == hostname
}

func valueOr[T any](p *T, otherwise T) T { return *cmp.Or(p, &otherwise) }
