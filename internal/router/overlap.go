package router

import (
	"slices"
	"sort"
	"strings"
)

// pairs calls visit for parts of which a request may exist that both take: the first
// is tried before the second, and they are of different routes. After the most that
// are looked at it stops.
func (t *table) pairs(most int, visit func(a, b int32)) {
	o := newOverlaps(t.parts)
	left := most
	for i := range t.parts {
		o.with(int32(i), &t.parts[i], func(j int32) bool {
			if t.parts[i].number == t.parts[j].number {
				return left > 0
			}
			left--
			visit(min(int32(i), j), max(int32(i), j))
			return left > 0
		})
		if left <= 0 {
			return
		}
	}
}

// overlaps finds parts by hosts and by prefixes of paths, in both directions: those
// that are wider than a part in one and narrower in the other.
type overlaps struct {
	exact   map[string]*sortedPaths
	wild    []wildPaths
	anyHost *sortedPaths
}

// wildPaths are the parts of one wildcard host.
type wildPaths struct {
	host  hostPattern
	paths *sortedPaths
}

// sortedPaths are parts by the prefix of a path, sorted by that.
type sortedPaths struct {
	keys  []string
	parts map[string][]int32
}

func newOverlaps(parts []part) *overlaps {
	o := &overlaps{exact: map[string]*sortedPaths{}, anyHost: newSortedPaths()}
	wild := map[string]int{}
	for i := range parts {
		p := &parts[i]
		if len(p.hosts) == 0 || p.isStream() {
			o.anyHost.add(int32(i), p)
			continue
		}
		for _, h := range p.hosts {
			o.bucket(h, wild).add(int32(i), p)
		}
	}
	for _, s := range o.exact {
		s.sort()
	}
	for _, w := range o.wild {
		w.paths.sort()
	}
	o.anyHost.sort()
	return o
}

func (o *overlaps) bucket(h hostPattern, wild map[string]int) *sortedPaths {
	if h.kind == exactHost {
		name := withoutPort(h)
		if o.exact[name] == nil {
			o.exact[name] = newSortedPaths()
		}
		return o.exact[name]
	}
	at, ok := wild[h.raw]
	if !ok {
		at = len(o.wild)
		wild[h.raw] = at
		o.wild = append(o.wild, wildPaths{h, newSortedPaths()})
	}
	return o.wild[at].paths
}

// withoutPort returns the name of a host in either flavor.
func withoutPort(h hostPattern) string { return withoutDigits(h.value) }

func newSortedPaths() *sortedPaths { return &sortedPaths{parts: map[string][]int32{}} }

func (s *sortedPaths) add(number int32, p *part) {
	for _, key := range p.prefixes() {
		s.parts[key] = appendOnce(s.parts[key], number)
	}
}

// prefixes returns what paths of the part begin with; one empty text for any path.
func (p *part) prefixes() []string {
	if len(p.paths) == 0 || p.isStream() {
		return []string{""}
	}
	keys := make([]string, len(p.paths))
	for i := range p.paths {
		keys[i] = p.paths[i].prefix
	}
	return keys
}

func (s *sortedPaths) sort() {
	for key := range s.parts {
		s.keys = append(s.keys, key)
	}
	slices.Sort(s.keys)
}

// with calls visit for the parts that may take a request together with one, until it
// returns false. Those of the same hosts are visited from the later one only.
func (o *overlaps) with(number int32, p *part, visit func(int32) bool) {
	earlier := func(j int32) bool { return j >= number || visit(j) }
	if len(p.hosts) == 0 || p.isStream() {
		o.anyHost.with(p, earlier)
		return
	}
	if !o.anyHost.with(p, visit) {
		return
	}
	for _, h := range p.hosts {
		if h.kind == exactHost {
			if !o.exact[withoutPort(h)].with(p, earlier) {
				return
			}
		}
		for _, w := range o.wild {
			if h.kind != exactHost && !meets(h, w.host) || h.kind == exactHost && !mayMatch(w.host, withoutPort(h)) {
				continue
			}
			each := visit
			if h.kind != exactHost {
				each = earlier
			}
			if !w.paths.with(p, each) {
				return
			}
		}
	}
}

// meets reports whether two wildcards may take one host.
func meets(a, b hostPattern) bool {
	switch {
	case a.kind != b.kind:
		return true
	case a.kind == suffixHost:
		return strings.HasSuffix(a.value, b.value) || strings.HasSuffix(b.value, a.value)
	default:
		return strings.HasPrefix(a.value, b.value) || strings.HasPrefix(b.value, a.value)
	}
}

// mayMatch reports whether a wildcard takes a name, but for its port.
func mayMatch(wild hostPattern, name string) bool {
	if wild.kind == suffixHost {
		return strings.HasSuffix(name, withoutPort(wild))
	}
	return strings.HasPrefix(name, wild.value)
}

// with visits the parts whose prefix begins with that of the part, or the other way round.
func (s *sortedPaths) with(p *part, visit func(int32) bool) bool {
	for _, key := range p.prefixes() {
		for n := range len(key) {
			if !each(s.parts[key[:n]], visit) {
				return false
			}
		}
		from := sort.SearchStrings(s.keys, key)
		for _, longer := range s.keys[from:] {
			if !strings.HasPrefix(longer, key) {
				break
			}
			if !each(s.parts[longer], visit) {
				return false
			}
		}
	}
	return true
}

func each(parts []int32, visit func(int32) bool) bool {
	for _, number := range parts {
		if !visit(number) {
			return false
		}
	}
	return true
}
