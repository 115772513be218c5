package konnect_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

// members are consumers with their groups, on one control plane, which comes first.
func members(groups []string, consumers map[string][]string) []crd.Object {
	objects := []crd.Object{plane("cp").MustBuild()}
	for _, name := range groups {
		objects = append(objects, builder.NewConsumerGroup(name).ControlPlane("cp").MustBuild())
	}
	for _, name := range []string{"alice", "bob", "carol"} {
		if in, ok := consumers[name]; ok {
			objects = append(objects, builder.NewConsumer(name).ControlPlane("cp").ConsumerGroups(in...).MustBuild())
		}
	}
	return objects
}

// groupsOf returns the names of the groups that a consumer is in, by its username.
func (w *world) groupsOf(plane, username string) []string {
	w.Helper()
	names, usernames := map[string]string{}, map[string]string{}
	for _, e := range w.server.Entities(plane, "consumer_groups") {
		names[must[string](e["id"])] = must[string](e["name"])
	}
	for _, e := range w.server.Entities(plane, "consumers") {
		usernames[must[string](e["id"])] = must[string](e["username"])
	}
	var found []string
	for _, pair := range w.server.Entities(plane, "memberships") {
		consumer, group := must[map[string]any](pair["consumer"]), must[map[string]any](pair["consumer_group"])
		if usernames[must[string](consumer["id"])] == username {
			found = append(found, names[must[string](group["id"])])
		}
	}
	return found
}

func TestMembershipsFollowTheConsumers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reason string
		opts   []konnecttest.Option
	}{
		"as published": {"a member that is added twice is refused in the words of a missing parent", nil},
		"idempotent":   {"or taken", []konnecttest.Option{konnecttest.WithMemberAddedTwice(http.StatusCreated)}},
		"missing":      {"one that is not there cannot be removed", []konnecttest.Option{konnecttest.WithMissingMember(http.StatusNotFound)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{T: t, server: konnecttest.Start(t, tt.opts...)}
			groups := []string{"gold", "silver"}
			first := func() []crd.Object {
				return members(groups, map[string][]string{"alice": {"gold", "silver"}, "bob": {"gold"}, "carol": nil})
			}
			objects := first()
			w.report = w.ensure(objects)
			cp := groupChange(t, w.report, "cp").KonnectID
			assert.Equal(t, len(objects)+3, w.server.Writes(), tt.reason)
			assert.ElementsMatch(t, []string{"gold", "silver"}, w.groupsOf(cp, "alice"))
			alice := objects[3]
			assert.True(t, meta.IsStatusConditionTrue(alice.GetConditions(), crd.ConditionConsumerGroupRefsValid))
			assert.Nil(t, meta.FindStatusCondition(objects[5].GetConditions(), crd.ConditionConsumerGroupRefsValid), "carol has none")
			w.settled(first())

			second := func() []crd.Object {
				return members(groups, map[string][]string{"alice": {"silver"}, "bob": nil, "carol": {"gold"}})
			}
			w.server.ResetLog()
			report := w.ensure(second())
			assert.Equal(t, 3, w.server.Writes(), "two leave and one comes")
			for _, name := range []string{"alice", "bob", "carol"} {
				change := groupChange(t, report, name)
				assert.Equal(t, konnect.ActionUpdated, change.Action, name)
				require.Len(t, change.Fields, 1, name)
				assert.Equal(t, "consumerGroups", change.Fields[0].Path)
			}
			assert.Equal(t, []string{"silver"}, w.groupsOf(cp, "alice"))
			assert.Empty(t, w.groupsOf(cp, "bob"))
			assert.Equal(t, []string{"gold"}, w.groupsOf(cp, "carol"))
			w.settled(second())
		})
	}
}

// join puts a consumer into a group behind our back.
func (w *world) join(plane, consumerID, groupID string) {
	w.Helper()
	_, err := w.server.Put(plane, "memberships", map[string]any{
		"consumer": map[string]any{"id": consumerID}, "consumer_group": map[string]any{"id": groupID},
	})
	require.NoError(w, err)
}

func (w *world) put(plane, collection string, entity map[string]any) string {
	w.Helper()
	stored, err := w.server.Put(plane, collection, entity)
	require.NoError(w, err)
	return must[string](stored["id"])
}

