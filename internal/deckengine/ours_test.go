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
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
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

// TestEncodedImplied does so for what an annotation and a list of Secrets stand for.
func TestEncodedImplied(t *testing.T) {
	t.Parallel()
	key := core.NewSecret(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "alice-key", Namespace: "default", Labels: map[string]string{"konghq.com/credential": "key-auth"}},
		StringData: map[string]string{"key": "example-key"},
	})
	objects := []crd.Object{
		builder.NewGatewayControlPlane("cp").MustBuild(), key,
		builder.NewPlugin("limit", "rate-limiting").Config(map[string]any{"minute": 5}).MustBuild(),
		builder.NewService("web").ControlPlane("cp").Host("web.example").Annotation("konghq.com/plugins", "limit").MustBuild(),
		builder.NewRoute("web").Service("web").Paths("/").Annotation("konghq.com/plugins", "limit").MustBuild(),
		builder.NewConsumer("alice").Username("alice").ControlPlane("cp").Credentials("alice-key").Annotation("konghq.com/plugins", "limit").MustBuild(),
	}
	w := provisioned(t, objects, "cp")
	assert.Len(t, w.server.Entities(w.plane, "plugins"), 2, "the consumer with the route, and with the service")
	w.settled(encode(t, objects, deck.WithOwner("team-k"), deck.WithSecrets()))
}
