package gatewayapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
)

// filters sets those of a rule.
func filters(r gatewayv1.HTTPRouteRule, filters ...gatewayv1.HTTPRouteFilter) gatewayv1.HTTPRouteRule {
	r.Filters = filters
	return r
}

func redirectTo(r gatewayv1.HTTPRequestRedirectFilter) gatewayv1.HTTPRouteFilter {
	return gatewayv1.HTTPRouteFilter{Type: gatewayv1.HTTPRouteFilterRequestRedirect, RequestRedirect: &r}
}

func rewriteTo(r gatewayv1.HTTPURLRewriteFilter) gatewayv1.HTTPRouteFilter {
	return gatewayv1.HTTPRouteFilter{Type: gatewayv1.HTTPRouteFilterURLRewrite, URLRewrite: &r}
}

func fullPath(path string) *gatewayv1.HTTPPathModifier {
	return &gatewayv1.HTTPPathModifier{Type: gatewayv1.FullPathHTTPPathModifier, ReplaceFullPath: &path}
}

func prefix(path string) *gatewayv1.HTTPPathModifier {
	return &gatewayv1.HTTPPathModifier{Type: gatewayv1.PrefixMatchHTTPPathModifier, ReplacePrefixMatch: &path}
}

func headerFilter(set ...string) gatewayv1.HTTPRouteFilter {
	f := &gatewayv1.HTTPHeaderFilter{}
	for i := 0; i < len(set); i += 2 {
		f.Set = append(f.Set, gatewayv1.HTTPHeader{Name: gatewayv1.HTTPHeaderName(set[i]), Value: set[i+1]})
	}
	return gatewayv1.HTTPRouteFilter{Type: gatewayv1.HTTPRouteFilterRequestHeaderModifier, RequestHeaderModifier: f}
}

