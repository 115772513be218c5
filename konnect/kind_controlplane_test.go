package konnect_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestControlPlaneFieldsAreEmptied takes away what the spec no longer has: a
// PATCH that leaves a field out would keep it.
func TestControlPlaneFieldsAreEmptied(t *testing.T) {
	t.Parallel()
	full := fresh(plane("cp").Description("how-to").AuthTypePKIClientCerts().ProxyURL("https", "a", 443).MustBuild())
	bare := fresh(plane("cp").MustBuild())
	w := newWorld(t, full())
	change, err := w.plan(bare())
	require.NoError(t, err)
	assert.Equal(t, []string{"description", "auth_type", "proxy_urls"}, paths(change))
	w.ensure(bare())
	assert.Equal(t, 1, w.server.Writes())
	stored := w.stored(w.last())
	assert.Empty(t, stored["description"])
	config := must[map[string]any](stored["config"])
	assert.Empty(t, config["proxy_urls"])
	assert.Equal(t, "pinned_client_certs", config["auth_type"])
	w.settled(bare())
	w.ensure(full())
	w.settled(full())
}

func TestControlPlaneLabels(t *testing.T) {
	t.Parallel()
	with := func(labels map[string]string) func() []crd.Object {
		return fresh(plane("cp").KonnectLabels(labels).MustBuild())
	}
	w := newWorld(t, with(map[string]string{"team": "a", "env": "prod"})())
	labels := func() map[string]any { return must[map[string]any](w.stored(w.last())["labels"]) }
	marks := len(labels()) - 2
	w.modify(w.last(), func(p map[string]any) { must[map[string]any](p["labels"])["other"] = "theirs" })
	w.settled(with(map[string]string{"team": "a", "env": "prod"})())

	w.ensure(with(map[string]string{"team": "b"})())
	assert.Equal(t, "b", labels()["team"])
	assert.Equal(t, "theirs", labels()["other"], "labels of others stay")
	assert.Equal(t, "prod", labels()["env"], "who set a label that the spec no longer has cannot be told")
	assert.Len(t, labels(), marks+3)
	w.settled(with(map[string]string{"team": "b"})())

	w.ensure(with(map[string]string{"other": "ours"})())
	assert.Equal(t, "ours", labels()["other"], "unless the spec names them")
	w.settled(with(map[string]string{"other": "ours"})())
}

// TestControlPlaneLabelsNearTheLimit leaves marks for readers out, as far as it
// must, and stays settled.
func TestControlPlaneLabelsNearTheLimit(t *testing.T) {
	t.Parallel()
	ours := map[string]string{}
	for i := range 40 {
		ours[fmt.Sprintf("label-%02d", i)] = "a"
	}
	objects := fresh(plane("cp").KonnectLabels(ours).MustBuild())
	for theirs := range 8 {
		w := newWorld(t, objects())
		w.modify(w.last(), func(p map[string]any) {
			labels := must[map[string]any](p["labels"])
			for _, name := range []string{"k8s-kind", "k8s-name", "k8s-namespace"} {
				delete(labels, name)
			}
			for i := range theirs {
				labels[fmt.Sprintf("other-%d", i)] = "b"
			}
			p["description"] = "drifted"
		})
		w.ensure(objects())
		labels := must[map[string]any](w.stored(w.last())["labels"])
		assert.LessOrEqual(t, len(labels), 50)
		assert.Len(t, labels, min(46+theirs, 50), "%d of others", theirs)
		w.settled(objects())
	}
}

func group(members ...string) []crd.Object {
	var objects []crd.Object
	for _, name := range members {
		objects = append(objects, plane(name).MustBuild())
	}
	return append(objects, plane("group").Group().Members(members...).MustBuild())
}

// groupChange finds the change of the group, wherever it stands.
func groupChange(t *testing.T, report *konnect.Report, name string) konnect.Change {
	t.Helper()
	i := slices.IndexFunc(report.Changes, func(c konnect.Change) bool { return c.Key.Name == name })
	require.GreaterOrEqual(t, i, 0)
	return report.Changes[i]
}

func TestGroupMembers(t *testing.T) {
	t.Parallel()
	w := &world{T: t, server: konnecttest.Start(t)}
	w.report = w.ensure(group("cp-a", "cp-b", "cp-c"))
	assert.Equal(t, repeat(konnect.ActionCreated, 4), actions(w.report))
	id := groupChange(t, w.report, "group").KonnectID
	ids := func(names ...string) []string {
		var ids []string
		for _, name := range names {
			ids = append(ids, groupChange(t, w.report, name).KonnectID)
		}
		slices.Sort(ids)
		return ids
	}
	assert.Equal(t, ids("cp-a", "cp-b", "cp-c"), w.server.Members(id))
	assert.Equal(t, 5, w.server.Writes(), "four control planes and one call for all members")
	w.settled(group("cp-a", "cp-b", "cp-c"))
	w.settled(group("cp-c", "cp-a", "cp-b"))

	// One goes and one comes: two calls, and nothing of the group itself.
	objects := append(group("cp-a", "cp-b"), plane("cp-c").MustBuild(), plane("cp-d").MustBuild())
	must[*konnectv1alpha2.KonnectGatewayControlPlane](objects[2]).Spec.Members = append(
		must[*konnectv1alpha2.KonnectGatewayControlPlane](objects[2]).Spec.Members[:1], konnectv1alpha2.MemberRef{Name: "cp-d"})
	swapped := fresh(objects...)
	w.server.ResetLog()
	plan, err := newClient(t, w.server).Plan(t.Context(), swapped())
	require.NoError(t, err)
	change := groupChange(t, &konnect.Report{Changes: plan.Changes}, "group")
	assert.Equal(t, konnect.ActionUpdated, change.Action)
	assert.Equal(t, []string{"members"}, paths(change))
	before := w.report
	w.report = w.ensure(swapped())
	assert.Equal(t, 3, w.server.Writes(), "a control plane, a member less, a member more")
	w.report.Changes = append(w.report.Changes, before.Changes...)
	assert.Equal(t, ids("cp-a", "cp-d"), w.server.Members(id))
	w.settled(swapped())

	w.report.Changes = w.report.Changes[:5]
	none := fresh(plane("cp-a").MustBuild(), plane("group").Group().MustBuild())
	report := w.ensure(none())
	assert.Equal(t, konnect.ActionUpdated, groupChange(t, report, "group").Action, "a group has exactly the members of the spec")
	assert.Empty(t, w.server.Members(id))
	w.settled(none())
}

