package konnect_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

// vaultGrant lets vaults, which lie in no namespace, refer to control planes. Clients of
// tests find it in their Source.
func vaultGrant() *configurationv1alpha1.KongReferenceGrant {
	return builder.NewReferenceGrant("vaults").FromVaults().ToControlPlanes().MustBuild()
}

// vaultConfig has a secret in it.
func vaultConfig(host, token string) map[string]any {
	return map[string]any{"host": host, "port": 8201, "token": token}
}

func vaultBase() *builder.Vault {
	return builder.NewVault("shop").ControlPlaneIn("default", "cp").Backend("hcv").Prefix("shop")
}

func vaultCase() kindCase {
	return kindCase{
		kind:  "KongVault",
		given: []string{"name", "prefix", "config", "tags"},
		full: func() []crd.Object {
			return []crd.Object{
				plane("cp").MustBuild(),
				vaultBase().Description("secrets").Config(vaultConfig("vault.example.com", "example")).Tags("b", "a").MustBuild(),
			}
		},
		minimal: withVault(vaultConfig("vault.example.com", "example")),
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1alpha1.KongVault](obj).Spec.Adopt = adoptOptions(id, mode)
		},
		drifts: []drift{
			{field: "name", value: "env", to: "hcv"},
			{field: "prefix", value: "other", to: "shop"},
			{field: "description", value: "other", to: "secrets"},
			{field: "description", to: "secrets", from: ""},
			{field: "config", path: "config.host", value: "other.example.com", to: "vault.example.com"},
			{field: "config", path: "config.token", value: "other", from: crd.Redacted, to: crd.Redacted},
			{field: "tags", value: list("a"), to: markedIn("", "KongVault", "shop", "a", "b")},
		},
	}
}

func withVault(config any) func() []crd.Object {
	return func() []crd.Object {
		return []crd.Object{plane("cp").MustBuild(), vaultBase().Config(config).MustBuild()}
	}
}

func TestVaultsLieInNoNamespace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, vaultCase().full())
	assert.Empty(t, w.last().Key.Namespace)
	assert.Equal(t, "KongVault shop", w.last().Key.String())
	assert.Equal(t, konnect.EntityID(w.last().ControlPlane, konnect.DefaultOwner, vaultBase().MustBuild()), w.last().KonnectID)
	for _, tag := range must[[]any](w.stored(w.last())["tags"]) {
		assert.False(t, strings.HasPrefix(must[string](tag), "k8s-namespace:"), tag)
	}

	named := vaultCase().full()
	named[1].SetNamespace("kong") // which an API server drops
	w.settled(named)
}

// TestVaultsNeedAGrant from the namespace that they do not have.
func TestVaultsNeedAGrant(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	ensure := func(objects []crd.Object, grants ...crd.Object) error {
		_, err := newClient(t, server, konnect.WithSource(resolve.Objects(grants...))).Ensure(t.Context(), objects)
		return err
	}
	err := ensure(vaultCase().full())
	require.ErrorContains(t, err, `from group configuration.konghq.com, kind KongVault, namespace "" to group konnect.konghq.com, `)
	require.ErrorContains(t, ensure(vaultCase().full(), builder.NewReferenceGrant("g").FromKeys("default").ToControlPlanes().MustBuild()), "is not granted")

	bare := vaultCase().full()
	must[*configurationv1alpha1.KongVault](bare[1]).Spec.ControlPlaneRef.KonnectNamespacedRef.Namespace = ""
	require.ErrorContains(t, ensure(bare, vaultGrant()),
		"spec.controlPlaneRef.konnectNamespacedRef.namespace: Required value: the vault lies in no namespace that could stand for it")
	assert.Empty(t, server.ControlPlanes())

	ingress := vaultBase().MustBuild()
	ingress.Spec.ControlPlaneRef = nil
	require.ErrorContains(t, ensure([]crd.Object{ingress}), "KongVault shop")
	require.NoError(t, ensure(append(vaultCase().full(), vaultGrant())))
}

// TestVaultConfigurations are compared in what the object gives.
func TestVaultConfigurations(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]konnecttest.Option{"completed": nil, "as they are": {konnecttest.WithVaultConfigAsSent()}} {
		w := newWorld(t, withVault(vaultConfig("a", "example"))(), opts...)
		w.settled(withVault(vaultConfig("a", "example"))())
		w.settled(withVault(map[string]any{"host": "a"})())
		w.settled([]crd.Object{plane("cp").MustBuild(), vaultBase().MustBuild()})
		w.ensure(withVault(map[string]any{"host": "b"})())
		assert.Equal(t, 1, w.server.Writes(), name)
		w.settled(withVault(map[string]any{"host": "b"})())
	}
}

// TestVaultSecretsThatAreWithheld are told by their marks, and are not verifiable without.
func TestVaultSecretsThatAreWithheld(t *testing.T) {
	t.Parallel()
	objects := withVault(vaultConfig("a", "example"))
	w := newWorld(t, objects(), konnecttest.WithSecretsWithheld())
	assert.Empty(t, w.last().Deviations)
	report := w.ensure(objects())
	assert.Zero(t, w.server.Writes())
	require.Len(t, report.Warnings, 1)
	assert.Contains(t, report.Warnings[0].Message, "config.token")
	w.ensure(objects(), konnect.WithSecretRewrite())
	assert.Equal(t, 1, w.server.Writes())

	marked := konnect.WithSecretMarks([]byte(strings.Repeat("k", 32)))
	for token, writes := range map[string]int{"example": 0, "changed": 1} {
		server := konnecttest.Start(t, konnecttest.WithSecretsWithheld())
		_, err := newClient(t, server, marked).Ensure(t.Context(), objects())
		require.NoError(t, err)
		server.ResetLog()
		report, err := newClient(t, server, marked).Ensure(t.Context(), withVault(vaultConfig("a", token))())
		require.NoError(t, err)
		assert.Empty(t, report.Warnings, token)
		assert.Equal(t, writes, server.Writes(), token)
	}
}

func TestVaultSecretsShowNowhere(t *testing.T) {
	t.Parallel()
	const one, two = "example-token-one", "example-token-two"
	server := konnecttest.Start(t)
	w := watch(t, konnect.WithServerURL(server.URL), konnect.WithToken(server.Token))
	bad := func() []crd.Object {
		objects := withVault(vaultConfig("a", two))()
		must[*configurationv1alpha1.KongVault](objects[1]).Spec.Config = crd.JSON(`["` + one + `"]`)
		return objects
	}
	newer := map[string]any{"host": "a", "newer_secret_id": one}
	for _, objects := range []func() []crd.Object{withVault(vaultConfig("a", one)), withVault(vaultConfig("a", two)), withVault(newer), bad} {
		w.ensure(append(objects(), vaultGrant()))
	}
	for _, secret := range []string{one, two} {
		assertLacks(t, w.text.String(), secret, "all outputs")
	}
}