func TestMembershipsOfOthers(t *testing.T) {
	t.Parallel()
	for name, consumers := range map[string]map[string][]string{
		"read by consumers": {"alice": {"gold"}},
		"read by groups":    {"alice": {"gold"}, "bob": nil, "carol": nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{T: t, server: konnecttest.Start(t)}
			objects := func() []crd.Object { return members([]string{"gold"}, consumers) }
			w.report = w.ensure(objects())
			id := func(name string) string { return groupChange(t, w.report, name).KonnectID }
			cp, gold, alice := id("cp"), id("gold"), id("alice")
			theirs := w.put(cp, "consumer_groups", map[string]any{"name": "theirs"})
			stranger := w.put(cp, "consumers", map[string]any{"username": "stranger"})
			w.join(cp, alice, theirs)
			w.join(cp, stranger, gold)

			w.server.ResetLog()
			report := w.ensure(objects())
			assert.Zero(t, w.server.Writes(), "neither is ours alone")
			require.Len(t, report.Warnings, 1)
			warning := report.Warnings[0]
			assert.Equal(t, konnect.WarningForeignMembership, warning.Code)
			assert.Equal(t, "KongConsumer default/alice", warning.Key.String())
			assert.Contains(t, warning.Message, theirs)

			without := objects()[:1]
			client := newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner))
			_, err := client.Ensure(t.Context(), without, konnect.WithPrune())
			var refused *konnect.OwnershipError
			require.ErrorAs(t, err, &refused, "a stranger is in the group")
			assert.Equal(t, stranger, refused.KonnectID)
			assert.NotNil(t, w.server.Entity(cp, "consumer_groups", gold))

			client = newClient(t, w.server, konnect.WithSource(resolve.Objects(without...)))
			_, err = client.Delete(t.Context(), objects()[1:])
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, stranger, refused.KonnectID)
			_, err = client.Delete(t.Context(), objects()[1:], konnect.WithCascade())
			require.NoError(t, err)
			assert.Nil(t, w.server.Entity(cp, "consumer_groups", gold))
			assert.NotNil(t, w.server.Entity(cp, "consumers", stranger))
		})
	}
}

// What is not declared goes from a group of ours, whoever has put it there.
func TestMembershipsThatNobodyDeclaresGo(t *testing.T) {
	t.Parallel()
	w := &world{T: t, server: konnecttest.Start(t)}
	objects := func() []crd.Object { return members([]string{"gold"}, map[string][]string{"alice": nil}) }
	w.report = w.ensure(objects())
	id := func(name string) string { return groupChange(t, w.report, name).KonnectID }
	cp, gold, alice := id("cp"), id("gold"), id("alice")
	w.join(cp, alice, gold)
	apart := []crd.Object{objects()[0], objects()[2]} // the group's object is in another batch
	w.server.ResetLog()
	w.ensure(apart)
	assert.Equal(t, 1, w.server.Writes())
	assert.Empty(t, w.groupsOf(cp, "alice"))
	w.settled(apart)
}

// A call whose answer is lost is made again, and answered in the words of a missing parent.
func TestMembershipsThatAreThereAlready(t *testing.T) {
	t.Parallel()
	groups := []string{"gold", "silver"}
	w := &world{T: t, server: konnecttest.Start(t, konnecttest.WithMissingMember(http.StatusNotFound))}
	w.report = w.ensure(members(groups, map[string][]string{"alice": {"silver"}}))
	cp := groupChange(t, w.report, "cp").KonnectID
	const path = "**/consumers/*/consumer_groups"
	w.server.Inject(konnecttest.Fault{Method: http.MethodPost, Path: path, Effect: konnecttest.LoseResponse()})
	w.server.Inject(konnecttest.Fault{Method: http.MethodDelete, Path: path + "/*", Effect: konnecttest.LoseResponse()})
	w.server.ResetLog()
	w.ensure(members(groups, map[string][]string{"alice": {"gold"}}))
	assert.Equal(t, []string{"gold"}, w.groupsOf(cp, "alice"))
	assert.Equal(t, 1, w.server.CountStatus(http.StatusBadRequest), "the second addition")
	w.settled(members(groups, map[string][]string{"alice": {"gold"}}))
}

