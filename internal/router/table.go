package router

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Config is how a gateway is set up.
type Config struct {
	Flavor Flavor
	// Calculation matters in flavor traditional_compatible only.
	Calculation Calculation
}

// table is the routes of one subsystem, in the order in which they are tried.
type table struct {
	config Config
	parts  []part
	// disabled are the parts of routes whose service is, which are not in the table.
	disabled []part
	used     fields
	// index is that of flavor traditional_compatible.
	index *index
	// categories are those of flavor traditional.
	categories *categories
}

// Error is a route that cannot be put into a table.
type Error struct {
	// Number is the place of the route among those given.
	Number int
	// Err begins with the name of the field.
	Err error
}

// Error returns one line without the route, which callers name.
func (e *Error) Error() string { return fmt.Sprintf("route %d: %v", e.Number, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// newTable makes a table of those routes that belong to a subsystem.
func newTable(routes []Route, subsystem Subsystem, c Config) (*table, []error) {
	t := &table{config: c}
	compiled := &expressions{c.Flavor, map[string]pathRule{}}
	var problems []error
	for number := range routes {
		route := &routes[number]
		if route.Subsystem() != subsystem {
			continue
		}
		parts, err := newParts(route, compiled, c)
		if err != nil {
			problems = append(problems, &Error{number, err})
			continue
		}
		for i := range parts {
			parts[i].number = number
		}
		if route.Service != nil && route.Service.Disabled {
			t.disabled = append(t.disabled, parts...)
		} else {
			t.parts = append(t.parts, parts...)
		}
	}
	t.used = usedFields(t.parts)
	if c.Flavor == Traditional {
		t.categories = categorize(t.parts, subsystem)
		return t, problems
	}
	slices.SortStableFunc(t.parts, compareCompatible)
	t.index = newIndex()
	for i := range t.parts {
		t.index.add(int32(i), &t.parts[i])
	}
	return t, problems
}

// newParts splits a route as the flavor does.
func newParts(route *Route, compiled *expressions, c Config) ([]part, error) {
	shared, err := newRules(route, c)
	if err != nil {
		return nil, err
	}
	groups := splitByLength(route)
	if c.Flavor == Traditional {
		groups = splitByPath(route)
	}
	parts := make([]part, len(groups))
	for i, g := range groups {
		parts[i] = part{rules: shared, route: route, id: g.id, weights: weigh(route, g.paths)}
		for _, path := range g.paths {
			rule, err := compiled.path(path)
			if err != nil {
				return nil, err
			}
			parts[i].paths = append(parts[i].paths, rule)
		}
		parts[i].priority = parts[i].weights.Priority(c.Calculation)
		if parts[i].isStream() {
			parts[i].priority = streamPriority(route)
		}
		parts[i].rank = rankOf(&parts[i])
	}
	return parts, nil
}

// compareCompatible orders parts as flavor traditional_compatible tries them: the
// larger priority first, and of equal ones the larger ID.
func compareCompatible(a, b part) int {
	return cmp.Or(cmp.Compare(b.priority, a.priority), strings.Compare(b.id, a.id))
}

func usedFields(parts []part) fields {
	var used fields
	seen := map[string]bool{}
	for i := range parts {
		p := &parts[i]
		used.paths = used.paths || len(p.paths) > 0
		used.hosts = used.hosts || len(p.hosts) > 0
		used.snis = used.snis || len(p.snis) > 0
		used.methods = used.methods || len(p.route.Methods) > 0
		for _, h := range p.headers {
			if !seen[h.name] {
				seen[h.name] = true
				used.headers = append(used.headers, h)
			}
		}
	}
	return used
}

// first returns the first part that the condition allows, among those whose hosts and
// prefixes may be those of the request.
func (t *table) first(q *query, takes func(int32) bool) int32 {
	if t.config.Flavor == TraditionalCompatible {
		return t.index.first(q, takes)
	}
	for i := range t.categories.sorted {
		if found := t.categories.sorted[i].index.first(q, takes); found != none {
			return found
		}
	}
	return none
}

// find returns the part that takes the request.
func (t *table) find(q *query) *part {
	if !q.isReadable(t.used) {
		return nil
	}
	var number int32
	if t.config.Flavor == Traditional {
		number = t.categories.find(t.parts, q)
	} else {
		number = t.index.first(q, func(i int32) bool { return t.parts[i].matches(q) })
	}
	if number == none {
		return nil
	}
	return &t.parts[number]
}
