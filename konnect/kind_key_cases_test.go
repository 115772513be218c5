package konnect_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
)

func keySetCase() kindCase {
	base := func() *builder.KeySet { return builder.NewKeySet("signing").ControlPlane("cp") }
	return kindCase{
		kind:  "KongKeySet",
		given: []string{"name", "tags"},
		full: func() []crd.Object {
			return []crd.Object{plane("cp").MustBuild(), base().Tags("b", "a").MustBuild()}
		},
		minimal: func() []crd.Object { return []crd.Object{plane("cp").MustBuild(), base().MustBuild()} },
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1alpha1.KongKeySet](obj).Spec.Adopt = adoptOptions(id, mode)
		},
		drifts: []drift{
			{field: "name", value: "renamed", to: "signing"},
			{field: "name", to: "signing"},
			{field: "tags", value: list("a"), to: marked("KongKeySet", "signing", "a", "b")},
		},
	}
}

// A key of somebody else's would go with its set.
func TestKeySetsWithKeysStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, keySetCase().full())
	set := w.last()
	plane := w.report.Changes[0].KonnectID
	key, err := w.server.Put(plane, "keys", map[string]any{
		"name": "first", "kid": "1", "jwk": `{"kty":"OKP","crv":"Ed25519","kid":"1","x":"AA"}`, "set": map[string]any{"id": set.KonnectID},
	})
	require.NoError(t, err)
	onlyPlane := keySetCase().full()[:1]

	_, err = newClient(t, w.server).Delete(t.Context(), keySetCase().full())
	var refused *konnect.OwnershipError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, key["id"], refused.KonnectID)

	_, err = newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner)).Ensure(t.Context(), onlyPlane, konnect.WithPrune())
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, key["id"], refused.KonnectID)
	assert.NotNil(t, w.stored(set))

	_, err = newClient(t, w.server).Delete(t.Context(), keySetCase().full(), konnect.WithCascade())
	require.NoError(t, err)
	assert.Empty(t, w.server.ControlPlanes())
}

// pemPair is a private key and its public key in PEM.
type pemPair struct{ private, public string }

func newPair() pemPair {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		panic(err)
	}
	in := func(kind string, der []byte, err error) string {
		if err != nil {
			panic(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	privateDER, err := x509.MarshalPKCS8PrivateKey(private)
	pair := pemPair{private: in("PRIVATE KEY", privateDER, err)}
	publicDER, err := x509.MarshalPKIXPublicKey(public)
	pair.public = in("PUBLIC KEY", publicDER, err)
	return pair
}

func keyCase() kindCase {
	own, other := newPair(), newPair()
	base := func() *builder.Key {
		return builder.NewKey("first").KeySet("tokens").KID("1").PEM(own.private, own.public)
	}
	parents := func() []crd.Object {
		return []crd.Object{plane("cp").MustBuild(), builder.NewKeySet("tokens").ControlPlane("cp").MustBuild()}
	}
	return kindCase{
		kind:  "KongKey",
		given: []string{"kid", "name", "pem", "set", "tags"},
		full: func() []crd.Object {
			return append(parents(), base().ControlPlane("cp").Tags("b", "a").MustBuild())
		},
		minimal: func() []crd.Object { return append(parents(), base().MustBuild()) },
		adopt: func(obj crd.Object, id, mode string) {
			key := must[*configurationv1alpha1.KongKey](obj)
			key.Spec.Adopt, key.Spec.ControlPlaneRef = adoptOptions(id, mode), base().ControlPlane("cp").MustBuild().Spec.ControlPlaneRef
		},
		drifts: []drift{
			{field: "name", value: "renamed", to: "first"},
			{field: "name", to: "first"},
			{field: "kid", value: "2", to: "1"},
			{field: "pem", path: "pem.public_key", value: other.public, to: own.public},
			{field: "pem", path: "pem.private_key", value: other.private, from: crd.Redacted, to: crd.Redacted},
			{field: "set", to: idOf("KongKeySet", "tokens"), reported: "set.id"},
			{field: "tags", value: list("a"), to: marked("KongKey", "first", "a", "b")},
		},
	}
}
