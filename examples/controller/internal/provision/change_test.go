package provision_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
)

func TestRenameKeepsTheEntity(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, service, route := w.howTo()
	w.create(auth, controlPlane, service, route)
	w.programmed(controlPlane, service, route)
	before := service.GetKonnectStatus().ID

	edit(w, service.(*configurationv1alpha1.KongService), func(s *configurationv1alpha1.KongService) { s.Spec.Name = new("renamed") })
	w.programmed(service, route)
	assert.Equal(t, before, service.GetKonnectStatus().ID)
	assert.Equal(t, "renamed", w.konnect.Entity(controlPlane.GetKonnectStatus().ID, "services", before)["name"])
}

// TestMoveBetweenControlPlanes: the reference is immutable, so a service moves by
// being made again; its route waits and follows.
func TestMoveBetweenControlPlanes(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, service, route := w.howTo()
	second := w.controlPlane("second", "konnect-api-auth")
	w.create(auth, controlPlane, second, service, route)
	w.programmed(controlPlane, second, service, route)

	moved := service.(*configurationv1alpha1.KongService).DeepCopy()
	moved.Spec.ControlPlaneRef.KonnectNamespacedRef.Name = "second"
	require.Error(t, w.client.Update(t.Context(), moved), "the API server knows that it is immutable")

	w.delete(route, service)
	w.gone(route, service)
	_, _, _, route = w.howTo()
	moved = builder.NewService("service").Namespace(w.namespace).Host("example.com").ControlPlane("second").MustBuild()
	w.create(moved, route)
	w.programmed(moved, route)
	assert.Empty(t, w.konnect.Entities(controlPlane.GetKonnectStatus().ID, "services"))
	assert.Len(t, w.konnect.Entities(second.GetKonnectStatus().ID, "services"), 1)
	assert.Len(t, w.konnect.Entities(second.GetKonnectStatus().ID, "routes"), 1)
}

// TestRouteMovesWhileItsServiceGoes: what is in the way of a deletion is moved first.
func TestRouteMovesWhileItsServiceGoes(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{Gather: time.Second})
	auth, controlPlane, service, route := w.howTo()
	other := builder.NewService("other").Namespace(w.namespace).Host("example.com").ControlPlane("gateway-control-plane").MustBuild()
	w.create(auth, controlPlane, service, route, other)
	w.programmed(controlPlane, service, route, other)

	w.delete(service)
	edit(w, route.(*configurationv1alpha1.KongRoute), func(r *configurationv1alpha1.KongRoute) { r.Spec.ServiceRef.NamespacedRef.Name = "other" })
	w.gone(service)
	w.programmed(route)
	assert.Equal(t, other.GetKonnectStatus().ID, route.GetKonnectStatus().ParentID)
}

func TestObjectMadeAgain(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, service, route := w.howTo()
	w.create(auth, controlPlane, service, route)
	w.programmed(controlPlane, service, route)
	w.delete(route)
	w.gone(route)
	_, _, _, route = w.howTo()
	w.create(route)
	w.programmed(route)
	assert.Len(t, w.konnect.Entities(controlPlane.GetKonnectStatus().ID, "routes"), 1)
}

// TestDriftIsCorrected: Konnect changes behind the objects' back.
func TestDriftIsCorrected(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{Drift: 300 * time.Millisecond})
	auth, controlPlane, service, route := w.howTo()
	w.create(auth, controlPlane, service, route)
	w.programmed(controlPlane, service, route)
	id := controlPlane.GetKonnectStatus().ID

	require.NoError(t, w.konnect.Modify(id, "services", service.GetKonnectStatus().ID, func(e map[string]any) { e["host"] = "evil.example" }))
	require.NoError(t, w.konnect.Delete(id, "routes", route.GetKonnectStatus().ID))
	assert.Contains(t, w.event(service, "DriftCorrected"), `host: "evil.example" -> "echo.kong.svc.cluster.local"`)
	assert.Contains(t, w.event(route, "DriftCorrected"), "created as "+route.GetKonnectStatus().ID)
	assert.Equal(t, "echo.kong.svc.cluster.local", w.konnect.Entity(id, "services", service.GetKonnectStatus().ID)["host"])
	assert.Len(t, w.konnect.Entities(id, "routes"), 1)
	assert.True(t, crd.IsProgrammed(route))
}
