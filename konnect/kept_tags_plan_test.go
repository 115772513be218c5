package konnect_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestPlanOutlivesKeptTags lets a plan be carried out though a tag that is kept has come or
// gone since, or all are in another order. Any other tag makes it stale.
func TestPlanOutlivesKeptTags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reason string
		before []string
		after  []string
		stale  bool
	}{
		{"a kept tag came", nil, []string{"team-d"}, false},
		{"a second one came", []string{"team-a"}, []string{"team-b"}, false},
		{"another tag came", nil, []string{"edge"}, true},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			client := newClient(t, server, konnect.WithKeptTags("team-*"))
			_, err := client.Ensure(t.Context(), taggedKinds(1))
			require.NoError(t, err)
			tagAll(t, server, tt.before...)
			plan, err := client.Plan(t.Context(), taggedKinds(2))
			require.NoError(t, err)
			tagAll(t, server, tt.after...)
			report, err := client.Apply(t.Context(), plan, taggedKinds(2))
			if tt.stale {
				var stale *konnect.StalePlanError
				require.ErrorAs(t, err, &stale)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, kindsWithTags, report.Writes)
			for collection, held := range heldTags(t, server) {
				assert.Subset(t, held, append(tt.before, tt.after...), collection)
			}
		})
	}
}

// TestKeptTagsAreReplaced by those of a client made With others.
func TestKeptTagsAreReplaced(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	first := newClient(t, server, konnect.WithKeptTags("team-*"))
	second, err := first.With(konnect.WithKeptTags("edge"))
	require.NoError(t, err)
	none, err := first.With(konnect.WithKeptTags())
	require.NoError(t, err)
	_, err = first.Ensure(t.Context(), taggedKinds(1))
	require.NoError(t, err)
	tagAll(t, server, "team-d")
	for client, drift := range map[*konnect.Client]bool{first: false, second: true, none: true} {
		plan, err := client.Plan(t.Context(), taggedKinds(1))
		require.NoError(t, err)
		assert.Equal(t, drift, plan.HasDrift())
	}
}

// Another tool tags what it refers to; the tag stays, and no run writes because of it.
func ExampleWithKeptTags() {
	server, client, stop := startKonnect(konnect.WithKeptTags("team-*"))
	defer stop()
	ctx := context.Background()
	report, err := client.Ensure(ctx, echo(1027))
	if err != nil {
		fmt.Println(err)
		return
	}
	tag := func(tag string) {
		err := server.Modify(report.Changes[1].ControlPlane, "services", report.Changes[1].KonnectID, func(service map[string]any) {
			service["tags"] = append(service["tags"].([]any), tag)
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	tag("team-b")
	report, err = client.Ensure(ctx, echo(1027))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Writes, "writes")

	tag("edge")
	plan, err := client.Plan(ctx, echo(1027))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan.Warnings[0])
	// Output:
	// 0 writes
	// KongService default/service: spec.tags: the tag "edge" is taken away, because the spec does not have it; somebody else may be writing it, in turn with this: put it into the spec, or keep it with WithKeptTags [foreign-tag-removed]
}
