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

// conditions returns type=status/reason of the first route's first parent.
func conditions(t *testing.T, result *gatewayapi.Result) []string {
	t.Helper()
	require.Len(t, result.Routes, 1)
	require.Len(t, result.Routes[0].Parents, 1)
	var texts []string
	for _, c := range result.Routes[0].Parents[0].Conditions {
		texts = append(texts, c.Type+"="+string(c.Status)+"/"+c.Reason)
	}
	return texts
}

func accepted(rest ...string) []string {
	return append([]string{"Accepted=True/Accepted", "ResolvedRefs=True/ResolvedRefs"}, rest...)
}

// hostsOf returns the hosts and protocols of all routes by name.
func hostsOf(result *gatewayapi.Result) map[string][]string {
	found := map[string][]string{}
	for _, object := range result.Objects {
		if r, ok := object.(*configurationv1alpha1.KongRoute); ok {
			found[r.Name] = append(append([]string{}, r.Spec.Hosts...), r.Spec.Protocols...)
		}
	}
	return found
}

func TestAttachment(t *testing.T) {
	t.Parallel()
	type hosts = map[string][]string
	const route = "gateway.http.shop.r.0.0"
	allow := func(l *gatewayv1.Listener, from gatewayv1.FromNamespaces) {
		l.AllowedRoutes = &gatewayv1.AllowedRoutes{Namespaces: &gatewayv1.RouteNamespaces{From: &from}}
	}
	for _, c := range []struct {
		reason    string
		listeners []string
		hostnames string
		change    func(in *gatewayapi.Input, r *gatewayv1.HTTPRoute, l *gatewayv1.Listener)
		want      []string
		hosts     hosts
	}{
		{"no hostnames at all", []string{"a:HTTP:80"}, "", nil, accepted(), hosts{route: {"http"}}},
		{"those of the route", []string{"a:HTTP:80"}, "A.com *.b.com", nil, accepted(), hosts{
			route + ".a.com": {"a.com", "http"}, route + ".any.b.com": {"*.b.com", "http"},
		}},
		{"that of the listener", []string{"a:HTTP:80:*.a.com"}, "", nil, accepted(), hosts{route: {"*.a.com", "http"}}},
		{"what both have", []string{"a:HTTP:80:*.a.com"}, "x.a.com a.com b.com", nil, accepted(), hosts{route: {"x.a.com", "http"}}},
		{"the narrower wildcard", []string{"a:HTTP:80:*.x.a.com"}, "*.a.com", nil, accepted(), hosts{route: {"*.x.a.com", "http"}}},
		{"nothing in common", []string{"a:HTTP:80:b.com"}, "a.com", nil, []string{"Accepted=False/NoMatchingListenerHostname", "ResolvedRefs=True/ResolvedRefs"}, nil},
		{"both protocols", []string{"a:HTTP:80", "b:HTTPS:443"}, "a.com", nil, accepted(), hosts{route: {"a.com", "http", "https"}}},
		{"a section that is not there", []string{"a:HTTP:80"}, "", func(_ *gatewayapi.Input, r *gatewayv1.HTTPRoute, _ *gatewayv1.Listener) {
			r.Spec.ParentRefs[0].SectionName = new(gatewayv1.SectionName("other"))
		}, []string{"Accepted=False/NoMatchingParent", "ResolvedRefs=True/ResolvedRefs"}, nil},
		{"a port that is not there", []string{"a:HTTP:80"}, "", func(_ *gatewayapi.Input, r *gatewayv1.HTTPRoute, _ *gatewayv1.Listener) {
			r.Spec.ParentRefs[0].Port = new(gatewayv1.PortNumber(81))
		}, []string{"Accepted=False/NoMatchingParent", "ResolvedRefs=True/ResolvedRefs"}, nil},
		{"listeners of other kinds", []string{"a:TCP:80"}, "", nil, []string{"Accepted=False/NotAllowedByListeners", "ResolvedRefs=True/ResolvedRefs"}, nil},
		{"a kind that is not allowed", []string{"a:HTTP:80"}, "", func(_ *gatewayapi.Input, _ *gatewayv1.HTTPRoute, l *gatewayv1.Listener) {
			l.AllowedRoutes = &gatewayv1.AllowedRoutes{Kinds: []gatewayv1.RouteGroupKind{{Kind: "GRPCRoute"}}}
		}, []string{"Accepted=False/NotAllowedByListeners", "ResolvedRefs=True/ResolvedRefs"}, nil},
		{"another namespace, which is not allowed where nothing is said", []string{"a:HTTP:80"}, "", func(in *gatewayapi.Input, r *gatewayv1.HTTPRoute, _ *gatewayv1.Listener) {
			r.Namespace, r.Spec.ParentRefs[0].Namespace = "other", new(gatewayv1.Namespace("shop"))
			in.Services[0].Namespace = "other"
		}, []string{"Accepted=False/NotAllowedByListeners", "ResolvedRefs=True/ResolvedRefs"}, nil},
		{"all namespaces", []string{"a:HTTP:80"}, "", func(in *gatewayapi.Input, r *gatewayv1.HTTPRoute, l *gatewayv1.Listener) {
			r.Namespace, r.Spec.ParentRefs[0].Namespace = "other", new(gatewayv1.Namespace("shop"))
			in.Services[0].Namespace = "other"
			allow(l, gatewayv1.NamespacesFromAll)
		}, accepted(), hosts{"gateway.http.other.r.0.0": {"http"}}},
		{"a listener that asks clients for certificates", []string{"a:HTTPS:443"}, "", func(in *gatewayapi.Input, _ *gatewayv1.HTTPRoute, _ *gatewayv1.Listener) {
			in.Gateways[0].Spec.TLS = &gatewayv1.GatewayTLSConfig{Frontend: &gatewayv1.FrontendTLSConfig{
				Default: gatewayv1.TLSConfig{Validation: &gatewayv1.FrontendTLSValidation{}},
			}}
		}, []string{"Accepted=False/NotAllowedByListeners", "ResolvedRefs=True/ResolvedRefs"}, nil},
		{"a listener that asks nobody, by its port", []string{"a:HTTPS:443"}, "", func(in *gatewayapi.Input, _ *gatewayv1.HTTPRoute, _ *gatewayv1.Listener) {
			in.Gateways[0].Spec.TLS = &gatewayv1.GatewayTLSConfig{Frontend: &gatewayv1.FrontendTLSConfig{
				Default: gatewayv1.TLSConfig{Validation: &gatewayv1.FrontendTLSValidation{}},
				PerPort: []gatewayv1.TLSPortConfig{{Port: 443}},
			}}
		}, accepted(), hosts{route: {"https"}}},
		{"a listener of a name that is none", []string{"A b:HTTP:80"}, "", nil, []string{"Accepted=False/NotAllowedByListeners", "ResolvedRefs=True/ResolvedRefs"}, nil},
		{"a listener without a port", []string{"a:HTTP:0"}, "", nil, []string{"Accepted=False/NotAllowedByListeners", "ResolvedRefs=True/ResolvedRefs"}, nil},
		{"a listener of a host that is none", []string{"a:HTTP:80:a.*"}, "", nil, []string{"Accepted=False/NotAllowedByListeners", "ResolvedRefs=True/ResolvedRefs"}, nil},
		{"no namespace", []string{"a:HTTP:80"}, "", func(_ *gatewayapi.Input, _ *gatewayv1.HTTPRoute, l *gatewayv1.Listener) {
			allow(l, gatewayv1.NamespacesFromNone)
		}, []string{"Accepted=False/NotAllowedByListeners", "ResolvedRefs=True/ResolvedRefs"}, nil},
		{"namespaces by their labels", []string{"a:HTTP:80"}, "", func(in *gatewayapi.Input, _ *gatewayv1.HTTPRoute, l *gatewayv1.Listener) {
			allow(l, gatewayv1.NamespacesFromSelector)
			l.AllowedRoutes.Namespaces.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"team": "a"}}
			in.Namespaces = []corev1.Namespace{{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{"team": "a"}}}}
		}, accepted(), hosts{route: {"http"}}},
		{"namespaces by the label that all have", []string{"a:HTTP:80"}, "", func(_ *gatewayapi.Input, _ *gatewayv1.HTTPRoute, l *gatewayv1.Listener) {
			allow(l, gatewayv1.NamespacesFromSelector)
			l.AllowedRoutes.Namespaces.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": "other"}}
		}, []string{"Accepted=False/NotAllowedByListeners", "ResolvedRefs=True/ResolvedRefs"}, nil},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			in := world(httpRoute("r", c.hostnames, rule()))
			in.Gateways = []gatewayv1.Gateway{gateway("public", c.listeners...)}
			if c.change != nil {
				c.change(&in, &in.HTTPRoutes[0], &in.Gateways[0].Spec.Listeners[0])
			}
			result := translate(t, in)
			assert.Equal(t, c.want, conditions(t, result))
			if c.hosts == nil {
				c.hosts = hosts{}
				assert.Empty(t, result.Objects)
			}
			assert.Equal(t, c.hosts, hostsOf(result))
		})
	}
}