// TestRefusedRules: what the gateway cannot do keeps its rule from being translated, by name,
// and no other one.
func TestRefusedRules(t *testing.T) {
	t.Parallel()
	with := func(change func(r *gatewayv1.HTTPRouteRule)) gatewayv1.HTTPRouteRule {
		r := rule("/p")
		change(&r)
		return r
	}
	for _, c := range []struct {
		reason string
		rule   gatewayv1.HTTPRouteRule
		want   string
	}{
		{"query parameters", with(func(r *gatewayv1.HTTPRouteRule) {
			r.Matches[0].QueryParams = []gatewayv1.HTTPQueryParamMatch{{Name: "a", Value: "b"}}
		}), "spec.rules[0].matches[0].queryParams: routes of the gateway cannot match query parameters"},
		{"expressions for headers", with(func(r *gatewayv1.HTTPRouteRule) {
			r.Matches[0].Headers = []gatewayv1.HTTPHeaderMatch{{Type: new(gatewayv1.HeaderMatchRegularExpression), Name: "a", Value: `\D`}}
		}), "spec.rules[0].matches[0].headers[0].type: the gateway changes the case of an expression for a header, and so its meaning"},
		{"the host as a header", rule("host:a.com"), "spec.rules[0].matches[0].headers[0].name: the gateway matches hosts by hostnames alone"},
		{"a name that is no header's", with(func(r *gatewayv1.HTTPRouteRule) {
			r.Matches[0].Headers = []gatewayv1.HTTPHeaderMatch{{Name: "a b", Value: "1"}}
		}), "spec.rules[0].matches[0].headers[0].name: must be the name of a header: letters, digits and !#$%&'*+-.^_`|~"},
		{"a method in lower case", rule("get"), "spec.rules[0].matches[0].method: must be in upper case for konnect: GET"},
		{"an empty header", rule("a:"), "spec.rules[0].matches[0].headers[0].value: the gateway cannot match an empty value"},
		{"a header that would be an expression", rule("a:~*b"), "spec.rules[0].matches[0].headers[0].value: the gateway takes a value that begins with ~* for an expression"},
		{"look-around", rule("~/a(?=b)"), "spec.rules[0].matches[0].path.value: the gateway does not take the expression: look-around, (?=, does not exist in the default router traditional_compatible, nor in that of expressions, but only in the router flavor traditional"},
		{"an open group", rule("~/a("), "spec.rules[0].matches[0].path.value: the gateway does not take the expression: a ( is not closed"},
		{"an expression that may match anywhere", rule("~.*"), "spec.rules[0].matches[0].path.value: an expression must begin with a slash for the gateway, which finds it at the beginning of paths"},
		{"alternatives", rule("~/a|/b"), "spec.rules[0].matches[0].path.value: the gateway would look for all alternatives but the first anywhere in a path; put them into a group behind the first slash, such as /(?:a|b)"},
		{"empty segments", rule("~/a//b"), "spec.rules[0].matches[0].path.value: the gateway matches paths without empty segments, so that // never matches; /+ stands for one slash or more"},
		{"a path that is none", rule("=/a//b"), "spec.rules[0].matches[0].path.value: must not contain // for konnect"},
		{"mirrors", filters(rule(), gatewayv1.HTTPRouteFilter{Type: gatewayv1.HTTPRouteFilterRequestMirror, RequestMirror: &gatewayv1.HTTPRequestMirrorFilter{}}),
			"spec.rules[0].filters[0].type: the gateway cannot mirror requests"},
		{"CORS", filters(rule(), gatewayv1.HTTPRouteFilter{Type: gatewayv1.HTTPRouteFilterCORS, CORS: &gatewayv1.HTTPCORSFilter{}}),
			"spec.rules[0].filters[0].type: CORS is not translated; name a KongPlugin of type cors by an ExtensionRef"},
		{"authorization", filters(rule(), gatewayv1.HTTPRouteFilter{Type: gatewayv1.HTTPRouteFilterExternalAuth}),
			"spec.rules[0].filters[0].type: external authorization is not translated; name a KongPlugin by an ExtensionRef"},
		{"a filter without its field", filters(rule(), gatewayv1.HTTPRouteFilter{Type: gatewayv1.HTTPRouteFilterURLRewrite}),
			"spec.rules[0].filters[0].type: is no filter that is known here with its field set: URLRewrite"},
		{"an extension of another kind", filters(rule(), gatewayv1.HTTPRouteFilter{Type: gatewayv1.HTTPRouteFilterExtensionRef, ExtensionRef: &gatewayv1.LocalObjectReference{Group: "a", Kind: "B", Name: "c"}}),
			"spec.rules[0].filters[0].extensionRef: only a KongPlugin of configuration.konghq.com can be named"},
		{"filters of a backend", with(func(r *gatewayv1.HTTPRouteRule) {
			r.BackendRefs[0].Filters = []gatewayv1.HTTPRouteFilter{headerFilter("a", "b")}
		}),
			"spec.rules[0].backendRefs[0].filters: the gateway filters by rule, not by backend"},
		{"a template", filters(rule(), headerFilter("a", "$(headers.b)")), "spec.rules[0].filters[0].requestHeaderModifier: the gateway would take the value of a for a template, since it holds $("},
		{"a header set to nothing", filters(rule(), headerFilter("a", "")), "spec.rules[0].filters[0].requestHeaderModifier.set[0].value: the gateway can set no value that is empty or begins with a colon"},
		{"a header with a colon that would be lost", filters(rule(), headerFilter("a", ":b")), "spec.rules[0].filters[0].requestHeaderModifier.set[0].value: the gateway can set no value that is empty or begins with a colon"},
		{"a header that would be another one", filters(rule(), headerFilter("a:b", "c")), "spec.rules[0].filters[0].requestHeaderModifier.set[0].name: must be the name of a header: letters, digits and !#$%&'*+-.^_`|~"},
		{"a template in a path", filters(rule(), rewriteTo(gatewayv1.HTTPURLRewriteFilter{Path: fullPath("/$(headers.b)")})),
			"spec.rules[0].filters[0].urlRewrite.path.replaceFullPath: the gateway would take it for a template, since it holds $("},
		{"a prefix of an exact path", filters(rule("=/a"), rewriteTo(gatewayv1.HTTPURLRewriteFilter{Path: prefix("/b")})),
			"spec.rules[0].filters[0].urlRewrite.path.replacePrefixMatch: replaces the prefix of a path, which only matches of type PathPrefix have"},
		{"a part of the path in a redirect", filters(rule(), redirectTo(gatewayv1.HTTPRequestRedirectFilter{Hostname: new(gatewayv1.PreciseHostname("b.com")), Path: prefix("/b")})),
			"spec.rules[0].filters[0].requestRedirect.path: the gateway cannot replace a part of the path in a redirect"},
		{"a redirect to any host", filters(rule(), redirectTo(gatewayv1.HTTPRequestRedirectFilter{Path: fullPath("/b")})),
			"spec.rules[0].filters[0].requestRedirect: the gateway knows one hostname for a redirect: give the filter a hostname, or the route hostnames without a wildcard"},
		{"a redirect that rewrites", filters(rule(), redirectTo(gatewayv1.HTTPRequestRedirectFilter{Hostname: new(gatewayv1.PreciseHostname("b.com"))}), rewriteTo(gatewayv1.HTTPURLRewriteFilter{Path: fullPath("/b")})),
			"spec.rules[0].filters: a redirect sends nothing on that could be rewritten"},
		{"timeouts of requests", with(func(r *gatewayv1.HTTPRouteRule) {
			r.Timeouts = &gatewayv1.HTTPRouteTimeouts{Request: new(gatewayv1.Duration("1s"))}
		}),
			"spec.rules[0].timeouts.request: the gateway has no timeout for a request as a whole; backendRequest is that of each try"},
		{"a timeout that is none", with(func(r *gatewayv1.HTTPRouteRule) {
			r.Timeouts = &gatewayv1.HTTPRouteTimeouts{BackendRequest: new(gatewayv1.Duration("1x"))}
		}), "spec.rules[0].timeouts.backendRequest: is no duration"},
		{"retries", with(func(r *gatewayv1.HTTPRouteRule) { r.Retry = &gatewayv1.HTTPRouteRetry{} }),
			"spec.rules[0].retry: the gateway cannot repeat requests by the status of their answers"},
		{"sessions", with(func(r *gatewayv1.HTTPRouteRule) { r.SessionPersistence = &gatewayv1.SessionPersistence{} }),
			"spec.rules[0].sessionPersistence: sessions are not translated; give the upstream a hash_on of its own"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			result := translate(t, world(httpRoute("r", "", c.rule, rule("/other"))))
			require.Len(t, result.Routes[0].Refused, 1)
			assert.Equal(t, c.want, result.Routes[0].Refused[0].String())
			assert.Equal(t, 0, result.Routes[0].Refused[0].Rule)
			require.Len(t, result.Routes[0].Parents[0].Conditions, 3)
			partial := result.Routes[0].Parents[0].Conditions[2]
			assert.Equal(t, "PartiallyInvalid", partial.Type)
			assert.Equal(t, "Dropped Rule 0 ("+c.want+")", partial.Message)
			assert.Equal(t, "Accepted=True/Accepted", conditions(t, result)[0])
			assert.Len(t, hostsOf(result), 1, "the other rule is there")

			alone := translate(t, world(httpRoute("r", "", c.rule)))
			assert.Len(t, conditions(t, alone), 2, "nothing is left that could be invalid in part")
			assert.Contains(t, conditions(t, alone)[0], "Accepted=False/")
			assert.Empty(t, alone.Objects)
		})
	}
}

