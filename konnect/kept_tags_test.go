package konnect_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// taggedKinds is one object of each kind that has tags. The host or weight can differ.
func taggedKinds(n int) []crd.Object {
	return []crd.Object{
		builder.NewGatewayControlPlane("gw").MustBuild(),
		builder.NewService("api").ControlPlane("gw").Host("pool").Retries(n).Tags("own").MustBuild(),
		builder.NewRoute("api").Service("api").Paths("/api").RegexPriority(n).Tags("own").MustBuild(),
		builder.NewUpstream("pool").ControlPlane("gw").Slots(100 + n).Tags("own").MustBuild(),
		builder.NewTarget("a").Upstream("pool").Address("10.0.0.1:80").Weight(n).Tags("own").MustBuild(),
	}
}

const (
	kindsWithTags = 4
)

// tagAll adds tags to all entities, as another tool may do.
func tagAll(t *testing.T, server *konnecttest.Server, tags ...string) {
	t.Helper()
	plane := server.ControlPlanes()[0]["id"].(string)
	for _, collection := range []string{"services", "routes", "upstreams", "targets"} {
		for _, entity := range server.Entities(plane, collection) {
			require.NoError(t, server.Modify(plane, collection, entity["id"].(string), func(entity map[string]any) {
				held, _ := entity["tags"].([]any)
				for _, tag := range tags {
					held = append([]any{tag}, held...)
				}
				entity["tags"] = held
			}))
		}
	}
}

// heldTags are the tags of the one entity of each kind.
func heldTags(t *testing.T, server *konnecttest.Server) map[string][]string {
	t.Helper()
	plane := server.ControlPlanes()[0]["id"].(string)
	out := map[string][]string{}
	for _, collection := range []string{"services", "routes", "upstreams", "targets"} {
		for _, entity := range server.Entities(plane, collection) {
			for _, tag := range entity["tags"].([]any) {
				out[collection] = append(out[collection], tag.(string))
			}
		}
	}
	return out
}

func TestKeptTags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reason   string
		patterns []string
		tags     []string
		kept     []string
	}{
		{"the tag itself", []string{"team-d"}, []string{"team-d"}, []string{"team-d"}},
		{"a star", []string{"team-*"}, []string{"team-d", "team-", "a team-d"}, []string{"team-d", "team-"}},
		{"a star for what has a colon", []string{"team*"}, []string{"team:d"}, []string{"team:d"}},
		{"one character", []string{"team-?"}, []string{"team-d", "team-dd"}, []string{"team-d"}},
		{"a set", []string{"team-[a-c]"}, []string{"team-a", "team-d"}, []string{"team-a"}},
		{"a backslash", []string{`a\*`}, []string{"a*", "ab"}, []string{"a*"}},
		{"all of others", []string{"*"}, []string{"team-d", "k8s-uid:1"}, []string{"team-d", "k8s-uid:1"}},
		{"one of several", []string{"x", "y*"}, []string{"x", "y1", "z"}, []string{"x", "y1"}},
		{"upper case", []string{"TEAM"}, []string{"team"}, nil},
		{"no pattern", nil, []string{"team-d"}, nil},
		{"what is no mark without a value", []string{"managed"}, []string{"managed", "managed-by"}, []string{"managed"}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			client := newClient(t, server, konnect.WithKeptTags(tt.patterns...))
			_, err := client.Ensure(t.Context(), taggedKinds(1))
			require.NoError(t, err)
			tagAll(t, server, tt.tags...)
			taken := len(tt.tags) - len(tt.kept)
			for run := range 3 {
				plan, err := client.Plan(t.Context(), taggedKinds(1))
				require.NoError(t, err)
				assert.Equal(t, run == 0 && taken > 0, plan.HasDrift())
				report, err := client.Ensure(t.Context(), taggedKinds(1))
				require.NoError(t, err)
				if run > 0 || taken == 0 {
					assert.Zero(t, report.Writes, "neither drift nor removed, in no run")
					assert.Empty(t, report.Warnings)
					continue
				}
				assert.Equal(t, kindsWithTags, report.Writes)
				assert.Len(t, report.Warnings, kindsWithTags*taken)
			}
			report, err := client.Ensure(t.Context(), taggedKinds(2))
			require.NoError(t, err)
			assert.Equal(t, kindsWithTags, report.Writes)
			for collection, tags := range heldTags(t, server) {
				assert.Subset(t, tags, append(tt.kept, "own", "managed-by:konnectkit"), "carried in a write: %s", collection)
				for _, tag := range tt.tags {
					assert.Equal(t, contains(tt.kept, tag), contains(tags, tag), "%s: %s", collection, tag)
				}
			}
		})
	}
}

