package konnect_test

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// Random control planes of every kind are exported: what comes out says all that is there,
// and every secret is where secrets are.
func TestRandomExports(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			x := newExported(t, seed, oneVariant(seed)...)
			x.fill()
			e, objects, secrets := x.export(konnect.ExportSecrets())
			x.requireHidden(e, objects, secrets)
			assert.Len(t, e.Skipped, x.hashed, "%s", e.Skipped)
			x.requireVerified(e)

			_, again, secretsAgain := x.export(konnect.ExportSecrets())
			assert.Equal(t, objects, again, "byte for byte")
			assert.Equal(t, secrets, secretsAgain)

			withheld, without, none := x.export()
			assert.Equal(t, objects, without, "what can be shown is the same")
			assert.Empty(t, none)
			assert.Greater(t, len(withheld.Skipped), len(e.Skipped))
			x.requireVerified(withheld)

			whole, _, _ := x.export(konnect.ExportSecrets(), konnect.ExportDefaults())
			x.requireVerified(whole)
			operators, objects, _ := x.export(konnect.ExportSecrets(), konnect.ExportForOperator())
			x.requireHidden(operators, objects, secrets)
			x.requireVerified(operators)
			assert.NotContains(t, objects, "mode: override")
		})
	}
}

// oneVariant is a Konnect that answers in its own way.
func oneVariant(seed uint64) []konnecttest.Option {
	variants := [][]konnecttest.Option{
		nil, {konnecttest.WithNullFields()}, {konnecttest.WithConfigNullsOmitted()}, {konnecttest.WithShorthandsEchoed()},
		{konnecttest.WithConfigNullsOmitted(), konnecttest.WithNullFields()}, {konnecttest.WithTrimmedPEM()}, {konnecttest.WithVaultConfigAsSent()},
		{konnecttest.WithRouteProtocols("http", "https")}, {konnecttest.WithHostsAsSent()}, {konnecttest.WithFoldedSNIs()},
		{konnecttest.WithCertificateSNIs(konnecttest.SNIsExpanded)}, {konnecttest.WithCredentialUpdates(false)},
	}
	return variants[seed%uint64(len(variants))]
}

// requireHidden looks for secrets in whatever is shown.
func (x *exported) requireHidden(e *konnect.Export, objects, secrets string) {
	x.Helper()
	shown := objects + fmt.Sprintf("%v %+v %#v %s", e, e, e, e.Skipped) + fmt.Sprint(e.Warnings)
	for i, secret := range x.secrets {
		coded := base64.StdEncoding.EncodeToString([]byte(secret))
		require.NotContains(x, shown, secret, i)
		require.NotContains(x, shown, coded, i)
	}
	missing := 0
	for _, secret := range x.secrets {
		if !strings.Contains(secrets, secret) {
			missing++
		}
	}
	assert.Equal(x, x.hashed, missing, "all but hashed ones are among the secrets")
}

func (x *exported) requireVerified(e *konnect.Export) {
	x.Helper()
	plan, err := e.Verify(x.Context())
	require.NoError(x, err)
	assert.False(x, plan.HasChanges(), "%s", plan)
	adopted := 0
	for _, c := range plan.Changes {
		if c.Action == konnect.ActionAdopted {
			adopted++
			continue
		}
		assert.Equal(x, konnect.ActionUnchanged, c.Action, c.Key)
		assert.Contains(x, []string{crd.ControlPlaneKind, crd.SecretKind, "KongReferenceGrant", "KongPlugin"}, c.Key.Kind)
	}
	assert.NotZero(x, adopted)
}

