package precedence

import (
	"cmp"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// Cluster is what an answer depends on: the Gateways that share a data plane, and the
// routes of the cluster, with the defaults of their CRDs or without.
type Cluster struct {
	Gateways []gatewayv1.Gateway
	Routes   []gatewayv1.HTTPRoute
	// Labels of namespaces, by name.
	Labels map[string]map[string]string
}

// Request is what a client sends. Path is as it is compared, without query, and normal.
type Request struct {
	// Scheme is http or https.
	Scheme, Method, Host, Path string
	Header                     http.Header
	Query                      url.Values
}

// Rule is one of the rules of a route.
type Rule struct {
	Namespace, Route string
	// Index counts from 0.
	Index int
}

// candidate is a match that takes a request, with what it ranks by.
type candidate struct {
	rule       Rule
	created    int64
	hostname   string
	exact      bool
	pathLength int
	regex      bool
	method     bool
	headers    int
	queries    int
}

// Answer returns the rule that takes the request; false where none does, so that the answer is 404.
// Listeners are told apart by protocol and hostname, not by port, and a request goes to the routes
// of all listeners whose hostname it fits.
func (c *Cluster) Answer(r Request) (Rule, bool) {
	var candidates []candidate
	for i := range c.Routes {
		route := &c.Routes[i]
		for _, hostname := range c.hostnames(route, r.Scheme) {
			if hostnameMatches(hostname, hostOf(r.Host)) {
				candidates = append(candidates, matching(route, hostname, r)...)
			}
		}
	}
	if len(candidates) == 0 {
		return Rule{}, false
	}
	return slices.MinFunc(candidates, compare).rule, true
}

// compare puts first what comes first by the text of HTTPRouteSpec.hostnames, HTTPRouteRule.matches
// and the resolution of conflicts. A regular expression, of which the text says nothing, comes after an exact
// path and before a prefix.
func compare(a, b candidate) int {
	return cmp.Or(
		-cmp.Compare(plainLength(a.hostname), plainLength(b.hostname)),
		-cmp.Compare(len(a.hostname), len(b.hostname)),
		-compareBool(a.exact, b.exact),
		-compareBool(a.regex, b.regex),
		-cmp.Compare(a.pathLength, b.pathLength),
		-compareBool(a.method, b.method),
		-cmp.Compare(a.headers, b.headers),
		-cmp.Compare(a.queries, b.queries),
		cmp.Compare(a.created, b.created),
		cmp.Compare(a.rule.Namespace+"/"+a.rule.Route, b.rule.Namespace+"/"+b.rule.Route),
		cmp.Compare(a.rule.Index, b.rule.Index),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// plainLength counts the characters of a hostname without a wildcard.
func plainLength(hostname string) int {
	if strings.HasPrefix(hostname, "*") {
		return 0
	}
	return len(hostname)
}

// matching returns a candidate for each match of the route that takes the request.
func matching(route *gatewayv1.HTTPRoute, hostname string, r Request) []candidate {
	var found []candidate
	for i := range route.Spec.Rules {
		matches := route.Spec.Rules[i].Matches
		if len(matches) == 0 {
			matches = []gatewayv1.HTTPRouteMatch{{}}
		}
		for _, m := range matches {
			path := gatewayv1.HTTPPathMatch{Type: new(gatewayv1.PathMatchPathPrefix), Value: new("/")}
			if m.Path != nil {
				path.Type, path.Value = cmp.Or(m.Path.Type, path.Type), cmp.Or(m.Path.Value, path.Value)
			}
			headers, fits := headersMatch(m.Headers, r.Header)
			queries, asked := queriesMatch(m.QueryParams, r.Query)
			if !fits || !asked || !pathMatches(path, r.Path) || (m.Method != nil && string(*m.Method) != r.Method) {
				continue
			}
			found = append(found, candidate{
				rule:    Rule{Namespace: route.Namespace, Route: route.Name, Index: i},
				created: route.CreationTimestamp.Unix(), hostname: hostname,
				exact: *path.Type == gatewayv1.PathMatchExact, regex: *path.Type == gatewayv1.PathMatchRegularExpression,
				pathLength: lengthOf(path), method: m.Method != nil, headers: headers, queries: queries,
			})
		}
	}
	return found
}

// lengthOf counts the characters of a path; the slash at the end of a prefix is ignored, so that it does not
// make one longer.
func lengthOf(m gatewayv1.HTTPPathMatch) int {
	if *m.Type == gatewayv1.PathMatchPathPrefix {
		return len(strings.TrimSuffix(*m.Value, "/"))
	}
	return len(*m.Value)
}

func pathMatches(m gatewayv1.HTTPPathMatch, path string) bool {
	switch *m.Type {
	case gatewayv1.PathMatchExact:
		return path == *m.Value
	case gatewayv1.PathMatchRegularExpression:
		return regexp.MustCompile("^(?:" + *m.Value + ")").MatchString(path)
	default:
		prefix := elements(*m.Value)
		whole := elements(path)
		return len(whole) >= len(prefix) && slices.Equal(whole[:len(prefix)], prefix)
	}
}

// elements are those of a path, of which a trailing slash is none.
func elements(path string) []string {
	path = strings.TrimSuffix(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// headersMatch reports whether all headers match, and how many names they are about.
func headersMatch(matches []gatewayv1.HTTPHeaderMatch, header http.Header) (int, bool) {
	seen := map[string]bool{}
	for _, m := range matches {
		name := strings.ToLower(string(m.Name))
		if !seen[name] && !anyMatches(m.Type != nil && *m.Type == gatewayv1.HeaderMatchRegularExpression, m.Value, header.Values(name)) {
			return 0, false
		}
		seen[name] = true // of several matches of a name, the first one counts
	}
	return len(seen), true
}

// queriesMatch is headersMatch for the parameters of the query.
func queriesMatch(matches []gatewayv1.HTTPQueryParamMatch, query url.Values) (int, bool) {
	seen := map[string]bool{}
	for _, m := range matches {
		name := string(m.Name)
		if !seen[name] && !anyMatches(m.Type != nil && *m.Type == gatewayv1.QueryParamMatchRegularExpression, m.Value, query[name]) {
			return 0, false
		}
		seen[name] = true
	}
	return len(seen), true
}

func anyMatches(expression bool, wanted string, values []string) bool {
	matches := func(value string) bool { return value == wanted }
	if expression {
		matches = regexp.MustCompile("^(?:" + wanted + ")$").MatchString
	}
	return slices.ContainsFunc(values, matches)
}

// hostOf is a Host header without its port.
func hostOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}