func TestWarningOfForeignTag(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	client := newClient(t, server)
	_, err := client.Ensure(t.Context(), taggedKinds(1))
	require.NoError(t, err)
	tagAll(t, server, "team-d")
	plan, err := client.Plan(t.Context(), taggedKinds(1), konnect.WithoutWarnings(konnect.WarningForeignTagRemoved))
	require.NoError(t, err)
	assert.Empty(t, plan.Warnings)
	plan, err = client.Plan(t.Context(), taggedKinds(1))
	require.NoError(t, err)
	want := []string{}
	for _, key := range []string{"KongRoute default/api", "KongService default/api", "KongTarget default/a", "KongUpstream default/pool"} {
		want = append(want, key+`: spec.tags: the tag "team-d" is taken away, because the spec does not have it; somebody else may be writing it, in turn with this: put it into the spec, or keep it with WithKeptTags [foreign-tag-removed]`)
	}
	assert.Equal(t, want, warningTexts(plan.Warnings))
	report, err := client.Ensure(t.Context(), taggedKinds(1))
	require.NoError(t, err)
	assert.Equal(t, plan.Warnings, report.Warnings)
	assert.NotContains(t, heldTags(t, server)["services"], "team-d")
}

func TestKeptTagPatternsThatMeanNothing(t *testing.T) {
	t.Parallel()
	ours := func(pattern string) string {
		return fmt.Sprintf("%q is about marks of konnectkit, which are never kept", pattern)
	}
	for pattern, want := range map[string]string{
		"team-[a":               `"team-[a" is no pattern: a bracket or a backslash lacks its end`,
		"team-[]":               `"team-[]" is no pattern: a bracket or a backslash lacks its end`,
		`team\`:                 `"team\\" is no pattern: a bracket or a backslash lacks its end`,
		"":                      `konnect has no tag that matches ""`,
		"a,b":                   `konnect has no tag that matches "a,b"`,
		"team/*":                `konnect has no tag that matches "team/*"`,
		"a\nb":                  `konnect has no tag that matches "a\nb"`,
		"managed-by:terraform":  ours("managed-by:terraform"),
		"managed-owner:team-?":  ours("managed-owner:team-?"),
		"managed-key:*":         ours("managed-key:*"),
		"k8s-namespace:default": ours("k8s-namespace:default"),
	} {
		_, err := konnect.NewClient(konnect.WithKeptTags("team-*", pattern))
		assert.EqualError(t, err, "new client: WithKeptTags: "+want)
	}
	for _, pattern := range []string{"k8s-uid:*", "managed", "managed-by", "m[b-z]*", "k8s-na", "konnect-managed", "ж*", `\*`, "*", "managed-*"} {
		_, err := konnect.NewClient(konnect.WithKeptTags(pattern))
		assert.NoError(t, err, pattern)
	}
}

// TestKeptTagsFillTheEntity has tags of others take the room of readable marks, and refuses
// what has no room left beside them.
func TestKeptTagsFillTheEntity(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	client := newClient(t, server, konnect.WithKeptTags("team-*"))
	objects := func(n int) []crd.Object {
		tags := []string{}
		for i := range n {
			tags = append(tags, "own-"+strconv.Itoa(i))
		}
		return []crd.Object{
			builder.NewGatewayControlPlane("gw").MustBuild(),
			builder.NewService("api").ControlPlane("gw").Host("pool").Tags(tags...).MustBuild(),
		}
	}
	_, err := client.Ensure(t.Context(), objects(10))
	require.NoError(t, err)
	tagAll(t, server, "team-a", "team-b", "team-c", "team-d") // 20 with the marks, three of them readable
	report, err := client.Ensure(t.Context(), objects(10))
	require.NoError(t, err)
	assert.Zero(t, report.Writes)

	_, err = client.Ensure(t.Context(), objects(13))
	require.NoError(t, err)
	held := heldTags(t, server)["services"]
	assert.Len(t, held, 20)
	assert.Subset(t, held, []string{"own-12", "team-a", "team-d", "managed-owner:default"})
	assert.NotContains(t, strings.Join(held, " "), "k8s-", "the readable marks went")
	report, err = client.Ensure(t.Context(), objects(13))
	require.NoError(t, err)
	assert.Zero(t, report.Writes)

	server.ResetLog()
	_, err = client.Ensure(t.Context(), objects(14))
	id := server.Entities(server.ControlPlanes()[0]["id"].(string), "services")[0]["id"]
	require.ErrorContains(t, err, fmt.Sprintf(`update KongService default/api: spec.tags: with 3 marks and the kept tags ["team-d" "team-c" "team-b" "team-a"] of entity %s they are 21, and konnect takes 20; take tags out of the spec, or patterns out of WithKeptTags`, id))
	assert.Zero(t, server.Writes())
	_, err = client.Ensure(t.Context(), objects(10))
	require.NoError(t, err, "with fewer of its own there is room again")
	assert.Len(t, heldTags(t, server)["services"], 20)
}

func TestTagsOfTheSpecAreNotKept(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	service := func(tags string) []crd.Object {
		object := builder.NewService("api").ControlPlane("gw").Host("pool").Tags("team-spec").MustBuild()
		object.SetAnnotations(map[string]string{"konghq.com/tags": tags})
		return []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild(), object}
	}
	client := newClient(t, server, konnect.WithKeptTags("team-*"))
	_, err := client.Ensure(t.Context(), service("team-annotated, other"))
	require.NoError(t, err)
	report, err := client.Ensure(t.Context(), service("team-annotated,other"))
	require.NoError(t, err)
	assert.Zero(t, report.Writes)
	counts := map[string]int{}
	for _, tag := range heldTags(t, server)["services"] {
		counts[tag]++
	}
	assert.Equal(t, 1, counts["team-spec"])
	assert.Equal(t, 1, counts["team-annotated"])

	report, err = client.Ensure(t.Context(), service(""))
	require.NoError(t, err)
	held := heldTags(t, server)["services"]
	assert.Contains(t, held, "team-annotated", "whose it was is not known once it is in no object")
	assert.NotContains(t, held, "other")
	assert.Len(t, report.Warnings, 1)
}

// TestKeptTagOfFormerHolder stays where the pattern says so, though the tag was what
// the entity was taken over by.
func TestKeptTagOfFormerHolder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reason   string
		patterns []string
	}{
		{"as documented of adoption", nil},
		{"as the pattern says", []string{"team-*"}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			client := newClient(t, server, konnect.WithKeptTags(tt.patterns...))
			_, err := client.Ensure(t.Context(), taggedKinds(1)[:1])
			require.NoError(t, err)
			plane := server.ControlPlanes()[0]["id"].(string)
			_, err = server.Put(plane, "services", map[string]any{"name": "api", "host": "theirs", "tags": []string{"team-d", "edge"}})
			require.NoError(t, err)
			policy := konnect.WithAdoption(konnect.AdoptTagged("team-d"))
			report, err := client.Ensure(t.Context(), taggedKinds(1)[:2], policy)
			require.NoError(t, err)
			assert.Equal(t, konnect.ActionAdopted, changeOf(t, report, "KongService", "api").Action)
			assert.Empty(t, report.Warnings, "an adoption takes tags away on purpose")
			held := heldTags(t, server)["services"]
			assert.Equal(t, tt.patterns != nil, contains(held, "team-d"))
			assert.NotContains(t, held, "edge")
			report, err = client.Ensure(t.Context(), taggedKinds(1)[:2], policy)
			require.NoError(t, err)
			assert.Zero(t, report.Writes)
		})
	}
}

// TestKeptTagsOfWhatIsOnlyRead are no mismatch and no drift.
func TestKeptTagsOfWhatIsOnlyRead(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	client := newClient(t, server, konnect.WithKeptTags("team-*"))
	_, err := client.Ensure(t.Context(), taggedKinds(1)[:1])
	require.NoError(t, err)
	plane := server.ControlPlanes()[0]["id"].(string)
	put, err := server.Put(plane, "services", map[string]any{"name": "api", "host": "pool", "tags": []string{"own", "team-d"}})
	require.NoError(t, err)
	matching := func(tag string) []crd.Object {
		return []crd.Object{
			taggedKinds(1)[0],
			builder.NewService("api").ControlPlane("gw").Host("pool").Tags(tag).AdoptMatch(put["id"].(string)).MustBuild(),
		}
	}
	writes := server.Writes()
	_, err = client.Ensure(t.Context(), matching("own"))
	require.NoError(t, err)
	_, err = client.Ensure(t.Context(), matching("another"))
	require.ErrorContains(t, err, "tags")
	_, err = newClient(t, server).Ensure(t.Context(), matching("own"))
	require.ErrorContains(t, err, "tags", "without the option tags are compared as a whole")

	observing := matching("own")
	observing[1] = builder.NewService("api").ControlPlane("gw").Host("pool").Tags("own").MustBuild()
	observing[1].SetAnnotations(map[string]string{crd.ManagementPolicyAnnotation: string(crd.ManagementPolicyObserve)})
	plan, err := client.Plan(t.Context(), observing)
	require.NoError(t, err)
	assert.False(t, plan.HasDrift())
	assert.Empty(t, plan.Warnings, "nothing is taken away")
	assert.Equal(t, writes, server.Writes())
}