// adoptBlock matches a block in YAML.
func adoptBlock() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^  adopt:\n    from: konnect\n    konnect:\n      id: [0-9a-f-]{36}\n    mode: [a-z]+\n`)
}

// letGo is what was exported without its adopt blocks, and into another control plane.
func letGo(t testing.TB, text, plane string) []crd.Object {
	t.Helper()
	objects, err := manifest.DecodeAll(strings.NewReader(adoptBlock().ReplaceAllString(text, "")))
	require.NoError(t, err)
	for _, obj := range objects {
		if mirror, ok := obj.(*konnectv1alpha2.KonnectGatewayControlPlane); ok {
			mirror.Spec.Mirror.Konnect.ID = plane
		}
	}
	return objects
}

// What is exported makes an empty control plane the same, and is exported from there again.
func TestExportsAreImported(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			x := newExported(t, seed, oneVariant(seed)...)
			x.fill()
			_, objects, secrets := x.export(konnect.ExportSecrets())
			other := newExported(t, seed, oneVariant(seed)...)
			report, err := other.net.client(t).Ensure(t.Context(), letGo(t, objects+"---\n"+secrets, other.plane))
			require.NoError(t, err)
			assert.NotZero(t, report.Writes)

			_, objectsAgain, secretsAgain := other.export(konnect.ExportSecrets())
			assert.Equal(t, withoutIDs(objects), withoutIDs(objectsAgain))
			assert.Equal(t, withoutIDs(secrets), withoutIDs(secretsAgain))
		})
	}
}

// withoutIDs is an export without IDs.
func withoutIDs(text string) string {
	text = adoptBlock().ReplaceAllString(text, "")
	return regexp.MustCompile(`(?m)^ {6}id: [0-9a-f-]{36}$`).ReplaceAllString(text, "      id: x")
}

// An export is adopted with writes of tags alone. Then the objects are this owner's, and
// need their blocks no more, also when Konnect has to be mended.
func TestExportsAreAdoptedAndLetGo(t *testing.T) {
	t.Parallel()
	x := newExported(t, 3)
	x.fill()
	before := x.stored()
	_, objects, secrets := x.export(konnect.ExportSecrets())
	client := x.net.client(t)
	all, err := manifest.DecodeAll(strings.NewReader(objects + "---\n" + secrets))
	require.NoError(t, err)
	plan, err := client.Plan(t.Context(), all)
	require.NoError(t, err)
	for _, c := range plan.Changes {
		for _, f := range c.Fields {
			assert.Equal(t, "tags", f.Path, "%s", c.Key)
		}
	}
	report, err := client.Ensure(t.Context(), all)
	require.NoError(t, err)
	assert.NotZero(t, report.Writes)
	assert.Equal(t, before, x.stored(), "nothing but tags was changed")
	report, err = client.Ensure(t.Context(), all)
	require.NoError(t, err)
	assert.Zero(t, report.Writes, "with the blocks")

	again, objectsAgain, secretsAgain := x.export(konnect.ExportSecrets())
	assert.Equal(t, objects, objectsAgain, "an export of what was adopted is the same")
	assert.Equal(t, secrets, secretsAgain)
	x.requireVerified(again)

	without := letGo(t, objects+"---\n"+secrets, x.plane)
	report, err = client.Ensure(t.Context(), without)
	require.NoError(t, err)
	assert.Zero(t, report.Writes, "without the blocks: %s", report)

	for _, collection := range []string{"routes", "plugins"} {
		for _, e := range x.server.Entities(x.plane, collection) {
			require.NoError(t, x.server.Delete(x.plane, collection, fmt.Sprint(e["id"])))
		}
	}
	report, err = client.Ensure(t.Context(), letGo(t, objects+"---\n"+secrets, x.plane))
	require.NoError(t, err)
	assert.NotZero(t, report.Writes, "what is gone is made anew")
	report, err = client.Ensure(t.Context(), letGo(t, objects+"---\n"+secrets, x.plane))
	require.NoError(t, err)
	assert.Zero(t, report.Writes)
}

// stored is what the control plane holds, but for tags and times.
func (x *exported) stored() map[string][]map[string]any {
	all := map[string][]map[string]any{}
	for _, k := range konnect.KindsForTest() {
		if k.Collection == "" {
			continue
		}
		for _, e := range x.server.Entities(x.plane, k.Collection) {
			delete(e, "tags")
			delete(e, "updated_at")
			all[k.Collection] = append(all[k.Collection], e)
		}
		slices.SortFunc(all[k.Collection], func(a, b map[string]any) int { return strings.Compare(fmt.Sprint(a["id"]), fmt.Sprint(b["id"])) })
	}
	return all
}
