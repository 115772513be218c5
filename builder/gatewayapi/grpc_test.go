package gatewayapi_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
)

// grpcRoute makes one of namespace shop from matches as service/method and headers as name:value.
func grpcRoute(name, hostname string, matches ...string) gatewayv1.GRPCRoute {
	r := gatewayv1.GRPCRoute{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
	r.Spec.ParentRefs = []gatewayv1.ParentReference{{Name: "public"}}
	if hostname != "" {
		r.Spec.Hostnames = []gatewayv1.Hostname{gatewayv1.Hostname(hostname)}
	}
	for _, text := range matches {
		next := gatewayv1.GRPCRouteRule{BackendRefs: []gatewayv1.GRPCBackendRef{{BackendRef: to("echo").BackendRef}}}
		var m gatewayv1.GRPCRouteMatch
		for word := range strings.FieldsSeq(text) {
			if name, value, ok := strings.Cut(word, ":"); ok {
				m.Headers = append(m.Headers, gatewayv1.GRPCHeaderMatch{Name: gatewayv1.GRPCHeaderName(name), Value: value})
				continue
			}
			service, method, _ := strings.Cut(word, "/")
			m.Method = &gatewayv1.GRPCMethodMatch{}
			if service, regex := strings.CutPrefix(service, "~"); regex {
				m.Method.Type, m.Method.Service = new(gatewayv1.GRPCMethodMatchRegularExpression), &service
			} else if service != "" {
				m.Method.Service = &service
			}
			if method != "" {
				m.Method.Method = &method
			}
		}
		if text != "" {
			next.Matches = []gatewayv1.GRPCRouteMatch{m}
		}
		r.Spec.Rules = append(r.Spec.Rules, next)
	}
	return r
}

// TestGRPCPrecedence: service, then method, then headers.
func TestGRPCPrecedence(t *testing.T) {
	t.Parallel()
	in := world()
	in.GRPCRoutes = []gatewayv1.GRPCRoute{
		grpcRoute("g", "", "", "a.Shop/", "/List", "a.Shop/Get", "a.Shop/Get v:1", "a.Shop/ v:1", "/Get v:1 w:1", "~a\\.[X-Z]+/Call"),
		grpcRoute("h", "other.com", "", "/List"),
	}
	for setting, router := range routers(t, translate(t, in)) {
		for text, want := range map[string]string{
			"x.com/b.Shop/Put":           "g.0",
			"x.com/a.Shop/Put":           "g.1",
			"x.com/b.Shop/List":          "g.2",
			"x.com/a.Shop/List":          "g.1",
			"x.com/a.Shop/Get":           "g.3",
			"x.com/a.Shop/Get v:1":       "g.4",
			"x.com/a.Shop/Get v:1 w:1":   "g.4",
			"x.com/a.Shop/Put v:1 w:1":   "g.5",
			"x.com/b.Shop/Get v:1 w:1":   "g.6",
			"x.com/b.Shop/GetAll":        "g.0",
			"x.com/a.XYZ/Call":           "g.7",
			"x.com/a.XA/Call":            "g.0",
			"other.com/a.Shop/Get":       "h.0",
			"other.com/a.Shop/List v:1":  "h.1",
			"other.com/b.Other/List x:1": "h.1",
		} {
			r := request(text)
			r.Protocol, r.Method = "grpc", "POST"
			r.Header.Set("Content-Type", "application/grpc")
			m, ok := router.Match(r)
			require.True(t, ok, text)
			assert.True(t, strings.HasPrefix(m.Route.Key.Name, "gateway.grpc.shop."+want+"."), "%s: %s is taken by %s", setting, text, m.Route.Key.Name)
			assert.Zero(t, m.Status, text)
		}
	}
}

// TestHostsOfTwoKinds: of an HTTPRoute and a GRPCRoute with a host in common the older one counts.
func TestHostsOfTwoKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason     string
		http, grpc string
		conflict   bool
	}{
		{"the same host", "a.com", "a.com", true},
		{"a wildcard", "*.com", "a.com", true},
		{"all hosts", "a.com", "", true},
		{"others", "a.com", "b.com", false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			in := world(httpRoute("r", c.http, rule()))
			in.GRPCRoutes = []gatewayv1.GRPCRoute{grpcRoute("g", c.grpc, "")}
			in.HTTPRoutes[0].CreationTimestamp = metav1.Unix(100, 0)
			in.GRPCRoutes[0].CreationTimestamp = metav1.Unix(99, 0)
			result := translate(t, in)
			require.Len(t, result.Routes, 2)
			assert.Equal(t, "True", string(result.Routes[0].Parents[0].Conditions[0].Status), "GRPCRoute")
			loser := result.Routes[1].Parents[0].Conditions[0]
			if !c.conflict {
				assert.Equal(t, "Accepted", loser.Reason)
				return
			}
			assert.Equal(t, "False/HostnameConflict", string(loser.Status)+"/"+loser.Reason)
			assert.NotContains(t, hostsOf(result), "gateway.http.shop.r.0.0")
		})
	}
}

func TestGRPCRefusals(t *testing.T) {
	t.Parallel()
	in := world()
	in.GRPCRoutes = []gatewayv1.GRPCRoute{grpcRoute("g", "", "a/b", "~a(?=b)/c", "")}
	in.GRPCRoutes[0].Spec.Rules[0].Matches[0].Headers = []gatewayv1.GRPCHeaderMatch{{Type: new(gatewayv1.GRPCHeaderMatchRegularExpression), Name: "a", Value: "b"}}
	result := translate(t, in, gatewayapi.Strict())
	require.Len(t, result.Routes[0].Refused, 2)
	assert.Contains(t, result.Routes[0].Refused[0].String(), "spec.rules[0].matches[0].headers[0].type: ")
	assert.Contains(t, result.Routes[0].Refused[1].String(), "spec.rules[1].matches[0].method: the gateway does not take the expression: look-around")
	assert.Len(t, hostsOf(result), 1)
}
