package router

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// seen is what flavor traditional knows of all routes of a subsystem, to see at once
// which of its fields a request could match by.
type seen struct {
	// headers, wild hosts and expressions are in the order of the routes.
	headers     []headerRule
	wild        []hostPattern
	expressions []pathRule
	hosts       map[string]bool
	methods     map[string]bool
	snis        map[string]bool
	prefixes    map[string]bool
	// lengths of the prefixes in ascending order.
	lengths               []int
	sources, destinations []endpointRule
}

func newSeen(parts []part) *seen {
	s := &seen{hosts: map[string]bool{}, methods: map[string]bool{}, snis: map[string]bool{}, prefixes: map[string]bool{}}
	once := map[string]bool{}
	isNew := func(kind, value string) bool {
		before := once[kind+value]
		once[kind+value] = true
		return !before
	}
	for i := range parts {
		p := &parts[i]
		for _, h := range p.hosts {
			if h.kind == exactHost {
				s.hosts[h.raw] = true
			} else if isNew("host ", h.raw) {
				s.wild = append(s.wild, h)
			}
		}
		for _, h := range p.headers {
			if isNew("header ", h.name) {
				s.headers = append(s.headers, h)
			}
		}
		for _, path := range p.paths {
			if path.re == nil {
				s.prefixes[path.prefix] = true
				s.lengths = withLength(s.lengths, len(path.prefix))
			} else if isNew("path ", path.text) {
				s.expressions = append(s.expressions, path)
			}
		}
		for _, m := range p.methods {
			s.methods[m] = true
		}
		for _, sni := range p.snis {
			s.snis[sni.value] = true
		}
		s.sources, s.destinations = append(s.sources, p.sources...), append(s.destinations, p.destinations...)
	}
	return s
}

// bits returns the fields by which the request could match any route.
func (s *seen) bits(q *query) uint8 {
	var bits uint8
	set := func(bit uint8, ok bool) {
		if ok {
			bits |= bit
		}
	}
	set(headerBit, s.header(q) != "")
	set(hostBit, q.Host != "" && (s.hosts[q.withPort] || s.hosts[q.noPort] || s.wildHost(q) != ""))
	_, hasPath := s.path(q)
	set(pathBit, hasPath)
	set(methodBit, s.methods[q.Method])
	set(sniBit, s.snis[q.SNI])
	set(sourceBit, isSeen(s.sources, q.Source))
	set(destinationBit, isSeen(s.destinations, q.Destination))
	return bits
}

// isSeen takes addresses and ports apart, as the gateway does here.
func isSeen(rules []endpointRule, at netip.AddrPort) bool {
	return slices.ContainsFunc(rules, func(e endpointRule) bool {
		return e.raw.Port != 0 && e.raw.Port == int(at.Port()) ||
			e.addr.IsValid() && e.addr == at.Addr() || e.network.IsValid() && e.network.Contains(at.Addr())
	})
}

// header returns the first name of a header that the request has.
func (s *seen) header(q *query) string {
	for i := range s.headers {
		if len(q.header(&s.headers[i])) > 0 {
			return s.headers[i].name
		}
	}
	return ""
}

// wildHost returns the first wildcard that matches.
func (s *seen) wildHost(q *query) string {
	for i := range s.wild {
		if s.wild[i].matchesWild(q.withPort) {
			return s.wild[i].raw
		}
	}
	return ""
}

// host returns the value that routes are looked up by.
func (s *seen) host(q *query) string {
	if q.Host == "" || s.hosts[q.withPort] || s.hosts[q.noPort] {
		return q.Host
	}
	if wild := s.wildHost(q); wild != "" {
		return wild
	}
	return q.Host
}

// path returns the first expression that matches, or the longest prefix.
func (s *seen) path(q *query) (string, bool) {
	for i := range s.expressions {
		e := &s.expressions[i]
		if strings.HasPrefix(q.Path, e.prefix) && e.matches(q) {
			return e.text, true
		}
	}
	for _, n := range slices.Backward(s.lengths) {
		if n <= len(q.Path) && s.prefixes[q.Path[:n]] {
			return q.Path[:n], true
		}
	}
	return "", false
}

// streamValues returns what routes of streams are looked up by; of source and
// destination the address before the port.
func (s *seen) streamValues(q *query) []narrowing {
	values := []narrowing{{sniBit, q.SNI}}
	for _, end := range []struct {
		bit uint8
		at  netip.AddrPort
	}{{sourceBit, q.Source}, {destinationBit, q.Destination}} {
		if end.at.Addr().IsValid() {
			values = append(values, narrowing{end.bit, end.at.Addr().String()})
		}
		values = append(values, narrowing{end.bit, portKey(int(end.at.Port()))})
	}
	return values
}

// portKey cannot be mistaken for an address.
func portKey(port int) string { return ":" + strconv.Itoa(port) }
