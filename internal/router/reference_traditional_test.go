package router_test

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/router"
)

// referenceTraditional is a second implementation of the flavor traditional for http:
// categories are lists, narrowed lists are lists, and all are walked. It expects
// routes of distinct ages, so that nothing is left to the order of the table.
type referenceTraditional struct {
	parts []traditionalPart
}

type traditionalPart struct {
	number int
	route  router.Route
	path   string // empty where there is none
}

func newReferenceTraditional(routes []router.Route) *referenceTraditional {
	r := &referenceTraditional{}
	for n, route := range routes {
		for _, path := range append(slices.Clone(route.Paths), "")[:max(1, len(route.Paths))] {
			r.parts = append(r.parts, traditionalPart{n, route, path})
		}
	}
	slices.SortStableFunc(r.parts, func(a, b traditionalPart) int {
		order := cmp.Or(-cmp.Compare(a.kind(), b.kind()), -cmp.Compare(len(a.route.Headers), len(b.route.Headers)))
		if a.isRegex() && b.isRegex() {
			order = cmp.Or(order, -cmp.Compare(a.route.RegexPriority, b.route.RegexPriority))
		}
		return cmp.Or(order, -cmp.Compare(a.length(), b.length()), cmp.Compare(a.route.CreatedAt, b.route.CreatedAt))
	})
	return r
}

func (p traditionalPart) isRegex() bool { return strings.HasPrefix(p.path, "~") }

func (p traditionalPart) length() int {
	if p.isRegex() {
		return 0
	}
	return len(p.path)
}

// kind is 4 with a wildcard host with a port, 2 with plain hosts, and 1 more for a regular expression.
func (p traditionalPart) kind() (n int) {
	wild := false
	for _, h := range p.route.Hosts {
		if strings.Contains(h, "*") {
			wild = true
			if strings.Contains(h, ":") {
				n |= 4
			}
		}
	}
	if len(p.route.Hosts) > 0 && !wild {
		n |= 2
	}
	if p.isRegex() {
		n |= 1
	}
	return n
}

// category has a letter for each field, the most important first.
func (p traditionalPart) category() string {
	var c string
	for _, field := range []struct {
		letter string
		n      int
	}{{"h", len(p.route.Hosts)}, {"r", len(p.route.Headers)}, {"p", len(p.path)}, {"m", len(p.route.Methods)}, {"s", len(p.route.SNIs)}} {
		if field.n > 0 {
			c += field.letter
		}
	}
	return c
}

func (p traditionalPart) takes(r router.Request) bool {
	route := p.route
	ok := len(route.Hosts) == 0 || slices.ContainsFunc(route.Hosts, func(h string) bool { return traditionalHost(h, r) })
	ok = ok && (p.path == "" || traditionalPath(p.path, r))
	ok = ok && (len(route.Methods) == 0 || slices.Contains(route.Methods, r.Method))
	ok = ok && (len(route.SNIs) == 0 || r.Protocol == "http" || slices.ContainsFunc(route.SNIs, func(s string) bool { return r.SNI != "" && strings.TrimSuffix(s, ".") == r.SNI }))
	for name, values := range route.Headers {
		ok = ok && slices.ContainsFunc(r.Header[name], func(got string) bool {
			got = strings.ToLower(got)
			if len(values) == 1 && strings.HasPrefix(values[0], "~*") && expression(values[0][2:]).MatchString(got) {
				return true
			}
			return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, got) })
		})
	}
	return ok
}

// withPort adds the port of the scheme to a host without one.
func withPort(r router.Request) string {
	if strings.Contains(r.Host, ":") {
		return r.Host
	}
	if r.Protocol == "https" {
		return r.Host + ":443"
	}
	return r.Host + ":80"
}

func traditionalHost(host string, r router.Request) bool {
	name, _, _ := strings.Cut(r.Host, ":")
	if !strings.Contains(host, "*") {
		return r.Host != "" && (host == r.Host || host == name)
	}
	return r.Host != "" && wildHost(host).MatchString(withPort(r))
}

func wildHost(host string) *regexp.Regexp {
	text := strings.ReplaceAll(regexp.QuoteMeta(host), `\*`, ".+")
	if !strings.Contains(host, ":") {
		text += `(:\d+)?`
	}
	return expression("^" + text + "$")
}

