package konnect_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// shop returns a control plane and a service, to which routes are added.
func shop(routes ...crd.Object) []crd.Object {
	return append([]crd.Object{
		builder.NewGatewayControlPlane("gw").MustBuild(),
		builder.NewService("api").ControlPlane("gw").Host("api.example.com").MustBuild(),
	}, routes...)
}

// shopRoute has a path of its own beside, so that no other route takes all of its requests.
func shopRoute(name, path string) *builder.Route {
	return builder.NewRoute(name).Service("api").Protocols("http").Paths(path, "/own-of-"+name)
}

func TestPlanWarnsOfTraffic(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reason string
		// before is provisioned by the owner of the batch, theirs by another one, who shares
		// its control plane by mirroring it.
		before, theirs []crd.Object
		batch          []crd.Object
		opts           []konnect.EnsureOption
		want           []string // parts of the warnings, in order
	}{
		{
			reason: "two routes that nothing but their IDs orders, in a control plane that is not there yet",
			batch:  shop(shopRoute("a", "/x").MustBuild(), shopRoute("b", "/x").MustBuild()),
			want:   []string{"tie: the larger ID decides, which is not known; GET http://example.com/x shows it [tie]"},
		},
		{
			reason: "left out by its code",
			batch:  shop(shopRoute("a", "/x").MustBuild(), shopRoute("b", "/x").MustBuild()),
			opts:   []konnect.EnsureOption{konnect.WithoutWarnings(konnect.WarningRouteTie)},
		},
		{
			reason: "nothing is wrong",
			batch:  shop(shopRoute("a", "/x").MustBuild(), shopRoute("b", "/y").MustBuild()),
		},
		{
			reason: "what the batch says counts, not what konnect still has",
			before: shop(shopRoute("a", "/x").MustBuild(), shopRoute("b", "/x").MustBuild()),
			batch:  shop(shopRoute("a", "/x").MustBuild(), shopRoute("b", "/y").MustBuild()),
		},
		{
			reason: "a route that goes is in nobody's way",
			before: shop(shopRoute("a", "/x").MustBuild(), shopRoute("b", "/z").MustBuild(), shopRoute("c", "/z").MustBuild()),
			batch:  shop(shopRoute("a", "/x").MustBuild(), shopRoute("b", "/x").MustBuild()),
			opts:   []konnect.EnsureOption{konnect.WithPrune()},
			want:   []string{"tie: the larger ID"},
		},
		{
			reason: "a route that stays without an object is",
			before: shop(shopRoute("a", "/x").MustBuild()),
			batch:  shop(shopRoute("b", "/x").MustBuild(), shopRoute("c", "/y").MustBuild()),
			want:   []string{"tie: the larger ID decides"},
		},
		{
			reason: "another owner's route, of a service that was not read",
			theirs: []crd.Object{shopRoute("taken", "/x").SpecName("theirs").MustBuild()},
			batch:  shop(shopRoute("a", "/x").MustBuild(), shopRoute("b", "/y").MustBuild()),
			want:   []string{"route theirs"},
		},
		{
			reason: "what others do to each other is their business",
			theirs: []crd.Object{shopRoute("taken", "/x").MustBuild(), shopRoute("again", "/x").MustBuild()},
			batch:  shop(shopRoute("a", "/y").MustBuild(), shopRoute("b", "/z").MustBuild()),
		},
		{
			reason: "a regular expression that the router here cannot judge keeps nobody from being judged",
			batch:  shop(shopRoute("a", "/x").MustBuild(), shopRoute("b", "/x").MustBuild(), shopRoute("c", `~/c[[:^alpha:]&&\d]`).MustBuild()),
			want:   []string{"tie: the larger ID"},
		},
		{
			reason: "a literal path is told of once, with its field",
			batch:  shop(shopRoute("a", "/x/.+").MustBuild()),
			want:   []string{"KongRoute default/a: spec.paths[0]: "},
		},
		{
			reason: "two that are alike, of which the IDs will say which one is never reached",
			batch: shop(builder.NewRoute("a").Service("api").Protocols("http").Paths("/x").MustBuild(),
				builder.NewRoute("b").Service("api").Protocols("http").Paths("/x").MustBuild()),
			want: []string{"tie: the larger ID decides, which is not known; GET http://example.com/x shows it [tie]"},
		},
		{
			reason: "a route behind a regular expression, which comes before all prefixes",
			batch: shop(builder.NewRoute("a").Service("api").Protocols("http").Paths("~/.*").MustBuild(),
				builder.NewRoute("b").Service("api").Protocols("http").Paths("/x").MustBuild()),
			want: []string{"KongRoute default/b takes no request: KongRoute default/a takes all of them before; GET http://example.com/x shows it [shadowed]"},
		},
		{
			reason: "a service that does not speak what its route accepts",
			batch: shop(shopRoute("a", "/x").MustBuild(),
				builder.NewRoute("b").Service("api").Protocols("http", "https").Paths("/y").MustBuild(),
				builder.NewRoute("c").Service("api").Protocols("tls").SNIs("a.example.com").MustBuild()),
			want: []string{"KongRoute default/c accepts tls, which its KongService default/api, of protocol http, does not speak"},
			opts: []konnect.EnsureOption{konnect.WithoutWarnings(konnect.WarningSNIPlainHTTP)},
		},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.NewServer()
			n := newNetwork(server)
			if tt.before != nil {
				_, err := n.client(t, konnect.WithOwner("shop")).Ensure(t.Context(), tt.before)
				require.NoError(t, err)
			}
			if tt.theirs != nil {
				_, err := n.client(t, konnect.WithOwner("shop")).Ensure(t.Context(), shop())
				require.NoError(t, err)
				theirs := append([]crd.Object{
					builder.NewGatewayControlPlane("gw").Mirror(server.ControlPlanes()[0]["id"].(string)).MustBuild(),
					builder.NewService("api").ControlPlane("gw").SpecName("theirs").Host("b.example.com").MustBuild(),
				}, tt.theirs...)
				_, err = n.client(t, konnect.WithOwner("others")).Ensure(t.Context(), theirs)
				require.NoError(t, err)
			}
			plan, err := n.client(t, konnect.WithOwner("shop")).Plan(t.Context(), tt.batch, tt.opts...)
			require.NoError(t, err)
			texts := warningTexts(plan.Warnings)
			require.Len(t, texts, len(tt.want), "%q", texts)
			for i, want := range tt.want {
				assert.Contains(t, texts[i], want)
				assert.Equal(t, "KongRoute", plan.Warnings[i].Key.Kind, "it is told of an object of the batch")
			}
		})
	}
}