func TestMembershipsThatFail(t *testing.T) {
	t.Parallel()
	t.Run("another control plane", func(t *testing.T) {
		t.Parallel()
		objects := append(members(nil, map[string][]string{"alice": {"gold"}}),
			plane("other").MustBuild(), builder.NewConsumerGroup("gold").ControlPlane("other").MustBuild())
		server := konnecttest.Start(t)
		_, err := newClient(t, server).Ensure(t.Context(), objects)
		require.ErrorContains(t, err, "check KongConsumer default/alice: consumerGroups[0]: KongConsumerGroup default/gold is in "+
			"KonnectGatewayControlPlane default/other, and the object in KonnectGatewayControlPlane default/cp")
		assert.Zero(t, server.Writes())
	})
	t.Run("no such group", func(t *testing.T) {
		t.Parallel()
		objects := members(nil, map[string][]string{"alice": {"gold"}})
		server := konnecttest.Start(t)
		_, err := newClient(t, server).Ensure(t.Context(), objects)
		require.ErrorContains(t, err, "consumerGroups[0]: KongConsumerGroup default/gold not found")
		assert.Zero(t, server.Writes())
		assert.True(t, meta.IsStatusConditionFalse(objects[1].GetConditions(), crd.ConditionConsumerGroupRefsValid))
	})
	t.Run("refused by Konnect", func(t *testing.T) {
		t.Parallel()
		objects := members([]string{"gold"}, map[string][]string{"alice": {"gold"}})
		server := konnecttest.Start(t)
		server.Inject(konnecttest.Fault{Method: http.MethodPost, Path: "**/consumers/*/consumer_groups", Times: -1, Effect: konnecttest.FailBefore(http.StatusForbidden)})
		_, err := newClient(t, server).Ensure(t.Context(), objects)
		require.ErrorContains(t, err, "create KongConsumer default/alice: set consumerGroups of KongConsumer default/alice")
		assert.True(t, meta.IsStatusConditionFalse(objects[2].GetConditions(), crd.ConditionConsumerGroupRefsValid))
		assert.False(t, crd.IsProgrammed(objects[2]))
		assert.NotEmpty(t, objects[2].GetKonnectStatus().ID, "the consumer itself is there")
	})
}

// An entity that is only matched is compared with its groups too, and never put into one.
func TestMembershipsOfMatchedConsumers(t *testing.T) {
	t.Parallel()
	groups := []string{"gold"}
	w := &world{T: t, server: konnecttest.Start(t)}
	w.report = w.ensure(members(groups, nil))
	cp, gold := groupChange(t, w.report, "cp").KonnectID, groupChange(t, w.report, "gold").KonnectID
	alice := w.put(cp, "consumers", map[string]any{"username": "alice"})
	objects := func() []crd.Object {
		consumer := builder.NewConsumer("alice").ControlPlane("cp").ConsumerGroups("gold").AdoptMatch(alice).MustBuild()
		return append(members(groups, nil), consumer)
	}
	w.server.ResetLog()
	_, err := newClient(t, w.server).Ensure(t.Context(), objects())
	var mismatch *konnect.MismatchError
	require.ErrorAs(t, err, &mismatch)
	assert.Equal(t, []konnect.Field{{Path: "consumerGroups", To: []any{gold}}}, mismatch.Fields)
	w.join(cp, alice, gold)
	report := w.ensure(objects())
	assert.Equal(t, konnect.ActionAdopted, groupChange(t, report, "alice").Action)
	assert.Zero(t, w.server.Writes())
}

// Nothing is pruned where a membership could not be written.
func TestMembershipsThatFailKeepOrphans(t *testing.T) {
	t.Parallel()
	w := &world{T: t, server: konnecttest.Start(t)}
	w.report = w.ensure(members([]string{"gold", "silver"}, map[string][]string{"alice": nil}))
	cp, silver := groupChange(t, w.report, "cp").KonnectID, groupChange(t, w.report, "silver").KonnectID
	w.server.Inject(konnecttest.Fault{Method: http.MethodPost, Path: "**/consumers/*/consumer_groups", Effect: konnecttest.FailBefore(http.StatusForbidden)})
	client := newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner))
	fewer := members([]string{"gold"}, map[string][]string{"alice": {"gold"}})
	_, err := client.Ensure(t.Context(), fewer, konnect.WithPrune())
	require.ErrorContains(t, err, "set consumerGroups of KongConsumer default/alice")
	assert.NotNil(t, w.server.Entity(cp, "consumer_groups", silver))
	_, err = client.Ensure(t.Context(), fewer, konnect.WithPrune())
	require.NoError(t, err)
	assert.Nil(t, w.server.Entity(cp, "consumer_groups", silver))
}
