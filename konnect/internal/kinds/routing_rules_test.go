package kinds_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

func routeRules(rules []rule[configurationv1alpha1.KongRouteSpec]) []ruleCase {
	var cases []ruleCase
	for _, r := range rules {
		obj := builder.NewRoute("route").ControlPlane("cp").Protocols("http", "https").Paths("/echo").MustBuild()
		r.change(&obj.Spec)
		cases = append(cases, ruleCase{r.reason, r.refused, r.server, obj})
	}
	return cases
}

func TestRouteRules(t *testing.T) {
	t.Parallel()
	type spec = configurationv1alpha1.KongRouteSpec
	end := func(ip string, port int64) []configurationv1alpha1.RouteEndpoint {
		e := configurationv1alpha1.RouteEndpoint{}
		if ip != "" {
			e.IP = &ip
		}
		if port >= -1 {
			e.Port = &port
		}
		return []configurationv1alpha1.RouteEndpoint{e}
	}
	stream := func(s *spec) { s.Protocols, s.Paths = []string{"tcp"}, nil }
	checkRules(t, validatorOf("route"), routeRules([]rule[spec]{
		{reason: "nothing but a path", change: func(s *spec) { *s = spec{ControlPlaneRef: s.ControlPlaneRef, Paths: s.Paths} }},
		{reason: "nothing to match at all", change: func(s *spec) { s.Protocols, s.Paths = nil, nil }, refused: "spec"},
		{reason: "id in capitals", change: func(s *spec) { s.ID = new(strings.ToUpper(chosenID)) }, refused: "spec.id",
			server: "the id goes into the path"},
		{reason: "name", change: func(s *spec) { s.Name = new("a.b") }},
		{reason: "name with a space", change: func(s *spec) { s.Name = new("a b") }, refused: "spec.name"},

		{reason: "prefix", change: func(s *spec) { s.Paths = []string{"/", "/a", "/a/", "/a.b/~c%2F"} }},
		{reason: "prefix without a slash", change: func(s *spec) { s.Paths = []string{"/a", "b"} }, refused: "spec.paths[1]"},
		{reason: "empty prefix", change: func(s *spec) { s.Paths = []string{""} }, refused: "spec.paths[0]"},
		{reason: "two slashes", change: func(s *spec) { s.Paths = []string{"/a//b"} }, refused: "spec.paths[0]"},
		{reason: "not normalised", change: func(s *spec) { s.Paths = []string{"/a/../b"} }, refused: "spec.paths[0]"},
		{reason: "a dot alone", change: func(s *spec) { s.Paths = []string{"/a/./b"} }, refused: "spec.paths[0]"},
		{reason: "a space and other alphabets, as paths are matched", change: func(s *spec) { s.Paths = []string{"/a b", "/é"} }},
		{reason: "escapes that no path has when it is matched", change: func(s *spec) { s.Paths = []string{"/a%20b"} }, refused: "spec.paths[0]"},
		{reason: "an escape in lower case", change: func(s *spec) { s.Paths = []string{"/a%2fb"} }, refused: "spec.paths[0]"},
		{reason: "half an escape", change: func(s *spec) { s.Paths = []string{"/a%2"} }, refused: "spec.paths[0]"},
		{reason: "a line break", change: func(s *spec) { s.Paths = []string{"/a\nb"} }, refused: "spec.paths[0]", server: "the gateway takes any text"},
		{reason: "a query", change: func(s *spec) { s.Paths = []string{"/a?b=c"} }, refused: "spec.paths[0]",
			server: "the gateway takes what never matches"},
		{reason: "a parameter in braces", change: func(s *spec) { s.Paths = []string{"/users/{id}"} }, refused: "spec.paths[0]", server: "the gateway takes any text"},
		{reason: "alternatives without a tilde", change: func(s *spec) { s.Paths = []string{"/foo(/|$)(.*)"} }, refused: "spec.paths[0]", server: "the gateway takes any text"},
		{reason: "pointless and legal", change: func(s *spec) { s.Paths = []string{"/api/v1/.+", "/x/(.*)", "/foo/*"} }},
		{reason: "regular expression", change: func(s *spec) { s.Paths = []string{`~/a/(?<id>\d+)$`, `~/(a|b)[0-9]+`, `~/\p{L}`} }},
		{reason: "counts over 1000", change: func(s *spec) { s.Paths = []string{`~/a{2000}`, `~/items/[0-9]{1,18}(/[a-z]{1,2048})?$`} }},
		{reason: "two slashes in an expression", change: func(s *spec) { s.Paths = []string{`~/a//b`} }, refused: "spec.paths[0]"},
		{reason: "two slashes after what is optional", change: func(s *spec) { s.Paths = []string{`~/go/https?://.*$`} }, refused: "spec.paths[0]"},
		{reason: "look-ahead", change: func(s *spec) { s.Paths = []string{`~/a(?=b)`} }, refused: "spec.paths[0]"},
		{reason: "back-reference", change: func(s *spec) { s.Paths = []string{`~/(a)\1`} }, refused: "spec.paths[0]"},
		{reason: "braces in an expression", change: func(s *spec) { s.Paths = []string{`~/users/{id}`} }, refused: "spec.paths[0]"},
		{reason: "regular expression without a slash", change: func(s *spec) { s.Paths = []string{"~a"} }, refused: "spec.paths[0]"},
		{reason: "open bracket", change: func(s *spec) { s.Paths = []string{"~/[a"} }, refused: "spec.paths[0]"},
		{reason: "open parenthesis", change: func(s *spec) { s.Paths = []string{"~/(a"} }, refused: "spec.paths[0]"},

		{reason: "hosts", change: func(s *spec) { s.Hosts = []string{"a.b", "*.a.b", "a.*", "a.b:80", "10.0.0.1", "A_b"} }},
		{reason: "wildcard within", change: func(s *spec) { s.Hosts = []string{"a.*.b"} }, refused: "spec.hosts[0]"},
		{reason: "wildcard in a label", change: func(s *spec) { s.Hosts = []string{"a*.b"} }, refused: "spec.hosts[0]"},
		{reason: "two wildcards", change: func(s *spec) { s.Hosts = []string{"*.a.*"} }, refused: "spec.hosts[0]"},
		{reason: "wildcard alone", change: func(s *spec) { s.Hosts = []string{"*"} }, refused: "spec.hosts[0]"},
		{reason: "empty host", change: func(s *spec) { s.Hosts = []string{""} }, refused: "spec.hosts[0]"},
		{reason: "host with a space", change: func(s *spec) { s.Hosts = []string{"a b"} }, refused: "spec.hosts[0]"},
		{reason: "host with a path", change: func(s *spec) { s.Hosts = []string{"a.b/c"} }, refused: "spec.hosts[0]"},
		{reason: "port out of range", change: func(s *spec) { s.Hosts = []string{"a.b:65536"} }, refused: "spec.hosts[0]"},

		{reason: "IPv6 host", change: func(s *spec) { s.Hosts = []string{"[2001:db8::1]:8443", "[::1]", "::1"} }},
		{reason: "IPv4 with zeros", change: func(s *spec) { s.Hosts = []string{"010.0.0.1", "010.0.0.1:80"} }},
		{reason: "IPv4 out of range", change: func(s *spec) { s.Hosts = []string{"192.168.1.300"} }, refused: "spec.hosts[0]"},
		{reason: "wildcard and digits", change: func(s *spec) { s.Hosts = []string{"*.1.2", "1.2.*"} }},
		{reason: "wildcard and a port", change: func(s *spec) { s.Hosts = []string{"*.a.b:80"} }},
		{reason: "wildcard before a port", change: func(s *spec) { s.Hosts = []string{"a.*:80"} },
			server: "it wants the wildcard at the very end; the router knows it before a port"},
		{reason: "IPv4 in IPv6", change: func(s *spec) { s.Hosts = []string{"[::ffff:10.0.0.1]:80"} }, refused: "spec.hosts[0]"},
		{reason: "host with a scheme", change: func(s *spec) { s.Hosts = []string{"https://example.com"} }, refused: "spec.hosts[0]"},

		{reason: "any method", change: func(s *spec) { s.Methods = []string{"GET", "PURGE"} }},
		{reason: "method in lower case", change: func(s *spec) { s.Methods = []string{"GET", "get"} }, refused: "spec.methods[1]"},
		{reason: "method with a hyphen", change: func(s *spec) { s.Methods = []string{"M-SEARCH"} }, refused: "spec.methods[0]"},
		{reason: "empty method", change: func(s *spec) { s.Methods = []string{""} }, refused: "spec.methods[0]"},
		{reason: "headers", change: func(s *spec) { s.Headers = map[string][]string{"x-a": {"b", "~*c"}} }},
		{reason: "host as a header", change: func(s *spec) { s.Headers = map[string][]string{"Host": {"a"}} }, refused: "spec.headers[Host]"},
		{reason: "header without values", change: func(s *spec) { s.Headers = map[string][]string{"x-a": {}} }, refused: "spec.headers[x-a]"},

		{reason: "name of a header in all its characters", change: func(s *spec) { s.Headers = map[string][]string{"X_a-1.b!#$%&'*+^`|~": {"b"}} }},
		{reason: "name of a header with a blank", change: func(s *spec) { s.Headers = map[string][]string{"bad name": {"1"}} }, refused: "spec.headers[bad name]"},
		{reason: "name of a header in another alphabet", change: func(s *spec) { s.Headers = map[string][]string{"é": {"1"}} }, refused: "spec.headers[é]"},
		{reason: "name of a header with a colon", change: func(s *spec) { s.Headers = map[string][]string{"x-a:": {"1"}} }, refused: "spec.headers[x-a:]"},
		{reason: "empty value of a header", change: func(s *spec) { s.Headers = map[string][]string{"x-a": {"b", ""}} }, refused: "spec.headers[x-a][1]"},
		{reason: "look-ahead in a header", change: func(s *spec) { s.Headers = map[string][]string{"x-a": {"~*(?!a)"}} }, refused: "spec.headers[x-a][0]",
			server: "it reads no expressions of headers"},

		{reason: "sni of all", change: func(s *spec) { s.SNIs = []string{"*", "*a.b", "a.*"} }},
		{reason: "wildcard within an sni", change: func(s *spec) { s.SNIs = []string{"a.*.b"} }, refused: "spec.snis[0]"},
		{reason: "digits and dots as an sni", change: func(s *spec) { s.SNIs = []string{"1.2.3"} }, refused: "spec.snis[0]"},
		{reason: "sni", change: func(s *spec) { s.SNIs = []string{"a.b", "*.b"} }},
		{reason: "sni with an address", change: func(s *spec) { s.SNIs = []string{"10.0.0.1"} }, refused: "spec.snis[0]"},
		{reason: "sni with a port", change: func(s *spec) { s.SNIs = []string{"a.b:443"} }, refused: "spec.snis[0]"},
		{reason: "sni with a space", change: func(s *spec) { s.SNIs = []string{"a b"} }, refused: "spec.snis[0]"},

		{reason: "source of an address", change: func(s *spec) { stream(s); s.Sources = end("10.0.0.1", -2) }},
		{reason: "source of a range", change: func(s *spec) { stream(s); s.Sources = end("2001:db8::/32", 0) }},
		{reason: "source of a port", change: func(s *spec) { stream(s); s.Sources = end("", 65535) }},
		{reason: "source of nothing", change: func(s *spec) { stream(s); s.Sources = end("", -2) }, refused: "spec.sources[0]"},
		{reason: "source of no address", change: func(s *spec) { stream(s); s.Sources = end("echo", 0) }, refused: "spec.sources[0].ip"},
		{reason: "source of a negative port", change: func(s *spec) { stream(s); s.Sources = end("", -1) }, refused: "spec.sources[0].port"},
		{reason: "destination above all ports", change: func(s *spec) { stream(s); s.Destinations = end("", 65536) }, refused: "spec.destinations[0].port"},
		{reason: "destination of no range", change: func(s *spec) { stream(s); s.Destinations = end("10.0.0.0/33", 0) }, refused: "spec.destinations[0].ip"},

		{reason: "redirect", change: func(s *spec) { s.HTTPSRedirectStatusCode = new(int64(307)) }},
		{reason: "no redirect", change: func(s *spec) { s.HTTPSRedirectStatusCode = new(int64(303)) }, refused: "spec.https_redirect_status_code"},
		{reason: "newer paths", change: func(s *spec) { s.PathHandling = new("v1") }},
		{reason: "newest paths", change: func(s *spec) { s.PathHandling = new("v2") }, refused: "spec.path_handling"},
		{reason: "priority", change: func(s *spec) { s.RegexPriority = new(int64(0)) }},
		{reason: "negative priority", change: func(s *spec) { s.RegexPriority = new(int64(-1)) }, refused: "spec.regex_priority"},
	}))
}

