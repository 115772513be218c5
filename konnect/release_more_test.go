package konnect_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func releasing(objects func() []crd.Object) func(*testing.T, *network) error {
	return func(t *testing.T, n *network) error {
		t.Helper()
		_, err := n.client(t, konnect.WithOwner("platform")).Release(t.Context(), objects())
		return err
	}
}

// releasePhase makes every kind of call that Release makes.
func releasePhase(t *testing.T) map[string]phase {
	t.Helper()
	p := phase{prepare: ensuring(realGateway), run: releasing(realGateway)}
	p.calls = callsOf(t, p)
	return map[string]phase{"release": p}
}

// TestFaultsOnRelease strikes every call. Whatever happens, nothing but marks changes.
func TestFaultsOnRelease(t *testing.T) {
	t.Parallel()
	wanted := []string{"429", "503 before it is applied", "500 after it is applied", "answer lost", "answer cut short"}
	if testing.Short() {
		wanted = wanted[3:4]
	}
	faults := passingFaults()
	maps.DeleteFunc(faults, func(name string, _ faultCase) bool { return !slices.Contains(wanted, name) })
	strike(t, releasePhase(t), faults, !testing.Short())
}

// TestReleaseBrokenOff at each of its writes: each entity is ours as it was, or free as it was.
func TestReleaseBrokenOff(t *testing.T) {
	t.Parallel()
	for name, c := range crashes() {
		for k := 1; ; k++ {
			done := false
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { done = releaseBrokenOff(t, c, k) })
			})
			if done || t.Failed() {
				break
			}
		}
	}
}

func releaseBrokenOff(t *testing.T, c crash, k int) (done bool) {
	t.Helper()
	server := konnecttest.NewServer()
	n := newNetwork(server)
	require.NoError(t, ensuring(realGateway)(t, n))
	before := holdings(server)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began := crashAt(n, c, k, cancel)
	_, err := n.client(t, konnect.WithOwner("platform")).Release(ctx, realGateway())
	if *began < k {
		require.NoError(t, err)
		return true
	}
	ours := map[string]bool{}
	after := holdings(server)
	for id, entity := range after {
		ours[id] = assert.ObjectsAreEqual(before[id], entity)
	}
	assertReleased(t, before, after, ours)
	n.watch(nil, nil)
	require.NoError(t, releasing(realGateway)(t, n))
	assertReleased(t, before, holdings(server), nil)
	return false
}

// TestReleaseTakesAllMarks off, those of policies and secrets too, and leaves tags of others.
func TestReleaseTakesAllMarks(t *testing.T) {
	t.Parallel()
	server := konnecttest.NewServer(konnecttest.WithSecretsWithheld())
	n := newNetwork(server)
	client := n.client(t, konnect.WithSecretMarks([]byte("0123456789abcdef0123456789abcdef")), konnect.WithKeptTags("team-*"))
	objects := func() []crd.Object {
		objects := realGateway()
		for _, obj := range objects {
			obj.SetAnnotations(map[string]string{crd.DeletionPolicyAnnotation: string(crd.DeletionPolicyProtect)})
		}
		return objects
	}
	_, err := client.Ensure(t.Context(), objects())
	require.NoError(t, err)
	plane := textOf(server.ControlPlanes()[0]["id"])
	key := server.Entities(plane, "key-auths")[0]
	assert.Contains(t, fmt.Sprint(key["tags"]), "managed-secret:")
	service := server.Entities(plane, "services")[0]
	require.NoError(t, server.Modify(plane, "services", textOf(service["id"]), func(entity map[string]any) {
		entity["tags"] = append(entity["tags"].([]any), "team-a", "of-somebody")
	}))
	before := holdings(server)
	report, err := client.Release(t.Context(), objects())
	require.NoError(t, err, "the mark tells that the object gives the value")
	assertReleased(t, before, holdings(server), nil)
	assert.Subset(t, holdings(server)[textOf(service["id"])]["tags"], []any{"team-a", "of-somebody"})
	assert.NotContains(t, fmt.Sprint(server.Entities(plane, "key-auths")), "managed-")
	assert.NotContains(t, report.String(), "secret")

	_, err = client.Ensure(t.Context(), objects(), konnect.WithAdoption(konnect.AdoptUnowned))
	require.NoError(t, err)
	_, err = n.client(t).Release(t.Context(), objects())
	require.ErrorContains(t, err, "keeps its marks", "a client without the key knows nothing of it")
}

