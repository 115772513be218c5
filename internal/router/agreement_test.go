package router_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/router"
)

// world makes routes and requests of few values, so that they often meet.
type world struct{ *rand.Rand }

func (w world) pick(values ...string) string { return values[w.IntN(len(values))] }

// some returns up to n distinct values, often none.
func (w world) some(n int, values ...string) []string {
	if w.IntN(2) == 0 {
		return nil
	}
	var chosen []string
	for _, i := range w.Perm(len(values))[:1+w.IntN(n)] {
		chosen = append(chosen, values[i])
	}
	return chosen
}

func (w world) id() string {
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", w.Uint32(), w.IntN(1<<16), w.IntN(1<<12), w.IntN(1<<12), w.Uint64()>>16)
}

func (w world) routes(n int, stream bool) []router.Route {
	routes := make([]router.Route, n)
	for i, at := range w.Perm(n) {
		routes[i] = w.route(stream)
		routes[i].CreatedAt = int64(at + 1)
	}
	return routes
}

func (w world) route(stream bool) router.Route {
	r := router.Route{ID: w.id(), StripPath: w.IntN(2) == 0, Service: &router.Service{Path: w.pick("", "/", "/s", "/s/")}}
	if stream {
		r.Protocols = [][]string{{"tcp"}, {"udp"}, {"tls"}, {"tcp", "tls"}, {"tls_passthrough"}}[w.IntN(5)]
		r.Service.Protocol = "tcp"
		if r.Protocols[0] == "tls" {
			r.SNIs = w.some(2, "a.com", "b.com.", "x.org")
		}
		r.Sources, r.Destinations = w.endpoints(), w.endpoints()
		if len(r.SNIs)+len(r.Sources)+len(r.Destinations) == 0 {
			r.Sources = []router.Endpoint{{Port: 1000}}
		}
		return r
	}
	r.Protocols = [][]string{nil, {"https"}, {"http"}, {"http", "https"}}[w.IntN(4)]
	r.Hosts = w.some(3, "a.com", "b.a.com", "x.org", "*.a.com", "a.*", "*.com", "a.com:8080", "*.a.com:8443", "A.com")
	r.Paths = w.some(3, "/", "/a", "/b", "/a/b", "/a/b/", "/c d", "~/a", `~/a/(?<id>\d+)$`, "~/[a-b]/x", "~/(a|b)(/|$)", "~/.*", "~/a|/b")
	r.Methods = w.some(2, "GET", "POST", "PUT")
	if w.IntN(3) == 0 {
		r.SNIs = w.some(2, "a.com", "b.com.", "x.org")
	}
	if w.IntN(2) == 0 {
		r.Headers = map[string][]string{w.pick("X-A", "X-B"): w.some(2, "1", "v2", "~*^v[0-9]$", "Three")}
		if w.IntN(3) == 0 {
			r.Headers["X-C"] = []string{w.pick("1", "~*1")}
		}
		for name, values := range r.Headers {
			if values == nil {
				r.Headers[name] = []string{"1"}
			}
		}
	}
	r.RegexPriority = []int64{0, 0, 1, 2, 5, 1024, 4096, 8192, 1 << 20}[w.IntN(9)]
	if len(r.Hosts)+len(r.Paths)+len(r.Methods)+len(r.Headers) == 0 {
		r.Methods = []string{"GET"}
	}
	return r
}

func (w world) endpoints() []router.Endpoint {
	var all []router.Endpoint
	for range w.IntN(3) {
		e := router.Endpoint{IP: w.pick("", "10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"), Port: []int{0, 0, 1000, 2000}[w.IntN(4)]}
		if e.IP == "" && e.Port == 0 {
			e.Port = 2000
		}
		all = append(all, e)
	}
	return all
}

func (w world) addrPort() netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr(w.pick("10.0.0.1", "10.2.0.1", "::1", "fd00::5", "8.8.8.8")), []uint16{1000, 2000, 8443}[w.IntN(3)])
}

func (w world) request(stream bool) router.Request {
	r := router.Request{Source: w.addrPort(), Destination: w.addrPort(), SNI: w.pick("", "a.com", "b.com", "x.org")}
	if stream {
		r.Protocol = w.pick("tcp", "udp", "tls")
		return r
	}
	r.Protocol, r.Method = w.pick("http", "https"), w.pick("GET", "POST", "PUT", "DELETE")
	r.Host = w.pick("", "a.com", "b.a.com", "c.b.a.com", "x.org", "a.org", ".a.com", "a.com:8080", "b.a.com:8443", "A.com", "a.com:80")
	r.Path = router.Normalize(w.pick("/", "/a", "/b", "/a/b", "/a/b/c", "/a/b/", "/a/7", "/a/x", "/b/x/y", "/c%20d", "/ab", "/x/b", "//a/../b?q", "/a./x"))
	r.Header = map[string][]string{}
	for _, name := range []string{"X-A", "X-B", "X-C"} {
		for range w.IntN(3) {
			r.Header[name] = append(r.Header[name], w.pick("1", "V2", "v3", "three", "x"))
		}
	}
	return r
}

func TestAgreesWithReference(t *testing.T) {
	t.Parallel()
	const requests = 100
	for _, c := range []struct {
		name           string
		config         router.Config
		stream         bool
		configurations int
	}{
		{"compatible", router.Config{}, false, 1000},
		{"strict", router.Config{Calculation: router.Strict}, false, 300},
		{"traditional", router.Config{Flavor: router.Traditional}, false, 1000},
		{"streams", router.Config{}, true, 200},
		{"strict streams", router.Config{Calculation: router.Strict}, true, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			configurations := c.configurations
			if testing.Short() {
				configurations = 30
			}
			w := world{rand.New(rand.NewPCG(1, 2))}
			found := 0
			for n := range configurations {
				routes := w.routes(1+w.IntN(12), c.stream)
				if c.config.Flavor == router.Traditional {
					onePathOfAKind(routes)
				}
				fast, err := router.New(routes, c.config)
				require.NoError(t, err)
				var find func(router.Request) int
				if c.config.Flavor == router.Traditional {
					find = newReferenceTraditional(routes).find
				} else {
					find = newReference(routes, c.config.Calculation == router.Strict, c.stream).find
				}
				for range requests {
					request := w.request(c.stream)
					wanted, got := find(request), -1
					if match, ok := fast.Match(&request); ok {
						got = match.Number
						found++
					}
					require.Equal(t, wanted, got, "configuration %d: %+v\n%s", n, request, describe(routes))
				}
			}
			assert.Greater(t, found, configurations*requests/4, "most requests are in vain")
			t.Logf("%d of %d requests were taken", found, configurations*requests)
		})
	}
}

// onePathOfAKind leaves no two parts of a route equal, whose order an unstable sort decides.
func onePathOfAKind(routes []router.Route) {
	for i := range routes {
		seen := map[int]bool{}
		routes[i].Paths = slices.DeleteFunc(routes[i].Paths, func(path string) bool {
			kind := len(path)
			if router.IsRegex(path) {
				kind = -1
			}
			before := seen[kind]
			seen[kind] = true
			return before
		})
	}
}

func describe(routes []router.Route) (text string) {
	for i, r := range routes {
		text += fmt.Sprintf("%d %+v\n", i, r)
	}
	return text
}
