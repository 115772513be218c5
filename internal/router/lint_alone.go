package router

import (
	"slices"
	"strings"
)

// alone looks at one part.
func (l *linter) alone(p *part) {
	l.contradiction(p)
	l.service(p)
	l.plainSNI(p)
	if p.isStream() {
		return
	}
	l.literalPaths(p)
	l.capitals(p)
}

// request returns a request that the part takes by itself.
func (l *linter) request(p *part) (Request, bool) {
	for _, protocol := range commonProtocols(p) {
		if r, ok := meet(l.flavor, protocol, p); ok {
			return r, true
		}
	}
	return Request{}, false
}

// contradiction reports a route none of whose paths can be that of a request.
func (l *linter) contradiction(p *part) {
	if p.isStream() || !p.isContradictory() || l.seen[finding{CodeContradictory, p.number, 0}] {
		return
	}
	for i := range l.table.parts {
		if o := &l.table.parts[i]; o.rules == p.rules && !o.isContradictory() {
			return
		}
	}
	if !l.isNew(CodeContradictory, p.number, 0) {
		return
	}
	value, path := "", "/"
	if len(p.paths) > 0 {
		value = p.paths[0].text
		if p.paths[0].re == nil {
			path = NormalizePath(p.paths[0].text)
		}
	}
	r := Request{Method: "GET", Protocol: p.route.Accepts()[0], Host: "example.com", Path: path}
	if len(p.hosts) > 0 {
		r.Host = hostsOf(p.hosts)[0]
	}
	if len(p.methods) > 0 {
		r.Method = p.methods[0]
	}
	if l.takes(&r) != p.number {
		l.add(CodeContradictory, value, r, p.number)
	}
}

// isContradictory reports whether no request is as the part asks.
func (p *part) isContradictory() bool {
	if slices.ContainsFunc(p.headers, func(h headerRule) bool { return strings.EqualFold(h.name, "host") }) {
		return true
	}
	return len(p.paths) > 0 && !slices.ContainsFunc(p.paths, func(r pathRule) bool { return !r.isContradictory() })
}

func (p *pathRule) isContradictory() bool {
	if p.re != nil {
		return p.shape.never
	}
	return isNotNormal(p.prefix)
}

// service reports a route whose service does not speak its protocols.
func (l *linter) service(p *part) {
	s := p.route.Service
	if s == nil || s.Subsystem() == p.route.Subsystem() || l.seen[finding{CodeProtocol, p.number, 0}] {
		return
	}
	if r, ok := l.request(p); ok && l.takes(&r) == p.number && l.isNew(CodeProtocol, p.number, 0) {
		l.add(CodeProtocol, s.Protocol, r, p.number)
	}
}

// literalPaths reports prefixes that an expression was probably meant by, with a
// request that the expression would have taken.
func (l *linter) literalPaths(p *part) {
	for i := range p.paths {
		rule := &p.paths[i]
		if rule.re != nil || !looksLikeExpression(rule.text) || !l.isNew(CodeLiteralPath+Code(" "+rule.text), p.number, 0) {
			continue
		}
		meant, err := compilePath(rule.text, l.flavor)
		if err != nil {
			continue
		}
		with := *p
		with.paths = []pathRule{{text: rule.text, re: meant}}
		for _, protocol := range commonProtocols(p) {
			if r, ok := meet(l.flavor, protocol, &with); ok && l.takes(&r) != p.number {
				l.add(CodeLiteralPath, rule.text, r, p.number)
				break
			}
		}
	}
}

// looksLikeExpression reports whether a path has what expressions are full of and paths
// nearly never hold. Parentheses alone are common: OData has them.
func looksLikeExpression(path string) bool {
	for _, sign := range []string{"*", ".+", ")+", "]+", "\\", "^", "(?", "|", "[", "{"} {
		if strings.Contains(path, sign) {
			return true
		}
	}
	return strings.HasSuffix(path, "$")
}

// capitals reports hosts that clients, which write them in lower case, do not ask for.
func (l *linter) capitals(p *part) {
	for _, h := range p.hosts {
		if !hasCapitals(h.raw) || !l.isNew(CodeHostCase+Code(" "+h.raw), p.number, 0) {
			continue
		}
		r, ok := l.request(p)
		if !ok {
			continue
		}
		r.Host = strings.ToLower(hostsOf([]hostPattern{h})[0])
		taker := l.takes(&r)
		if taker == p.number {
			continue
		}
		numbers := []int{p.number}
		if twin := l.twin(p, h.raw); twin >= 0 {
			numbers = append(numbers, twin)
		}
		l.add(CodeHostCase, h.raw, r, numbers...)
	}
}

// twin returns a route with the same host in other letters, -1 for none.
func (l *linter) twin(p *part, host string) int {
	for i := range l.table.parts {
		o := &l.table.parts[i]
		if o.number != p.number && slices.ContainsFunc(o.hosts, func(h hostPattern) bool { return h.raw != host && strings.EqualFold(h.raw, host) }) {
			return o.number
		}
	}
	return -1
}

// plainSNI reports a route with SNIs that takes requests of which none is asked, with
// the route that would have taken them.
func (l *linter) plainSNI(p *part) {
	if len(p.snis) == 0 || l.seen[finding{CodeSNI, p.number, 0}] {
		return
	}
	plain := "http"
	if p.isStream() {
		plain = "tcp"
	}
	r, ok := meet(l.flavor, plain, p)
	if !ok || l.takes(&r) != p.number || !l.isNew(CodeSNI, p.number, 0) {
		return
	}
	numbers := []int{p.number}
	q := newQuery(&r, l.flavor)
	other := l.table.first(&q, func(i int32) bool { o := &l.table.parts[i]; return o.number != p.number && o.matches(&q) })
	if other != none {
		numbers = append(numbers, l.table.parts[other].number)
	}
	l.add(CodeSNI, p.route.SNIs[0], r, numbers...)
}