// TestUnusedFields: what a Gateway asks for in vain is warned of.
func TestUnusedFields(t *testing.T) {
	t.Parallel()
	in := world(httpRoute("r", "", rule()))
	in.Gateways[0].Spec.TLS = &gatewayv1.GatewayTLSConfig{Backend: &gatewayv1.GatewayBackendTLS{}}
	in.Gateways[0].Spec.AllowedListeners = &gatewayv1.AllowedListeners{Namespaces: &gatewayv1.ListenerNamespaces{From: new(gatewayv1.NamespacesFromAll)}}
	in.Gateways[0].Spec.DefaultScope = gatewayv1.GatewayDefaultScopeAll
	var warnings []string
	for _, w := range translate(t, in).Warnings {
		warnings = append(warnings, w.String())
	}
	assert.Equal(t, []string{
		"Gateway shop/public: spec.allowedListeners: has no effect: ListenerSets are not translated",
		"Gateway shop/public: spec.defaultScope: has no effect: routes name their Gateways under parentRefs",
		"Gateway shop/public: spec.tls.backend: has no effect: no certificate is shown to backends",
	}, warnings)
}

func TestParents(t *testing.T) {
	t.Parallel()
	route := httpRoute("r", "a.com", rule())
	route.Generation = 7
	route.Spec.ParentRefs = []gatewayv1.ParentReference{
		{Name: "other"}, {Name: "public"}, {Name: "absent"}, {Kind: new(gatewayv1.Kind("Service")), Name: "public"}, {Name: "private"},
	}
	in := world(route)
	in.Gateways = append(in.Gateways, gateway("other", "http:HTTP:80"), gateway("private", "http:HTTP:80:b.com"))
	in.ControlPlane = func(g *gatewayv1.Gateway) crd.Key {
		if g.Name == "other" {
			return crd.Key{}
		}
		key := controlPlane(g)
		key.Namespace, key.Name = "kong-"+g.Name, g.Name
		return key
	}
	result := translate(t, in, gatewayapi.WithControllerName("example.com/controller"))
	require.Len(t, result.Routes, 1)
	parents := result.Routes[0].Parents
	require.Len(t, parents, 2, "only Gateways of control planes")
	assert.Equal(t, "public", string(parents[0].ParentRef.Name))
	assert.Equal(t, "private", string(parents[1].ParentRef.Name))
	for _, p := range parents {
		assert.Equal(t, "example.com/controller", string(p.ControllerName))
		for _, c := range p.Conditions {
			assert.Equal(t, int64(7), c.ObservedGeneration)
		}
	}
	assert.Equal(t, "Accepted", parents[0].Conditions[0].Reason)
	assert.Equal(t, "NoMatchingListenerHostname", parents[1].Conditions[0].Reason)

	result = translate(t, world())
	assert.Empty(t, result.Routes)
	in.HTTPRoutes = append(in.HTTPRoutes, route)
	_, err := gatewayapi.Translate(in)
	require.EqualError(t, err, "translate Gateway API: HTTPRoute shop/r is there twice")
	in.ControlPlane = nil
	_, err = gatewayapi.Translate(in)
	require.EqualError(t, err, "translate Gateway API: Input.ControlPlane is required")
}

