package router

import (
	"fmt"
	"slices"
	"strings"
)

// part is a route, or what the gateway makes of some of its paths.
type part struct {
	*rules
	route *Route
	// number is the place of the route among those that the table was made of.
	number int
	// id decides ties in flavor traditional_compatible.
	id    string
	paths []pathRule
	// priority is that of flavor traditional_compatible.
	priority uint64
	weights  Weights
	// rank is that of flavor traditional.
	rank traditionalRank
}

// rules are what all parts of a route have in common.
type rules struct {
	methods               []string
	hosts                 []hostPattern
	headers               []headerRule
	snis                  []hostPattern
	sources, destinations []endpointRule
	// sniScheme is the scheme that SNIs are looked at for; sniAlone refuses all others.
	sniScheme string
	sniAlone  bool
	// tlsAlone is true for routes that accept nothing but TLS.
	tlsAlone bool
}

// fields are those that any route of a table looks at.
type fields struct {
	paths, hosts, snis, methods bool
	headers                     []headerRule
}

// newRules compiles what does not depend on paths. Errors begin with the field.
func newRules(route *Route, c Config) (*rules, error) {
	r := &rules{sniScheme: "https"}
	if route.Subsystem() == Stream {
		r.sniScheme = "tls"
	}
	r.tlsAlone = !slices.ContainsFunc(route.Accepts(), func(p string) bool { return scheme(p) != r.sniScheme })
	r.sniAlone = r.tlsAlone && c.Flavor == TraditionalCompatible && c.Calculation == Strict
	for _, method := range route.Methods {
		if c.Flavor == Traditional {
			method = strings.ToUpper(method)
		}
		r.methods = append(r.methods, method)
	}
	for _, host := range route.Hosts {
		if c.Flavor == Traditional {
			r.hosts = append(r.hosts, traditionalHost(host))
		} else {
			r.hosts = append(r.hosts, compatHost(host))
		}
	}
	for _, sni := range route.SNIs {
		r.snis = append(r.snis, sniPattern(sni, c.Flavor))
	}
	var err error
	if r.headers, err = headerRules(route, c.Flavor); err != nil {
		return nil, err
	}
	if r.sources, err = endpointRules(route.Sources); err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	if r.destinations, err = endpointRules(route.Destinations); err != nil {
		return nil, fmt.Errorf("destinations: %w", err)
	}
	return r, nil
}

// sniPattern reads a server name. A dot at its end does not count; only flavor
// traditional_compatible knows wildcards.
func sniPattern(raw string, flavor Flavor) hostPattern {
	p := hostPattern{raw: raw, value: raw}
	if len(raw) > 1 {
		p.value = strings.TrimSuffix(raw, ".")
	}
	switch {
	case flavor == Traditional:
	case strings.HasPrefix(p.value, "*"):
		p.kind, p.value = suffixHost, p.value[1:]
	case strings.HasSuffix(p.value, "*"):
		p.kind, p.value = prefixHost, p.value[:len(p.value)-1]
	}
	return p
}

// matches reports whether the part takes the request.
func (p *part) matches(q *query) bool { return p.matchesWhere(q, p.sniAlone) }

// matchesWhere is matches in a calculation in which SNIs are asked for, or not, where
// the request has none.
func (p *part) matchesWhere(q *query, sniAlone bool) bool {
	return p.takesMethod(q) && p.takesHost(q) && p.takesPath(q) && p.takesHeaders(q) && p.takesSNIWhere(q, sniAlone) &&
		p.takesSource(q) && p.takesDestination(q)
}

func (p *part) takesMethod(q *query) bool {
	return len(p.methods) == 0 || p.isStream() || slices.Contains(p.methods, q.Method)
}

func (p *part) takesHost(q *query) bool {
	if len(p.hosts) == 0 || p.isStream() {
		return true
	}
	if q.flavor == Traditional {
		return p.takesTraditionalHost(q)
	}
	for i := range p.hosts {
		if q.Host != "" && p.hosts[i].matches(q.name, q.port) {
			return true
		}
	}
	return false
}

func (p *part) takesTraditionalHost(q *query) bool {
	if q.Host == "" {
		return false
	}
	for i := range p.hosts {
		h := &p.hosts[i]
		if h.kind == exactHost && (h.raw == q.Host || h.raw == q.noPort) || h.kind != exactHost && h.matchesWild(q.withPort) {
			return true
		}
	}
	return false
}

func (p *part) takesPath(q *query) bool {
	if len(p.paths) == 0 || p.isStream() {
		return true
	}
	return p.pathFor(q) != nil
}

// pathFor returns the first path that takes the request.
func (p *part) pathFor(q *query) *pathRule {
	if q.Path == "" {
		return nil
	}
	for i := range p.paths {
		if p.paths[i].matches(q) {
			return &p.paths[i]
		}
	}
	return nil
}

func (p *part) takesHeaders(q *query) bool {
	if p.isStream() {
		return true
	}
	for i := range p.headers {
		if _, _, ok := p.headers[i].find(q); !ok {
			return false
		}
	}
	return true
}

func (p *part) takesSNI(q *query) bool { return p.takesSNIWhere(q, p.sniAlone) }

func (p *part) takesSNIWhere(q *query, sniAlone bool) bool {
	if len(p.snis) == 0 {
		return true
	}
	if q.flavor == Traditional {
		return q.scheme == "http" || slices.ContainsFunc(p.snis, func(s hostPattern) bool { return q.SNI != "" && s.value == q.SNI })
	}
	if q.scheme != p.sniScheme {
		return !sniAlone
	}
	return q.SNI != "" && slices.ContainsFunc(p.snis, func(s hostPattern) bool { return s.matches(q.SNI, 0) })
}

func (p *part) takesSource(q *query) bool {
	return len(p.sources) == 0 || anyEndpoint(p.sources, q.Source)
}

func (p *part) takesDestination(q *query) bool {
	return len(p.destinations) == 0 || anyEndpoint(p.destinations, q.Destination)
}

func (p *part) isStream() bool { return p.sniScheme == "tls" }