// TestGroupOfSixty needs more than one call for its members, of which each may
// name fifty.
func TestGroupOfSixty(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 60 {
		names = append(names, fmt.Sprintf("member-%02d", i))
	}
	w := &world{T: t, server: konnecttest.Start(t)}
	report := w.ensure(group(names...))
	id := groupChange(t, report, "group").KonnectID
	assert.Len(t, w.server.Members(id), 60)
	assert.Equal(t, 61+2, w.server.Writes())
	w.settled(group(names...))

	w.ensure(append(group(names[0]), group(names[1:]...)[:59]...))
	assert.Len(t, w.server.Members(id), 1)
	assert.Equal(t, 2, w.server.Writes())

	w.server.ResetLog()
	deleted, err := newClient(t, w.server).Delete(t.Context(), group(names...))
	require.NoError(t, err)
	assert.Equal(t, repeat(konnect.ActionDeleted, 61), actions(deleted))
	assert.Equal(t, "group", deleted.Changes[0].Key.Name, "before its members")
	assert.Empty(t, w.server.ControlPlanes())
}

func TestGroupHoldsNoEntities(t *testing.T) {
	t.Parallel()
	for name, control := range map[string]*builder.GatewayControlPlane{
		"a control plane group": plane("cp").Group(), "an ingress controller": plane("cp").IngressController(),
	} {
		server := konnecttest.Start(t)
		_, err := newClient(t, server).Ensure(t.Context(), []crd.Object{control.MustBuild(), echoService().MustBuild()})
		require.ErrorContains(t, err, name)
		assert.Empty(t, server.Requests(), "the objects tell")
	}
}

func TestMirror(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	id, err := server.AddControlPlane("", map[string]any{"name": "theirs", "labels": map[string]any{"team": "theirs"}})
	require.NoError(t, err)
	before := server.ControlPlanes()
	objects := fresh(plane("mirror").Mirror(id).MustBuild(),
		echoService().ControlPlane("mirror").MustBuild(),
		builder.NewRoute("route").Service("service").Protocols("http").Paths("/a").MustBuild())

	given := objects()
	report, err := newClient(t, server).Ensure(t.Context(), given)
	require.NoError(t, err)
	assert.Equal(t, []konnect.Action{konnect.ActionUnchanged, konnect.ActionCreated, konnect.ActionCreated}, actions(report))
	assert.Equal(t, id, report.Changes[1].ControlPlane)
	mirror := must[*konnectv1alpha2.KonnectGatewayControlPlane](given[0])
	assert.Equal(t, id, mirror.Status.ID)
	assert.Equal(t, konnectv1alpha2.ClusterTypeControlPlane, mirror.Status.ClusterType)
	assert.NotNil(t, mirror.Status.Endpoints)
	assert.True(t, crd.IsProgrammed(mirror))
	w := &world{T: t, server: server, report: report}
	w.settled(objects())
	w.settled(given)
	assert.Equal(t, before, server.ControlPlanes(), "a mirror is never written")

	deleted, err := newClient(t, server).Delete(t.Context(), objects())
	require.NoError(t, err)
	assert.Equal(t, []konnect.Action{konnect.ActionDeleted, konnect.ActionDeleted, konnect.ActionUnchanged}, actions(deleted))
	assert.Len(t, server.ControlPlanes(), 1)
}

func TestMirrorOfWhatHoldsNoEntities(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ clusterType, want string }{
		"group":   {konnectv1alpha2.ClusterTypeControlPlaneGroup, "is a control plane group"},
		"ingress": {konnectv1alpha2.ClusterTypeIngressController, "ingress controller"},
		"absent":  {"", "konnect has no control plane"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			id := foreignID
			if c.clusterType != "" {
				var err error
				id, err = server.AddControlPlane("", map[string]any{"name": "theirs", "cluster_type": c.clusterType})
				require.NoError(t, err)
			}
			objects := []crd.Object{
				plane("mirror").Mirror(id).MustBuild(), echoService().ControlPlane("mirror").MustBuild(),
				plane("other").MustBuild(),
			}
			report, err := newClient(t, server).Ensure(t.Context(), objects)
			require.ErrorContains(t, err, c.want)
			var invalid *konnect.BatchError
			require.ErrorAs(t, err, &invalid)
			require.NotNil(t, report)
			assert.Zero(t, server.Writes(), "what only Konnect can tell stops before the first write")
			assert.False(t, crd.IsProgrammed(objects[1]))
		})
	}
}
