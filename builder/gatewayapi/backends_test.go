package gatewayapi_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// toAll sends a rule to several backends.
func toAll(r gatewayv1.HTTPRouteRule, backends ...gatewayv1.HTTPBackendRef) gatewayv1.HTTPRouteRule {
	r.BackendRefs = backends
	return r
}

// targetsOf returns weights by target of an upstream.
func targetsOf(result *gatewayapi.Result, upstream string) map[string]int64 {
	found := map[string]int64{}
	for _, object := range result.Objects {
		if target, ok := object.(*configurationv1alpha1.KongTarget); ok && target.Spec.UpstreamRef.Name == upstream {
			found[target.Spec.Target] = int64(*target.Spec.Weight)
		}
	}
	return found
}

func TestWeights(t *testing.T) {
	t.Parallel()
	in := world(httpRoute("r", "", toAll(rule(), to("echo*9"), to("canary*1"), to("off*0"))))
	in.Services = append(in.Services, service("canary"), service("off"))
	in.EndpointSlices = append(in.EndpointSlices, endpoints("canary", "10.0.1.1", "10.0.1.2"), endpoints("off", "10.0.2.1"))
	result := translate(t, in)
	assert.Equal(t, accepted(), conditions(t, result))
	targets := targetsOf(result, "gateway.http.shop.r.0")
	assert.Zero(t, targets["10.0.2.1:8080"])
	assert.Equal(t, targets["10.0.0.1:8080"], 9*(targets["10.0.1.1:8080"]+targets["10.0.1.2:8080"]))
}

// TestPortsOfOneService: two ports of one Service are two backends.
func TestPortsOfOneService(t *testing.T) {
	t.Parallel()
	first, second := to("echo*1"), to("echo*3")
	second.Port = new(gatewayv1.PortNumber(81))
	in := world(httpRoute("r", "", toAll(rule(), first, second)))
	in.Services[0].Spec.Ports = append(in.Services[0].Spec.Ports, corev1.ServicePort{Name: "more", Port: 81})
	in.EndpointSlices[0].Ports = append(in.EndpointSlices[0].Ports, in.EndpointSlices[0].Ports[0])
	in.EndpointSlices[0].Ports[1].Name, in.EndpointSlices[0].Ports[1].Port = new("more"), new(int32(8081))
	targets := targetsOf(translate(t, in), "gateway.http.shop.r.0")
	assert.Equal(t, 3*targets["10.0.0.1:8080"], targets["10.0.0.1:8081"])
	assert.NotZero(t, targets["10.0.0.1:8080"])
}