// TestNamesThatAreNone: what an API server would not have taken keeps its own rules from being
// translated, and nobody else's.
func TestNamesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason string
		change func(in *gatewayapi.Input, r *gatewayv1.HTTPRoute)
		want   string
	}{
		{"a route", func(_ *gatewayapi.Input, r *gatewayv1.HTTPRoute) { r.Name = "R" }, "metadata.name: "},
		{"a namespace", func(_ *gatewayapi.Input, r *gatewayv1.HTTPRoute) { r.Namespace = "a.b" }, "metadata.namespace: "},
		{"a rule", func(_ *gatewayapi.Input, r *gatewayv1.HTTPRoute) {
			r.Spec.Rules[0].Name = new(gatewayv1.SectionName("%2f"))
		}, "spec.rules[0].name: "},
		{"a host with a port", func(_ *gatewayapi.Input, r *gatewayv1.HTTPRoute) { r.Spec.Hostnames = []gatewayv1.Hostname{"a.com:80"} }, "spec.hostnames[0]: must be a host name"},
		{"a wildcard that is Kong's", func(_ *gatewayapi.Input, r *gatewayv1.HTTPRoute) {
			r.Spec.Hostnames = []gatewayv1.Hostname{"a.com", "a.*"}
		}, "spec.hostnames[1]: must be a host name"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			in := world(httpRoute("r", "", rule("/a")), httpRoute("other", "b.com", rule("/b")))
			in.Gateways[0].Spec.Listeners[0].AllowedRoutes = &gatewayv1.AllowedRoutes{Namespaces: &gatewayv1.RouteNamespaces{From: new(gatewayv1.NamespacesFromAll)}}
			in.HTTPRoutes[0].Spec.ParentRefs[0].Namespace = new(gatewayv1.Namespace("shop"))
			c.change(&in, &in.HTTPRoutes[0])
			result := translate(t, in)
			assert.Equal(t, map[string][]string{"gateway.http.shop.other.0.0": {"b.com", "http"}}, hostsOf(result))
			var refused []string
			for _, r := range result.Routes {
				for _, refusal := range r.Refused {
					refused = append(refused, refusal.String())
				}
			}
			require.NotEmpty(t, refused)
			assert.Contains(t, refused[0], c.want)
		})
	}
}

