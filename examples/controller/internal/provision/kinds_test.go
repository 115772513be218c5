package provision_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
	"github.com/konnectkit/konnectkit/konnect"
)

// realGateway is examples/gateway in the namespace of w, with credentials.
func (w *world) realGateway() []crd.Object {
	w.t.Helper()
	const auth = "konnect-api-auth"
	objects := []crd.Object{w.auth(auth)}
	files, err := filepath.Glob("../../../gateway/*.yaml")
	require.NoError(w.t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(w.t, err)
		text = bytes.ReplaceAll(text, []byte("namespace: shop"), []byte("namespace: "+w.namespace))
		decoded, err := manifest.DecodeAll(bytes.NewReader(text))
		require.NoError(w.t, err)
		objects = append(objects, decoded...)
	}
	for _, obj := range objects {
		if plane, ok := obj.(*konnectv1alpha2.KonnectGatewayControlPlane); ok {
			plane.Spec.Konnect = w.controlPlane(plane.Name, auth).Spec.Konnect
		}
	}
	return objects
}

// TestEveryKind brings a whole gateway into Konnect and out of it again.
func TestEveryKind(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	objects := w.realGateway()
	all := make([]client.Object, len(objects))
	for i, obj := range objects {
		all[len(all)-1-i] = obj // in the least helpful order
	}
	w.create(all...)
	entities := slices.DeleteFunc(objects, func(obj crd.Object) bool { return !konnect.HasEntity(crd.KeyOf(obj)) })
	w.programmed(entities...)
	writes := len(entities)
	for _, obj := range entities {
		if consumer, ok := obj.(*configurationv1.KongConsumer); ok {
			writes += len(consumer.ConsumerGroups)
		}
	}
	assert.Equal(t, writes, w.konnect.Writes(), "one for each entity and membership, and none twice")
	for _, obj := range entities {
		assert.Contains(t, obj.GetFinalizers(), crd.Finalizer, crd.KeyOf(obj))
	}
	w.delete(all...)
	w.gone(all...)
	assert.Empty(t, w.konnect.ControlPlanes())
}
