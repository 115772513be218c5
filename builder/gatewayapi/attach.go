package gatewayapi

import (
	"cmp"
	"fmt"
	"slices"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/optional"
)

// attachment is a parentRef that names a gateway of a control plane.
type attachment struct {
	parent  gatewayv1.ParentReference
	gateway *gateway
	// listeners are those that the route is attached to.
	listeners []bond
	// reason and message say why the route is not accepted; empty where it is.
	reason  gatewayv1.RouteConditionReason
	message string
}

// bond is a listener with the hosts that it and the route have in common.
type bond struct {
	*listener

	hosts []hostname
}

func (a *attachment) reject(reason gatewayv1.RouteConditionReason, format string, values ...any) {
	a.reason, a.message, a.listeners = reason, fmt.Sprintf(format, values...), nil
}

// attach finds the gateways of a route, and the listeners that take it.
func attach(r *route, c *cluster, gateways map[place]*gateway) {
	for _, parent := range r.parents {
		if group := optional.Value(parent.Group); parent.Group != nil && group != gatewayGroup || cmp.Or(optional.Value(parent.Kind), "Gateway") != "Gateway" {
			continue
		}
		namespace := cmp.Or(string(optional.Value(parent.Namespace)), r.key.Namespace)
		if g := gateways[place{namespace, string(parent.Name)}]; g != nil {
			a := attachment{parent: parent, gateway: g}
			a.find(r, c)
			r.attachments = append(r.attachments, a)
		}
	}
}

func (a *attachment) find(r *route, c *cluster) {
	named, allowed, refused := 0, 0, ""
	for _, l := range a.gateway.listeners {
		if a.parent.SectionName != nil && string(*a.parent.SectionName) != l.name || a.parent.Port != nil && *a.parent.Port != l.port {
			continue
		}
		named++
		refused = cmp.Or(refused, l.refused)
		if !l.takes(c, r.key) {
			continue
		}
		allowed++
		if hosts := r.hostsAt(l); len(hosts) > 0 {
			a.listeners = append(a.listeners, bond{l, hosts})
		}
	}
	switch {
	case named == 0:
		a.reject(gatewayv1.RouteReasonNoMatchingParent, "%s has no listener with this sectionName and port", a.gateway.key)
	case allowed == 0 && refused != "":
		a.reject(gatewayv1.RouteReasonNotAllowedByListeners, "the listener of %s %s", a.gateway.key, refused)
	case allowed == 0:
		a.reject(gatewayv1.RouteReasonNotAllowedByListeners, "no listener of %s allows %ss of namespace %s", a.gateway.key, r.key.Kind, r.key.Namespace)
	case len(a.listeners) == 0:
		a.reject(gatewayv1.RouteReasonNoMatchingListenerHostname, "no hostname is one of a listener of %s", a.gateway.key)
	}
}

// hostsAt returns the hosts that the route and a listener have in common, sorted.
func (r *route) hostsAt(l *listener) []hostname {
	if r.family == tcpFamily || r.family == udpFamily {
		return []hostname{""}
	}
	if len(r.hostnames) == 0 {
		return []hostname{l.hostname}
	}
	var hosts []hostname
	for _, name := range r.hostnames {
		if host, ok := lowerHost(name).meet(l.hostname); ok {
			hosts = append(hosts, host)
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// bonds returns the listeners that the route has in a control plane.
func (r *route) bonds(controlPlane crd.Key) []bond {
	var bonds []bond
	for _, a := range r.attachments {
		if a.gateway.controlPlane == controlPlane {
			bonds = append(bonds, a.listeners...)
		}
	}
	return bonds
}
