package gatewayapi_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/internal/precedence"
)

// The values that random routes and requests are made of are few, so that they meet.
var (
	randomHosts     = []string{"a.com", "b.a.com", "c.b.a.com", "other.org"}
	randomHostnames = []gatewayv1.Hostname{"a.com", "b.a.com", "c.b.a.com", "*.a.com", "*.b.a.com", "*.com"}
	randomPaths     = []string{"/", "/x", "/x/", "/x/y", "/x/y/", "/x/y/z", "/xy", "/y", "/y/1", "/x.y", "/v"}
	randomValues    = []string{"/", "/x", "/x/y", "/x/y/z", "/xy", "/y", "/x.y", "/x/"}
	randomRegexes   = []string{"/x/[a-z]+", "/y/[0-9]", "/[xy]", "/x/y|/v"}
	randomMethods   = []gatewayv1.HTTPMethod{gatewayv1.HTTPMethodGet, gatewayv1.HTTPMethodPost}
	randomHeaders   = []gatewayv1.HTTPHeaderName{"Version", "color", "X-Group"}
	randomWords     = []string{"1", "2"} // without case, which the gateway ignores and the translation warns of
)

// generator makes random trials; the same seed makes the same one.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 0))} }

func pick[T any](g generator, from []T) T { return from[g.IntN(len(from))] }

// chance is true in one of n cases.
func (g generator) chance(n int) bool { return g.IntN(n) == 0 }

// trial is a Gateway with one to four routes.
func (g generator) trial() trial {
	gateway := gatewayv1.Gateway{ObjectMeta: metav1.ObjectMeta{Namespace: "edge", Name: "gateway"}}
	all := &gatewayv1.AllowedRoutes{Namespaces: &gatewayv1.RouteNamespaces{From: new(gatewayv1.NamespacesFromAll)}}
	gateway.Spec.Listeners = []gatewayv1.Listener{{Name: "http", Port: 80, Protocol: gatewayv1.HTTPProtocolType, AllowedRoutes: all}}
	if g.chance(6) {
		gateway.Spec.Listeners[0].Hostname = new(pick(g, randomHostnames))
	}
	if g.chance(3) {
		second := gatewayv1.Listener{Name: "second", Port: 80, Protocol: gatewayv1.HTTPProtocolType, AllowedRoutes: all}
		second.Hostname = new(pick(g, randomHostnames))
		gateway.Spec.Listeners = append(gateway.Spec.Listeners, second)
	}
	if g.chance(2) {
		secure := gatewayv1.Listener{Name: "https", Port: 443, Protocol: gatewayv1.HTTPSProtocolType, AllowedRoutes: all}
		if g.chance(2) {
			secure.Hostname = new(pick(g, randomHostnames))
		}
		gateway.Spec.Listeners = append(gateway.Spec.Listeners, secure)
	}
	t := trial{gateway: gateway}
	for i := range 1 + g.IntN(4) {
		t.routes = append(t.routes, g.route(i))
	}
	return t
}

func (g generator) route(number int) gatewayv1.HTTPRoute {
	r := gatewayv1.HTTPRoute{ObjectMeta: metav1.ObjectMeta{
		Namespace: pick(g, []string{"shop", "mail"}), Name: fmt.Sprintf("%c%d", 'a'+rune(g.IntN(3)), number),
		CreationTimestamp: metav1.NewTime(time.Unix(int64(1_700_000_000+60*g.IntN(3)), 0)),
	}}
	ref := gatewayv1.ParentReference{Namespace: new(gatewayv1.Namespace("edge")), Name: "gateway"}
	if g.chance(8) {
		ref.SectionName = new(pick(g, []gatewayv1.SectionName{"http", "https"}))
	}
	r.Spec.ParentRefs = []gatewayv1.ParentReference{ref}
	for range max(g.IntN(5)-2, 0) {
		r.Spec.Hostnames = append(r.Spec.Hostnames, pick(g, randomHostnames))
	}
	for i := range 1 + g.IntN(4) {
		rule := gatewayv1.HTTPRouteRule{BackendRefs: []gatewayv1.HTTPBackendRef{backendRef(r.Name, i)}}
		for range g.IntN(4) {
			rule.Matches = append(rule.Matches, g.match())
		}
		r.Spec.Rules = append(r.Spec.Rules, rule)
	}
	return r
}

// backendRef names a Service that is the rule's own, so that answers tell the rules apart.
func backendRef(route string, rule int) gatewayv1.HTTPBackendRef {
	var ref gatewayv1.HTTPBackendRef
	ref.Name, ref.Port = gatewayv1.ObjectName(fmt.Sprintf("%s-%d", route, rule)), new(gatewayv1.PortNumber(80))
	return ref
}

func (g generator) match() gatewayv1.HTTPRouteMatch {
	var m gatewayv1.HTTPRouteMatch
	switch g.IntN(10) {
	case 0: // the prefix / by default
	case 1:
		m.Path = &gatewayv1.HTTPPathMatch{Type: new(gatewayv1.PathMatchRegularExpression), Value: new(pick(g, randomRegexes))}
	case 2, 3, 4:
		m.Path = &gatewayv1.HTTPPathMatch{Type: new(gatewayv1.PathMatchExact), Value: new(pick(g, randomValues))}
	default:
		m.Path = &gatewayv1.HTTPPathMatch{Type: new(gatewayv1.PathMatchPathPrefix), Value: new(pick(g, randomValues))}
	}
	if g.chance(3) {
		m.Method = new(pick(g, randomMethods))
	}
	if g.chance(2) {
		for range 1 + g.IntN(3) {
			m.Headers = append(m.Headers, gatewayv1.HTTPHeaderMatch{Name: pick(g, randomHeaders), Value: pick(g, randomWords)})
		}
	}
	return m
}

// request is one to a listener that there is. It never has a host in upper case, nor a header whose value differs from a wanted one in
// case only: the gateway compares hosts as they are and header values in lower case, where the
// API asks for the opposite, so that both are known to differ.
func (g generator) request(gateway *gatewayv1.Gateway) precedence.Request {
	listener := pick(g, gateway.Spec.Listeners)
	r := precedence.Request{
		Scheme: strings.ToLower(string(listener.Protocol)), Host: pick(g, randomHosts), Path: pick(g, randomPaths),
		Method: pick(g, []string{"GET", "POST", "DELETE"}), Header: http.Header{},
	}
	if g.chance(6) {
		r.Host += ":8080"
	}
	for _, name := range randomHeaders {
		if g.chance(2) {
			r.Header.Set(string(name), pick(g, append(randomWords, "3")))
		}
	}
	return r
}
