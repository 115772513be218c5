package provision_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
)

func TestWarningsAreEvents(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, service, route := w.howTo()
	w.create(auth, controlPlane, service, route)
	w.programmed(controlPlane, service, route)

	edit(w, service.(*configurationv1alpha1.KongService), func(s *configurationv1alpha1.KongService) { s.Spec.URL = new("http://other.example:1027") })
	note := w.event(service, "UrlOverridesFields")
	assert.Contains(t, note, "spec.host: echo.kong.svc.cluster.local is lost")
	w.programmed(service)
}
