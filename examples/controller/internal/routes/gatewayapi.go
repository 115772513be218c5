package routes

import (
	"cmp"
	"context"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// SetupGatewayAPI adds the translation of routes that are attached to Gateways of the
// GatewayClasses with these controller names. A Gateway stands for the KonnectGatewayControlPlane
// that its infrastructure.parametersRef names, else for the one of its class's parametersRef;
// without either, nothing is done for it.
func SetupGatewayAPI(mgr manager.Manager, controllers []string, options Options) error {
	t := gatewayAPI{controllers: controllers}
	return translator{
		name: "konnectkit-gateway-api",
		watched: []client.Object{
			&gatewayv1.GatewayClass{}, &gatewayv1.Gateway{}, &gatewayv1.HTTPRoute{}, &gatewayv1.GRPCRoute{}, &gatewayv1.TLSRoute{},
			&gatewayv1.TCPRoute{}, &gatewayv1.UDPRoute{}, &gatewayv1.ReferenceGrant{},
			&corev1.Namespace{}, &corev1.Service{}, &discoveryv1.EndpointSlice{}, &corev1.Secret{},
		},
		translate: t.translate,
	}.setup(mgr, options)
}

type gatewayAPI struct{ controllers []string }

func (t gatewayAPI) translate(ctx context.Context, cluster client.Client, owns func(crd.Key) bool) (*translation, error) {
	in, err := readGatewayAPI(ctx, cluster)
	if err != nil {
		return nil, err
	}
	var classes gatewayv1.GatewayClassList
	if err := cluster.List(ctx, &classes); err != nil {
		return nil, err
	}
	ours := map[string]*gatewayv1.GatewayClass{}
	for i := range classes.Items {
		if class := &classes.Items[i]; slices.Contains(t.controllers, string(class.Spec.ControllerName)) {
			ours[class.Name] = class
		}
	}
	// planes and controllerOf have the Gateways of this replica.
	planes := map[client.ObjectKey]crd.Key{}
	controllerOf := map[client.ObjectKey]gatewayv1.GatewayController{}
	in.ControlPlane = func(g *gatewayv1.Gateway) crd.Key {
		class := ours[string(g.Spec.GatewayClassName)]
		if class == nil {
			return crd.Key{}
		}
		plane := planeOf(g, class)
		if plane == (crd.Key{}) || !owns(plane) {
			return crd.Key{}
		}
		planes[client.ObjectKeyFromObject(g)], controllerOf[client.ObjectKeyFromObject(g)] = plane, class.Spec.ControllerName
		return plane
	}
	result, err := gatewayapi.Translate(*in)
	if err != nil {
		return nil, err
	}
	done := &translation{planes: byNamespace(planes, result.Objects), notes: routeNotes(in, result)}
	s := &statusWriter{cluster: cluster, controllers: t.controllers, controllerOf: controllerOf, owns: t.gatewayIsOurs(in, ours, owns)}
	done.record = func(ctx context.Context) error { return s.write(ctx, in, result.Routes) }
	return done, nil
}

// routeNotes has the warnings about each route; what is refused is in its status.
func routeNotes(in *gatewayapi.Input, result *gatewayapi.Result) map[crd.Key]note {
	lines := map[crd.Key][]string{}
	for _, w := range result.Warnings {
		lines[w.Key] = append(lines[w.Key], w.Field+": "+w.Message)
	}
	notes := map[crd.Key]note{}
	for _, route := range routesOf(in) {
		if lines[route.key] != nil {
			notes[route.key] = note{route.object, strings.Join(lines[route.key], "; ")}
		}
	}
	return notes
}

// planeOf returns the control plane that a Gateway stands for; the zero Key where it has none.
func planeOf(g *gatewayv1.Gateway, class *gatewayv1.GatewayClass) crd.Key {
	is := func(group gatewayv1.Group, kind gatewayv1.Kind) bool {
		return string(group) == crd.KonnectGroup && string(kind) == crd.ControlPlaneKind
	}
	plane := crd.Key{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind}
	if g.Spec.Infrastructure != nil {
		if ref := g.Spec.Infrastructure.ParametersRef; ref != nil && is(ref.Group, ref.Kind) {
			plane.Namespace, plane.Name = g.Namespace, ref.Name
			return plane
		}
	}
	if ref := class.Spec.ParametersRef; ref != nil && is(ref.Group, ref.Kind) && ref.Namespace != nil {
		plane.Namespace, plane.Name = string(*ref.Namespace), ref.Name
		return plane
	}
	return crd.Key{}
}

// gatewayIsOurs reports whether the status of routes at a Gateway is this replica's: also where it is gone, or stands
// for nothing any more, as far as no other replica has it.
func (t gatewayAPI) gatewayIsOurs(in *gatewayapi.Input, classes map[string]*gatewayv1.GatewayClass, owns func(crd.Key) bool) func(client.ObjectKey) bool {
	others := map[client.ObjectKey]bool{}
	for i := range in.Gateways {
		g := &in.Gateways[i]
		if class := classes[string(g.Spec.GatewayClassName)]; class != nil {
			if plane := planeOf(g, class); plane != (crd.Key{}) && !owns(plane) {
				others[client.ObjectKeyFromObject(g)] = true
			}
		}
	}
	return func(gateway client.ObjectKey) bool { return !others[gateway] }
}

// readGatewayAPI reads what routes depend on. Kinds that the cluster does not have are empty.
func readGatewayAPI(ctx context.Context, cluster client.Reader) (*gatewayapi.Input, error) {
	var (
		gateways   gatewayv1.GatewayList
		http       gatewayv1.HTTPRouteList
		grpc       gatewayv1.GRPCRouteList
		tls        gatewayv1.TLSRouteList
		tcp        gatewayv1.TCPRouteList
		udp        gatewayv1.UDPRouteList
		grants     gatewayv1.ReferenceGrantList
		namespaces corev1.NamespaceList
		services   corev1.ServiceList
		endpoints  discoveryv1.EndpointSliceList
		secrets    corev1.SecretList
		plugins    configurationv1.KongPluginList
		kongGrants configurationv1alpha1.KongReferenceGrantList
	)
	for _, list := range []client.ObjectList{
		&gateways, &http, &grpc, &tls, &tcp, &udp, &grants, &namespaces, &services, &endpoints, &secrets, &plugins, &kongGrants,
	} {
		if err := cluster.List(ctx, list); err != nil && !meta.IsNoMatchError(err) {
			return nil, err
		}
	}
	return &gatewayapi.Input{
		Gateways: gateways.Items, HTTPRoutes: http.Items, GRPCRoutes: grpc.Items, TLSRoutes: tls.Items, TCPRoutes: tcp.Items, UDPRoutes: udp.Items,
		ReferenceGrants: grants.Items, Namespaces: namespaces.Items, Services: services.Items, EndpointSlices: endpoints.Items,
		Secrets: secrets.Items, KongPlugins: plugins.Items, KongReferenceGrants: kongGrants.Items,
	}, nil
}

// routeObject is a route of any kind with its status.
type routeObject struct {
	key    crd.Key
	object client.Object
	status *gatewayv1.RouteStatus
	refs   []gatewayv1.ParentReference
}

// routesOf returns all routes.
func routesOf(in *gatewayapi.Input) []routeObject {
	var all []routeObject
	add := func(kind string, object client.Object, status *gatewayv1.RouteStatus, refs []gatewayv1.ParentReference) {
		key := crd.Key{Group: gatewayv1.GroupName, Kind: kind, Namespace: object.GetNamespace(), Name: object.GetName()}
		all = append(all, routeObject{key, object, status, refs})
	}
	for i := range in.HTTPRoutes {
		r := &in.HTTPRoutes[i]
		add("HTTPRoute", r, &r.Status.RouteStatus, r.Spec.ParentRefs)
	}
	for i := range in.GRPCRoutes {
		r := &in.GRPCRoutes[i]
		add("GRPCRoute", r, &r.Status.RouteStatus, r.Spec.ParentRefs)
	}
	for i := range in.TLSRoutes {
		r := &in.TLSRoutes[i]
		add("TLSRoute", r, &r.Status.RouteStatus, r.Spec.ParentRefs)
	}
	for i := range in.TCPRoutes {
		r := &in.TCPRoutes[i]
		add("TCPRoute", r, &r.Status.RouteStatus, r.Spec.ParentRefs)
	}
	for i := range in.UDPRoutes {
		r := &in.UDPRoutes[i]
		add("UDPRoute", r, &r.Status.RouteStatus, r.Spec.ParentRefs)
	}
	return all
}

// gatewayOf returns the Gateway that a reference of a route names.
func gatewayOf(ref gatewayv1.ParentReference, namespace string) client.ObjectKey {
	if ref.Namespace != nil {
		namespace = cmp.Or(string(*ref.Namespace), namespace)
	}
	return client.ObjectKey{Namespace: namespace, Name: string(ref.Name)}
}
