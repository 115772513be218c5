package routing_test

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

func routeIn(plane string) *configurationv1alpha1.KongRoute {
	return &configurationv1alpha1.KongRoute{
		ObjectMeta: metav1.ObjectMeta{Name: "in-" + plane, Namespace: "kong"},
		Spec: configurationv1alpha1.KongRouteSpec{
			Paths: []string{"/"},
			ControlPlaneRef: &commonv1alpha1.ControlPlaneRef{
				Type: commonv1alpha1.ControlPlaneRefKonnectNamespacedRef, KonnectNamespacedRef: &commonv1alpha1.KonnectNamespacedRef{Name: plane},
			},
		},
	}
}

func TestFromObjects(t *testing.T) {
	t.Parallel()
	given := routeIn("cp")
	given.Spec.ID = new("given")
	given.Spec.Adopt = &commonv1alpha1.AdoptOptions{Konnect: &commonv1alpha1.AdoptKonnectOptions{ID: "adopted"}}
	adopted := routeIn("cp")
	adopted.Spec.Adopt = given.Spec.Adopt
	adopted.SetKonnectStatus(crd.KonnectStatus{ID: "observed"})
	observed := routeIn("cp")
	observed.SetKonnectStatus(crd.KonnectStatus{ID: "observed"})
	grpc := routeIn("cp")
	grpc.Spec.Protocols = []string{"grpc"}
	routes, err := routing.FromObjects([]crd.Object{given, adopted, observed, grpc}, nil)
	require.NoError(t, err)
	require.Len(t, routes, 4)
	assert.Equal(t, "given", routes[0].ID)
	assert.Equal(t, "adopted", routes[1].ID)
	assert.Equal(t, "observed", routes[2].ID)
	assert.Empty(t, routes[3].ID)
	assert.Equal(t, []string{"https"}, routes[0].Protocols)
	assert.Nil(t, routes[0].StripPath)
	assert.Equal(t, new(false), routes[3].StripPath, "grpc allows no other")
	assert.Equal(t, "KongRoute kong/in-cp", routes[0].String())
}

func TestFromObjectsServices(t *testing.T) {
	t.Parallel()
	objects := shop()
	service := objects[0].(*configurationv1alpha1.KongService)
	service.Spec.URL = new("https://host.internal/x%20y")
	service.Spec.Enabled = new(false)
	routes, err := routing.FromObjects(objects, nil)
	require.NoError(t, err)
	assert.Same(t, routes[0].Service, routes[1].Service)
	assert.Equal(t, &routing.Service{
		Key: crd.KeyOf(service), Name: "shop", Protocol: "https", Host: "host.internal", Port: 443, Path: "/x%20y", Disabled: true,
	}, routes[0].Service)
	r, err := routing.New(routes)
	require.NoError(t, err)
	_, ok := r.Match(routing.Request{Path: "/items"})
	assert.False(t, ok, "routes of a disabled service are as if they were not there")

	_, err = routing.FromObjects(objects[1:], nil)
	assert.ErrorContains(t, err, "KongRoute kong/items: spec.serviceRef.namespacedRef: KongService kong/shop is not among the objects")
	_, err = routing.FromObjects(append(objects, routeIn("other")), nil)
	assert.ErrorContains(t, err, "KongRoute kong/in-other: is in KonnectGatewayControlPlane kong/other, and others are in KonnectGatewayControlPlane kong/cp")
}

func TestFromEntitiesProblems(t *testing.T) {
	t.Parallel()
	_, err := routing.FromEntities([]json.RawMessage{json.RawMessage(`{"name": "a\u001b", "expression": "x"}`), json.RawMessage(`{"name": "b", "service": {"id": "s"}}`)}, nil)
	require.Error(t, err)
	assert.Contains(t, err.Error(), `route a\x1b: routes with an expression`)
	assert.Contains(t, err.Error(), "route b: service s is not among the services")
	assert.NotContains(t, err.Error(), "\n")
}

func TestNewProblems(t *testing.T) {
	t.Parallel()
	_, err := routing.New([]routing.Route{
		{Name: "good", Paths: []string{"/"}}, {Name: "a\n", Paths: []string{"~/("}}, {ID: "b", Headers: map[string][]string{"x": {`~*\1`}}}, {Sources: []routing.Endpoint{{IP: "x"}}},
	})
	require.Error(t, err)
	assert.Contains(t, err.Error(), `route a\n: paths: "~/(": a ( is not closed`)
	assert.Contains(t, err.Error(), `route b: headers.x:`)
	assert.Contains(t, err.Error(), `route without name and ID: `)
	var wrong *routing.RouteError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, "a\n", wrong.Route.Name)
}

func TestRequestDefaults(t *testing.T) {
	t.Parallel()
	r, err := routing.New([]routing.Route{
		{Name: "root", Methods: []string{"GET"}, Paths: []string{"/"}, Service: &routing.Service{}, PreserveHost: true},
		{Name: "stream", Protocols: []string{"tcp"}, Sources: []routing.Endpoint{{IP: "10.0.0.1"}}, Service: &routing.Service{Protocol: "tcp"}},
		{Name: "header", Headers: map[string][]string{"x-a": {"1"}}},
	})
	require.NoError(t, err)
	m, ok := r.Match(routing.Request{Host: "Example.com:81"})
	require.True(t, ok)
	assert.Equal(t, "root", m.Route.Name)
	assert.Equal(t, "Example.com:81", m.UpstreamHost)
	m, ok = r.Match(routing.Request{Protocol: "tcp", Source: netip.MustParseAddrPort("[::ffff:10.0.0.1]:5")})
	require.True(t, ok)
	assert.Equal(t, "stream", m.Route.Name)
	m, ok = r.Match(routing.Request{Method: "PUT", Header: http.Header{"X-A": {"1"}}})
	require.True(t, ok)
	assert.Equal(t, "header", m.Route.Name)
	assert.Equal(t, 503, m.Status)
}
