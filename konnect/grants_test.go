package konnect_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

// attempt is a verb with options. Before it is tried without a grant, prepare runs
// under a right one.
type attempt struct {
	prepare func(context.Context, *konnect.Client, []crd.Object) (*konnect.Plan, error)
	try     func(context.Context, *konnect.Client, []crd.Object, *konnect.Plan) (printed string, err error)
}

// attempts are all verbs with all options that may matter.
func attempts() map[string]attempt {
	all := map[string]attempt{}
	for name, options := range map[string][]konnect.EnsureOption{
		"":                         nil,
		" partial":                 {konnect.WithPartial()},
		" prune":                   {konnect.WithPrune()},
		" partial prune":           {konnect.WithPartial(), konnect.WithPrune()},
		" partial adopt unmanaged": {konnect.WithPartial(), konnect.WithAdoption(konnect.AdoptUnowned)},
		" partial no deletes":      {konnect.WithPartial(), konnect.WithPrune(), konnect.WithMaxDeletes(0)},
	} {
		all["ensure"+name] = attempt{try: func(ctx context.Context, c *konnect.Client, objects []crd.Object, _ *konnect.Plan) (string, error) {
			report, err := c.Ensure(ctx, objects, options...)
			return report.String(), err
		}}
		all["plan"+name] = attempt{try: func(ctx context.Context, c *konnect.Client, objects []crd.Object, _ *konnect.Plan) (string, error) {
			plan, err := c.Plan(ctx, objects, options...)
			return plan.String(), err
		}}
		all["apply"+name] = attempt{
			prepare: func(ctx context.Context, c *konnect.Client, objects []crd.Object) (*konnect.Plan, error) {
				return c.Plan(ctx, objects, options...)
			},
			try: func(ctx context.Context, c *konnect.Client, objects []crd.Object, plan *konnect.Plan) (string, error) {
				report, err := c.Apply(ctx, plan, objects)
				return report.String(), err
			},
		}
	}
	for name, options := range map[string][]konnect.DeleteOption{
		"":                 nil,
		" partial":         {konnect.WithPartial()},
		" cascade":         {konnect.WithCascade()},
		" partial cascade": {konnect.WithPartial(), konnect.WithCascade()},
		" no deletes":      {konnect.WithMaxDeletes(0)},
	} {
		all["delete"+name] = attempt{try: func(ctx context.Context, c *konnect.Client, objects []crd.Object, _ *konnect.Plan) (string, error) {
			report, err := c.Delete(ctx, objects, options...)
			return report.String(), err
		}}
	}
	return all
}

// TestNothingGoesWhereNoGrantLeads: a reference without a grant is as if its target were
// not there, and the error says which grant there should be.
func TestNothingGoesWhereNoGrantLeads(t *testing.T) {
	t.Parallel()
	for name, c := range crossings() {
		for _, p := range places() {
			if p.leaf && len(c.referrers()) == 1 {
				continue
			}
			t.Run(name+" in "+p.name, func(t *testing.T) {
				t.Parallel()
				w := newWiretap()
				w.provision(t, c)
				w.us.ResetLog()
				w.evil.ResetLog()
				before := stateOf(t, w.us) + stateOf(t, w.evil)
				for verb, a := range attempts() {
					for reason, grant := range wrongGrants(c.from, c.to) {
						hint := verb + ", grant: " + reason
						var plan *konnect.Plan
						if a.prepare != nil {
							client, objects := w.scene(t, p, c, grantOf("victim", c.from, c.to))
							var err error
							plan, err = a.prepare(t.Context(), client, objects)
							require.NoError(t, err, hint)
						}
						client, objects := w.scene(t, p, c, grant)
						w.forget()
						text, err := a.try(t.Context(), client, objects, plan)
						assertNotGranted(t, w, c, p, err, hint)
						assert.NotContains(t, text+err.Error(), victimToken, hint)
						for _, obj := range objects {
							assert.False(t, obj.GetNamespace() == "evil" && crd.IsProgrammed(obj), "%s: %s", hint, crd.KeyOf(obj))
						}
						require.Zero(t, w.us.Writes()+w.evil.Writes(), hint)
					}
				}
				assertState(t, before, stateOf(t, w.us)+stateOf(t, w.evil), "nothing was written")
			})
		}
	}
}

