package router

import (
	"cmp"
	"slices"
)

// Bits of a category: what its routes match by, the most important first.
const (
	hostBit uint8 = 1 << (6 - iota)
	headerBit
	pathBit
	methodBit
	sniBit
	sourceBit
	destinationBit
)

// traditionalRank is what flavor traditional sorts by.
type traditionalRank struct {
	// bits is the category, weight how many bits it has.
	bits   uint8
	weight int
	// traits are regular expression, plain hosts, wildcard host with a port.
	traits uint8
	// headers counts without the host.
	headers int
	length  int
}

const (
	traitRegex uint8 = 1 << iota
	traitPlainHosts
	traitWildPort
)

func rankOf(p *part) traditionalRank {
	r := traditionalRank{headers: len(p.headers)}
	for i, set := range []bool{len(p.hosts) > 0, len(p.headers) > 0, len(p.paths) > 0, len(p.methods) > 0, len(p.snis) > 0, len(p.sources) > 0, len(p.destinations) > 0} {
		if set {
			r.bits |= hostBit >> i
			r.weight++
		}
	}
	if len(p.hosts) > 0 {
		r.traits |= traitPlainHosts
	}
	for _, h := range p.hosts {
		if h.kind != exactHost {
			r.traits &^= traitPlainHosts
		}
		if h.kind != exactHost && h.hasPort {
			r.traits |= traitWildPort
		}
	}
	for _, path := range p.paths {
		if path.re != nil {
			r.traits |= traitRegex
		} else {
			r.length = max(r.length, len(path.text))
		}
	}
	return r
}

// compareWithin orders the parts of a category. Those of which the age decides and is
// not known are equal.
func compareWithin(a, b *part) int {
	if order := cmp.Or(cmp.Compare(b.rank.traits, a.rank.traits), cmp.Compare(b.rank.headers, a.rank.headers)); order != 0 {
		return order
	}
	if a.rank.traits&traitRegex != 0 {
		if order := cmp.Compare(b.route.RegexPriority, a.route.RegexPriority); order != 0 {
			return order
		}
	}
	if order := cmp.Compare(b.rank.length, a.rank.length); order != 0 {
		return order
	}
	if a.route.CreatedAt == 0 || b.route.CreatedAt == 0 {
		return 0
	}
	return cmp.Compare(a.route.CreatedAt, b.route.CreatedAt)
}

// categories are the routes of flavor traditional by what they match by.
type categories struct {
	sorted []category
	// hasSNI is true where the bits of a request decide where to begin: a request over
	// plain http is matched by SNIs that it has not.
	hasSNI bool
	seen   *seen
	stream bool
}

// category is a run of parts.
type category struct {
	bits  uint8
	index *index
	// sizes count the parts by what the gateway narrows its search with.
	sizes map[narrowing]int
}

// narrowing is a value of a field by which a category can be narrowed.
type narrowing struct {
	bit   uint8
	value string
}

// categorize sorts the parts.
func categorize(parts []part, subsystem Subsystem) *categories {
	// What the request is seen to have is looked up in the order across categories.
	sortUnstably(parts, func(a, b *part) bool { return compareWithin(a, b) < 0 })
	c := &categories{seen: newSeen(parts), stream: subsystem == Stream}
	slices.SortStableFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(b.rank.weight, a.rank.weight), cmp.Compare(b.rank.bits, a.rank.bits))
	})
	for i := range parts {
		p := &parts[i]
		if p.rank.bits == 0 {
			continue
		}
		if n := len(c.sorted); n == 0 || c.sorted[n-1].bits != p.rank.bits {
			c.sorted = append(c.sorted, category{p.rank.bits, newIndex(), map[narrowing]int{}})
			c.hasSNI = c.hasSNI || p.rank.bits&sniBit != 0
		}
		last := &c.sorted[len(c.sorted)-1]
		last.index.add(int32(i), p)
		for _, n := range p.narrowings() {
			last.sizes[n]++
		}
	}
	return c
}

// narrowings lists the values under which the gateway files a part.
func (p *part) narrowings() []narrowing {
	var all []narrowing
	for _, h := range p.hosts {
		all = append(all, narrowing{hostBit, h.raw})
	}
	for _, h := range p.headers {
		all = append(all, narrowing{headerBit, h.name})
	}
	for _, path := range p.paths {
		all = append(all, narrowing{pathBit, path.value()})
	}
	for _, m := range slices.Compact(slices.Sorted(slices.Values(p.methods))) {
		all = append(all, narrowing{methodBit, m})
	}
	for _, s := range p.snis {
		all = append(all, narrowing{sniBit, s.value})
	}
	all = append(all, endpointNarrowings(sourceBit, p.sources)...)
	return append(all, endpointNarrowings(destinationBit, p.destinations)...)
}