// TestRouteProtocolRules checks each protocol with each matcher.
func TestRouteProtocolRules(t *testing.T) {
	t.Parallel()
	type spec = configurationv1alpha1.KongRouteSpec
	matchers := map[string]func(*spec){
		"methods":      func(s *spec) { s.Methods = []string{"GET"} },
		"hosts":        func(s *spec) { s.Hosts = []string{"a"} },
		"headers":      func(s *spec) { s.Headers = map[string][]string{"a": {"b"}} },
		"paths":        func(s *spec) { s.Paths = []string{"/a"} },
		"snis":         func(s *spec) { s.SNIs = []string{"a"} },
		"sources":      func(s *spec) { s.Sources = []configurationv1alpha1.RouteEndpoint{{IP: new("10.0.0.1")}} },
		"destinations": func(s *spec) { s.Destinations = []configurationv1alpha1.RouteEndpoint{{Port: new(int64(1))}} },
	}
	j := newJudge(t)
	accepted := 0
	protocols := []string{"", "grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", "udp", "ws", "wss", "gopher"}
	for i, first := range protocols {
		for _, second := range protocols[i:] {
			for name, match := range matchers {
				obj := builder.NewRoute("route").ControlPlane("cp").Paths("/").MustBuild()
				obj.Spec.Paths, obj.Spec.Protocols = nil, slices.DeleteFunc([]string{first, second}, func(p string) bool { return p == "" })
				match(&obj.Spec)
				if len(obj.Validate()) > 0 || first == second && first != "" {
					continue
				}
				payload, err := payloadOf(obj)
				require.NoError(t, err)
				said := j.accepts(validatorOf("route")(j), payload)
				problems := checked(obj)
				assert.Equal(t, said == "", len(problems) == 0, "%q %q %s: the server says %q, the rules %v", first, second, name, said, problems)
				if said == "" {
					accepted++
				}
			}
		}
	}
	assert.Greater(t, accepted, 50)
}

