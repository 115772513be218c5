package gatewayapi_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/precedence"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

var (
	judgeRequests = flag.Int("judge.requests", 3000, "how many random requests TestJudge sends")
	judgeFirst    = flag.Uint64("judge.first", 1, "the first seed of TestJudge")
)

// requestsEach is how many requests each random set of routes gets.
const requestsEach = 10

// TestJudge compares the routes of the gateway, in both calculations of priorities, with what the
// text of the Gateway API says of random routes and requests. A wrong answer is made as small as
// it stays wrong, and printed.
func TestJudge(t *testing.T) {
	t.Parallel()
	var requests, judged, refused, missing int
	for seed := *judgeFirst; requests < *judgeRequests; seed++ {
		g := newGenerator(seed)
		random := g.trial()
		translated := random.translate(t)
		refused += len(translated.refused)
		for range requestsEach {
			requests++
			random.request = g.request(&random.gateway)
			if !random.connects() {
				continue
			}
			judged++
			want, got := translated.answers(random)
			if want == "" {
				missing++
			}
			if got.agrees(want) {
				continue
			}
			small := shrink(random, func(smaller trial) bool {
				want, got := smaller.translate(t).answers(smaller)
				return smaller.connects() && !got.agrees(want)
			})
			want, got = small.translate(t).answers(small)
			require.Failf(t, "wrong answer", "seed %d\n%s\nwant %q\n got %q by original and strict priority", seed, small, want, got)
		}
	}
	t.Logf("%d requests judged, of which %d have no route; %d rules refused", judged, missing, refused)
}

// trial is a Gateway, its routes and a request.
type trial struct {
	gateway gatewayv1.Gateway
	routes  []gatewayv1.HTTPRoute
	request precedence.Request
}

// String is the trial as YAML, and the request.
func (t trial) String() string {
	var out strings.Builder
	objects := []any{t.gateway.Spec.Listeners}
	for _, r := range t.routes {
		objects = append(objects, map[string]any{
			"name": r.Namespace + "/" + r.Name, "created": r.CreationTimestamp, "parents": r.Spec.ParentRefs, "hostnames": r.Spec.Hostnames, "rules": r.Spec.Rules,
		})
	}
	for _, object := range objects {
		text, err := yaml.Marshal(object)
		if err != nil {
			text = []byte(err.Error())
		}
		out.WriteString("---\n" + string(text))
	}
	fmt.Fprintf(&out, "---\n%s %s://%s%s %v", t.request.Method, t.request.Scheme, t.request.Host, t.request.Path, t.request.Header)
	return out.String()
}

// connects reports whether a listener lets a client with TLS get as far as a request: of one for another host, no route
// can tell.
func (t trial) connects() bool {
	cluster := precedence.Cluster{Gateways: []gatewayv1.Gateway{t.gateway}}
	return t.request.Scheme == "http" || cluster.Listens(t.request.Scheme, t.request.Host)
}

// input has a Service for each backend, with one endpoint whose address no other has.
func (t trial) input() gatewayapi.Input {
	in := gatewayapi.Input{
		Gateways: []gatewayv1.Gateway{t.gateway}, HTTPRoutes: t.routes,
		ControlPlane: func(g *gatewayv1.Gateway) crd.Key {
			return crd.Key{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Namespace: g.Namespace, Name: "plane"}
		},
	}
	for _, r := range t.routes {
		for _, rule := range r.Spec.Rules {
			for _, ref := range rule.BackendRefs {
				meta := metav1.ObjectMeta{Namespace: r.Namespace, Name: string(ref.Name)}
				in.Services = append(in.Services, corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{
					ClusterIP: "10.0.0.1", Ports: []corev1.ServicePort{{Port: *ref.Port, Protocol: corev1.ProtocolTCP}},
				}})
				meta.Labels = map[string]string{discoveryv1.LabelServiceName: meta.Name}
				number := len(in.Services)
				in.EndpointSlices = append(in.EndpointSlices, discoveryv1.EndpointSlice{
					ObjectMeta: meta, AddressType: discoveryv1.AddressTypeIPv4,
					Ports:     []discoveryv1.EndpointPort{{Name: new(""), Port: new(int32(8080)), Protocol: new(corev1.ProtocolTCP)}},
					Endpoints: []discoveryv1.Endpoint{{Addresses: []string{fmt.Sprintf("10.1.%d.%d", number/250, number%250+1)}}},
				})
			}
		}
	}
	return in
}

// settings are the calculations of priorities, which must give the same answers.
func settings() [2][]routing.Option {
	return [2][]routing.Option{
		{routing.WithPriority(routing.Original)},
		{routing.WithPriority(routing.Strict)},
	}
}