func TestHeadersMatchInAnyCase(t *testing.T) {
	t.Parallel()
	in := world(httpRoute("r", "", rule("version:Two", "version:3 version:4"), rule("/b")))
	result := translate(t, in)
	require.Len(t, result.Warnings, 1, "numbers have no case, and of one name the first value counts")
	assert.Equal(t, "HTTPRoute shop/r: spec.rules[0].matches[0].headers[0].value: the gateway matches the value of a header in any case", result.Warnings[0].String())
	assert.Empty(t, result.Routes[0].Refused)

	result = translate(t, in, gatewayapi.Strict())
	assert.Empty(t, result.Warnings)
	require.Len(t, result.Routes[0].Refused, 1)
	assert.Equal(t, "PartiallyInvalid=True/UnsupportedValue", conditions(t, result)[2])
}

// TestCriteriaOfFourKinds: gateways of other builds may order them otherwise, also where two rules
// have them together.
func TestCriteriaOfFourKinds(t *testing.T) {
	t.Parallel()
	for _, rules := range [][]gatewayv1.HTTPRouteRule{{rule("/a GET x:1")}, {rule("/a GET"), rule("/ x:1")}} {
		assert.Empty(t, translate(t, world(httpRoute("r", "", rules...)), gatewayapi.Strict()).Warnings, "without a host")
		result := translate(t, world(httpRoute("r", "a.com", rules...)), gatewayapi.Strict())
		assert.Empty(t, result.Routes[0].Refused)
		require.Len(t, result.Warnings, 1)
		assert.Contains(t, result.Warnings[0].String(), "HTTPRoute shop/r: spec.rules[0]: with a host, a method and headers, routes match by criteria of four kinds")
	}
}

// TestRulesInEachOthersWay: the refusal names both rules, and is the younger one's.
func TestRulesInEachOthersWay(t *testing.T) {
	t.Parallel()
	in := twoListeners(on("http", httpRoute("plain", "a.com", rule("/"))), on("https", httpRoute("tls", "a.com", rule("/b"), rule("/c"))))
	result := translate(t, in)
	require.Len(t, result.Routes, 2)
	assert.Empty(t, result.Routes[0].Refused)
	require.Len(t, result.Routes[1].Refused, 2)
	assert.Equal(t, "spec.rules[0]: HTTPRoute shop/tls rule 0 takes the same requests on another listener, and the gateway does not match by protocol: HTTPRoute shop/plain rule 0",
		result.Routes[1].Refused[0].String())
	assert.Equal(t, "HTTPRoute", result.Routes[1].Key.Kind)
	assert.Equal(t, controlPlane(nil), result.Routes[1].Refused[0].ControlPlane)
}

// TestValuesInDifferentCase: the gateway cannot tell two rules apart by the case of a value.
func TestValuesInDifferentCase(t *testing.T) {
	t.Parallel()
	result := translate(t, world(httpRoute("r", "", rule("version:Two"), rule("version:two"))))
	require.Len(t, result.Routes[0].Refused, 1)
	assert.Equal(t, 1, result.Routes[0].Refused[0].Rule)
	assert.Contains(t, result.Routes[0].Refused[0].String(), "HTTPRoute shop/r rule 0 matches the same but for the case of a header, which the gateway does not see: HTTPRoute shop/r rule 1")
}

// TestTooManyOverlaps: what would need more routes than there should be is refused, not half done.
func TestTooManyOverlaps(t *testing.T) {
	t.Parallel()
	var rules []gatewayv1.HTTPRouteRule
	for i := range 13 {
		words := "/" + strings.Repeat("a/", 13-i)
		for j := range i {
			words += fmt.Sprintf(" h%d-%d:1", i, j)
		}
		rules = append(rules, rule(words))
	}
	in := world(httpRoute("r", "", rules...))
	result := translate(t, in)
	require.NotEmpty(t, result.Routes[0].Refused)
	assert.Contains(t, result.Routes[0].Refused[0].String(), "HTTPRoute shop/r rule 0 overlaps in more ways than routes can tell apart: HTTPRoute shop/r rule ")
	assert.Less(t, len(result.Objects), 5000)
	assert.NotEmpty(t, hostsOf(result))
}
