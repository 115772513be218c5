package gatewayapi_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

func meta(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: "shop", Name: name} }

func parents(section string) gatewayv1.CommonRouteSpec {
	return gatewayv1.CommonRouteSpec{ParentRefs: []gatewayv1.ParentReference{{Name: "public", SectionName: new(gatewayv1.SectionName(section))}}}
}

func tcpRoute(name, section, backend string) gatewayv1.TCPRoute {
	return gatewayv1.TCPRoute{ObjectMeta: meta(name), Spec: gatewayv1.TCPRouteSpec{
		CommonRouteSpec: parents(section), Rules: []gatewayv1.TCPRouteRule{{BackendRefs: []gatewayv1.BackendRef{to(backend).BackendRef}}},
	}}
}

func tlsRoute(name, section, backend string, hostnames ...gatewayv1.Hostname) gatewayv1.TLSRoute {
	return gatewayv1.TLSRoute{ObjectMeta: meta(name), Spec: gatewayv1.TLSRouteSpec{
		CommonRouteSpec: parents(section), Hostnames: hostnames,
		Rules: []gatewayv1.TLSRouteRule{{BackendRefs: []gatewayv1.BackendRef{to(backend).BackendRef}}},
	}}
}

// streams is a world with listeners of all stream protocols.
func streams() gatewayapi.Input {
	in := world()
	in.Gateways = []gatewayv1.Gateway{gateway("public", "tcp:TCP:5432", "udp:UDP:53", "pass:TLS:8443", "end:TLS:9443:*.end.com")}
	in.Gateways[0].Spec.Listeners[2].TLS = &gatewayv1.ListenerTLSConfig{Mode: new(gatewayv1.TLSModePassthrough)}
	in.Gateways[0].Spec.Listeners[3].TLS = &gatewayv1.ListenerTLSConfig{
		CertificateRefs: []gatewayv1.SecretObjectReference{{Name: "end"}},
	}
	in.Secrets = []corev1.Secret{{ObjectMeta: meta("end")}}
	in.KongReferenceGrants = []configurationv1alpha1.KongReferenceGrant{*builder.NewReferenceGrant("secrets").Namespace("shop").
		From("configuration.konghq.com", "KongCertificate", "kong").To("core", "Secret").MustBuild()}
	dns := service("dns")
	dns.Spec.Ports[0].Protocol = corev1.ProtocolUDP
	in.Services = append(in.Services, dns)
	return in
}

func TestStreams(t *testing.T) {
	t.Parallel()
	in := streams()
	in.TCPRoutes = []gatewayv1.TCPRoute{tcpRoute("db", "tcp", "echo")}
	in.UDPRoutes = []gatewayv1.UDPRoute{{ObjectMeta: meta("dns"), Spec: gatewayv1.UDPRouteSpec{
		CommonRouteSpec: parents("udp"), Rules: []gatewayv1.UDPRouteRule{{BackendRefs: []gatewayv1.BackendRef{to("dns").BackendRef}}},
	}}}
	in.TLSRoutes = []gatewayv1.TLSRoute{tlsRoute("p", "pass", "echo", "a.com", "*.b.com"), tlsRoute("e", "end", "echo")}
	result := translate(t, in)
	for _, route := range result.Routes {
		assert.Equal(t, "Accepted", route.Parents[0].Conditions[0].Reason, route.Key)
		assert.Empty(t, route.Refused)
	}
	for _, router := range routers(t, result) {
		for _, c := range []struct {
			protocol, sni string
			port          uint16
			want          string
		}{
			{"tcp", "", 5432, "gateway.tcp.shop.db.0.5432"},
			{"tcp", "", 5433, ""},
			{"udp", "", 53, "gateway.udp.shop.dns.0.53"},
			{"tls_passthrough", "a.com", 8443, "gateway.tls.shop.p.0.tls-passthrough.8443"},
			{"tls_passthrough", "x.b.com", 8443, "gateway.tls.shop.p.0.tls-passthrough.8443"},
			{"tls_passthrough", "c.com", 8443, ""},
			{"tls", "x.end.com", 9443, "gateway.tls.shop.e.0.9443"},
		} {
			m, ok := router.Match(routing.Request{
				Protocol: c.protocol, SNI: c.sni, Destination: netip.AddrPortFrom(netip.MustParseAddr("10.0.0.9"), c.port),
			})
			got := ""
			if ok {
				got = m.Route.Key.Name
				assert.Zero(t, m.Status, c)
			}
			assert.Equal(t, c.want, got, c)
		}
	}
	protocols := map[string]string{}
	for _, object := range result.Objects {
		if s, ok := object.(*configurationv1alpha1.KongService); ok {
			protocols[s.Name] = *s.Spec.Protocol
		}
	}
	assert.Equal(t, map[string]string{"gateway.service.shop.echo.80-tcp": "tcp", "gateway.service.shop.dns.80-udp": "udp"}, protocols)
}