func TestRouteProtocolDetails(t *testing.T) {
	t.Parallel()
	type spec = configurationv1alpha1.KongRouteSpec
	checkRules(t, validatorOf("route"), routeRules([]rule[spec]{
		{reason: "twice the same protocol", change: func(s *spec) { s.Protocols = []string{"http", "http"} }, refused: "spec.protocols[1]"},
		{reason: "two families", change: func(s *spec) { s.Protocols = []string{"http", "grpc"} }, refused: "spec.protocols"},
		{reason: "no such protocol", change: func(s *spec) { s.Protocols = []string{"http", "gopher"} }, refused: "spec.protocols[1]"},
		{reason: "grpc", change: func(s *spec) { s.Protocols = []string{"grpc"} }},
		{reason: "grpc that strips", change: func(s *spec) { s.Protocols, s.StripPath = []string{"grpcs"}, new(true) }, refused: "spec.strip_path"},
		{reason: "grpc that does not", change: func(s *spec) { s.Protocols, s.StripPath = []string{"grpcs"}, new(false) }},
		{reason: "one matcher too many", change: func(s *spec) { s.Protocols, s.Methods = []string{"grpc"}, []string{"GET"} }, refused: "spec.methods"},
		{reason: "tunnel by sni", change: func(s *spec) { s.Protocols, s.Paths, s.SNIs = []string{"tls_passthrough"}, nil, []string{"a"} }},
		{reason: "tunnel from a source", change: func(s *spec) {
			s.Protocols, s.Paths, s.SNIs = []string{"tls_passthrough"}, nil, []string{"a"}
			s.Sources = []configurationv1alpha1.RouteEndpoint{{IP: new("10.0.0.1")}}
		}},
		{reason: "sni in clear", change: func(s *spec) { s.Protocols, s.SNIs = []string{"http"}, []string{"a"} }, refused: "spec.snis"},
	}))
}