// TestReleaseOfWhatWasAdopted needs its adoption again, while what was made here is taken back.
func TestReleaseOfWhatWasAdopted(t *testing.T) {
	t.Parallel()
	server := konnecttest.NewServer()
	n := newNetwork(server)
	plane, err := server.AddControlPlane("", map[string]any{"name": "gateway"})
	require.NoError(t, err)
	_, err = server.Put(plane, "services", map[string]any{"name": "theirs", "host": "a.example.com"})
	require.NoError(t, err)
	objects := []crd.Object{
		builder.NewGatewayControlPlane("gateway").Mirror(plane).MustBuild(),
		builder.NewService("theirs").ControlPlane("gateway").Host("a.example.com").MustBuild(),
		builder.NewService("ours").ControlPlane("gateway").Host("a.example.com").MustBuild(),
	}
	client := n.client(t)
	_, err = client.Ensure(t.Context(), objects, konnect.WithAdoption(konnect.AdoptUnowned))
	require.NoError(t, err)
	made := objects[2].GetKonnectStatus()
	_, err = client.Release(t.Context(), objects)
	require.NoError(t, err)
	assert.Empty(t, objects[1].GetKonnectStatus())
	assert.Equal(t, made, objects[2].GetKonnectStatus())
	assert.True(t, crd.IsProgrammed(objects[0]), "a mirror is nothing to release")
	for _, obj := range objects[1:] {
		assertCondition(t, obj, crd.ConditionProgrammed, "Unknown", "Pending")
	}
	_, err = client.Ensure(t.Context(), objects)
	var refused *konnect.OwnershipError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "theirs", refused.Name)
	report, err := client.Ensure(t.Context(), objects, konnect.WithAdoption(konnect.AdoptUnowned))
	require.NoError(t, err)
	assert.Equal(t, konnect.ActionAdopted, changeOf(t, report, "KongService", "theirs").Action)
	assert.Equal(t, konnect.ActionUpdated, changeOf(t, report, "KongService", "ours").Action)
}

// TestReleaseOfLeftovers frees both entities that two runs have made for one object.
func TestReleaseOfLeftovers(t *testing.T) {
	t.Parallel()
	n, server, _ := ensured(t)
	plane := planeID(t, server, "gw")
	own := server.Entities(plane, "services")[0]
	twin := map[string]any{"name": "twin", "host": own["host"], "tags": own["tags"]}
	stored, err := server.Put(plane, "services", twin)
	require.NoError(t, err)
	id := textOf(stored["id"])
	report, err := n.client(t, konnect.WithOwner("platform")).Release(t.Context(), platform())
	require.NoError(t, err)
	released := slices.DeleteFunc(report.Changes, func(c konnect.Change) bool { return c.KonnectID != id && c.KonnectID != own["id"] })
	require.Len(t, released, 2)
	assert.Nil(t, server.Entity(plane, "services", id)["tags"])
}

// TestReleasePlan shows what goes, is kept as JSON, and is not for Apply.
func TestReleasePlan(t *testing.T) {
	t.Parallel()
	n, server, _ := ensured(t)
	client := n.client(t, konnect.WithOwner("platform"))
	plan, err := client.PlanRelease(t.Context(), platform())
	require.NoError(t, err)
	assert.True(t, plan.HasChanges())
	assert.Regexp(t, `(?m)^< KongUpstream default/pool  pool \(`, plan.String())
	assert.Regexp(t, `Plan: 0 to create, 0 to update, \d+ to release`, plan.String())
	raw, err := json.Marshal(plan)
	require.NoError(t, err)
	assert.Contains(t, string(raw), `"action":"release"`)
	_, err = client.Apply(t.Context(), kept(t, plan), platform())
	require.EqualError(t, err, "apply plan: it is of a release, which Client.Release carries out")
	server.ResetLog()
	report, err := client.Release(t.Context(), platform())
	require.NoError(t, err)
	assert.Equal(t, report.Writes, server.Writes())
	assert.Regexp(t, `(?m)^released +KongUpstream +default/pool`, report.String())
	assert.Regexp(t, `(?m)^\d+ released; \d+ reads, \d+ writes$`, report.String())
}
