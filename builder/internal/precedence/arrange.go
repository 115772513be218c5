// Package precedence makes routes of matches, such that a gateway of flavor
// traditional_compatible tries them in an order that is given, under both calculations of
// priorities.
//
// A gateway orders routes by what they match by: plain hosts, regular expressions, how
// many fields are set, headers; only what is equal in all of these is left to
// regex_priority. So a match that comes first, and has fewer fields than another that
// overlaps it, gets a second route with the fields of both. That takes none but requests
// of the match, and the gateway tries it before the other. All paths are regular
// expressions, and regex_priority is the depth in the chain of matches that overlap: it
// depends on these alone.
package precedence

import (
	"slices"
	"strings"
)

// Match is what a route is to take: requests for a host, which is empty for any, a name, or
// *. and a domain, and a path that meet criteria.
type Match struct {
	Host string
	Path Path
	Criteria
}

// Route is one that takes a part of the requests of a match.
type Route struct {
	// Match is its place in what Arrange was given. A match's first route has the criteria
	// of the match itself.
	Match int
	Criteria
	RegexPriority int
}

// Result is what Arrange makes of matches.
type Result struct {
	Routes []Route
	// Shadowed are the matches that get no request, because another one before them takes
	// all of theirs, with that one.
	Shadowed map[int]int
	// Crowded are the matches without routes, because so many others overlap them that no
	// priority is left, or that it would take too many routes.
	Crowded []int
}

const (
	// maxPriority keeps clear of the bits where gateways have the number of fields.
	maxPriority = 1<<10 - 1
	// maxRoutes of one match.
	maxRoutes = 64
	// manyFields is where gateways stop to tell numbers of fields apart.
	manyFields = 4
)

// Arrange returns routes for matches, of which each takes precedence over those after it.
// Matches of names come before those of wildcards, longer wildcards before shorter ones,
// and those of any host last; of one host, regular expressions come first, and a longer path
// before those that it is in.
// Routes are in the order of their matches.
func Arrange(matches []Match) Result {
	a := arrangement{hosts: map[string]*host{}, result: Result{Shadowed: map[int]int{}}}
	first := map[string]int{}
	for i, m := range matches {
		key := strings.Join([]string{m.Host, m.Path.Expression(), m.Key()}, "\x02")
		if before, ok := first[key]; ok {
			a.result.Shadowed[i] = before
		} else {
			first[key] = i
		}
	}
	all := make([][]Route, len(matches))
	for i, m := range slices.Backward(matches) {
		if _, shadowed := a.result.Shadowed[i]; shadowed {
			continue
		}
		p := a.place(m)
		if p == nil {
			a.result.Crowded = append(a.result.Crowded, i)
			continue
		}
		for _, c := range p.cells {
			all[i] = append(all[i], Route{i, c.Criteria, c.priority})
		}
	}
	a.result.Routes = slices.Concat(all...)
	slices.Sort(a.result.Crowded)
	return a.result
}

// arrangement holds the matches that are placed, from the last to the first.
type arrangement struct {
	hosts  map[string]*host
	result Result
}

// host holds the matches of one host.
type host struct {
	all []*placed
	// exacting are those with criteria.
	exacting []*placed
	// byPath has those whose path is no regular expression.
	byPath map[string][]*placed
}

// placed is a match with its routes.
type placed struct {
	Match
	cells []cell
}

// cell is one route of a match.
type cell struct {
	Criteria
	priority int
}

func (m Match) plain() bool { return m.Host != "" && !strings.HasPrefix(m.Host, "*") }

// weight is how many fields the route of a cell sets.
func (m Match) weight(c Criteria) int {
	if m.Host == "" {
		return c.Fields() + 1
	}
	return c.Fields() + 2
}

// place finds the routes of a match; nil if there are too many, or too few priorities.
func (a *arrangement) place(m Match) *placed {
	p := &placed{Match: m, cells: []cell{{Criteria: m.Criteria}}}
	weaker := a.overlapped(m)
	known := map[string]bool{m.Key(): true}
	for _, w := range weaker {
		for _, g := range w.cells {
			if m.weight(m.Criteria) >= w.weight(g.Criteria) && len(m.Headers) >= len(g.Headers) {
				continue
			}
			both, ok := m.with(g.Criteria)
			if key := both.Key(); ok && !known[key] {
				known[key] = true
				p.cells = append(p.cells, cell{Criteria: both})
			}
		}
		if len(p.cells) > maxRoutes {
			return nil
		}
	}
	for i := range p.cells {
		if p.cells[i].priority = m.priority(p.cells[i].Criteria, weaker); p.cells[i].priority > maxPriority {
			return nil
		}
	}
	a.keep(p)
	return p
}

// priority returns the least one with which a cell comes before the cells of weaker
// matches that the gateway would not tell from it otherwise. It has the bits that the
// number of headers runs into, so that they change nothing.
func (m Match) priority(c Criteria, weaker []*placed) int {
	least := 0
	for _, w := range weaker {
		for _, g := range w.cells {
			if m.plain() == w.plain() && min(m.weight(c), manyFields) == min(w.weight(g.Criteria), manyFields) {
				least = max(least, g.priority+1)
			}
		}
	}
	headers := min(len(c.Headers), 255) << 1
	for least&headers != headers {
		least++
	}
	return least
}

// overlapped returns the placed matches that may take requests of m, and that the gateway
// does not put behind it anyway.
func (a *arrangement) overlapped(m Match) []*placed {
	var found []*placed
	if own := a.hosts[m.Host]; own != nil && m.Path.Kind == Expression {
		found = append(found, own.all...)
	} else if own != nil {
		for end := range len(m.Path.Value) {
			found = append(found, own.byPath[m.Path.Value[:end+1]]...)
		}
	}
	for _, name := range wider(m.Host) {
		other := a.hosts[name]
		switch {
		case other == nil:
		case name != "" && !m.plain():
			found = append(found, other.all...)
		default:
			found = append(found, other.exacting...)
		}
	}
	return slices.DeleteFunc(found, func(w *placed) bool { return !m.Path.overlaps(w.Path) })
}

func (a *arrangement) keep(p *placed) {
	h := a.hosts[p.Host]
	if h == nil {
		h = &host{byPath: map[string][]*placed{}}
		a.hosts[p.Host] = h
	}
	h.all = append(h.all, p)
	if p.Path.Kind != Expression {
		h.byPath[p.Path.Value] = append(h.byPath[p.Path.Value], p)
	}
	if len(p.cells) > 1 || p.Fields() > 0 {
		h.exacting = append(h.exacting, p)
	}
}

// wider returns the other hosts whose matches take requests for a host too, as gateways
// compare them: a wildcard stands for any number of labels.
func wider(name string) []string {
	var all []string
	rest := strings.TrimPrefix(name, "*.")
	for {
		_, parent, found := strings.Cut(rest, ".")
		if !found {
			break
		}
		all, rest = append(all, "*."+parent), parent
	}
	if name != "" {
		all = append(all, "")
	}
	return all
}