// TestPortsOfOneNumber: a Service may have a number twice, for TCP and for UDP.
func TestPortsOfOneNumber(t *testing.T) {
	t.Parallel()
	ports := []corev1.ServicePort{
		{Name: "dns", Port: 80, Protocol: corev1.ProtocolUDP}, {Name: "dns-tcp", Port: 80}, {Name: "trace", Port: 81, Protocol: corev1.ProtocolUDP},
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}} {
		in := streams()
		in.HTTPRoutes = []gatewayv1.HTTPRoute{httpRoute("web", "", toAll(rule("/"), to("dns"))), httpRoute("trace", "", toAll(rule("/trace"), to("dns")))}
		in.HTTPRoutes[1].Spec.Rules[0].BackendRefs[0].Port = new(gatewayv1.PortNumber(81))
		in.Gateways[0].Spec.Listeners = append(in.Gateways[0].Spec.Listeners, listener("http:HTTP:80"))
		in.TCPRoutes = []gatewayv1.TCPRoute{tcpRoute("dns", "tcp", "dns")}
		in.UDPRoutes = []gatewayv1.UDPRoute{{ObjectMeta: meta("dns"), Spec: gatewayv1.UDPRouteSpec{
			CommonRouteSpec: parents("udp"), Rules: []gatewayv1.UDPRouteRule{{BackendRefs: []gatewayv1.BackendRef{to("dns").BackendRef}}},
		}}}
		in.Services[1].Spec.Ports = nil
		slice := endpoints("dns", "10.0.0.9")
		slice.Ports = []discoveryv1.EndpointPort{
			{Name: new("dns"), Port: new(int32(1053)), Protocol: new(corev1.ProtocolUDP)}, {Name: new("dns-tcp"), Port: new(int32(1054))},
		}
		in.EndpointSlices = append(in.EndpointSlices, slice)
		for _, i := range order {
			in.Services[1].Spec.Ports = append(in.Services[1].Spec.Ports, ports[i])
		}
		result := translate(t, in)
		assert.Equal(t, map[string]int64{"10.0.0.9:1053": 100}, targetsOf(result, "gateway.service.shop.dns.80-udp"))
		assert.Equal(t, map[string]int64{"10.0.0.9:1054": 100}, targetsOf(result, "gateway.service.shop.dns.80-tcp"))
		assert.Equal(t, map[string]int64{"10.0.0.9:1054": 100}, targetsOf(result, "gateway.service.shop.dns.80"))
		for _, route := range result.Routes {
			resolved := route.Parents[0].Conditions[1]
			if route.Key.Name != "trace" {
				assert.Equal(t, "ResolvedRefs", resolved.Reason, route.Key)
				continue
			}
			assert.Equal(t, "UnsupportedProtocol", resolved.Reason)
			assert.Equal(t, "spec.rules[0].backendRefs[0]: the port is one of UDP, and the route needs one of TCP", resolved.Message)
		}
	}
}

// TestStreamsInEachOthersWay: the gateway has no order for them, so that the younger is refused.
func TestStreamsInEachOthersWay(t *testing.T) {
	t.Parallel()
	in := streams()
	in.TCPRoutes = []gatewayv1.TCPRoute{tcpRoute("a", "tcp", "echo"), tcpRoute("b", "tcp", "echo"), tcpRoute("c", "tcp", "no")}
	in.TLSRoutes = []gatewayv1.TLSRoute{tlsRoute("d", "pass", "echo", "*.a.com"), tlsRoute("e", "pass", "echo", "x.a.com"), tlsRoute("f", "pass", "echo")}
	result := translate(t, in)
	refused := map[string]string{}
	for _, route := range result.Routes {
		for _, refusal := range route.Refused {
			refused[route.Key.Name] = refusal.String()
		}
	}
	assert.Equal(t, map[string]string{
		"b": "spec.rules[0]: takes the same connections to port 5432 as TCPRoute shop/a",
		"c": "spec.rules[0]: takes the same connections to port 5432 as TCPRoute shop/a",
		"e": "spec.rules[0]: takes connections for x.a.com, some of which are for the same server names as TLSRoute shop/d",
		"f": "spec.rules[0]: a route over TLS needs hostnames, of its own or of the listener, for the gateway",
	}, refused)
}

