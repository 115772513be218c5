package gatewayconformance_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/internal/precedence"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// planeOf is the control plane that a Gateway stands for, in a namespace of its own.
func planeOf(g *gatewayv1.Gateway) crd.Key {
	return crd.Key{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Namespace: "kong-" + g.Name, Name: g.Namespace + "." + g.Name}
}

// input reads the cluster.
func (w *world) input() gatewayapi.Input {
	var (
		gateways   gatewayv1.GatewayList
		http       gatewayv1.HTTPRouteList
		grpc       gatewayv1.GRPCRouteList
		tls        gatewayv1.TLSRouteList
		grants     gatewayv1.ReferenceGrantList
		namespaces corev1.NamespaceList
		services   corev1.ServiceList
		endpoints  discoveryv1.EndpointSliceList
		secrets    corev1.SecretList
	)
	c := w.cluster
	c.list(&gateways)
	c.list(&http)
	c.list(&grpc)
	c.list(&tls)
	c.list(&grants)
	c.list(&namespaces)
	c.list(&services)
	c.list(&endpoints)
	c.list(&secrets)
	return gatewayapi.Input{
		Gateways: gateways.Items, HTTPRoutes: http.Items, GRPCRoutes: grpc.Items, TLSRoutes: tls.Items, ReferenceGrants: grants.Items,
		Namespaces: namespaces.Items, Services: services.Items, EndpointSlices: endpoints.Items, Secrets: secrets.Items,
		ControlPlane: planeOf,
	}
}

// provision translates what the cluster has into Konnect, and writes the status of routes and Gateways.
func (w *world) provision() {
	in := w.input()
	var others []crd.Object
	for i := range in.Gateways {
		g, plane := &in.Gateways[i], planeOf(&in.Gateways[i])
		grant := builder.NewReferenceGrant(plane.Name).Namespace(g.Namespace).
			From(crd.ConfigurationGroup, "KongCertificate", plane.Namespace).To("core", "Secret").MustBuild()
		in.KongReferenceGrants = append(in.KongReferenceGrants, *grant)
		others = append(others, grant, builder.NewGatewayControlPlane(plane.Name).Namespace(plane.Namespace).MustBuild())
	}
	for i := range in.Secrets {
		others = append(others, core.NewSecret(&in.Secrets[i]))
	}
	result, err := gatewayapi.Translate(in, gatewayapi.WithControllerName(controllerName))
	if !assert.NoError(w.t, err) {
		return
	}
	objects := slices.Concat(others, result.Objects)
	if _, err = w.konnect.Ensure(w.t.Context(), objects, konnect.WithPrune()); !assert.NoError(w.t, err) {
		return
	}
	w.refused = map[precedence.Rule]string{}
	for _, route := range result.Routes {
		for _, r := range route.Refused {
			if route.Key.Kind == "HTTPRoute" {
				w.refused[precedence.Rule{Namespace: route.Key.Namespace, Route: route.Key.Name, Index: r.Rule}] = r.String()
			}
		}
	}
	labels := map[string]map[string]string{}
	for _, n := range in.Namespaces {
		labels[n.Name] = n.Labels
	}
	backends := w.backends(in.EndpointSlices)
	w.addresses = addresses(objects)
	for i := range in.Gateways {
		g := &in.Gateways[i]
		address := fmt.Sprintf("192.0.2.%d", i+1)
		id := w.server.ControlPlane(planeOf(g).Name).ID
		p := &plane{
			gateway: w.server.Gateway(id, backends...),
			api:     &precedence.Cluster{Gateways: in.Gateways[i : i+1], Routes: in.HTTPRoutes, Labels: labels},
		}
		p.original, p.strict = w.router(id, routing.Original), w.router(id, routing.Strict)
		w.planes[address] = p
		w.acceptGateway(g, address, p.api)
	}
	w.writeStatus(result.Routes)
}

// router matches as gateways with a priority do, by the entities of a control plane.
func (w *world) router(id string, priority routing.Priority) *routing.Router {
	routes, err := routing.FromEntities(w.entities(id, "routes"), w.entities(id, "services"))
	assert.NoError(w.t, err)
	router, err := routing.New(routes, routing.WithPriority(priority))
	assert.NoError(w.t, err)
	return router
}

func (w *world) entities(id, collection string) []json.RawMessage {
	var found []json.RawMessage
	for _, entity := range w.server.Entities(id, collection) {
		text, err := json.Marshal(entity)
		assert.NoError(w.t, err)
		found = append(found, text)
	}
	return found
}

// backends answer for all pods, at all ports of their Services.
func (w *world) backends(all []discoveryv1.EndpointSlice) []konnecttest.GatewayOption {
	var pods corev1.PodList
	w.cluster.list(&pods)
	byIP := map[string]*corev1.Pod{}
	for i := range pods.Items {
		byIP[pods.Items[i].Status.PodIP] = &pods.Items[i]
	}
	var options []konnecttest.GatewayOption
	for _, slice := range all {
		for _, endpoint := range slice.Endpoints {
			for _, port := range slice.Ports {
				address := net.JoinHostPort(endpoint.Addresses[0], strconv.Itoa(int(*port.Port)))
				options = append(options, konnecttest.WithBackend(address, echo(byIP[endpoint.Addresses[0]])))
			}
		}
	}
	return options
}

// addresses are those of targets, as often as their weight says, by the name of the upstream.
func addresses(objects []crd.Object) map[string][]string {
	names, found := map[crd.Key]string{}, map[string][]string{}
	for _, object := range objects {
		if u, ok := object.(*configurationv1alpha1.KongUpstream); ok {
			names[crd.KeyOf(u)] = *u.Spec.Name
		}
	}
	for _, object := range objects {
		if t, ok := object.(*configurationv1alpha1.KongTarget); ok {
			address, _, _ := strings.Cut(t.Spec.Target, ":")
			for _, ref := range t.References() {
				found[names[ref.To]] = append(found[names[ref.To]], slices.Repeat([]string{address}, *t.Spec.Weight)...)
			}
		}
	}
	return found
}

// podOf returns one of those that a service leads to.
func (w *world) podOf(service *routing.Service) *corev1.Pod {
	w.mu.Lock()
	defer w.mu.Unlock()
	var pods corev1.PodList
	w.cluster.list(&pods)
	if all := w.addresses[service.Host]; len(all) > 0 {
		address := all[rand.IntN(len(all))]
		i := slices.IndexFunc(pods.Items, func(p corev1.Pod) bool { return p.Status.PodIP == address })
		return &pods.Items[i]
	}
	assert.Fail(w.t, "no pod", service.Host)
	return &corev1.Pod{}
}