// assertNotGranted checks the error, and what was sent.
func assertNotGranted(t *testing.T, w *wiretap, c crossing, p place, err error, hint string) {
	t.Helper()
	var refused *resolve.NotGrantedError
	if assert.ErrorAs(t, err, &refused, hint) {
		assert.Equal(t, c.from.GroupKind(), refused.From.GroupKind(), hint)
		assert.Equal(t, c.to, refused.To, hint)
	}
	require.ErrorContains(t, err, "needs a KongReferenceGrant in namespace victim from group "+c.from.Group, hint)
	assert.Empty(t, w.heard(evilHost), hint)
	assert.Empty(t, w.heard(evilToken), "%s: the client's own token stands in for nobody's", hint)
	if c.credential || !p.batch {
		assert.Empty(t, w.heard(victimToken), hint)
		return
	}
	for _, line := range w.heard("") { // about the victim's own objects
		assert.True(t, strings.HasPrefix(line, "GET "+usHost), "%s: %s", hint, line)
	}
}

// TestRightGrantsLeadThere is the other side: what is granted works in every verb.
func TestRightGrantsLeadThere(t *testing.T) {
	t.Parallel()
	for name, c := range crossings() {
		for _, p := range places()[:2] {
			for grant, to := range map[string]crd.Key{"one name": c.to, "all names": {Group: c.to.Group, Kind: c.to.Kind}} {
				t.Run(name+" in "+p.name+" for "+grant, func(t *testing.T) {
					t.Parallel()
					w := newWiretap()
					_, err := w.bareClient(t, konnect.WithOwner("platform")).Ensure(t.Context(), victims())
					require.NoError(t, err)
					w.forget()
					client, objects := w.scene(t, p, c, grantOf("victim", c.from, to))
					plan, err := client.Plan(t.Context(), objects, konnect.WithPrune())
					require.NoError(t, err)
					report, err := client.Apply(t.Context(), plan, objects)
					require.NoError(t, err)
					assert.NotZero(t, report.Writes)
					assert.NotEmpty(t, w.heard(victimToken))
					for _, obj := range objects {
						key := crd.KeyOf(obj)
						assert.Equal(t, konnect.HasEntity(key), crd.IsProgrammed(obj) && key.Kind != crd.APIAuthKind, "%s", key)
					}
					report, err = client.Ensure(t.Context(), objects, konnect.WithPartial())
					require.NoError(t, err)
					assert.Zero(t, report.Writes)

					report, err = client.Delete(t.Context(), objects)
					require.NoError(t, err)
					assert.Equal(t, deletable(c), report.Writes, "%s", report)
				})
			}
		}
	}
}

// deletable counts the referrers with entities.
func deletable(c crossing) int {
	return len(slices.DeleteFunc(c.referrers(), func(obj crd.Object) bool { return !konnect.HasEntity(crd.KeyOf(obj)) }))
}

// TestRefusedReferencesTellNothing of what they lead to.
func TestRefusedReferencesTellNothing(t *testing.T) {
	t.Parallel()
	client := newNetwork(konnecttest.NewServer()).client(t)
	for name, victims := range map[string][]crd.Object{
		"nothing there":     nil,
		"no such secret":    {builder.NewAPIAuth("auth").Namespace("victim").Secret("internal").ServerURL(usHost).MustBuild()},
		"a faulty one":      {changed(builder.NewAPIAuth("auth").Namespace("victim").Token("kpat_x").ServerURL(usHost).MustBuild(), breakAuth)},
		"one that is right": {builder.NewAPIAuth("auth").Namespace("victim").Token("kpat_x").ServerURL(usHost).MustBuild()},
	} {
		texts := map[string]bool{}
		plane := builder.NewGatewayControlPlane(evilName).Namespace("evil").AuthIn("victim", "auth").MustBuild()
		objects := append([]crd.Object{plane}, victims...)
		report, err := client.Ensure(t.Context(), objects, konnect.WithPartial())
		require.Error(t, err, name)
		texts[changeOf(t, report, crd.ControlPlaneKind, evilName).Err.Error()] = true
		report, err = client.Delete(t.Context(), objects)
		require.Error(t, err, name)
		texts[strings.TrimPrefix(changeOf(t, report, crd.ControlPlaneKind, evilName).Err.Error(), "credentials of KonnectGatewayControlPlane evil/eve: ")] = true
		assert.Equal(t, map[string]bool{
			"resolve KonnectGatewayControlPlane evil/eve: spec.konnect.authRef: KonnectAPIAuthConfiguration victim/auth is not granted: " +
				"needs a KongReferenceGrant in namespace victim from group konnect.konghq.com, kind KonnectGatewayControlPlane, namespace evil " +
				"to group konnect.konghq.com, kind KonnectAPIAuthConfiguration, name auth": true,
		}, texts, name)
	}
}

func breakAuth(auth *konnectv1alpha1.KonnectAPIAuthConfiguration) { auth.Spec.Type = "password" }