func upstreamRules(rules []rule[configurationv1alpha1.KongUpstreamSpec]) []ruleCase {
	var cases []ruleCase
	for _, r := range rules {
		obj := builder.NewUpstream("upstream").ControlPlane("cp").
			ActiveHealthchecks(builder.ActiveHTTPChecks("/").Healthy(0).Unhealthy(0).Interval(0)).
			PassiveHealthchecks(builder.PassiveHTTPChecks().Healthy(0).Unhealthy(0)).MustBuild()
		r.change(&obj.Spec)
		cases = append(cases, ruleCase{r.reason, r.refused, r.server, obj})
	}
	return cases
}

func TestUpstreamRules(t *testing.T) {
	t.Parallel()
	type spec = configurationv1alpha1.KongUpstreamSpec
	checkRules(t, validatorOf("upstream"), upstreamRules([]rule[spec]{
		{reason: "no more than a name", change: func(s *spec) { *s = spec{ControlPlaneRef: s.ControlPlaneRef, Name: s.Name} }},
		{reason: "no name", change: func(s *spec) { s.Name = nil }, refused: "spec.name"},
		{reason: "empty name", change: func(s *spec) { s.Name = new("") }, refused: "spec.name"},
		{reason: "host name", change: func(s *spec) { s.Name = new("_Echo.a-b.example.com.") }},
		{reason: "IPv4", change: func(s *spec) { s.Name = new("10.0.0.1") }, refused: "spec.name"},
		{reason: "IPv6", change: func(s *spec) { s.Name = new("::1") }, refused: "spec.name"},
		{reason: "IPv6 in brackets", change: func(s *spec) { s.Name = new("[::1]") }, refused: "spec.name"},
		{reason: "port", change: func(s *spec) { s.Name = new("echo:80") }, refused: "spec.name"},
		{reason: "tilde", change: func(s *spec) { s.Name = new("a~b") }, refused: "spec.name"},
		{reason: "space", change: func(s *spec) { s.Name = new("a b") }, refused: "spec.name"},
		{reason: "dash at the end", change: func(s *spec) { s.Name = new("a-") }, refused: "spec.name"},
		{reason: "another alphabet", change: func(s *spec) { s.Name = new("ü") }, refused: "spec.name"},

		{reason: "digits alone", change: func(s *spec) { s.Name = new("20240101") }, refused: "spec.name"},
		{reason: "digits and dots", change: func(s *spec) { s.Name = new("1.2.3") }, refused: "spec.name"},
		{reason: "path", change: func(s *spec) { s.Name = new("echo/a") }, refused: "spec.name"},
		{reason: "dash first", change: func(s *spec) { s.Name = new("-a") }},

		{reason: "algorithm", change: func(s *spec) { s.Algorithm = new("least-connections") }},
		{reason: "no such algorithm", change: func(s *spec) { s.Algorithm = new("random") }, refused: "spec.algorithm"},
		{reason: "no such selector", change: func(s *spec) { s.HashOn = new("host") }, refused: "spec.hash_on"},
		{reason: "no such fallback", change: func(s *spec) { s.HashOn, s.HashFallback = new("ip"), new("host") }, refused: "spec.hash_fallback"},
		{reason: "fallback of nothing", change: func(s *spec) { s.HashFallback = new("ip") }, refused: "spec.hash_fallback"},
		{reason: "fallback of none", change: func(s *spec) { s.HashOn, s.HashFallback = new("none"), new("ip") }, refused: "spec.hash_fallback"},
		{reason: "no fallback of none", change: func(s *spec) { s.HashOn, s.HashFallback = new("none"), new("none") }},
		{reason: "fallback of a cookie", change: func(s *spec) {
			s.HashOn, s.HashOnCookie, s.HashOnCookiePath, s.HashFallback = new("cookie"), new("c"), new("/"), new("ip")
		}, refused: "spec.hash_fallback"},
		{reason: "fallback to a cookie", change: func(s *spec) {
			s.HashOn, s.HashOnCookie, s.HashOnCookiePath, s.HashFallback = new("ip"), new("c"), new("/"), new("cookie")
		}},
		{reason: "another fallback", change: func(s *spec) { s.HashOn, s.HashFallback = new("ip"), new("consumer") }},
		{reason: "the same address", change: func(s *spec) { s.HashOn, s.HashFallback = new("ip"), new("ip") }, refused: "spec.hash_fallback"},
		{reason: "the same consumer", change: func(s *spec) { s.HashOn, s.HashFallback = new("consumer"), new("consumer") }, refused: "spec.hash_fallback"},
		{reason: "the same path", change: func(s *spec) { s.HashOn, s.HashFallback = new("path"), new("path") }, refused: "spec.hash_fallback"},
		{reason: "the same header", change: func(s *spec) {
			s.HashOn, s.HashFallback, s.HashOnHeader, s.HashFallbackHeader = new("header"), new("header"), new("a"), new("a")
		}, refused: "spec.hash_fallback"},
		{reason: "another header", change: func(s *spec) {
			s.HashOn, s.HashFallback, s.HashOnHeader, s.HashFallbackHeader = new("header"), new("header"), new("a"), new("b")
		}},
		{reason: "the same argument", change: func(s *spec) {
			s.HashOn, s.HashFallback, s.HashOnQueryArg, s.HashFallbackQueryArg = new("query_arg"), new("query_arg"), new("a"), new("a")
		}, refused: "spec.hash_fallback"},
		{reason: "the same capture", change: func(s *spec) {
			s.HashOn, s.HashFallback, s.HashOnURICapture, s.HashFallbackURICapture = new("uri_capture"), new("uri_capture"), new("a"), new("a")
		}, refused: "spec.hash_fallback"},
		{reason: "another capture", change: func(s *spec) {
			s.HashOn, s.HashFallback, s.HashOnURICapture, s.HashFallbackURICapture = new("uri_capture"), new("uri_capture"), new("a"), new("b")
		}},
		{reason: "empty header", change: func(s *spec) { s.HashOn, s.HashOnHeader = new("header"), new("") }, refused: "spec.hash_on_header"},
		{reason: "header of 1025", change: func(s *spec) { s.HashOnHeader = new(strings.Repeat("a", 1025)) }, refused: "spec.hash_on_header"},
		{reason: "header of 1024", change: func(s *spec) { s.HashOnHeader = new(strings.Repeat("a", 1024)) }},
		{reason: "header with a blank", change: func(s *spec) { s.HashOnHeader = new("a b") }, refused: "spec.hash_on_header"},
		{reason: "fallback header with a blank", change: func(s *spec) { s.HashFallbackHeader = new("a b") }, refused: "spec.hash_fallback_header"},
		{reason: "cookie with a blank", change: func(s *spec) { s.HashOnCookie = new("a b") }, refused: "spec.hash_on_cookie"},
		{reason: "argument with a blank", change: func(s *spec) { s.HashOnQueryArg = new("a b") }},
		{reason: "empty cookie", change: func(s *spec) { s.HashOnCookie = new("") }, refused: "spec.hash_on_cookie"},
		{reason: "empty argument", change: func(s *spec) { s.HashOnQueryArg = new("") }, refused: "spec.hash_on_query_arg"},
		{reason: "empty capture", change: func(s *spec) { s.HashOnURICapture = new("") }, refused: "spec.hash_on_uri_capture"},
		{reason: "empty fallback header", change: func(s *spec) { s.HashFallbackHeader = new("") }, refused: "spec.hash_fallback_header"},
		{reason: "empty fallback argument", change: func(s *spec) { s.HashFallbackQueryArg = new("") }, refused: "spec.hash_fallback_query_arg"},
		{reason: "empty fallback capture", change: func(s *spec) { s.HashFallbackURICapture = new("") }, refused: "spec.hash_fallback_uri_capture"},
		{reason: "cookie path", change: func(s *spec) { s.HashOnCookiePath = new("/a") }},
		{reason: "cookie path without a slash", change: func(s *spec) { s.HashOnCookiePath = new("a") }, refused: "spec.hash_on_cookie_path"},
		{reason: "sticky sessions", change: func(s *spec) { s.Algorithm, s.StickySessionsCookie = new("sticky-sessions"), new("c") }},
		{reason: "sticky sessions without a name", change: func(s *spec) { s.Algorithm, s.StickySessionsCookie = new("sticky-sessions"), new("") },
			refused: "spec.sticky_sessions_cookie"},
		{reason: "path of their cookie", change: func(s *spec) { s.StickySessionsCookiePath = new("a") }, refused: "spec.sticky_sessions_cookie_path"},

		{reason: "host header", change: func(s *spec) { s.HostHeader = new("echo.example.com") }},
		{reason: "host header with a port", change: func(s *spec) { s.HostHeader = new("echo:80") }},
		{reason: "host header of an address", change: func(s *spec) { s.HostHeader = new("10.0.0.1:80") }},
		{reason: "host header of IPv6", change: func(s *spec) { s.HostHeader = new("[::1]:80") }},
		{reason: "host header of an address with zeros", change: func(s *spec) { s.HostHeader = new("010.0.0.1:80") }},
		{reason: "host header of IPv4 in IPv6", change: func(s *spec) { s.HostHeader = new("[::ffff:10.0.0.1]:80") }, refused: "spec.host_header"},
		{reason: "host header out of range", change: func(s *spec) { s.HostHeader = new("10.0.0.256") }, refused: "spec.host_header"},
		{reason: "host header with a scheme", change: func(s *spec) { s.HostHeader = new("http://echo") }, refused: "spec.host_header"},
		{reason: "host header with a bad port", change: func(s *spec) { s.HostHeader = new("echo:0") }, refused: "spec.host_header",
			server: "the gateway takes port 0, on which nothing listens"},
		{reason: "host header with a space", change: func(s *spec) { s.HostHeader = new("a b") }, refused: "spec.host_header"},
		{reason: "empty host header", change: func(s *spec) { s.HostHeader = new("") }, refused: "spec.host_header"},
		{reason: "certificate", change: func(s *spec) {
			s.ClientCertificate = &configurationv1alpha1.UpstreamClientCertificate{ID: new(foreignID)}
		}},
		{reason: "certificate that is none", change: func(s *spec) {
			s.ClientCertificate = &configurationv1alpha1.UpstreamClientCertificate{ID: new("a")}
		}, refused: "spec.client_certificate.id"},
	}))
}

