package konnect_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// holdings are all that an organisation holds, by ID.
func holdings(server *konnecttest.Server) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, plane := range server.ControlPlanes() {
		id := textOf(plane["id"])
		all[id] = plane
		for _, kind := range konnect.KindsForTest() {
			for _, entity := range server.Entities(id, kind.Collection) {
				all[textOf(entity["id"])] = entity
			}
		}
	}
	for _, entity := range all {
		withoutTimes(entity)
	}
	return all
}

// isMark reports whether a tag, or the key of a label, is one of konnectkit's.
func isMark(text string) bool {
	return strings.HasPrefix(text, "managed-") || slices.Contains([]string{"k8s-kind", "k8s-name", "k8s-namespace"}, strings.SplitN(text, ":", 2)[0])
}

// freed is an entity as it is to be once it is released.
func freed(entity map[string]any) map[string]any {
	entity = maps.Clone(entity)
	if tags, ok := entity["tags"].([]any); ok {
		tags = slices.DeleteFunc(slices.Clone(tags), func(tag any) bool { return isMark(textOf(tag)) })
		if entity["tags"] = tags; len(tags) == 0 {
			delete(entity, "tags")
		}
	}
	if labels, ok := entity["labels"].(map[string]any); ok {
		labels = maps.Clone(labels)
		maps.DeleteFunc(labels, func(key string, _ any) bool { return isMark(key) })
		entity["labels"] = labels
	}
	if title, ok := entity["title"].(string); ok && isMark(title) {
		delete(entity, "title")
	}
	maps.DeleteFunc(entity, func(_ string, value any) bool { return value == nil })
	return entity
}

// assertReleased compares what is held with what was, but for those that keep their marks.
func assertReleased(t *testing.T, before, after map[string]map[string]any, kept map[string]bool) {
	t.Helper()
	require.Len(t, after, len(before), "nothing is deleted, and nothing made")
	for id, entity := range before {
		want := freed(entity)
		if kept[id] {
			want = entity
		}
		got := maps.Clone(after[id])
		for _, form := range []map[string]any{want, got} {
			maps.DeleteFunc(form, func(_ string, value any) bool { return value == nil })
		}
		assert.Equal(t, want, got, id)
	}
}

// keptBy are the entities that a release has named, by ID.
func keptBy(t *testing.T, report *konnect.Report, err error) map[string]bool {
	t.Helper()
	kept := map[string]bool{}
	for _, c := range report.Changes {
		if c.Err == nil {
			continue
		}
		refused, ok := errors.AsType[*konnect.WriteOnlyError](c.Err)
		require.True(t, ok, "%v", c.Err)
		assert.Equal(t, konnect.ActionSkipped, c.Action)
		assert.Equal(t, c.KonnectID, refused.KonnectID)
		require.ErrorContains(t, err, refused.Error())
		kept[c.KonnectID] = true
	}
	if len(kept) == 0 {
		require.NoError(t, err)
	}
	return kept
}

// TestReleaseOfRealGateway gives up every kind of entity, whatever Konnect shows of it, and
// takes it back.
func TestReleaseOfRealGateway(t *testing.T) {
	t.Parallel()
	hides := map[string][]string{ // what Konnect keeps to itself, and so keeps its marks
		"passwords of another hash": {"KongCredentialBasicAuth"},
		"passwords left out":        {"KongCredentialBasicAuth"},
		"secrets withheld":          {"KongCredentialAPIKey", "KongCredentialHMAC", "KongCredentialJWT"},
		"private keys withheld":     {"KongCertificate"},
		"secrets withheld wherever they can be": {
			"KongCertificate", "KongCredentialAPIKey", "KongCredentialBasicAuth", "KongCredentialHMAC", "KongCredentialJWT",
		},
	}
	for name, opts := range openQuestions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.NewServer(opts...)
			n := newNetwork(server)
			objects := realGateway()
			_, err := n.client(t).Ensure(t.Context(), objects)
			require.NoError(t, err)
			before := holdings(server)

			plan, err := n.client(t).PlanRelease(t.Context(), realGateway())
			planned := keptBy(t, &konnect.Report{Changes: plan.Changes}, err)
			assert.Equal(t, before, holdings(server), "a plan writes nothing")
			server.ResetLog()
			report, err := n.client(t).Release(t.Context(), objects)
			kept := keptBy(t, report, err)
			assert.Equal(t, planned, kept)
			assertReleased(t, before, holdings(server), kept)
			assert.Equal(t, len(before)-len(kept), server.Writes(), "one write each")
			assertNothingDeleted(t, server)
			kinds := map[string]bool{}
			for _, c := range report.Changes {
				assert.Equal(t, c.Err == nil, c.Action == konnect.ActionReleased, "%s", c.Key)
				if kinds[c.Key.Kind] = kinds[c.Key.Kind] || c.Err != nil; !kinds[c.Key.Kind] {
					delete(kinds, c.Key.Kind)
				}
			}
			assert.Equal(t, hides[name], slices.Sorted(maps.Keys(kinds)))

			server.ResetLog()
			again, err := n.client(t).Release(t.Context(), objects)
			assert.Equal(t, kept, keptBy(t, again, err))
			assert.Zero(t, server.Writes(), "what is free is free")

			_, err = n.client(t).Ensure(t.Context(), objects)
			require.NoError(t, err, "it is taken back by computed IDs and the status")
			assertNothingDeleted(t, server)
			assert.Len(t, holdings(server), len(before))
			server.ResetLog()
			_, err = n.client(t).Ensure(t.Context(), realGateway())
			require.NoError(t, err)
			assert.Zero(t, server.Writes())
		})
	}
}

func assertNothingDeleted(t *testing.T, server *konnecttest.Server) {
	t.Helper()
	for operation := range server.Operations() {
		assert.False(t, strings.HasPrefix(operation, "DELETE ") || strings.HasPrefix(operation, "POST "), operation)
	}
}

// TestReleaseLeavesOthers alone, and says so.
func TestReleaseLeavesOthers(t *testing.T) {
	t.Parallel()
	n := newNetwork(konnecttest.NewServer())
	server := n.servers[usHost]
	a := n.client(t, konnect.WithOwner("a"))
	_, err := a.Ensure(t.Context(), platform())
	require.NoError(t, err)
	before := holdings(server)
	server.ResetLog()

	report, err := n.client(t, konnect.WithOwner("b")).Release(t.Context(), platform())
	require.NoError(t, err)
	assert.Zero(t, server.Writes())
	assert.Equal(t, before, holdings(server))
	for _, c := range report.Changes {
		assert.Equal(t, konnect.ActionUnchanged, c.Action, "%s", c.Key)
	}
	require.Len(t, report.Warnings, len(report.Changes))
	assert.Contains(t, report.String(), "nothing is released: entity")
	assert.Contains(t, report.Warnings[0].Message, "is held by owner a (")

	missing := builder.NewService("missing").ControlPlane("gw").Host("a.example.com").MustBuild()
	report, err = a.Release(t.Context(), append(controlPlanesOf(platform())[:1], missing))
	require.NoError(t, err)
	assert.Equal(t, konnect.ActionUnchanged, changeOf(t, report, "KongService", "missing").Action)
	assert.Contains(t, report.String(), "KongService default/missing: nothing is released: konnect has no entity of it [not-released]")
}