func endpointNarrowings(bit uint8, rules []endpointRule) []narrowing {
	var all []narrowing
	for _, e := range rules {
		if e.raw.IP != "" {
			all = append(all, narrowing{bit, e.raw.IP})
		}
		if e.raw.Port != 0 {
			all = append(all, narrowing{bit, portKey(e.raw.Port)})
		}
	}
	return all
}

// value is what the gateway files a path under.
func (p *pathRule) value() string {
	if p.re != nil {
		return p.text
	}
	return p.prefix
}

// find returns the part that takes the request: in the first category that has one, of
// those that the gateway narrows its search to, and else of all.
func (c *categories) find(parts []part, q *query) int32 {
	from := 0
	if c.hasSNI && q.scheme == "http" {
		bits := c.seen.bits(q)
		if bits == 0 {
			return none
		}
		from = max(0, slices.IndexFunc(c.sorted, func(x category) bool { return x.bits == bits }))
	}
	for i := from; i < len(c.sorted); i++ {
		if found := c.sorted[i].find(parts, q, c); found != none {
			return found
		}
	}
	return none
}

func (x *category) find(parts []part, q *query, c *categories) int32 {
	first := x.index.first(q, func(i int32) bool { return parts[i].matches(q) })
	if first == none {
		return none
	}
	// With one part alone that takes the request, where the search begins is no matter.
	second := x.index.first(q, func(i int32) bool { return i != first && parts[i].matches(q) })
	if second == none {
		return first
	}
	narrow, ok := x.narrow(q, c)
	if !ok {
		return first
	}
	if c.stream && narrow.bit != sniBit {
		whole := x.index.first(q, func(i int32) bool {
			return parts[i].isUnder(narrow) && parts[i].hasWholeEndpoint(narrow.bit) && parts[i].matches(q)
		})
		if whole != none {
			return whole
		}
	}
	if narrowed := x.index.first(q, func(i int32) bool { return parts[i].isUnder(narrow) && parts[i].matches(q) }); narrowed != none {
		return narrowed
	}
	return first
}

// isUnder reports whether the gateway files the part under a value.
func (p *part) isUnder(n narrowing) bool {
	switch n.bit {
	case hostBit:
		return slices.ContainsFunc(p.hosts, func(h hostPattern) bool { return h.raw == n.value })
	case headerBit:
		return slices.ContainsFunc(p.headers, func(h headerRule) bool { return h.name == n.value })
	case pathBit:
		return slices.ContainsFunc(p.paths, func(r pathRule) bool { return r.value() == n.value })
	case methodBit:
		return slices.Contains(p.methods, n.value)
	case sniBit:
		return slices.ContainsFunc(p.snis, func(s hostPattern) bool { return s.value == n.value })
	default:
		return slices.Contains(endpointNarrowings(n.bit, p.endpoints(n.bit)), n)
	}
}

func (p *part) endpoints(bit uint8) []endpointRule {
	if bit == sourceBit {
		return p.sources
	}
	return p.destinations
}

// hasWholeEndpoint reports whether an address is given with its port: such routes come
// first where the gateway narrows by address.
func (p *part) hasWholeEndpoint(bit uint8) bool {
	return slices.ContainsFunc(p.endpoints(bit), func(e endpointRule) bool { return e.raw.IP != "" && e.raw.Port != 0 })
}

// narrow returns the value that the gateway narrows its search by: that of the first
// header that is looked for, or else the one that the fewest routes have.
func (x *category) narrow(q *query, c *categories) (narrowing, bool) {
	best, size := narrowing{}, 0
	consider := func(n narrowing) bool {
		count := x.sizes[n]
		if count > 0 && (size == 0 || count < size) {
			best, size = n, count
		}
		return count > 0
	}
	if c.stream {
		done := uint8(0)
		for _, n := range c.seen.streamValues(q) {
			if x.bits&^done&n.bit != 0 && consider(n) {
				done |= n.bit
			}
		}
		return best, size > 0
	}
	if x.bits&hostBit != 0 {
		consider(narrowing{hostBit, c.seen.host(q)})
	}
	if name := c.seen.header(q); x.bits&headerBit != 0 && name != "" && x.sizes[narrowing{headerBit, name}] > 0 {
		return narrowing{headerBit, name}, true
	}
	if x.bits&pathBit != 0 {
		if value, ok := c.seen.path(q); ok {
			consider(narrowing{pathBit, value})
		}
	}
	if x.bits&methodBit != 0 {
		consider(narrowing{methodBit, q.Method})
	}
	if x.bits&sniBit != 0 {
		consider(narrowing{sniBit, q.SNI})
	}
	return best, size > 0
}
