package gatewayapi_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// listener makes one of a Gateway from name:protocol:port:hostname.
func listener(text string) gatewayv1.Listener {
	parts := strings.SplitN(text, ":", 4)
	port, err := strconv.Atoi(parts[2])
	if err != nil {
		panic(err)
	}
	l := gatewayv1.Listener{Name: gatewayv1.SectionName(parts[0]), Protocol: gatewayv1.ProtocolType(parts[1]), Port: gatewayv1.PortNumber(port)}
	if len(parts) > 3 {
		l.Hostname = new(gatewayv1.Hostname(parts[3]))
	}
	return l
}

// gateway makes a Gateway of namespace shop.
func gateway(name string, listeners ...string) gatewayv1.Gateway {
	g := gatewayv1.Gateway{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
	for _, text := range listeners {
		g.Spec.Listeners = append(g.Spec.Listeners, listener(text))
	}
	return g
}

// match makes one from words: a path that begins with = (exact), ~ (expression) or / (prefix), a
// method, and headers as name:value.
func match(text string) gatewayv1.HTTPRouteMatch {
	var m gatewayv1.HTTPRouteMatch
	for word := range strings.FieldsSeq(text) {
		name, value, isHeader := strings.Cut(word, ":")
		switch {
		case strings.HasPrefix(word, "="):
			m.Path = &gatewayv1.HTTPPathMatch{Type: new(gatewayv1.PathMatchExact), Value: new(word[1:])}
		case strings.HasPrefix(word, "~"):
			m.Path = &gatewayv1.HTTPPathMatch{Type: new(gatewayv1.PathMatchRegularExpression), Value: new(word[1:])}
		case strings.HasPrefix(word, "/"):
			m.Path = &gatewayv1.HTTPPathMatch{Type: new(gatewayv1.PathMatchPathPrefix), Value: new(word)}
		case isHeader:
			m.Headers = append(m.Headers, gatewayv1.HTTPHeaderMatch{Name: gatewayv1.HTTPHeaderName(name), Value: value})
		default:
			m.Method = new(gatewayv1.HTTPMethod(word))
		}
	}
	return m
}

// to refers to port 80 of a Service.
func to(service string) gatewayv1.HTTPBackendRef {
	name, weight, weighted := strings.Cut(service, "*")
	ref := gatewayv1.HTTPBackendRef{}
	namespace, name, found := strings.Cut(name, "/")
	if !found {
		namespace, name = "", namespace
	}
	ref.Name, ref.Port = gatewayv1.ObjectName(name), new(gatewayv1.PortNumber(80))
	if namespace != "" {
		ref.Namespace = new(gatewayv1.Namespace(namespace))
	}
	if weighted {
		w, err := strconv.Atoi(weight)
		if err != nil {
			panic(err)
		}
		ref.Weight = new(int32(w))
	}
	return ref
}

// rule makes one that sends what matches to Service echo.
func rule(matches ...string) gatewayv1.HTTPRouteRule {
	r := gatewayv1.HTTPRouteRule{BackendRefs: []gatewayv1.HTTPBackendRef{to("echo")}}
	for _, m := range matches {
		r.Matches = append(r.Matches, match(m))
	}
	return r
}

// httpRoute makes one of namespace shop, of Gateway public, from hostnames and rules.
func httpRoute(name, hostnames string, rules ...gatewayv1.HTTPRouteRule) gatewayv1.HTTPRoute {
	r := gatewayv1.HTTPRoute{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
	r.Spec.ParentRefs = []gatewayv1.ParentReference{{Name: "public"}}
	for host := range strings.FieldsSeq(hostnames) {
		r.Spec.Hostnames = append(r.Spec.Hostnames, gatewayv1.Hostname(host))
	}
	r.Spec.Rules = rules
	return r
}

// service makes one of namespace shop, unless its name has another one, with port 80.
func service(name string) corev1.Service {
	namespace, name, found := strings.Cut(name, "/")
	if !found {
		namespace, name = "shop", namespace
	}
	return corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "web", Port: 80}}},
	}
}

