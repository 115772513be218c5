package gatewayapi

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/crd"
)

// plane is one control plane with the routes that are attached to its gateways.
type plane struct {
	key     crd.Key
	options *options
	cluster *cluster
	// listeners are those of all its gateways.
	listeners []*listener
	// routes are sorted by age.
	routes   []*route
	warnings []Warning
}

// planes returns the control planes of gateways with their routes, sorted.
func planes(o *options, c *cluster, gateways map[place]*gateway, routes []*route) []*plane {
	byKey := map[crd.Key]*plane{}
	for _, g := range gateways {
		p := byKey[g.controlPlane]
		if p == nil {
			p = &plane{key: g.controlPlane, options: o, cluster: c}
			byKey[g.controlPlane] = p
		}
		p.listeners = append(p.listeners, g.listeners...)
		p.warnings = append(p.warnings, g.warnings...)
	}
	for _, r := range routes {
		seen := map[crd.Key]bool{}
		for _, a := range r.attachments {
			if key := a.gateway.controlPlane; len(a.listeners) > 0 && !seen[key] {
				seen[key] = true
				byKey[key].routes = append(byKey[key].routes, r)
			}
		}
	}
	all := make([]*plane, 0, len(byKey))
	for _, p := range byKey {
		slices.SortFunc(p.routes, compareAge)
		slices.SortFunc(p.listeners, func(a, b *listener) int {
			return cmp.Or(a.of.key.Compare(b.of.key), cmp.Compare(a.path.String(), b.path.String()))
		})
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *plane) int { return a.key.Compare(b.key) })
	return all
}

// reasonHostnameConflict is that of listeners; the Gateway API names none for routes.
const reasonHostnameConflict = gatewayv1.RouteConditionReason(gatewayv1.ListenerReasonHostnameConflict)

// separate rejects HTTPRoutes and GRPCRoutes that have hosts of older ones of the other kind.
func (p *plane) separate() {
	taken := map[family]*hostSet{httpFamily: newHostSet(), grpcFamily: newHostSet()}
	other := map[family]family{httpFamily: grpcFamily, grpcFamily: httpFamily}
	p.routes = slices.DeleteFunc(p.routes, func(r *route) bool {
		if taken[r.family] == nil {
			return false
		}
		hosts := r.protocolsByHost(r.bonds(p.key))
		if slices.ContainsFunc(hosts, func(h servedHost) bool { return taken[other[r.family]].meets(h.hostname) }) {
			r.reject(p.key, reasonHostnameConflict, "an older route of another kind has hosts of this one")
			return true
		}
		for _, h := range hosts {
			taken[r.family].add(h.hostname)
		}
		return false
	})
}

func (r *route) reject(controlPlane crd.Key, reason gatewayv1.RouteConditionReason, message string) {
	for i := range r.attachments {
		if r.attachments[i].gateway.controlPlane == controlPlane && len(r.attachments[i].listeners) > 0 {
			r.attachments[i].reject(reason, "%s", message)
		}
	}
}

// isolate looks for listeners that the gateway cannot keep a route from, which is not
// attached to them.
func (p *plane) isolate(r *route) {
	bonds := r.bonds(p.key)
	at := field.NewPath("spec", "parentRefs")
	bound := map[*listener]bool{}
	for _, b := range bonds {
		bound[b.listener] = true
	}
	for _, b := range bonds {
		for _, other := range p.listeners {
			if bound[other] || !p.reaches(b, other) {
				continue
			}
			switch {
			case b.protocol != other.protocol:
				if other.protocol == gatewayv1.HTTPSProtocolType && !r.redirectsAll() && r.isPlainAt(p.key, b, other) {
					p.warnRoute(r, at, "is also served over https, by listener "+other.name+" of "+other.of.key.String())
				}
			case b.of != other.of || b.port != other.port:
				message := "is attached to listener " + b.name + " and not to " + other.name + " of " + other.of.key.String() +
					", and the gateway tells listeners of one protocol by hostname alone"
				if p.options.sharedListeners {
					r.warn(at, message)
					continue
				}
				r.refuseAll(p.key, at, message)
			case b.hostname != other.hostname && b.hostname.covers(other.hostname):
				p.warnRoute(r, at, "also serves the hosts of listener "+other.name+", to which it is not attached")
			}
		}
	}
}

// isPlainAt reports whether a host of a bond and of another listener is one that the route
// has over plain text alone.
func (r *route) isPlainAt(controlPlane crd.Key, b bond, other *listener) bool {
	return slices.ContainsFunc(r.protocolsByHost(r.bonds(controlPlane)), func(h servedHost) bool {
		_, meet := h.meet(other.hostname)
		return meet && h.protocols == plainText && slices.Contains(b.hosts, h.hostname)
	})
}

// reaches reports whether requests to another listener can be of the hosts of a bond.
func (p *plane) reaches(b bond, other *listener) bool {
	switch {
	case isPortBound(b.listener):
		return other.protocol == b.protocol && other.port == b.port
	case b.protocol == gatewayv1.TLSProtocolType &&
		(other.passthrough != b.passthrough || other.protocol != b.protocol || other.port != b.port && p.bindsPorts()):
		return false
	}
	return slices.ContainsFunc(b.hosts, func(host hostname) bool {
		_, meet := host.meet(other.hostname)
		return meet
	})
}

// isPortBound reports whether a listener's routes match by its port alone.
func isPortBound(l *listener) bool {
	return l.protocol == gatewayv1.TCPProtocolType || l.protocol == gatewayv1.UDPProtocolType
}

// bindsPorts reports whether routes over TLS have to match by port too: by default the
// gateway takes any connection of TCP or UDP for one that has their server name.
func (p *plane) bindsPorts() bool { return slices.ContainsFunc(p.listeners, isPortBound) }

func (p *plane) warnRoute(r *route, at *field.Path, message string) {
	if p.options.strict {
		r.refuseAll(p.key, at, message)
		return
	}
	r.warn(at, message)
}

// refuseAll notes, once, that nothing is to be made of the route.
func (r *route) refuseAll(controlPlane crd.Key, at *field.Path, message string) {
	r.refuse(Refusal{ControlPlane: controlPlane, Rule: -1, Field: at.String(), Reason: gatewayv1.RouteReasonUnsupportedValue, Message: message})
}

// redirectsAll reports whether all rules send requests to https.
func (r *route) redirectsAll() bool {
	return !slices.ContainsFunc(r.rules, func(rule *rule) bool { return !rule.redirectsByRoute() })
}