// translated is what becomes of a trial's routes.
type translated struct {
	gateways [2]*routing.Router
	// backends are the names of Services by the name of the KongService that stands for them.
	backends map[crd.Key]string
	refused  map[precedence.Rule]string
}

func (t trial) translate(tb testing.TB) *translated {
	tb.Helper()
	in := t.input()
	result, err := gatewayapi.Translate(in, gatewayapi.Strict())
	require.NoError(tb, err, "%s", t)
	id := func(object crd.Object) string { return konnect.EntityID("plane", "judge", object) }
	routes, err := routing.FromObjects(result.Objects, id)
	require.NoError(tb, err)
	out := &translated{backends: backends(&in, result.Objects), refused: refusedRules(result)}
	for i, opts := range settings() {
		out.gateways[i], err = routing.New(routes, opts...)
		require.NoError(tb, err, "%s", t)
	}
	return out
}

// refusedRules are those of which nothing was made.
func refusedRules(result *gatewayapi.Result) map[precedence.Rule]string {
	refused := map[precedence.Rule]string{}
	for _, route := range result.Routes {
		for _, r := range route.Refused {
			refused[precedence.Rule{Namespace: route.Key.Namespace, Route: route.Key.Name, Index: r.Rule}] = r.String()
		}
	}
	return refused
}

// backends finds out which Service each KongService leads to, by the addresses of targets.
func backends(in *gatewayapi.Input, objects []crd.Object) map[crd.Key]string {
	byAddress, upstreams, found := map[string]string{}, map[string]crd.Key{}, map[crd.Key]string{}
	for i, slice := range in.EndpointSlices {
		byAddress[slice.Endpoints[0].Addresses[0]] = in.Services[i].Name
	}
	targets := map[crd.Key]string{}
	for _, object := range objects {
		switch o := object.(type) {
		case *configurationv1alpha1.KongUpstream:
			upstreams[*o.Spec.Name] = crd.KeyOf(o)
		case *configurationv1alpha1.KongTarget:
			address, _, _ := strings.Cut(o.Spec.Target, ":")
			for _, ref := range o.References() {
				targets[ref.To] = byAddress[address]
			}
		}
	}
	for _, object := range objects {
		if s, ok := object.(*configurationv1alpha1.KongService); ok {
			found[crd.KeyOf(s)] = targets[upstreams[s.Spec.Host]]
		}
	}
	return found
}

// verdict is the Service that a request goes to, by each of the settings; empty where no route takes it.
type verdict [2]string

func (v verdict) agrees(want string) bool { return v == verdict{want, want} }

// answers returns the Service that a request has to go to, and the one that it goes to.
func (x *translated) answers(t trial) (want string, got verdict) {
	rule, ok := (&precedence.Cluster{Gateways: []gatewayv1.Gateway{t.gateway}, Routes: x.kept(t.routes)}).Answer(t.request)
	if ok {
		i := slices.IndexFunc(t.routes, func(r gatewayv1.HTTPRoute) bool { return r.Namespace == rule.Namespace && r.Name == rule.Route })
		want = string(t.routes[i].Spec.Rules[rule.Index].BackendRefs[0].Name)
	}
	for i, router := range x.gateways {
		got[i] = x.backend(router, t.request)
	}
	return want, got
}

// kept replaces refused rules by ones that nothing matches.
func (x *translated) kept(routes []gatewayv1.HTTPRoute) []gatewayv1.HTTPRoute {
	if len(x.refused) == 0 {
		return routes
	}
	kept := make([]gatewayv1.HTTPRoute, len(routes))
	for i := range routes {
		kept[i] = *routes[i].DeepCopy()
		for rule := range x.refused {
			if rule.Namespace != kept[i].Namespace || rule.Route != kept[i].Name {
				continue
			}
			for j := range kept[i].Spec.Rules {
				if rule.Index == j || rule.Index < 0 {
					kept[i].Spec.Rules[j].Matches = []gatewayv1.HTTPRouteMatch{{Method: new(gatewayv1.HTTPMethod("NONE"))}}
				}
			}
		}
	}
	return kept
}

func (x *translated) backend(r *routing.Router, request precedence.Request) string {
	match, ok := r.Match(routing.Request{
		Method: request.Method, Protocol: request.Scheme, Host: request.Host, Path: request.Path, Header: request.Header,
	})
	if !ok || match.Status != 0 { // no backend gets it: 404, or 426 where a route serves https alone
		return ""
	}
	if match.Route.Service == nil {
		return "none"
	}
	return x.backends[match.Route.Service.Key]
}
