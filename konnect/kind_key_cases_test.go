package konnect_test

import (
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

// A key has no kind, so that it is always somebody else's, and would go with its set.
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
	require.ErrorContains(t, err, "this key would be deleted with what it belongs to")
	assert.NotNil(t, w.stored(set))

	_, err = newClient(t, w.server).Delete(t.Context(), keySetCase().full(), konnect.WithCascade())
	require.NoError(t, err)
	assert.Empty(t, w.server.ControlPlanes())
}
