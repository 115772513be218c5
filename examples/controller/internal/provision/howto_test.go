package provision_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
)

func TestHowTo(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, service, route := w.howTo()
	w.create(route, service, controlPlane, auth) // in the least helpful order
	w.programmed(controlPlane, service, route)
	w.condition(auth, crd.ConditionAPIAuthValid, "True", "Valid")

	for _, obj := range []crd.Object{controlPlane, service, route} {
		assert.Contains(t, obj.GetFinalizers(), crd.Finalizer)
	}
	id := controlPlane.GetKonnectStatus().ID
	assert.Len(t, w.konnect.Entities(id, "services"), 1)
	assert.Len(t, w.konnect.Entities(id, "routes"), 1)
	assert.Equal(t, 3, w.konnect.Writes(), "one for each entity")
}
