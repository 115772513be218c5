package router

import (
	"slices"
	"strings"
)

// Code names what is probably not meant.
type Code string

// Codes of findings.
const (
	// CodeShadowed routes take nothing, because another one takes it before.
	CodeShadowed Code = "shadowed"
	// CodeContradictory routes take nothing, because no request is as they ask.
	CodeContradictory Code = "contradictory"
	// CodeProtocol routes lead to a service of another subsystem.
	CodeProtocol Code = "protocol"
	// CodeTie is for two routes whose order nothing but their IDs decides.
	CodeTie Code = "tie"
	// CodeCalculation is for two routes whose order depends on the calculation of priorities.
	CodeCalculation Code = "calculation"
	// CodeRegexPriority is for two routes of which the one with the lower regex_priority is first.
	CodeRegexPriority Code = "regex-priority"
	// CodeLiteralPath is for prefixes that look like regular expressions.
	CodeLiteralPath Code = "literal-path"
	// CodeHTTPSOnly is for routes of https alone that keep plain http from another one.
	CodeHTTPSOnly Code = "https-only"
	// CodeHostCase is for hosts with capital letters.
	CodeHostCase Code = "host-case"
	// CodeSNI is for routes with SNIs that take plain http, or tcp.
	CodeSNI Code = "sni-plain-http"
)

// Finding is what is probably not meant, with a request that shows it.
type Finding struct {
	Code Code
	// Numbers are the places of the routes. The first one is that which takes the request,
	// but for those that take none.
	Numbers []int
	Request Request
	// Value is the path or host that is meant.
	Value string
}

const (
	// maxPairs of parts are compared.
	maxPairs = 200_000
	// maxAsked requests are made up for them.
	maxAsked = 20_000
)

// Lint looks for what is legal and probably not meant.
func (r *Router) Lint() []Finding {
	var all []Finding
	for _, t := range r.tables {
		l := &linter{table: t, flavor: r.config.Flavor, seen: map[finding]bool{}, covered: map[int32]int32{}, tied: map[int32]bool{}}
		t.pairs(maxPairs, l.pair)
		l.shadows()
		for i := range t.parts {
			l.alone(&t.parts[i])
		}
		all = append(all, l.found...)
	}
	slices.SortStableFunc(all, func(a, b Finding) int { return slices.Compare(a.Numbers, b.Numbers) })
	return all
}

// linter collects the findings of a table.
type linter struct {
	table  *table
	flavor Flavor
	found  []Finding
	seen   map[finding]bool
	// covered are parts, with the first one that takes all that they could.
	covered map[int32]int32
	tied    map[int32]bool
	// asked counts the requests that were made up for pairs.
	asked int
}

// finding is what is reported once.
type finding struct {
	code          Code
	first, second int
}

func (l *linter) isNew(code Code, first, second int) bool {
	key := finding{code, first, second}
	before := l.seen[key]
	l.seen[key] = true
	return !before
}

func (l *linter) add(code Code, value string, r Request, numbers ...int) {
	l.found = append(l.found, Finding{code, numbers, r, value})
}

// takes returns the number of the route that takes a request, -1 for none.
func (l *linter) takes(r *Request) int {
	q := newQuery(r, l.flavor)
	if p := l.table.find(&q); p != nil {
		return p.number
	}
	return -1
}

// pair compares a part with one that is tried after it.
func (l *linter) pair(i, j int32) {
	a, b := &l.table.parts[i], &l.table.parts[j]
	tie := l.isTie(a, b)
	if known, ok := l.covered[j]; (!ok || i < known) && a.covers(b, l.flavor) {
		l.covered[j] = i
	}
	if tie && !l.tied[j] && l.show(CodeTie, a, b, "") {
		l.tied[j] = true
	}
	if l.flavor == TraditionalCompatible && !a.isStream() {
		if !tie && l.turns(a, b) {
			l.show(CodeCalculation, a, b, "")
		}
		if isOutOfOrder(a.weights, b.weights) {
			l.show(CodeRegexPriority, a, b, "")
		}
	}
	if !b.tlsAlone && a.tlsAlone && len(a.snis) == 0 && slices.Contains(a.route.Protocols, "https") {
		l.show(CodeHTTPSOnly, a, b, "http")
	}
}