func TestHealthcheckRules(t *testing.T) {
	t.Parallel()
	type spec = configurationv1alpha1.KongUpstreamSpec
	var cases []rule[spec]
	bounds := func(path string, low, high float64, set func(*spec, float64)) {
		for _, c := range []struct {
			value   float64
			refused bool
		}{{low, false}, {low - 1, true}, {high, false}, {high + 1, true}} {
			r := rule[spec]{reason: path, change: func(s *spec) { set(s, c.value) }}
			if c.refused {
				r.refused = "spec.healthchecks." + path
			}
			cases = append(cases, r)
		}
	}
	integer := func(set func(*spec, *int64)) func(*spec, float64) {
		return func(s *spec, v float64) { set(s, new(int64(v))) }
	}
	bounds("active.concurrency", 1, 2147483648, integer(func(s *spec, v *int64) { s.Healthchecks.Active.Concurrency = v }))
	bounds("active.timeout", 0, 65535, func(s *spec, v float64) { s.Healthchecks.Active.Timeout = &v })
	bounds("active.healthy.interval", 0, 65535, func(s *spec, v float64) { s.Healthchecks.Active.Healthy.Interval = &v })
	bounds("active.healthy.successes", 0, 255, integer(func(s *spec, v *int64) { s.Healthchecks.Active.Healthy.Successes = v }))
	bounds("active.unhealthy.interval", 0, 65535, func(s *spec, v float64) { s.Healthchecks.Active.Unhealthy.Interval = &v })
	bounds("active.unhealthy.http_failures", 0, 255, integer(func(s *spec, v *int64) { s.Healthchecks.Active.Unhealthy.HTTPFailures = v }))
	bounds("active.unhealthy.tcp_failures", 0, 255, integer(func(s *spec, v *int64) { s.Healthchecks.Active.Unhealthy.TCPFailures = v }))
	bounds("active.unhealthy.timeouts", 0, 255, integer(func(s *spec, v *int64) { s.Healthchecks.Active.Unhealthy.Timeouts = v }))
	bounds("passive.healthy.successes", 0, 255, integer(func(s *spec, v *int64) { s.Healthchecks.Passive.Healthy.Successes = v }))
	bounds("passive.unhealthy.http_failures", 0, 255, integer(func(s *spec, v *int64) { s.Healthchecks.Passive.Unhealthy.HTTPFailures = v }))
	bounds("passive.unhealthy.tcp_failures", 0, 255, integer(func(s *spec, v *int64) { s.Healthchecks.Passive.Unhealthy.TCPFailures = v }))
	bounds("passive.unhealthy.timeouts", 0, 255, integer(func(s *spec, v *int64) { s.Healthchecks.Passive.Unhealthy.Timeouts = v }))
	statuses := func(set func(*spec, []int64)) func(*spec, float64) {
		return func(s *spec, v float64) { set(s, []int64{200, int64(v)}) }
	}
	bounds("active.healthy.http_statuses[1]", 100, 999, statuses(func(s *spec, v []int64) { s.Healthchecks.Active.Healthy.HTTPStatuses = v }))
	bounds("active.unhealthy.http_statuses[1]", 100, 999, statuses(func(s *spec, v []int64) { s.Healthchecks.Active.Unhealthy.HTTPStatuses = v }))
	bounds("passive.healthy.http_statuses[1]", 100, 999, statuses(func(s *spec, v []int64) { s.Healthchecks.Passive.Healthy.HTTPStatuses = v }))
	bounds("passive.unhealthy.http_statuses[1]", 100, 999, statuses(func(s *spec, v []int64) { s.Healthchecks.Passive.Unhealthy.HTTPStatuses = v }))

	checkRules(t, validatorOf("upstream"), upstreamRules(append(cases, []rule[spec]{
		{reason: "active probe", change: func(s *spec) { s.Healthchecks.Active.Type = new("grpcs") }},
		{reason: "no such active probe", change: func(s *spec) { s.Healthchecks.Active.Type = new("udp") }, refused: "spec.healthchecks.active.type"},
		{reason: "passive probe", change: func(s *spec) { s.Healthchecks.Passive.Type = new("tcp") }},
		{reason: "no such passive probe", change: func(s *spec) { s.Healthchecks.Passive.Type = new("") }, refused: "spec.healthchecks.passive.type"},
		{reason: "path", change: func(s *spec) { s.Healthchecks.Active.HTTPPath = new("/ready") }},
		{reason: "path without a slash", change: func(s *spec) { s.Healthchecks.Active.HTTPPath = new("ready") }, refused: "spec.healthchecks.active.http_path"},
		{reason: "server name", change: func(s *spec) { s.Healthchecks.Active.HTTPSSNI = new("*.example.com") },
			server: "it is one name"},
		{reason: "server name of an address", change: func(s *spec) { s.Healthchecks.Active.HTTPSSNI = new("10.0.0.1") },
			refused: "spec.healthchecks.active.https_sni"},
		{reason: "server name with a port", change: func(s *spec) { s.Healthchecks.Active.HTTPSSNI = new("echo:443") },
			refused: "spec.healthchecks.active.https_sni"},
		{reason: "headers", change: func(s *spec) { s.Healthchecks.Active.Headers = map[string][]string{"a": {}} }},
		{reason: "name of a header with a blank", change: func(s *spec) { s.Healthchecks.Active.Headers = map[string][]string{"a b": {"c"}} },
			refused: "spec.healthchecks.active.headers[a b]"},
		{reason: "no sections", change: func(s *spec) { s.Healthchecks.Active, s.Healthchecks.Passive = nil, nil }},
	}...)))
}
