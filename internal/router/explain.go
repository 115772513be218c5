package router

import (
	"cmp"
	"slices"
)

// Field names one of the things that a route asks of a request.
type Field string

// The fields in the order in which they are looked at.
const (
	FieldMethods      Field = "methods"
	FieldHosts        Field = "hosts"
	FieldPaths        Field = "paths"
	FieldHeaders      Field = "headers"
	FieldSNIs         Field = "snis"
	FieldSources      Field = "sources"
	FieldDestinations Field = "destinations"
	// FieldService is a service that is disabled.
	FieldService Field = "service"
)

// tests returns by field whether the part takes the request.
func (p *part) tests(q *query) []test {
	return []test{
		{FieldMethods, p.takesMethod(q)},
		{FieldHosts, p.takesHost(q)},
		{FieldPaths, p.takesPath(q)},
		{FieldHeaders, p.takesHeaders(q)},
		{FieldSNIs, p.takesSNI(q)},
		{FieldSources, p.takesSource(q)},
		{FieldDestinations, p.takesDestination(q)},
	}
}

type test struct {
	field Field
	ok    bool
}

// Candidate is a route that would take a request.
type Candidate struct {
	// Number is the place of the route among those that the router was made of.
	Number int
	// Reason why it is not tried before the route that takes the request.
	Reason Reason
}

// Miss is a route that would take a request but for one field.
type Miss struct {
	Number int
	Field  Field
	// Paths are those of the part of the route that comes near.
	Paths []string
	// Header is the name of the header, in lower case, that does not fit.
	Header string
}

// Explanation is all that matters for a request.
type Explanation struct {
	// Candidates begin with the route that takes the request.
	Candidates []Candidate
	Misses     []Miss
	// Unreadable is true where the engine refuses the request for text that is not UTF-8.
	Unreadable bool
}

// Explain looks at every route.
func (r *Router) Explain(request *Request) Explanation {
	q := newQuery(request, r.config.Flavor)
	t := r.table(request)
	if !q.isReadable(t.used) {
		return Explanation{Unreadable: true}
	}
	var e Explanation
	winner := t.find(&q)
	taken := map[int]bool{}
	if winner != nil {
		taken[winner.number] = true
		e.Candidates = append(e.Candidates, Candidate{Number: winner.number})
	}
	missed := map[int]bool{}
	for i := range t.parts {
		p := &t.parts[i]
		switch wrong := p.missing(&q); {
		case len(wrong) == 0 && winner != nil && !taken[p.number]:
			taken[p.number] = true
			e.Candidates = append(e.Candidates, Candidate{p.number, winner.before(p, r.config)})
		case len(wrong) == 1 && !missed[p.number]:
			missed[p.number] = true
			e.Misses = append(e.Misses, p.miss(wrong[0], &q))
		}
	}
	for i := range t.disabled {
		if p := &t.disabled[i]; p.matches(&q) && !missed[p.number] {
			missed[p.number] = true
			e.Misses = append(e.Misses, p.miss(FieldService, &q))
		}
	}
	e.Misses = slices.DeleteFunc(e.Misses, func(m Miss) bool { return taken[m.Number] })
	return e
}

// missing returns the fields that do not take the request.
func (p *part) missing(q *query) []Field {
	var wrong []Field
	for _, t := range p.tests(q) {
		if !t.ok {
			wrong = append(wrong, t.field)
		}
	}
	return wrong
}

func (p *part) miss(f Field, q *query) Miss {
	m := Miss{Number: p.number, Field: f}
	for _, path := range p.paths {
		if path.re != nil {
			m.Paths = append(m.Paths, "~"+path.text)
		} else {
			m.Paths = append(m.Paths, path.text)
		}
	}
	for i := range p.headers {
		if _, _, ok := p.headers[i].find(q); !ok && f == FieldHeaders {
			m.Header = p.headers[i].name
			break
		}
	}
	return m
}

// Aspect is what decides between two routes.
type Aspect string

