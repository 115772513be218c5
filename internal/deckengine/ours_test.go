package deckengine_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/crd/manifest/deck"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// exampleGateway is examples/gateway: every kind of entity, but for those that decK knows
// nothing of.
func exampleGateway(t *testing.T) []crd.Object {
	t.Helper()
	var objects []crd.Object
	files := os.DirFS("../../examples/gateway")
	names, err := fs.Glob(files, "*.yaml")
	require.NoError(t, err)
	for _, name := range names {
		file, err := files.Open(name)
		require.NoError(t, err)
		decoded, err := manifest.DecodeAll(file)
		require.NoError(t, errors.Join(err, file.Close()))
		objects = append(objects, decoded...)
	}
	return slices.DeleteFunc(objects, func(object crd.Object) bool {
		return object.GVK().Kind == "KongDataPlaneClientCertificate"
	})
}

// provisioned is a Konnect in which konnectkit has provisioned objects of one control plane.
func provisioned(t *testing.T, objects []crd.Object, name string, opts ...konnecttest.Option) *world {
	t.Helper()
	w := &world{T: t, server: konnecttest.Start(t, append(opts, konnecttest.WithDeckReads())...), name: name}
	w.ensure(w.client(), objects)
	w.plane = w.server.ControlPlane(name).ID
	return w
}

func encode(t *testing.T, objects []crd.Object, opts ...deck.EncodeOption) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, deck.Encode(&out, objects, opts...))
	return out.String()
}

// TestEncodedGateway has decK compare what konnectkit provisioned with the file that the
// same objects are encoded to: it finds nothing to do.
func TestEncodedGateway(t *testing.T) {
	t.Parallel()
	for reason, opts := range map[string][]konnecttest.Option{
		"as by default":         nil,
		"unset fields are null": {konnecttest.WithNullFields()},
		"older control planes":  {konnecttest.WithRouteProtocols("http", "https")},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			objects := exampleGateway(t)
			w := provisioned(t, objects, "shop-gateway", opts...)
			file := encode(t, objects, deck.WithOwner("team-k"), deck.WithSecrets())
			w.settled(file)
			assert.Zero(t, w.ensure(w.client(), objects, konnect.WithPrune()).Writes, "nor does konnectkit then")
			assert.Contains(t, file, "control_plane_name: shop-gateway")
			assert.NotContains(t, file, "managed-owner:team-k\n  - k8s", "select tags are said once")
		})
	}
}

// TestEncodedEnvironment does so with secrets that decK takes from its environment.
func TestEncodedEnvironment(t *testing.T) {
	objects := exampleGateway(t)
	w := provisioned(t, objects, "shop-gateway")
	count := 0
	file := encode(t, objects, deck.WithOwner("team-k"), deck.WithEnvironment(func(name string, value crd.SecretString) {
		t.Setenv(name, value.Reveal())
		count++
		assert.NotEmpty(t, value, name)
	}))
	assert.Equal(t, count, strings.Count(file, "${{ env"))
	w.settled(file)
	assert.NotContains(t, file, "example-key")
	assert.NotContains(t, file, "example-password")
	assert.NotContains(t, file, "example-secret")
}
