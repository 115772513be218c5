package gatewayapi_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// candidate is a match of a rule that takes a request, with what it is compared by.
type candidate struct {
	rule string
	rank []int
}

// wanted is the rule that the Gateway API gives a request to, as the Gateway API words it;
// empty where none matches. It goes through everything, and shares nothing with what it judges.
func wanted(in gatewayapi.Input, refused map[string]bool, r routing.Request) string {
	var best candidate
	for i := range in.HTTPRoutes {
		route := &in.HTTPRoutes[i]
		hostRank, ok := hostRank(route.Spec.Hostnames, r.Host)
		if !ok {
			continue
		}
		for j, rule := range route.Spec.Rules {
			name := fmt.Sprintf("http.shop.%s.%d.", route.Name, j)
			matches := rule.Matches
			if len(matches) == 0 {
				matches = []gatewayv1.HTTPRouteMatch{{}}
			}
			for k, m := range matches {
				rank, ok := matchRank(m, r)
				if !ok || refused[name] {
					continue
				}
				order := []int{-int(route.CreationTimestamp.Unix()), -i, -j, -k} // inputs are sorted by name
				c := candidate{name, slices.Concat(hostRank, rank, order)}
				if best.rank == nil || slices.Compare(c.rank, best.rank) > 0 {
					best = c
				}
			}
		}
	}
	return best.rule
}

func hostRank(hostnames []gatewayv1.Hostname, host string) ([]int, bool) {
	if len(hostnames) == 0 {
		return []int{0, 0}, true
	}
	var best []int
	for _, h := range hostnames {
		var rank []int
		suffix, wildcard := strings.CutPrefix(string(h), "*")
		switch {
		case !wildcard && string(h) == host:
			rank = []int{len(h), len(h)}
		case wildcard && strings.HasSuffix(host, suffix) && len(host) > len(suffix):
			rank = []int{0, len(h)}
		default:
			continue
		}
		if best == nil || slices.Compare(rank, best) > 0 {
			best = rank
		}
	}
	return best, best != nil
}

func matchRank(m gatewayv1.HTTPRouteMatch, r routing.Request) ([]int, bool) {
	kind, value := gatewayv1.PathMatchPathPrefix, "/"
	if m.Path != nil {
		kind, value = *m.Path.Type, *m.Path.Value
	}
	rank := []int{0, len(strings.TrimSuffix(value, "/"))}
	switch kind {
	case gatewayv1.PathMatchExact:
		if r.Path != value {
			return nil, false
		}
		rank[0] = 2
	case gatewayv1.PathMatchRegularExpression:
		if !regexp.MustCompile("^" + value).MatchString(r.Path) {
			return nil, false
		}
		rank[0], rank[1] = 1, len(value)
	default:
		prefix := strings.TrimSuffix(value, "/")
		if r.Path != prefix && !strings.HasPrefix(r.Path, prefix+"/") {
			return nil, false
		}
	}
	method := 0
	if m.Method != nil {
		if string(*m.Method) != cmp.Or(r.Method, "GET") {
			return nil, false
		}
		method = 1
	}
	for _, h := range m.Headers {
		if r.Header.Get(string(h.Name)) != h.Value {
			return nil, false
		}
	}
	return append(rank, method, len(m.Headers)), true
}

// refusedRules are the names of the rules of which nothing was made.
func refusedRules(result *gatewayapi.Result) map[string]bool {
	refused := map[string]bool{}
	for _, r := range result.Routes {
		for _, refusal := range r.Refused {
			refused[fmt.Sprintf("http.shop.%s.%d.", r.Key.Name, refusal.Rule)] = true
		}
	}
	return refused
}

// assertRouted compares what gateways do with what the Gateway API wants.
func assertRouted(t *testing.T, in gatewayapi.Input, result *gatewayapi.Result, requests []routing.Request) {
	t.Helper()
	refused := refusedRules(result)
	for setting, router := range routers(t, result) {
		for _, r := range requests {
			want, got := wanted(in, refused, r), ""
			if m, ok := router.Match(r); ok {
				got = m.Route.Key.Name
			}
			if (want == "") != (got == "") || !strings.HasPrefix(got, want) {
				require.Fail(t, "wrong route", "%s: %s %s%s %v: want %q, got %q\n%s", setting, r.Method, r.Host, r.Path, r.Header, want, got, router.Explain(r))
			}
		}
	}
}

type choice struct{ *rand.Rand }

func (c choice) of(texts ...string) string { return texts[c.IntN(len(texts))] }

func (c choice) path() string {
	return c.of("/", "/a", "/a/b", "/a/b/c", "/b", "/ab", "/a/", "=/", "=/a", "=/a/b", "=/a/b/c", "=/a/", "=/b")
}

func (c choice) match(regexes bool) string {
	words := []string{""}
	if c.IntN(5) > 0 {
		words = append(words, c.path())
		if regexes && c.IntN(4) == 0 {
			words[1] = c.of("~/a/[a-z]+", "~/a/b", "~/[ab]/b$", "~/a.*", "~/(a|b)/c?")
		}
	}
	if c.IntN(3) == 0 {
		words = append(words, c.of("GET", "POST"))
	}
	for _, name := range []string{"one", "two", "three"} {
		if c.IntN(4) == 0 {
			words = append(words, name+":"+c.of("x", "y"))
		}
	}
	return strings.Join(words, " ")
}

func (c choice) request() routing.Request {
	r := request(c.of("GET ", "POST ", "PUT ", "") + c.of("a.com", "x.a.com", "y.x.a.com", "b.com", "c.org") +
		c.of("/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/a/b/c/d", "/b", "/b/b", "/ab", "/abc", "/c", "/a/x", "/a/c"))
	for _, name := range []string{"one", "two", "three"} {
		if c.IntN(2) == 0 {
			r.Header.Set(name, c.of("x", "y", "z"))
		}
	}
	return r
}

// TestPrecedenceOfRandomRoutes compares random routes and requests in all settings of gateways.
func TestPrecedenceOfRandomRoutes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason  string
		hosts   []string
		regexes bool
	}{
		{"paths, methods and headers alone", []string{""}, false},
		{"hosts come first", []string{"", "", "a.com", "*.a.com", "*.x.a.com", "x.a.com", "*.com b.com", "a.com x.a.com *.org"}, false},
		{"expressions", []string{""}, true},
		{"expressions with hosts", []string{"", "a.com", "*.a.com", "x.a.com"}, true},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			refused, rules := 0, 0
			for seed := range uint64(60) {
				choose := choice{rand.New(rand.NewPCG(seed, 1))}
				var routes []gatewayv1.HTTPRoute
				for i := range 1 + choose.IntN(4) {
					route := httpRoute(fmt.Sprintf("r%d", i), choose.of(c.hosts...))
					for range 1 + choose.IntN(4) {
						matches := []string{choose.match(c.regexes)}
						if choose.IntN(4) == 0 {
							matches = append(matches, choose.match(c.regexes))
						}
						route.Spec.Rules = append(route.Spec.Rules, rule(matches...))
						rules++
					}
					routes = append(routes, route)
				}
				in := world(routes...)
				result := translate(t, in)
				refused += len(refusedRules(result))
				var requests []routing.Request
				for range 100 {
					requests = append(requests, choose.request())
				}
				assertRouted(t, in, result, requests)
				if t.Failed() {
					return
				}
			}
			assert.Less(t, refused*20, rules, "few rules are refused")
		})
	}
}