// Aspects of the priority, and what decides where it is equal.
const (
	// AspectOverflow is a number that ran over into the highest bit.
	AspectOverflow      Aspect = "overflow"
	AspectFields        Aspect = "fields"
	AspectPlainHosts    Aspect = "plain hosts"
	AspectRegex         Aspect = "regular expression"
	AspectHeaders       Aspect = "headers"
	AspectRegexPriority Aspect = "regex_priority"
	AspectLength        Aspect = "length"
	AspectEndpoints     Aspect = "endpoints"
	AspectID            Aspect = "id"
	// The remaining ones are those of flavor traditional.
	AspectCategory Aspect = "category"
	AspectWildPort Aspect = "wildcard host with port"
	AspectAge      Aspect = "age"
	AspectTable    Aspect = "table"
)

// Reason is an aspect with the values of the winner and of the loser.
type Reason struct {
	Aspect        Aspect
	Winner, Loser int64
}

// before returns why the part is tried before another one.
func (p *part) before(other *part, c Config) Reason {
	if c.Flavor == Traditional {
		return p.beforeTraditional(other)
	}
	if p.priority == other.priority {
		return Reason{Aspect: AspectID}
	}
	differ := p.priority ^ other.priority
	a, b := p.weights, other.weights
	switch {
	case p.isStream():
		if differ>>61&1 == 1 {
			return Reason{Aspect: AspectFields}
		}
		return Reason{Aspect: AspectEndpoints}
	case c.Calculation == Strict && differ>>61 != 0:
		return Reason{AspectFields, int64(a.Fields), int64(b.Fields)}
	case differ>>63 != 0:
		return Reason{AspectOverflow, int64(a.Fields), a.RegexPriority}
	case differ&plainHostsBit != 0:
		return Reason{Aspect: AspectPlainHosts}
	case c.Calculation == Strict && differ>>52 != 0:
		return Reason{AspectHeaders, int64(a.Headers), int64(b.Headers)}
	case differ&regexPathBit != 0:
		return Reason{Aspect: AspectRegex}
	case differ <= lengthMask:
		return Reason{AspectLength, int64(a.Length), int64(b.Length)}
	case c.Calculation == Strict:
		return Reason{AspectRegexPriority, a.RegexPriority, b.RegexPriority}
	default:
		return narrowReason(a, b)
	}
}

// narrowReason finds which of the fields that run into each other sets the highest bit
// in which two priorities differ.
func narrowReason(a, b Weights) Reason {
	values := func(w Weights) [3]uint32 {
		return [3]uint32{uint32(w.Fields) << 29, uint32(w.Headers) << 20, uint32(w.RegexPriority) << 19}
	}
	x, y := values(a), values(b)
	differ := (x[0] | x[1] | x[2]) ^ (y[0] | y[1] | y[2])
	top := uint32(1)
	for differ > 1 {
		differ, top = differ>>1, top<<1
	}
	switch {
	case x[0]&top != 0:
		return Reason{AspectFields, int64(a.Fields), int64(b.Fields)}
	case x[1]&top != 0:
		return Reason{AspectHeaders, int64(a.Headers), int64(b.Headers)}
	default:
		return Reason{AspectRegexPriority, a.RegexPriority, b.RegexPriority}
	}
}

func (p *part) beforeTraditional(other *part) Reason {
	a, b := p.rank, other.rank
	trait := func(t uint8) bool { return (a.traits^b.traits)&t != 0 }
	switch {
	case a.weight != b.weight:
		return Reason{AspectFields, int64(a.weight), int64(b.weight)}
	case a.bits != b.bits:
		return Reason{Aspect: AspectCategory}
	case compareWithin(p, other) > 0:
		return Reason{Aspect: AspectTable}
	case trait(traitWildPort):
		return Reason{Aspect: AspectWildPort}
	case trait(traitPlainHosts):
		return Reason{Aspect: AspectPlainHosts}
	case trait(traitRegex):
		return Reason{Aspect: AspectRegex}
	case a.headers != b.headers:
		return Reason{AspectHeaders, int64(a.headers), int64(b.headers)}
	case a.traits&traitRegex != 0 && p.route.RegexPriority != other.route.RegexPriority:
		return Reason{AspectRegexPriority, p.route.RegexPriority, other.route.RegexPriority}
	case a.length != b.length:
		return Reason{AspectLength, int64(a.length), int64(b.length)}
	case cmp.Compare(p.route.CreatedAt, other.route.CreatedAt) < 0 && p.route.CreatedAt != 0:
		return Reason{Aspect: AspectAge}
	default:
		return Reason{Aspect: AspectTable}
	}
}
