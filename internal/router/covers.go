package router

import (
	"slices"
	"strings"
)

// covers reports whether the part is known to take every request that another one
// takes. What is not known is no.
func (p *part) covers(other *part, flavor Flavor) bool {
	return p.coversMethods(other) && p.coversHosts(other, flavor) && p.coversPaths(other) && p.coversHeaders(other) &&
		p.coversSNIs(other) && coversEndpoints(p.sources, other.sources) && coversEndpoints(p.destinations, other.destinations)
}

func (p *part) coversMethods(other *part) bool {
	return len(p.methods) == 0 || len(other.methods) > 0 &&
		!slices.ContainsFunc(other.methods, func(m string) bool { return !slices.Contains(p.methods, m) })
}

func (p *part) coversHosts(other *part, flavor Flavor) bool {
	return len(p.hosts) == 0 || everyHost(other.hosts, p.hosts, flavor)
}

// everyHost reports whether each of the hosts is within one of the wider ones.
func everyHost(hosts, wider []hostPattern, flavor Flavor) bool {
	return len(hosts) > 0 && !slices.ContainsFunc(hosts, func(h hostPattern) bool {
		return !slices.ContainsFunc(wider, func(w hostPattern) bool { return w.covers(&h, flavor) })
	})
}

func (p *hostPattern) covers(other *hostPattern, flavor Flavor) bool {
	if p.raw == other.raw {
		return true
	}
	if p.port != 0 && p.port != other.port || flavor == Traditional && (p.hasPort || strings.Contains(p.raw+other.raw, ":")) {
		return false
	}
	// One character at least stands for the asterisk in flavor traditional.
	least := 0
	if flavor == Traditional {
		least = 1
	}
	switch {
	case p.kind == exactHost || p.kind != other.kind && other.kind != exactHost:
		return p.kind == other.kind && p.value == other.value
	case p.kind == suffixHost:
		return strings.HasSuffix(other.value, p.value) && (other.kind != exactHost || len(other.value) >= len(p.value)+least)
	default:
		return strings.HasPrefix(other.value, p.value) && (other.kind != exactHost || len(other.value) >= len(p.value)+least)
	}
}

func (p *part) coversPaths(other *part) bool {
	return len(p.paths) == 0 || len(other.paths) > 0 && !slices.ContainsFunc(other.paths, func(o pathRule) bool {
		return !slices.ContainsFunc(p.paths, func(r pathRule) bool { return r.covers(&o) })
	})
}

func (p *pathRule) covers(other *pathRule) bool {
	switch {
	case p.re == nil:
		return strings.HasPrefix(other.prefix, p.prefix)
	case other.re != nil && p.text == other.text:
		return true
	default:
		// What is found in the beginning is found whatever follows.
		return p.shape.open && other.prefix != "" && p.re.on(other.prefix).MatchString(other.prefix)
	}
}

func (p *part) coversHeaders(other *part) bool {
	for i := range p.headers {
		rule := &p.headers[i]
		at := slices.IndexFunc(other.headers, func(o headerRule) bool { return o.name == rule.name })
		if at < 0 || slices.ContainsFunc(other.headers[at].values, func(v headerValue) bool { return !rule.accepts(v) }) {
			return false
		}
	}
	return true
}

// accepts reports whether all that another value takes is taken.
func (h *headerRule) accepts(value headerValue) bool {
	return slices.ContainsFunc(h.values, func(v headerValue) bool {
		return v.text == value.text || v.re != nil && value.re == nil && v.re.on(value.text).MatchString(value.text)
	})
}

func (p *part) coversSNIs(other *part) bool {
	if len(p.snis) == 0 {
		return true
	}
	return everyHost(other.snis, p.snis, TraditionalCompatible) && (!p.sniAlone || other.sniAlone)
}

func coversEndpoints(wider, endpoints []endpointRule) bool {
	return len(wider) == 0 || len(endpoints) > 0 && !slices.ContainsFunc(endpoints, func(e endpointRule) bool {
		return !slices.ContainsFunc(wider, func(w endpointRule) bool { return w.covers(&e) })
	})
}

func (e *endpointRule) covers(other *endpointRule) bool {
	if e.raw.Port != 0 && e.raw.Port != other.raw.Port {
		return false
	}
	switch {
	case e.raw.IP == "":
		return true
	case e.addr.IsValid():
		return e.addr == other.addr
	case other.network.IsValid():
		return e.network.Bits() <= other.network.Bits() && e.network.Contains(other.network.Addr())
	default:
		return other.addr.IsValid() && e.network.Contains(other.addr)
	}
}