// TestListenersThatLookAlike: what the gateway cannot keep apart is refused, or warned of.
func TestListenersThatLookAlike(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason    string
		listeners []string
		section   string
		hostnames string
		opts      []gatewayapi.Option
		refused   string
		warned    string
	}{
		{"ports", []string{"a:HTTP:80", "b:HTTP:81"}, "a", "", nil, "spec.parentRefs: is attached to listener a and not to b of Gateway shop/public, and the gateway tells listeners of one protocol by hostname alone", ""},
		{"ports, by choice", []string{"a:HTTP:80", "b:HTTP:81"}, "a", "", []gatewayapi.Option{gatewayapi.WithSharedListeners()}, "", "is attached to listener a and not to b"},
		{"ports with hosts of their own", []string{"a:HTTP:80:a.com", "b:HTTP:81:b.com"}, "a", "", nil, "", ""},
		{"both ports", []string{"a:HTTP:80", "b:HTTP:81"}, "", "", nil, "", ""},
		{"a narrower listener", []string{"a:HTTP:80", "b:HTTP:80:b.com"}, "a", "", nil, "", "also serves the hosts of listener b"},
		{"a narrower listener, strictly", []string{"a:HTTP:80", "b:HTTP:80:b.com"}, "a", "", []gatewayapi.Option{gatewayapi.Strict()}, "spec.parentRefs: also serves the hosts of listener b, to which it is not attached", ""},
		{"a narrower listener that does not matter", []string{"a:HTTP:80", "b:HTTP:80:b.com"}, "a", "a.com", nil, "", ""},
		{"plain text alone", []string{"a:HTTP:80", "b:HTTPS:443"}, "a", "", nil, "", "is also served over https, by listener b"},
		{"TLS alone", []string{"a:HTTP:80", "b:HTTPS:443"}, "b", "", nil, "", ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			route := httpRoute("r", c.hostnames, rule())
			if c.section != "" {
				route = on(c.section, route)
			}
			in := world(route)
			in.Gateways = []gatewayv1.Gateway{gateway("public", c.listeners...)}
			result := translate(t, in, c.opts...)
			if c.refused == "" {
				assert.Empty(t, result.Routes[0].Refused)
				assert.Equal(t, accepted(), conditions(t, result))
			} else {
				require.Len(t, result.Routes[0].Refused, 1)
				assert.Equal(t, c.refused, result.Routes[0].Refused[0].String())
				assert.Equal(t, "Accepted=False/UnsupportedValue", conditions(t, result)[0])
				assert.Empty(t, result.Objects)
			}
			if c.warned == "" {
				assert.Empty(t, result.Warnings)
				return
			}
			require.Len(t, result.Warnings, 1)
			assert.Contains(t, result.Warnings[0].String(), "HTTPRoute shop/r: spec.parentRefs: "+c.warned)
		})
	}
}