func traditionalPath(path string, r router.Request) bool {
	if path[0] == '~' {
		return expression("^(?:" + path[1:] + ")").MatchString(r.Path)
	}
	return strings.HasPrefix(r.Path, path)
}

// values are what the gateway sees of a request at first: by field the key under
// which it looks for routes, empty where there is none.
func (t *referenceTraditional) values(r router.Request) (seen string, keys map[string]string) {
	keys = map[string]string{"m": r.Method, "s": r.SNI, "h": r.Host}
	has := map[string]bool{}
	name, _, _ := strings.Cut(r.Host, ":")
	for _, p := range t.parts {
		has["m"] = has["m"] || slices.Contains(p.route.Methods, r.Method)
		has["s"] = has["s"] || slices.Contains(p.route.SNIs, r.SNI) || slices.Contains(p.route.SNIs, r.SNI+".")
		has["h"] = has["h"] || r.Host != "" && (slices.Contains(p.route.Hosts, withPort(r)) || slices.Contains(p.route.Hosts, name))
	}
	for _, p := range t.parts {
		for _, h := range p.route.Hosts {
			if !has["h"] && strings.Contains(h, "*") && r.Host != "" && wildHost(h).MatchString(withPort(r)) {
				has["h"], keys["h"] = true, h
			}
		}
		for _, header := range slices.Sorted(mapsKeys(p.route.Headers)) {
			if !has["r"] && len(r.Header[header]) > 0 {
				has["r"], keys["r"] = true, header
			}
		}
		if !has["p"] && p.isRegex() && traditionalPath(p.path, r) {
			has["p"], keys["p"] = true, p.path[1:]
		}
	}
	byRegex := has["p"]
	for _, p := range t.parts {
		if p.path != "" && !byRegex && !p.isRegex() && traditionalPath(p.path, r) && len(p.path) > len(keys["p"]) {
			has["p"], keys["p"] = true, p.path
		}
	}
	for _, letter := range "hrpms" {
		if has[string(letter)] {
			seen += string(letter)
		}
	}
	return seen, keys
}

func mapsKeys(m map[string][]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

func (p traditionalPart) isUnder(letter, key string) bool {
	switch letter {
	case "h":
		return slices.Contains(p.route.Hosts, key)
	case "r":
		_, ok := p.route.Headers[key]
		return ok
	case "p":
		return strings.TrimPrefix(p.path, "~") == key // a prefix may look like the expression
	case "m":
		return slices.Contains(p.route.Methods, key)
	default:
		return slices.Contains(p.route.SNIs, key) || slices.Contains(p.route.SNIs, key+".")
	}
}

func (t *referenceTraditional) find(r router.Request) int {
	seen, keys := t.values(r)
	if seen == "" {
		return -1
	}
	byCategory := map[string][]traditionalPart{}
	for _, p := range t.parts {
		byCategory[p.category()] = append(byCategory[p.category()], p)
	}
	categories := slices.SortedFunc(func(yield func(string) bool) {
		for c := range byCategory {
			if !yield(c) {
				return
			}
		}
	}, func(a, b string) int {
		const order = "hrpms"
		rank := func(c string) (n int) {
			for i, letter := range order {
				if strings.ContainsRune(c, letter) {
					n |= 1 << (len(order) - i)
				}
			}
			return n
		}
		return cmp.Or(-cmp.Compare(len(a), len(b)), -cmp.Compare(rank(a), rank(b)))
	})
	if from := slices.Index(categories, seen); from > 0 {
		categories = categories[from:]
	}
	for _, c := range categories {
		var narrowed []traditionalPart
		for _, letter := range c {
			var under []traditionalPart
			for _, p := range byCategory[c] {
				if p.isUnder(string(letter), keys[string(letter)]) {
					under = append(under, p)
				}
			}
			// A host, method or name can stand twice in a route, which counts in the gateway's lists; here none does.
			if len(under) > 0 && (narrowed == nil || len(under) < len(narrowed) || letter == 'r') {
				narrowed = under
			}
			if letter == 'r' && len(under) > 0 {
				break
			}
		}
		for _, p := range append(slices.Clone(narrowed), byCategory[c]...) {
			if p.takes(r) {
				return p.number
			}
		}
	}
	return -1
}
