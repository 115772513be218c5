package gatewayapi

import (
	"cmp"
	"slices"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// cells returns what the HTTPRoutes and GRPCRoutes become. Of rules that cannot be had both
// the younger is refused, until there are none.
func (p *plane) cells() []*cell {
	for {
		elements := p.elements()
		cells, conflicts := closeElements(elements)
		if len(conflicts) == 0 {
			return cells
		}
		p.settle(conflicts)
	}
}

// settle refuses one rule of each pair, in the order of precedence; a rule that is refused
// keeps no other one from being translated.
func (p *plane) settle(conflicts []conflict) {
	slices.SortFunc(conflicts, func(a, b conflict) int {
		return cmp.Or(compareElements(b.winner, a.winner), compareElements(b.loser, a.loser), cmp.Compare(a.message, b.message))
	})
	for _, c := range conflicts {
		winner, loser := c.winner.match.of, c.loser.match.of
		if winner.isRefused(p.key) || loser.isRefused(p.key) {
			continue
		}
		younger := loser
		if cmp.Or(compareAge(winner.of, loser.of), cmp.Compare(winner.index, loser.index)) > 0 {
			younger = winner
		}
		younger.refuse(p.key, younger.path, gatewayv1.RouteReasonUnsupportedValue, winner.String()+" "+c.message+": "+loser.String())
	}
}

// String names the rule for people.
func (r *rule) String() string { return r.of.key.String() + " rule " + r.label() }

// elements are the matches of all rules at all of their hosts.
func (p *plane) elements() []*element {
	var elements []*element
	var matches []*match
	for _, r := range p.routes {
		if r.isStream() {
			continue
		}
		hosts := r.protocolsByHost(r.bonds(p.key))
		for _, rule := range r.rules {
			if rule.isRefused(p.key) {
				continue
			}
			for _, m := range rule.matches {
				matches = append(matches, m)
				for _, h := range hosts {
					elements = append(elements, m.at(h))
				}
			}
		}
	}
	slices.SortFunc(matches, compareMatches)
	for i, m := range matches {
		m.order = i
	}
	return elements
}

// servedHost is a host with the protocols that it is served by.
type servedHost struct {
	hostname

	protocols protocols
}

// protocolsByHost returns the hosts of listeners, sorted.
func (r *route) protocolsByHost(bonds []bond) []servedHost {
	served := map[hostname]protocols{}
	for _, b := range bonds {
		for _, host := range b.hosts {
			served[host] |= protocolsOf(b.listener)
		}
	}
	hosts := make([]servedHost, 0, len(served))
	for host, protocols := range served {
		hosts = append(hosts, servedHost{host, protocols})
	}
	slices.SortFunc(hosts, func(a, b servedHost) int { return cmp.Compare(a.hostname, b.hostname) })
	return hosts
}

func (m *match) at(host servedHost) *element {
	return &element{
		region:    region{host: host.hostname, path: m.path, method: m.method, headers: m.headers},
		match:     m,
		protocols: host.protocols,
		toHTTPS:   m.of.redirectsByRoute() && host.protocols == plainText,
	}
}