// show adds a finding with a request that both parts take and that goes to the first.
func (l *linter) show(code Code, a, b *part, protocol string) bool {
	if l.seen[finding{code, a.number, b.number}] {
		return false
	}
	protocols := []string{protocol}
	if protocol == "" {
		protocols = commonProtocols(a, b)
	}
	for _, protocol := range protocols {
		if l.asked++; l.asked > maxAsked {
			return false
		}
		request, ok := meet(l.flavor, protocol, a, b)
		if !ok || l.takes(&request) != a.number {
			continue
		}
		if code == CodeCalculation && l.otherwise(&request) != b.number {
			continue
		}
		if l.isNew(code, a.number, b.number) {
			l.add(code, "", request, a.number, b.number)
		}
		return true
	}
	return false
}

// commonProtocols returns those that a route accepts, as a request has them, the ones
// that all accept first.
func commonProtocols(parts ...*part) []string {
	var common, others []string
	for _, p := range parts {
		for _, protocol := range p.route.Accepts() {
			everywhere := !slices.ContainsFunc(parts, func(o *part) bool { return !slices.Contains(o.route.Accepts(), protocol) })
			switch {
			case slices.Contains(common, protocol) || slices.Contains(others, protocol):
			case everywhere:
				common = append(common, protocol)
			default:
				others = append(others, protocol)
			}
		}
	}
	// Requests in the clear need no SNI.
	slices.SortStableFunc(common, func(a, b string) int { return len(scheme(a)) - len(scheme(b)) })
	return append(common, others...)
}

func (l *linter) isTie(a, b *part) bool {
	if l.flavor == Traditional {
		return a.rank.bits == b.rank.bits && compareWithin(a, b) == 0
	}
	return a.priority == b.priority
}

// turns reports whether the other calculation tries the second part first.
func (l *linter) turns(a, b *part) bool {
	other := Strict
	if l.table.config.Calculation == Strict {
		other = Original
	}
	return a.weights.Priority(other) < b.weights.Priority(other)
}

// otherwise returns the route that takes the request in the other calculation.
func (l *linter) otherwise(r *Request) int {
	other := Strict
	if l.table.config.Calculation == Strict {
		other = Original
	}
	q := newQuery(r, l.flavor)
	best, priority := (*part)(nil), uint64(0)
	l.table.index.lists(&q, func(list []int32) {
		for _, number := range list {
			p := &l.table.parts[number]
			if !p.matchesWhere(&q, other == Strict && p.tlsAlone) {
				continue
			}
			n := p.weights.Priority(other)
			if best == nil || n > priority || n == priority && (p.id > best.id || p.id == best.id && p.number < best.number) {
				best, priority = p, n
			}
		}
	})
	if best == nil {
		return -1
	}
	return best.number
}

// isOutOfOrder reports whether nothing but regex_priority is there to decide, and it
// decides for the lower one.
func isOutOfOrder(first, second Weights) bool {
	return first.RegexPath && second.RegexPath && first.Fields == second.Fields && first.Headers == second.Headers &&
		first.PlainHosts == second.PlainHosts && first.RegexPriority < second.RegexPriority
}

// shadows reports routes of which every part is covered by one of another route.
func (l *linter) shadows() {
	reached := map[int]bool{}
	for j := range l.table.parts {
		if _, ok := l.covered[int32(j)]; !ok {
			reached[l.table.parts[j].number] = true
		}
	}
	for j := range l.table.parts {
		b := &l.table.parts[j]
		if reached[b.number] {
			continue
		}
		for _, protocol := range commonProtocols(b) {
			request, ok := meet(l.flavor, protocol, b)
			if taker := l.takes(&request); ok && taker != b.number && taker >= 0 && l.isNew(CodeShadowed, b.number, 0) {
				l.add(CodeShadowed, "", request, b.number, taker)
			}
		}
	}
}

// hasCapitals reports whether a host is not in lower case.
func hasCapitals(host string) bool { return strings.ToLower(host) != host }