// TestTrafficCostsNoCalls holds that the warnings come from what is read anyway, and that
// Ensure does not look for them.
func TestTrafficCostsNoCalls(t *testing.T) {
	t.Parallel()
	n := newNetwork(konnecttest.NewServer())
	batch := shop(shopRoute("a", "/x").MustBuild(), shopRoute("b", "/x").MustBuild())
	client := n.client(t)
	report, err := client.Ensure(t.Context(), batch)
	require.NoError(t, err)
	assert.Empty(t, report.Warnings)
	report, err = client.Ensure(t.Context(), batch)
	require.NoError(t, err)
	var calls atomic.Int64
	n.watch(func(r *http.Request) error {
		if strings.Contains(r.URL.Path, "control-planes") {
			calls.Add(1)
		}
		return nil
	}, nil)
	plan, err := client.Plan(t.Context(), batch)
	require.NoError(t, err)
	assert.Len(t, plan.Warnings, 1)
	assert.EqualValues(t, report.Reads, calls.Load())
	assert.Contains(t, plan.String(), "\nwarning: KongRoute default/")
	again, err := client.Plan(t.Context(), batch, konnect.WithoutWarnings(konnect.WarningRouteTie))
	require.NoError(t, err)
	assert.Equal(t, plan.Digest, again.Digest, "a warning does not make a plan stale")
}