func TestStreamWithoutBackends(t *testing.T) {
	t.Parallel()
	in := streams()
	in.TCPRoutes = []gatewayv1.TCPRoute{tcpRoute("c", "tcp", "no")}
	in.TCPRoutes[0].Annotations = map[string]string{"konghq.com/plugins": "a"}
	in.TCPRoutes[0].Spec.Rules = append(in.TCPRoutes[0].Spec.Rules, in.TCPRoutes[0].Spec.Rules[0])
	result := translate(t, in)
	assert.Equal(t, []string{"Accepted=True/Accepted", "ResolvedRefs=False/BackendNotFound", "PartiallyInvalid=True/UnsupportedValue"}, conditions(t, result))
	assert.Empty(t, hostsOf(result))
	require.Len(t, result.Warnings, 2)
	assert.Equal(t, "TCPRoute shop/c: metadata.annotations[konghq.com/plugins]: has no effect on a route of streams", result.Warnings[0].String())
	assert.Equal(t, "TCPRoute shop/c: spec.rules[0].backendRefs: leads nowhere, so that there is no route, and connections are closed", result.Warnings[1].String())
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	listeners := func(in *gatewayapi.Input) *gatewayv1.Listener { return &in.Gateways[0].Spec.Listeners[3] }
	for _, c := range []struct {
		reason string
		change func(in *gatewayapi.Input)
		warned string
	}{
		{"as it is", func(*gatewayapi.Input) {}, ""},
		{"no grant", func(in *gatewayapi.Input) { in.KongReferenceGrants = nil },
			"no KongReferenceGrant in shop lets KongCertificates of kong refer to Secret shop/end"},
		{"no Secret", func(in *gatewayapi.Input) { in.Secrets = nil }, "Secret shop/end does not exist"},
		{"another kind", func(in *gatewayapi.Input) {
			listeners(in).TLS.CertificateRefs[0].Kind = new(gatewayv1.Kind("ConfigMap"))
		}, "only a Secret can be named"},
		{"another namespace", func(in *gatewayapi.Input) {
			listeners(in).TLS.CertificateRefs[0].Namespace = new(gatewayv1.Namespace("far"))
		}, "no ReferenceGrant in far lets Gateways of shop refer to Secret far/end"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			in := streams()
			c.change(&in)
			result := translate(t, in)
			if c.warned != "" {
				assert.Empty(t, result.Objects)
				require.Len(t, result.Warnings, 1)
				assert.Equal(t, "Gateway shop/public: spec.listeners[3].tls.certificateRefs[0]: "+c.warned, result.Warnings[0].String())
				return
			}
			assert.Empty(t, result.Warnings)
			require.Len(t, result.Objects, 2)
			certificate := find[*configurationv1alpha1.KongCertificate](t, result, "gateway.gateway.shop.public.end")
			assert.Equal(t, "shop/end", *certificate.Spec.SecretRef.Namespace+"/"+certificate.Spec.SecretRef.Name)
			assert.Equal(t, "Gateway", certificate.Labels["konnectkit/source-kind"])
			sni := find[*configurationv1alpha1.KongSNI](t, result, "gateway.gateway.shop.public.end")
			assert.Equal(t, "*.end.com", sni.Spec.Name)
			assert.Equal(t, "kong", crd.NamespaceOf(sni))
		})
	}
}

// TestCertificatesOfOneName: a name has one certificate.
func TestCertificatesOfOneName(t *testing.T) {
	t.Parallel()
	in := streams()
	again := in.Gateways[0].Spec.Listeners[3]
	again.Name, again.Port = "again", 9444
	again.TLS = again.TLS.DeepCopy()
	again.TLS.CertificateRefs = append(again.TLS.CertificateRefs, again.TLS.CertificateRefs[0])
	in.Gateways[0].Spec.Listeners = append(in.Gateways[0].Spec.Listeners, again)
	result := translate(t, in)
	assert.Len(t, result.Objects, 2)
	require.Len(t, result.Warnings, 2)
	assert.Contains(t, result.Warnings[0].String(), "*.end.com has the certificate of another listener")
	assert.Contains(t, result.Warnings[1].String(), "a name has one certificate, that of the first reference")
}
