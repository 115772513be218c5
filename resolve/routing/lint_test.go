package routing_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/resolve/routing"
)

func TestLint(t *testing.T) {
	t.Parallel()
	service := &routing.Service{Name: "s"}
	for _, c := range []struct {
		reason        string
		first, second routing.Route
		code          routing.FindingCode
		opts          []routing.Option
		// routes of the finding; empty where there must be none of the code.
		names, message string
	}{
		{
			"an expression before a prefix", routing.Route{Paths: []string{"~/.*"}}, routing.Route{Methods: []string{"GET"}, Paths: []string{"/a"}},
			routing.FindingShadowed, nil, "[route second route first]", "route second takes no request: route first takes all of them before; GET http://example.com/a shows it",
		},
		{
			"a wildcard after its host", routing.Route{Hosts: []string{"a.com"}}, routing.Route{Hosts: []string{"*.com"}},
			routing.FindingShadowed, nil, "", "",
		},
		{
			"a wildcard before a longer one", routing.Route{Hosts: []string{"*.com"}, Methods: []string{"GET"}, ID: "-"}, routing.Route{Hosts: []string{"*.a.com"}, Methods: []string{"GET"}},
			routing.FindingShadowed, nil, "[route second route first]", "takes all of them before",
		},
		{
			"each part by another path", routing.Route{Paths: []string{"~/a", "~/bcd"}}, routing.Route{Paths: []string{"/ab", "/bcde"}},
			routing.FindingShadowed, nil, "[route second route first]", "",
		},
		{
			"one part is left", routing.Route{Paths: []string{"~/a"}}, routing.Route{Paths: []string{"/ab", "/bcde"}},
			routing.FindingShadowed, nil, "", "",
		},
		{
			"an end that what follows undoes", routing.Route{Paths: []string{"~/a$"}}, routing.Route{Paths: []string{"/a"}},
			routing.FindingShadowed, nil, "", "",
		},
		{
			"a header that includes another", routing.Route{Headers: map[string][]string{"x": {"~*^v"}}, Paths: []string{"~/"}},
			routing.Route{Headers: map[string][]string{"X": {"v1", "V2"}}, Paths: []string{"/"}},
			routing.FindingShadowed, nil, "[route second route first]", "",
		},
		{
			"streams", routing.Route{Protocols: []string{"tcp"}, Sources: []routing.Endpoint{{IP: "10.0.0.1"}}, Destinations: []routing.Endpoint{{Port: 5}}},
			routing.Route{Protocols: []string{"tcp"}, Destinations: []routing.Endpoint{{Port: 5}}, Sources: []routing.Endpoint{{IP: "10.0.0.1", Port: 3}}, ID: "-"},
			routing.FindingShadowed, nil, "", "",
		},
		{
			"a path that is never so", routing.Route{Paths: []string{"/a//b", "/%61"}}, routing.Route{Paths: []string{"/x"}},
			routing.FindingContradictory, nil, "[route first]", "no path that a gateway has normalized is like /a//b",
		},
		{
			"an expression with something behind its end", routing.Route{Paths: []string{"~/a$/b"}}, routing.Route{Paths: []string{"/x"}},
			routing.FindingContradictory, nil, "[route first]", "like /a$/b",
		},
		{
			"one path of two", routing.Route{Paths: []string{"/a//b", "/a"}}, routing.Route{Paths: []string{"/x"}},
			routing.FindingContradictory, nil, "", "",
		},
		{
			"a service of streams", routing.Route{Protocols: []string{"http", "https"}, Paths: []string{"/a"}, Service: &routing.Service{Name: "db", Protocol: "tcp"}}, routing.Route{Paths: []string{"/x"}},
			routing.FindingProtocol, nil, "[route first]", "route first accepts http and https, which its service db, of protocol tcp, does not speak",
		},
		{
			"equal priorities", routing.Route{Paths: []string{"/a", "/b"}, ID: "2"}, routing.Route{Paths: []string{"/b"}, ID: "1"},
			routing.FindingTie, nil, "[route first route second]", "",
		},
		{
			"overlapping methods", routing.Route{Paths: []string{"/b"}, Methods: []string{"GET", "PUT"}, ID: "2"}, routing.Route{Paths: []string{"/b"}, Methods: []string{"PUT"}, ID: "1"},
			routing.FindingTie, nil, "[route first route second]", "tie: the larger ID decides; PUT http://example.com/b shows it",
		},
		{
			"methods of their own", routing.Route{Paths: []string{"/b"}, Methods: []string{"GET"}}, routing.Route{Paths: []string{"/b"}, Methods: []string{"PUT"}},
			routing.FindingTie, nil, "", "",
		},
		{
			"the same age", routing.Route{Paths: []string{"/b"}, CreatedAt: 7}, routing.Route{Paths: []string{"/b"}, CreatedAt: 7},
			routing.FindingTie, []routing.Option{routing.WithFlavor(routing.Traditional)}, "[route first route second]", "the order of the gateway's tables decides",
		},
		{
			"another age", routing.Route{Paths: []string{"/b"}, CreatedAt: 7}, routing.Route{Paths: []string{"/b"}, CreatedAt: 8},
			routing.FindingTie, []routing.Option{routing.WithFlavor(routing.Traditional)}, "", "",
		},
		{
			"a host or more fields", routing.Route{Hosts: []string{"x.y"}}, routing.Route{Methods: []string{"GET"}, Paths: []string{"/a"}},
			routing.FindingCalculation, nil, "[route first route second]", "route first comes before route second in the original calculation of priorities, and after it in the other; GET http://x.y/a shows it",
		},
		{
			"the other way round", routing.Route{Methods: []string{"GET"}, Paths: []string{"/a"}}, routing.Route{Hosts: []string{"x.y"}},
			routing.FindingCalculation, []routing.Option{routing.WithPriority(routing.Strict)}, "[route first route second]", "in the strict calculation",
		},
		{
			"other paths", routing.Route{Hosts: []string{"x.y"}, Paths: []string{"/b"}}, routing.Route{Methods: []string{"GET"}, Paths: []string{"/a"}, Headers: map[string][]string{"x": {"1"}}},
			routing.FindingCalculation, nil, "", "",
		},
		{
			"bits that run into each other", routing.Route{Paths: []string{"~/a"}, Headers: map[string][]string{"x": {"1"}}, RegexPriority: 1},
			routing.Route{Paths: []string{"~/a/b"}, Headers: map[string][]string{"x": {"1"}}, RegexPriority: 2},
			routing.FindingRegexPriority, nil, "[route first route second]", "although its regex_priority is the lower one: 1, the other 2; GET http://example.com/a/b shows it",
		},
		{
			"all is well with it", routing.Route{Paths: []string{"~/a"}, RegexPriority: 2}, routing.Route{Paths: []string{"~/a/b"}, RegexPriority: 1},
			routing.FindingRegexPriority, nil, "", "",
		},
		{
			"a prefix like an expression", routing.Route{Paths: []string{`/users/\d+`}}, routing.Route{Paths: []string{"/"}},
			routing.FindingLiteralPath, nil, "[route first]", `takes paths that begin with /users/\d+ as it stands: a regular expression begins with ~/; GET http://example.com/users/1 shows it`,
		},
		{
			"parentheses", routing.Route{Paths: []string{"/Products(1)"}}, routing.Route{Paths: []string{"/"}}, routing.FindingLiteralPath, nil, "", "",
		},
		{
			"https before http", routing.Route{Protocols: []string{"https"}, Paths: []string{"/a"}}, routing.Route{Paths: []string{"/"}, Service: service},
			routing.FindingHTTPSOnly, nil, "[route first route second]", "route first accepts https alone and answers plain http with 426, which route second would serve; GET http://example.com/a shows it",
		},
		{
			"https alone", routing.Route{Protocols: []string{"https"}, Paths: []string{"/a"}}, routing.Route{Protocols: []string{"https"}, Paths: []string{"/"}},
			routing.FindingHTTPSOnly, nil, "", "",
		},
		{
			"capital letters", routing.Route{Hosts: []string{"Example.com"}}, routing.Route{Hosts: []string{"example.com"}},
			routing.FindingHostCase, nil, "[route first route second]", "takes host Example.com in these letters alone, and clients send it in lower case, as route second has it; GET http://example.com/ shows it",
		},
		{
			"an SNI in the clear", routing.Route{Protocols: []string{"https"}, SNIs: []string{"a.com"}, Paths: []string{"/a"}}, routing.Route{Paths: []string{"/"}},
			routing.FindingSNI, nil, "[route first route second]", "route first takes plain http, of which none of its SNIs is asked, where route second would",
		},
		{
			"an SNI of streams", routing.Route{Protocols: []string{"tls"}, SNIs: []string{"a.com"}}, routing.Route{Protocols: []string{"tcp"}, Sources: []routing.Endpoint{{Port: 5}}},
			routing.FindingSNI, nil, "[route first]", "route first takes plain tcp, of which none of its SNIs is asked, where no other route would",
		},
		{
			"not in the strict calculation", routing.Route{Protocols: []string{"https"}, SNIs: []string{"a.com"}, Paths: []string{"/a"}}, routing.Route{Paths: []string{"/"}},
			routing.FindingSNI, []routing.Option{routing.WithPriority(routing.Strict)}, "", "",
		},
	} {
		t.Run(string(c.code)+"/"+c.reason, func(t *testing.T) {
			t.Parallel()
			c.first.Name, c.second.Name = "first", "second"
			r, err := routing.New([]routing.Route{c.first, c.second}, c.opts...)
			require.NoError(t, err)
			var found []routing.Finding
			for _, f := range r.Lint() {
				if f.Code == c.code {
					found = append(found, f)
				}
			}
			if c.names == "" {
				assert.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			assert.Equal(t, c.names, fmt.Sprint(found[0].Routes))
			assert.Contains(t, found[0].Message, c.message)
			isShown(t, r, found[0])
		})
	}
}

// isShown fails where the request of a finding does not show it.
func isShown(t *testing.T, r *routing.Router, f routing.Finding) {
	t.Helper()
	m, ok := r.Match(f.Request)
	switch f.Code {
	case routing.FindingShadowed:
		require.True(t, ok, "%s", f)
		assert.Same(t, f.Routes[1], m.Route, "%s", f)
		alone, err := routing.New([]routing.Route{*f.Routes[0]})
		require.NoError(t, err)
		_, ok := alone.Match(f.Request)
		assert.True(t, ok, "alone the route would take it: %s", f)
	case routing.FindingContradictory, routing.FindingLiteralPath, routing.FindingHostCase:
		assert.True(t, !ok || m.Route != f.Routes[0], "%s", f)
	default:
		require.True(t, ok, "%s", f)
		assert.Same(t, f.Routes[0], m.Route, "%s", f)
		if len(f.Routes) < 2 {
			return
		}
		for _, other := range r.Explain(f.Request).RunnersUp {
			if other.Route == f.Routes[1] {
				return
			}
		}
		assert.Fail(t, "the other route does not match", "%s", f)
	}
}

// Whatever the routes are, the request of a finding shows it.
func TestLintShows(t *testing.T) {
	t.Parallel()
	configurations := 2000
	if testing.Short() {
		configurations = 200
	}
	random := rand.New(rand.NewPCG(3, 4))
	codes := map[routing.FindingCode]int{}
	for range configurations {
		routes := randomRoutes(random, 2+random.IntN(6))
		for _, opts := range [][]routing.Option{nil, {routing.WithPriority(routing.Strict)}, {routing.WithFlavor(routing.Traditional)}} {
			r, err := routing.New(routes, opts...)
			require.NoError(t, err)
			for _, f := range r.Lint() {
				codes[f.Code]++
				isShown(t, r, f)
				if f.Code == routing.FindingCalculation {
					isTurned(t, routes, f, len(opts) > 0)
				}
			}
			if t.Failed() {
				t.Fatalf("%+v", routes)
			}
		}
	}
	t.Log(codes)
	assert.GreaterOrEqual(t, len(codes), 9, "%v", codes)
}

// Without the route that takes a request, the first runner-up takes it.
func TestRunnersUp(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	compared := 0
	for range 500 {
		routes := randomRoutes(random, 2+random.IntN(6))
		for _, priority := range []routing.Priority{routing.Original, routing.Strict} {
			r, err := routing.New(routes, routing.WithPriority(priority))
			require.NoError(t, err)
			for _, path := range []string{"/", "/a", "/a/b", "/b"} {
				request := routing.Request{Host: "a.com", Path: path, Protocol: "https", SNI: "a.com", Header: http.Header{"X-A": {"1"}}}
				e := r.Explain(request)
				if e.Match == nil {
					continue
				}
				compared++
				rest := slices.DeleteFunc(slices.Clone(routes), func(other routing.Route) bool { return other.Name == e.Match.Route.Name })
				without, err := routing.New(rest, routing.WithPriority(priority))
				require.NoError(t, err)
				next, ok := without.Match(request)
				require.Equal(t, ok, len(e.RunnersUp) > 0)
				if ok {
					require.Equal(t, next.Route.Name, e.RunnersUp[0].Route.Name, "%+v: %s", routes, e)
				}
			}
		}
	}
	assert.Greater(t, compared, 1000)
}

// isTurned fails where the other calculation has the routes in the same order.
func isTurned(t *testing.T, routes []routing.Route, f routing.Finding, strict bool) {
	t.Helper()
	other := routing.Strict
	if strict {
		other = routing.Original
	}
	r, err := routing.New(routes, routing.WithPriority(other))
	require.NoError(t, err)
	m, ok := r.Match(f.Request)
	require.True(t, ok)
	assert.Equal(t, f.Routes[1].Name, m.Route.Name, "%s", f)
}

// randomRoutes returns routes of few values, so that they often meet.
func randomRoutes(random *rand.Rand, n int) []routing.Route {
	some := func(values ...string) []string {
		if random.IntN(2) == 0 {
			return nil
		}
		at := random.IntN(len(values))
		return values[at:min(len(values), at+1+random.IntN(2))]
	}
	routes := make([]routing.Route, n)
	for i, id := range random.Perm(n) {
		r := routing.Route{
			Name: fmt.Sprint(i), ID: fmt.Sprint(id), CreatedAt: int64(random.IntN(5)),
			Hosts:     some("a.com", "*.a.com", "b.a.com", "a.*", "*.com", "A.com", "a.com:81"),
			Paths:     some("/", "/a", "/a/b", "/a//c", `/b/\d+`, "~/a", "~/a/(b|c)$", "~/.*", "~/[a-b]/?", "~/a$/b", "/b"),
			Methods:   some("GET", "PUT"),
			Protocols: [][]string{{"http"}, {"https"}, {"http", "https"}}[random.IntN(3)],
			Service:   &routing.Service{Name: "s", Protocol: []string{"http", "http", "http", "tcp"}[random.IntN(4)]},
		}
		r.RegexPriority = []int64{0, 1, 2, 4096, 8192}[random.IntN(5)]
		if random.IntN(3) == 0 {
			r.Headers = map[string][]string{[]string{"X-A", "X-B"}[random.IntN(2)]: {[]string{"1", "2", "~*^[12]$"}[random.IntN(3)]}}
		}
		if random.IntN(4) == 0 {
			r.SNIs = []string{[]string{"a.com", "b.com"}[random.IntN(2)]}
		}
		if len(r.Hosts)+len(r.Paths)+len(r.Methods)+len(r.Headers) == 0 {
			r.Paths = []string{"/"}
		}
		routes[i] = r
	}
	return routes
}

// many returns n routes on a tenth as many hosts; a tenth are regular expressions, and
// a tenth have no host but a prefix of their own.
func many(n int) []routing.Route {
	routes := make([]routing.Route, n)
	for i := range routes {
		r := routing.Route{
			ID: fmt.Sprintf("%08x-0000-4000-8000-000000000000", i), Name: fmt.Sprint(i), Protocols: []string{"http", "https"},
			Hosts: []string{fmt.Sprintf("host-%d.example.com", i/10)}, Paths: []string{fmt.Sprintf("/path-%d", i)}, Service: &routing.Service{Name: "s"},
		}
		switch i % 10 {
		case 0:
			r.Paths = []string{fmt.Sprintf(`~/path-%d/(?<id>\d+)`, i+2)}
		case 1:
			r.Hosts, r.Paths = nil, []string{fmt.Sprintf("/prefix-%d/", i)}
		}
		routes[i] = r
	}
	return routes
}

func BenchmarkLint(b *testing.B) {
	for name, routes := range map[string][]routing.Route{"hosts": many(10_000), "alike": alike(10_000)} {
		b.Run(name, func(b *testing.B) {
			r, err := routing.New(routes)
			require.NoError(b, err)
			for b.Loop() {
				r.Lint()
			}
		})
	}
}

// alike returns routes all of which tie.
func alike(n int) []routing.Route {
	routes := make([]routing.Route, n)
	for i := range routes {
		routes[i] = routing.Route{ID: fmt.Sprintf("%08x-0000-4000-8000-000000000000", i), Paths: []string{"/"}}
	}
	return routes
}

// The bound is a multiple of what it takes, because the machine may be busy; the
// benchmark has the figure.
func TestLintIsFast(t *testing.T) {
	t.Parallel()
	for name, routes := range map[string][]routing.Route{"hosts": many(10_000), "alike": alike(10_000)} {
		r, err := routing.New(routes)
		require.NoError(t, err)
		start := time.Now()
		findings := r.Lint()
		assert.Less(t, time.Since(start), 10*time.Second, name)
		assert.Equal(t, name == "alike", len(findings) > 0, name)
	}
}
