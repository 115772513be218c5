package provision_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// createAll creates objects side by side, as many clients would.
func (w *world) createAll(objects []crd.Object) {
	w.t.Helper()
	var group sync.WaitGroup
	failed := make(chan error, len(objects))
	slots := make(chan struct{}, 8)
	for _, obj := range objects {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if err := w.client.Create(w.t.Context(), obj); err != nil {
				failed <- err
			}
		})
	}
	group.Wait()
	close(failed)
	require.NoError(w.t, <-failed)
}

func (w *world) routes(services []crd.Object) []crd.Object {
	routes := make([]crd.Object, len(services))
	for i, service := range services {
		routes[i] = builder.NewRoute(fmt.Sprintf("route-%04d", i)).Namespace(w.namespace).
			Protocols("http").Paths(fmt.Sprintf("/%04d", i)).Service(service.GetName()).MustBuild()
	}
	return routes
}

// allProgrammed waits until n services and n routes are.
func (w *world) allProgrammed(n int) {
	w.t.Helper()
	w.within(3*time.Minute, func() error { // the API server is the slow part
		var services configurationv1alpha1.KongServiceList
		var routes configurationv1alpha1.KongRouteList
		for _, list := range []client.ObjectList{&services, &routes} {
			if err := w.client.List(w.t.Context(), list, client.InNamespace(w.namespace)); err != nil {
				return err
			}
		}
		programmed := 0
		for i := range services.Items {
			programmed += map[bool]int{true: 1}[crd.IsProgrammed(&services.Items[i])]
		}
		for i := range routes.Items {
			programmed += map[bool]int{true: 1}[crd.IsProgrammed(&routes.Items[i])]
		}
		if programmed != 2*n {
			return fmt.Errorf("%d of %d are programmed", programmed, 2*n)
		}
		return nil
	})
}

// TestTwoThousandObjects creates services and routes at once, counts the calls, and
// then lets drift checks pass that find nothing.
func TestTwoThousandObjects(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 100
	}
	w := newWorld(t, konnecttest.WithLatency(20*time.Millisecond))
	stop := w.start(provision.Options{})
	auth, controlPlane, _, _ := w.howTo()
	w.create(auth, controlPlane)
	w.programmed(controlPlane)

	w.konnect.ResetLog()
	w.writes.reset()
	services := w.services("gateway-control-plane", n)
	began := time.Now()
	w.createAll(append(services, w.routes(services)...))
	created := time.Since(began)
	w.allProgrammed(n)
	calls, writes := w.konnect.Count("", ""), w.konnect.Writes()
	t.Logf("%d objects: created in %s, programmed after %s; %d calls to konnect, %d of them writes",
		2*n, created.Round(time.Millisecond), time.Since(began).Round(time.Millisecond), calls, writes)
	t.Logf("writes to the cluster: %d finalizers, %d status, %d events",
		w.writes.count("objects"), w.writes.count("status"), w.writes.count("events"))
	assert.Equal(t, 2*n, writes)
	assert.LessOrEqual(t, calls, 2*n+2*n/20, "two for each pair, and a few lists")
	assert.LessOrEqual(t, w.writes.count("status"), 2*n+2*n/20)
	assert.LessOrEqual(t, w.writes.count("objects"), 2*n+2*n/20)

	stop()
	w.konnect.ResetLog()
	w.writes.reset()
	w.start(provision.Options{Drift: time.Second})
	pages := (n + 999) / 1000
	w.eventually(func() error { // four looks at all
		if lists := w.konnect.Count(http.MethodGet, "core-entities"); lists < 4*2*pages {
			return fmt.Errorf("%d lists", lists)
		}
		return nil
	})
	t.Logf("after a restart, with drift checks: %v", w.konnect.Operations())
	assert.Zero(t, w.konnect.Writes())
	assert.Zero(t, w.writes.count("status")+w.writes.count("objects")+w.writes.count("events"))
	assert.LessOrEqual(t, w.konnect.Count("", ""), 5*(2*pages+1)+1, "lists, and the organisation once")
}