func TestInvalidBackends(t *testing.T) {
	t.Parallel()
	other := to("echo")
	other.Kind = new(gatewayv1.Kind("Bucket"))
	noPort := to("echo")
	noPort.Port = nil
	wrongPort := to("echo")
	wrongPort.Port = new(gatewayv1.PortNumber(9))
	for _, c := range []struct {
		reason   string
		backends []gatewayv1.HTTPBackendRef
		resolved string
		message  string
		fails    bool
		refused  bool
	}{
		{"none", nil, "True/ResolvedRefs", "all references are resolved", true, false},
		{"one that does not exist", []gatewayv1.HTTPBackendRef{to("no")}, "False/BackendNotFound", "spec.rules[0].backendRefs[0]: Service shop/no does not exist", true, false},
		{"one of another kind", []gatewayv1.HTTPBackendRef{other}, "False/InvalidKind", "spec.rules[0].backendRefs[0]: only Services can be backends, and not Bucket", true, false},
		{"one without a port", []gatewayv1.HTTPBackendRef{noPort}, "False/BackendNotFound", "spec.rules[0].backendRefs[0]: Service shop/echo has no port that the reference names", true, false},
		{"a port that is not there", []gatewayv1.HTTPBackendRef{wrongPort}, "False/BackendNotFound", "spec.rules[0].backendRefs[0]: Service shop/echo has no port 9", true, false},
		{"one without a grant", []gatewayv1.HTTPBackendRef{to("far/echo")}, "False/RefNotPermitted", "spec.rules[0].backendRefs[0]: no ReferenceGrant in far lets HTTPRoutes of shop refer to Service far/echo", true, false},
		{"one with a grant", []gatewayv1.HTTPBackendRef{to("near/echo")}, "True/ResolvedRefs", "all references are resolved", false, false},
		{"one with a grant for another", []gatewayv1.HTTPBackendRef{to("near/else")}, "False/RefNotPermitted", "spec.rules[0].backendRefs[0]: no ReferenceGrant in near lets HTTPRoutes of shop refer to Service near/else", true, false},
		{"one that speaks what the gateway does not", []gatewayv1.HTTPBackendRef{to("h2c")}, "False/UnsupportedProtocol", "spec.rules[0].backendRefs[0]: the gateway speaks HTTP/2 with backends for gRPC alone", true, false},
		{"weights of nothing", []gatewayv1.HTTPBackendRef{to("echo*0")}, "True/ResolvedRefs", "all references are resolved", true, false},
		{"some", []gatewayv1.HTTPBackendRef{to("echo"), to("no")}, "False/BackendNotFound", "spec.rules[0].backendRefs[1]: Service shop/no does not exist", false, true},
		{"some without weight", []gatewayv1.HTTPBackendRef{to("echo"), to("no*0")}, "False/BackendNotFound", "spec.rules[0].backendRefs[1]: Service shop/no does not exist", false, false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			in := world(httpRoute("r", "", toAll(rule(), c.backends...)))
			in.Services = append(in.Services, service("near/echo"), service("near/else"), service("far/echo"))
			h2c := service("h2c")
			h2c.Spec.Ports[0].AppProtocol = new("kubernetes.io/h2c")
			in.Services = append(in.Services, h2c)
			in.ReferenceGrants = []gatewayv1.ReferenceGrant{{
				ObjectMeta: metav1.ObjectMeta{Namespace: "near", Name: "g"},
				Spec: gatewayv1.ReferenceGrantSpec{
					From: []gatewayv1.ReferenceGrantFrom{{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute", Namespace: "shop"}},
					To:   []gatewayv1.ReferenceGrantTo{{Kind: "Service", Name: new(gatewayv1.ObjectName("echo"))}},
				},
			}}
			result := translate(t, in)
			resolved := result.Routes[0].Parents[0].Conditions[1]
			assert.Equal(t, c.resolved, string(resolved.Status)+"/"+resolved.Reason)
			assert.Equal(t, c.message, resolved.Message)
			if c.refused {
				assert.Equal(t, "Accepted=False/UnsupportedValue", conditions(t, result)[0])
				assert.Empty(t, result.Objects)
				result = translate(t, in, gatewayapi.WithValidBackends())
				require.Len(t, result.Warnings, 1)
				assert.Equal(t, "HTTPRoute shop/r: spec.rules[0].backendRefs[1]: Service shop/no does not exist, and the gateway cannot answer the part of one backend with 500: all requests go to the others", result.Warnings[0].String())
			}
			assert.Equal(t, "Accepted=True/Accepted", conditions(t, result)[0])
			plugins := pluginsOf(t, result)["gateway.http.shop.r.0.0"]
			route := find[*configurationv1alpha1.KongRoute](t, result, "gateway.http.shop.r.0.0")
			if c.fails {
				assert.JSONEq(t, `{"status_code":500,"message":"no backend of the rule can be reached"}`, plugins["request-termination"])
				assert.Nil(t, route.Spec.ServiceRef)
				assert.Equal(t, "gateway", route.Spec.ControlPlaneRef.KonnectNamespacedRef.Name)
				return
			}
			assert.Empty(t, plugins)
			assert.NotNil(t, route.Spec.ServiceRef)
		})
	}
}

// TestUntranslatableServices keep their rules from being served, and nothing else.
func TestUntranslatableServices(t *testing.T) {
	t.Parallel()
	in := world(httpRoute("r", "", toAll(rule("/a"), to("bad")), rule("/b"), toAll(rule("/c"), to("echo"), to("secure"))))
	secure := service("secure")
	secure.Spec.Ports[0].AppProtocol = new("https")
	in.Services = append(in.Services, service("bad"), secure)
	in.EndpointSlices = append(in.EndpointSlices, endpoints("bad", "10.0.0.256"))
	result := translate(t, in)
	assert.Equal(t, []string{"Accepted=True/Accepted", "ResolvedRefs=False/UnsupportedProtocol", "PartiallyInvalid=True/UnsupportedValue"}, conditions(t, result))
	assert.Contains(t, result.Routes[0].Parents[0].Conditions[1].Message, `endpointSlices[bad-1].endpoints[0].addresses[0]: Invalid value: "10.0.0.256"`)
	require.Len(t, result.Routes[0].Refused, 1)
	assert.Equal(t, "spec.rules[2].backendRefs: the gateway speaks one protocol with all backends of a rule, and these speak http and https", result.Routes[0].Refused[0].String())
	plugins := pluginsOf(t, result)
	assert.Contains(t, plugins["gateway.http.shop.r.0.0"], "request-termination")
	assert.Empty(t, plugins["gateway.http.shop.r.1.0"])
}

// TestSharedServices: rules to one port share its service, and what it is for, not what they
// speak with it.
func TestSharedServices(t *testing.T) {
	t.Parallel()
	in := world(httpRoute("r", "a.com", rule("/a"), rule("/b")), httpRoute("s", "b.com", rule("/a")))
	grpc := gatewayv1.GRPCRoute{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "g"}}
	grpc.Spec.ParentRefs, grpc.Spec.Hostnames = in.HTTPRoutes[0].Spec.ParentRefs, []gatewayv1.Hostname{"grpc.com"}
	grpc.Spec.Rules = []gatewayv1.GRPCRouteRule{{BackendRefs: []gatewayv1.GRPCBackendRef{{BackendRef: to("echo").BackendRef}}}}
	in.GRPCRoutes = []gatewayv1.GRPCRoute{grpc}
	in.Services[0].Annotations = map[string]string{"konghq.com/path": "/x", "example.com/a": "b"}
	result := translate(t, in)
	require.Len(t, result.Warnings, 1)
	assert.Equal(t, "Service shop/echo: metadata.annotations[konghq.com/path]: has no effect on what routes of the Gateway API send to the Service", result.Warnings[0].String())
	protocols := map[string]string{}
	for _, object := range result.Objects {
		if s, ok := object.(*configurationv1alpha1.KongService); ok {
			protocols[s.Name] = *s.Spec.Protocol
			assert.Equal(t, "Service", s.Labels["konnectkit/source-kind"])
			assert.Equal(t, "shop", s.Labels["konnectkit/source-namespace"])
		}
	}
	assert.Equal(t, map[string]string{"gateway.service.shop.echo.80": "http", "gateway.service.shop.echo.80-grpc": "grpc"}, protocols)
	route := find[*configurationv1alpha1.KongRoute](t, result, "gateway.grpc.shop.g.0.0")
	assert.Equal(t, []string{"grpc"}, route.Spec.Protocols)
	assert.Equal(t, []string{"~/"}, route.Spec.Paths)
	labels := map[string]string{
		"app.kubernetes.io/managed-by": "konnectkit", "konnectkit/source-kind": "GRPCRoute",
		"konnectkit/source-namespace": "shop", "konnectkit/source-name": "g",
	}
	assert.Equal(t, labels, route.Labels)
	assert.Equal(t, labels, gatewayapi.SourceLabels(crd.Key{Kind: "GRPCRoute", Namespace: "shop", Name: "g"}))
}

// TestSecureBackends: a port that says that it speaks TLS is spoken to so, in the protocol of the route.
func TestSecureBackends(t *testing.T) {
	t.Parallel()
	for hint, want := range map[string][2]string{
		"http": {"http", "grpc"}, "https": {"https", "grpcs"}, "grpc": {"http", "grpc"}, "grpcs": {"https", "grpcs"},
		"tls": {"https", "grpcs"}, "postgresql": {"http", "grpc"},
	} {
		in := world(httpRoute("r", "a.com", rule()))
		in.GRPCRoutes = []gatewayv1.GRPCRoute{grpcRoute("g", "b.com", "a/b")}
		in.Services[0].Spec.Ports[0].AppProtocol = &hint
		var protocols []string
		for _, object := range translate(t, in).Objects {
			if s, ok := object.(*configurationv1alpha1.KongService); ok {
				protocols = append(protocols, *s.Spec.Protocol)
			}
		}
		assert.ElementsMatch(t, want, protocols, hint)
	}
}