// endpoints makes the slice of a service of namespace shop.
func endpoints(service string, addresses ...string) discoveryv1.EndpointSlice {
	s := discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Namespace: "shop", Name: service + "-1", Labels: map[string]string{discoveryv1.LabelServiceName: service}},
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports:       []discoveryv1.EndpointPort{{Name: new("web"), Port: new(int32(8080))}},
	}
	for _, address := range addresses {
		s.Endpoints = append(s.Endpoints, discoveryv1.Endpoint{Addresses: []string{address}})
	}
	return s
}

func controlPlane(*gatewayv1.Gateway) crd.Key {
	return crd.Key{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Namespace: "kong", Name: "gateway"}
}

// world is an input with Gateway public, Service echo and these routes.
func world(routes ...gatewayv1.HTTPRoute) gatewayapi.Input {
	return gatewayapi.Input{
		Gateways:       []gatewayv1.Gateway{gateway("public", "http:HTTP:80")},
		HTTPRoutes:     routes,
		Services:       []corev1.Service{service("echo")},
		EndpointSlices: []discoveryv1.EndpointSlice{endpoints("echo", "10.0.0.1")},
		ControlPlane:   controlPlane,
	}
}

func translate(t testing.TB, in gatewayapi.Input, opts ...gatewayapi.Option) *gatewayapi.Result {
	t.Helper()
	result, err := gatewayapi.Translate(in, opts...)
	require.NoError(t, err)
	return result
}

// routers are gateways of all settings with the routes of a result.
func routers(t testing.TB, result *gatewayapi.Result) map[string]*routing.Router {
	t.Helper()
	id := func(o crd.Object) string {
		return uuid.NewSHA1(uuid.NameSpaceURL, []byte(crd.KeyOf(o).String())).String()
	}
	routes, err := routing.FromObjects(result.Objects, id)
	require.NoError(t, err)
	found := map[string]*routing.Router{}
	for name, opts := range map[string][]routing.Option{
		"original": nil,
		"strict":   {routing.WithPriority(routing.Strict)},
	} {
		found[name], err = routing.New(routes, opts...)
		require.NoError(t, err)
	}
	return found
}

// request makes one from GET host/path and headers as name:value; the method may lack.
func request(text string) routing.Request {
	r := routing.Request{Header: http.Header{}}
	for word := range strings.FieldsSeq(text) {
		name, value, isHeader := strings.Cut(word, ":")
		switch host, path, isURL := strings.Cut(word, "/"); {
		case isURL:
			r.Host, r.Path = host, "/"+path
		case isHeader:
			r.Header.Add(name, value)
		default:
			r.Method = word
		}
	}
	return r
}

// pluginsOf returns the configurations of plugins by route and type.
func pluginsOf(t testing.TB, result *gatewayapi.Result) map[string]map[string]string {
	t.Helper()
	configs := map[string]*configurationv1.KongPlugin{}
	for _, object := range result.Objects {
		if p, ok := object.(*configurationv1.KongPlugin); ok {
			configs[p.Name] = p
		}
	}
	found := map[string]map[string]string{}
	for _, object := range result.Objects {
		b, ok := object.(*configurationv1alpha1.KongPluginBinding)
		if !ok {
			continue
		}
		route := b.Spec.Targets.RouteRef.Name
		if found[route] == nil {
			found[route] = map[string]string{}
		}
		if p := configs[b.Spec.PluginRef.Name]; p != nil {
			found[route][p.PluginName] = string(p.Config)
			continue
		}
		found[route][b.Spec.PluginRef.Name] = *b.Spec.PluginRef.Namespace
	}
	return found
}

// find returns the object of a type with a name.
func find[T crd.Object](t testing.TB, result *gatewayapi.Result, name string) T {
	t.Helper()
	for _, object := range result.Objects {
		if o, ok := object.(T); ok && o.GetName() == name {
			return o
		}
	}
	require.Fail(t, "no object", "%s", name)
	panic("unreachable")
}
