package provision_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// services makes n services in a control plane.
func (w *world) services(controlPlane string, n int) []crd.Object {
	services := make([]crd.Object, n)
	for i := range services {
		services[i] = builder.NewService(fmt.Sprintf("service-%04d", i)).Namespace(w.namespace).
			Host("echo.kong.svc.cluster.local").ControlPlane(controlPlane).MustBuild()
	}
	return services
}

// outage is how long Konnect is away.
func outage() time.Duration {
	if testing.Short() {
		return 10 * time.Second
	}
	return time.Minute
}

// TestKonnectOutage: nothing is lost, and the cluster is not flooded. One status is
// written, that of the control plane.
func TestKonnectOutage(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{Timeout: 2 * time.Second, MaxBackoff: time.Second, Drift: 500 * time.Millisecond})
	auth, controlPlane, _, _ := w.howTo()
	services := w.services("gateway-control-plane", 30)
	w.create(auth, controlPlane)
	for _, service := range services {
		w.create(service)
	}
	w.programmed(append(services, controlPlane)...)

	w.writes.reset()
	down := w.konnect.Inject(konnecttest.Fault{Times: -1, Effect: konnecttest.FailBefore(503)})
	since := time.Now()
	w.condition(controlPlane, crd.ConditionProgrammed, metav1.ConditionFalse, "")
	edited := services[0].(*configurationv1alpha1.KongService)
	edit(w, edited, func(s *configurationv1alpha1.KongService) { s.Spec.Port = new(int64(4711)) })
	late := builder.NewService("late").Namespace(w.namespace).Host("example.com").ControlPlane("gateway-control-plane").MustBuild()
	w.create(late)
	w.delete(services[1])
	w.within(outage()+patience, func() error {
		if down.Hits() < 8 || time.Since(since) < outage() {
			return fmt.Errorf("%d requests refused in %s", down.Hits(), time.Since(since))
		}
		return nil
	})
	assert.Equal(t, 1, w.writes.count("status"), "the control plane tells, once")
	assert.NotEmpty(t, w.event(controlPlane, "KonnectUnavailable"))
	assert.Len(t, w.notes(controlPlane, "KonnectUnavailable"), 1)

	down.Remove()
	w.programmed(controlPlane, edited, late)
	w.gone(services[1])
	id := controlPlane.GetKonnectStatus().ID
	assert.Len(t, w.konnect.Entities(id, "services"), 30)
	assert.EqualValues(t, 4711, w.konnect.Entity(id, "services", edited.Status.Konnect.ID)["port"])
	assert.LessOrEqual(t, w.writes.count("status"), 4, "control plane twice, what was edited, what is new")
}

// TestAPIServerOutage: the controller picks up what happened, without a restart.
func TestAPIServerOutage(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{MaxBackoff: time.Second})
	auth, controlPlane, service, route := w.howTo()
	w.create(auth, controlPlane, service)
	w.programmed(controlPlane, service)

	require.NoError(t, cluster.StopAPIServer())
	require.NoError(t, cluster.StartAPIServer())
	w.eventually(func() error { return w.client.Create(t.Context(), route) })
	w.programmed(route)
	w.delete(controlPlane, service, route)
	w.gone(controlPlane, service, route)
	assert.Empty(t, w.konnect.ControlPlanes())
}
