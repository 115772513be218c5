package backend_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/backend"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// gateway is a Konnect with a client that keeps a service in step.
type gateway struct {
	server *konnecttest.Server
	client *konnect.Client
}

func newGateway(t *testing.T) *gateway {
	t.Helper()
	server := konnecttest.Start(t)
	client, err := konnect.NewClient(konnect.WithServerURL(server.URL), konnect.WithToken(server.Token), konnect.WithOwner("kong"))
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return &gateway{server: server, client: client}
}

// ensure provisions what the service is now, prunes what it was, and returns how
// often each action was taken.
func (g *gateway) ensure(t *testing.T, service *corev1.Service, slices ...discoveryv1.EndpointSlice) map[konnect.Action]int {
	t.Helper()
	g.server.ResetLog()
	objects := []crd.Object{builder.NewGatewayControlPlane("gateway").Namespace("kong").MustBuild()}
	objects = append(objects, fromService(t, service, slices, backend.WithTags("shop")).Objects()...)
	for _, obj := range objects {
		require.Empty(t, obj.Validate())
	}
	report, err := g.client.Ensure(t.Context(), objects, konnect.WithPrune())
	require.NoError(t, err)
	actions := map[konnect.Action]int{}
	for _, change := range report.Changes {
		actions[change.Action]++
	}
	unchanged := actions[konnect.ActionUnchanged]
	assert.Equal(t, len(report.Changes)-unchanged, g.server.Writes(), "one write for each change")
	return actions
}

func (g *gateway) entities(t *testing.T, collection string) []map[string]any {
	t.Helper()
	planes := g.server.ControlPlanes()
	require.Len(t, planes, 1)
	return g.server.Entities(planes[0]["id"].(string), collection)
}

// TestKeptInStep is the life of a deployment as a controller sees it.
func TestKeptInStep(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	type actions = map[konnect.Action]int
	service := echo(corev1.ServicePort{Name: "http", Port: 80})
	pods := func(endpoints ...discoveryv1.Endpoint) discoveryv1.EndpointSlice {
		return slice("a", discoveryv1.AddressTypeIPv4, portOf("http", 8080), endpoints...)
	}

	assert.Equal(t, actions{konnect.ActionCreated: 5}, g.ensure(t, service, pods(ready("10.0.0.1"), ready("10.0.0.2"))))
	assert.Len(t, g.entities(t, "targets"), 2)
	host := g.entities(t, "services")[0]["host"]
	assert.Equal(t, host, g.entities(t, "upstreams")[0]["name"], "kong finds the upstream by the service's host")

	assert.Equal(t, actions{konnect.ActionUnchanged: 5}, g.ensure(t, service, pods(ready("10.0.0.2"), ready("10.0.0.1"))), "another order is no change")
	assert.Equal(t, actions{konnect.ActionUnchanged: 5}, g.ensure(t, service, pods(ready("10.0.0.1"), ready("10.0.0.2"), notReady("10.0.0.3"))), "a pod starts")
	assert.Equal(t, actions{konnect.ActionUnchanged: 5, konnect.ActionCreated: 1}, g.ensure(t, service, pods(ready("10.0.0.1"), ready("10.0.0.2"), ready("10.0.0.3"))), "it is ready")
	assert.Equal(t, actions{konnect.ActionUnchanged: 5, konnect.ActionUpdated: 1}, g.ensure(t, service, pods(draining("10.0.0.1"), ready("10.0.0.2"), ready("10.0.0.3"))), "another terminates")
	assert.Equal(t, actions{konnect.ActionUnchanged: 5, konnect.ActionDeleted: 1}, g.ensure(t, service, pods(ready("10.0.0.2"), ready("10.0.0.3"))), "it is gone")
	assert.Equal(t, actions{konnect.ActionUnchanged: 4, konnect.ActionCreated: 1, konnect.ActionDeleted: 1}, g.ensure(t, service, pods(ready("10.0.0.2"), ready("10.0.0.4"))), "one takes the place of another")
	assert.Equal(t, actions{konnect.ActionUnchanged: 5}, g.ensure(t, service, pods(ready("10.0.0.2")), slice("b", discoveryv1.AddressTypeIPv4, portOf("http", 8080), ready("10.0.0.4"))), "slices are split")

	service.Spec.Ports[0].Port = 8000
	assert.Equal(t, actions{konnect.ActionUnchanged: 4, konnect.ActionUpdated: 1}, g.ensure(t, service, pods(ready("10.0.0.2"), ready("10.0.0.4"))), "the service's port is the service's alone")
	assert.Equal(t, actions{konnect.ActionUnchanged: 3, konnect.ActionDeleted: 2}, g.ensure(t, service), "scaled to nothing")
	assert.Empty(t, g.entities(t, "targets"))
}

// TestProvisions has one service of each sort, which the server must take as it is.
func TestProvisions(t *testing.T) {
	t.Parallel()
	headless, external, many := echo(), echo([]corev1.ServicePort{}...), echo(webAndRPC()...)
	headless.Spec.ClusterIP = corev1.ClusterIPNone
	external.Spec = corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "example.com"}
	many.UID = "0190e4a8-0000-7000-8000-000000000001"
	many.Spec.Ports = append(many.Spec.Ports, corev1.ServicePort{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP})
	for name, tt := range map[string]struct {
		reason  string
		service *corev1.Service
		slice   discoveryv1.EndpointSlice
		created int
	}{
		"headless":   {"a service, an upstream and a target", headless, ipv4("a", ready("10.0.0.1")), 4},
		"ipv6":       {"konnect writes addresses out", echo(), slice("a", discoveryv1.AddressTypeIPv6, portOf("", 8080), ready("2001:db8::1"), draining("2001:db8::a:0:2")), 5},
		"host names": {"they are targets too", echo(), slice("a", discoveryv1.AddressTypeFQDN, portOf("", 8080), ready("db.example.com.")), 4},
		"external":   {"a service alone", external, ipv4("a"), 2},
		"many ports": {"a service and an upstream each", many, slice("a", discoveryv1.AddressTypeIPv4, portOf("web", 8080), ready("10.0.0.1")), 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGateway(t)
			assert.Equal(t, map[konnect.Action]int{konnect.ActionCreated: tt.created}, g.ensure(t, tt.service, tt.slice), tt.reason)
			assert.Equal(t, map[konnect.Action]int{konnect.ActionUnchanged: tt.created}, g.ensure(t, tt.service, tt.slice), "a second run writes nothing")
		})
	}
}

// TestSecondPort renames the objects of the first; what is in Konnect stays and is theirs then.
func TestSecondPort(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	service := echo(corev1.ServicePort{Name: "web", Port: 80})
	pods := slice("a", discoveryv1.AddressTypeIPv4, portOf("web", 8080), ready("10.0.0.1"))
	g.ensure(t, service, pods)
	service.Spec.Ports = webAndRPC()
	assert.Equal(t, map[konnect.Action]int{konnect.ActionUnchanged: 1, konnect.ActionUpdated: 3, konnect.ActionCreated: 2}, g.ensure(t, service, pods))
	assert.Len(t, g.entities(t, "services"), 2)
	assert.Len(t, g.entities(t, "targets"), 1)
}
