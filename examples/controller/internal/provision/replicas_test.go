package provision_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/examples/controller/internal/membership"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
)

// cable is a network that can be cut: a replica behind it is as good as dead, and has
// not said goodbye.
type cable struct {
	cut  atomic.Bool
	next http.RoundTripper
}

func (c *cable) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.cut.Load() {
		return nil, errors.New("the cable is cut")
	}
	return c.next.RoundTrip(r)
}

// replica is a controller among others.
type replica struct {
	*membership.Member
	cables []*cable
}

func (r *replica) kill() {
	for _, c := range r.cables {
		c.cut.Store(true)
	}
}

const testLease = 2 * time.Second

func (w *world) replica(name string) *replica {
	w.t.Helper()
	r := &replica{}
	wire := func(next http.RoundTripper) http.RoundTripper {
		c := &cable{next: next}
		r.cables = append(r.cables, c)
		return c
	}
	config := rest.CopyConfig(cluster.Config)
	config.Wrap(wire)
	direct, err := client.New(config, client.Options{Scheme: newScheme(w.t)})
	require.NoError(w.t, err)
	r.Member = membership.New(direct, membership.Options{
		Namespace: w.namespace, Group: "controller", Identity: name, Duration: testLease,
	})
	options := provision.Options{Share: r, HTTPClient: &http.Client{Transport: wire(http.DefaultTransport)}}
	w.startWith(options, func(mgr ctrl.Manager) { require.NoError(w.t, mgr.Add(r)) })
	return r
}

// TestReplicaDiesUnderLoad: two replicas share control planes, and the other takes over
// when one falls silent, without duplicates.
func TestReplicaDiesUnderLoad(t *testing.T) {
	const planes, before, after = 8, 4, 4
	w := newWorld(t)
	first, second := w.replica("first"), w.replica("second")
	w.eventually(func() error {
		if len(first.Members()) != 2 || len(second.Members()) != 2 {
			return fmt.Errorf("%v, %v", first.Members(), second.Members())
		}
		return nil
	})

	w.create(w.auth("konnect-api-auth"))
	var controlPlanes, services []crd.Object
	owned := map[*replica]int{}
	for i := range planes {
		plane := w.controlPlane(fmt.Sprintf("plane-%d", i), "konnect-api-auth")
		controlPlanes = append(controlPlanes, plane)
		for _, r := range []*replica{first, second} {
			if r.Owns(crd.KeyOf(plane)) {
				owned[r]++
			}
		}
	}
	assert.Equal(t, planes, owned[first]+owned[second], "each has one owner: %v", owned)
	load := func(from, to int) []crd.Object {
		var added []crd.Object
		for i := from; i < to; i++ {
			for _, plane := range controlPlanes {
				added = append(added, builder.NewService(fmt.Sprintf("%s-service-%d", plane.GetName(), i)).Namespace(w.namespace).
					Host("example.com").ControlPlane(plane.GetName()).MustBuild())
			}
		}
		return added
	}
	w.createAll(controlPlanes)
	services = load(0, before)
	w.createAll(services)
	w.eventually(func() error { // under way, not finished
		if w.konnect.Writes() < planes/2 {
			return errors.New("nothing is written yet")
		}
		return nil
	})

	if owned[second] > owned[first] {
		first, second = second, first
	}
	first.kill()
	killed := time.Now()
	late := load(before, before+after)
	w.createAll(late)
	w.programmed(append(append(services, late...), controlPlanes...)...)
	t.Logf("the one that died owned %d of %d control planes; with leases of %s all was programmed %s after its death",
		owned[first], planes, testLease, time.Since(killed).Round(10*time.Millisecond))

	assert.Len(t, w.konnect.ControlPlanes(), planes)
	for _, plane := range controlPlanes {
		assert.Len(t, w.konnect.Entities(plane.GetKonnectStatus().ID, "services"), before+after, plane.GetName())
		assert.False(t, first.Owns(crd.KeyOf(plane)), "it knows that it is cut off")
	}
}

// TestReplicaLeaves: who withdraws is replaced at once.
func TestReplicaLeaves(t *testing.T) {
	w := newWorld(t)
	first := w.replica("first")
	direct, err := client.New(cluster.Config, client.Options{Scheme: newScheme(t)})
	require.NoError(t, err)
	second := membership.New(direct, membership.Options{Namespace: w.namespace, Group: "controller", Identity: "second", Duration: time.Hour})
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { left <- second.Start(ctx) }()
	w.eventually(func() error {
		if len(first.Members()) != 2 {
			return fmt.Errorf("%v", first.Members())
		}
		return nil
	})
	leave()
	require.NoError(t, <-left)
	began := time.Now()
	w.eventually(func() error {
		if len(first.Members()) != 1 {
			return fmt.Errorf("%v", first.Members())
		}
		return nil
	})
	assert.Less(t, time.Since(began), testLease)
}
