package provision_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
)

// TestAttachByName: an object that says no more than a name, and only observes, attaches to a
// control plane that somebody else has made otherwise than by default. That is no drift, now
// or in later rounds, and its end leaves the control plane.
func TestAttachByName(t *testing.T) {
	w := newWorld(t)
	id, err := w.konnect.AddControlPlane("", map[string]any{
		"name": "by-hand", "description": "by hand", "auth_type": "pki_client_certs", "labels": map[string]any{"team": "blue"},
		"proxy_urls": []any{map[string]any{"host": "proxy.example.com", "port": 443, "protocol": "https"}},
	})
	require.NoError(t, err)
	before := w.konnect.ControlPlanes()
	w.start(provision.Options{Drift: 200 * time.Millisecond})
	auth, _, service, route := w.howTo()
	plane := builder.NewGatewayControlPlane("gateway-control-plane").Namespace(w.namespace).SpecName("by-hand").Auth("konnect-api-auth").MustBuild()
	plane.SetAnnotations(map[string]string{crd.ManagementPolicyAnnotation: string(crd.ManagementPolicyObserve)})
	w.create(auth, plane, service, route)
	w.programmed(plane, service, route)
	assert.Equal(t, id, plane.GetKonnectStatus().ID)

	settled, version := w.konnect.Writes(), plane.GetResourceVersion()
	rounds := w.konnect.Operations()["GET /v2/control-planes"]
	w.eventually(func() error { // some rounds later
		if w.konnect.Operations()["GET /v2/control-planes"] > rounds+5 {
			return nil
		}
		return errors.New("the rounds are not over yet")
	})
	require.NoError(t, w.get(plane))
	assert.Equal(t, version, plane.GetResourceVersion(), "nothing is told of it again: %v", plane.GetConditions())
	assert.Equal(t, settled, w.konnect.Writes())
	assert.Equal(t, before, w.konnect.ControlPlanes(), "it is never written")

	w.delete(route, service, plane)
	w.gone(route, service, plane)
	assert.Equal(t, before, w.konnect.ControlPlanes(), "nor deleted")
}
