package konnect_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// The recipes of docs/migrate.md. Nothing is deleted in any of them.

// TestHandOverBetweenOwners gives a whole gateway from one owner to another, with the status
// of the objects or without.
func TestHandOverBetweenOwners(t *testing.T) {
	t.Parallel()
	for name, withStatus := range map[string]bool{"with the status": true, "without it": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handOver(t, withStatus)
		})
	}
}

func handOver(t *testing.T, withStatus bool) {
	t.Helper()
	server := konnecttest.NewServer()
	n := newNetwork(server)
	first, second := n.client(t, konnect.WithOwner("first")), n.client(t, konnect.WithOwner("second"))
	objects := realGateway()
	_, err := first.Ensure(t.Context(), objects)
	require.NoError(t, err)
	before := holdings(server)
	server.ResetLog()

	next, takeOver, want := objects, []konnect.EnsureOption(nil), konnect.ActionUpdated
	if !withStatus {
		next, takeOver, want = namingCertificates(objects), []konnect.EnsureOption{konnect.WithAdoption(konnect.AdoptUnowned)}, konnect.ActionAdopted
	}
	_, err = second.Ensure(t.Context(), next, takeOver...)
	var refused *konnect.OwnershipError
	require.ErrorAs(t, err, &refused, "too early: it is the first owner's")
	assert.Zero(t, server.Writes())
	_, err = first.Release(t.Context(), objects)
	require.NoError(t, err)
	report, err := second.Ensure(t.Context(), next, takeOver...)
	require.NoError(t, err)
	for _, c := range report.Changes {
		assert.Equal(t, want, c.Action, "%s", c.Key)
	}
	assert.Equal(t, 2*len(before), server.Writes(), "a write of each owner for each entity")
	assertNothingMadeOrDeleted(t, server)
	after := holdings(server)
	require.Equal(t, slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
	for id, entity := range before {
		assert.Equal(t, freed(entity), freed(after[id]))
	}
	server.ResetLog()
	_, err = second.Ensure(t.Context(), realGateway())
	require.NoError(t, err)
	_, err = first.Ensure(t.Context(), realGateway())
	require.ErrorAs(t, err, &refused, "the first owner comes too late")
	_, err = first.Delete(t.Context(), realGateway())
	require.ErrorAs(t, err, &refused)
	assert.Zero(t, server.Writes())
}

// namingCertificates are the same objects without a status; those that have no name in
// Konnect say which entity they adopt.
func namingCertificates(provisioned []crd.Object) []crd.Object {
	objects := realGateway()
	for i, obj := range objects {
		if c, ok := obj.(*configurationv1alpha1.KongCertificate); ok {
			c.Spec.Adopt = &commonv1alpha1.AdoptOptions{
				From: commonv1alpha1.AdoptFromKonnect, Mode: commonv1alpha1.AdoptModeOverride,
				Konnect: &commonv1alpha1.AdoptKonnectOptions{ID: provisioned[i].GetKonnectStatus().ID},
			}
		}
	}
	return objects
}

// putAs writes an entity as another tool does: all that it is, under its ID, with tags of its own.
func putAs(t *testing.T, n *network, path string, entity map[string]any, tags ...any) {
	t.Helper()
	entity = maps.Clone(entity)
	maps.DeleteFunc(entity, func(name string, _ any) bool {
		return slices.Contains([]string{"id", "created_at", "updated_at"}, name)
	})
	if delete(entity, "tags"); len(tags) > 0 {
		entity["tags"] = tags
	}
	raw, err := json.Marshal(entity)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "https://"+usHost+path, bytes.NewReader(raw))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+konnecttest.DefaultToken)
	req.Header.Set("Content-Type", "application/json")
	res, err := n.RoundTrip(req)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
}

// traffic are the objects of platform whose entities lie flat in its control plane.
func traffic(objects []crd.Object) []crd.Object {
	return slices.DeleteFunc(slices.Clone(objects), func(obj crd.Object) bool {
		return !slices.Contains([]string{"KongService", "KongRoute", "KongUpstream"}, obj.GVK().Kind)
	})
}

// TestHandOverToTheOperator: with the ID in the status the operator writes under it, in each of its
// rounds, with tags of its own; and back.
func TestHandOverToTheOperator(t *testing.T) {
	t.Parallel()
	n, server, _ := ensured(t)
	client := n.client(t, konnect.WithOwner("platform"))
	objects := platform()
	_, err := client.Ensure(t.Context(), objects)
	require.NoError(t, err)
	before := len(holdings(server))
	server.ResetLog()
	_, err = client.Release(t.Context(), objects)
	require.NoError(t, err)
	for _, obj := range traffic(objects) {
		status, key := obj.GetKonnectStatus(), crd.KeyOf(obj)
		require.NotEmpty(t, status.ID, "the operator would try to make a second one of %s", key)
		collection := strings.ToLower(strings.TrimPrefix(key.Kind, "Kong")) + "s"
		entity := server.Entity(status.ControlPlaneID, collection, status.ID)
		putAs(t, n, "/v2/control-planes/"+status.ControlPlaneID+"/core-entities/"+collection+"/"+status.ID, entity,
			"k8s-generation:1", "k8s-group:"+key.Group, "k8s-kind:"+key.Kind, "k8s-name:"+key.Name, "k8s-namespace:"+key.Namespace,
			"k8s-uid:uid-of-"+key.Name, "k8s-version:v1alpha1", "managed-by:kong-operator")
	}
	assert.Len(t, holdings(server), before)
	_, err = client.Ensure(t.Context(), objects)
	var refused *konnect.OwnershipError
	require.ErrorAs(t, err, &refused, "now it is the operator's")
	assert.Equal(t, "kong-operator", refused.Holder)

	report, err := client.Ensure(t.Context(), objects, konnect.WithAdoption(konnect.AdoptFromOperator))
	require.NoError(t, err)
	for _, obj := range traffic(objects) {
		assert.Equal(t, konnect.ActionAdopted, changeOf(t, report, obj.GVK().Kind, obj.GetName()).Action)
	}
	assert.Len(t, holdings(server), before)
	assertNothingMadeOrDeleted(t, server)
}

// TestHandOverToTerraform: it imports by ID, which reads, and then writes what it has read.
func TestHandOverToTerraform(t *testing.T) {
	t.Parallel()
	n, server, _ := ensured(t)
	client := n.client(t, konnect.WithOwner("platform"))
	objects := platform()
	_, err := client.Ensure(t.Context(), objects)
	require.NoError(t, err)
	_, err = client.Release(t.Context(), objects)
	require.NoError(t, err)
	free := holdings(server)
	server.ResetLog()
	for _, obj := range traffic(objects) {
		status := obj.GetKonnectStatus()
		require.NotEmpty(t, status.ID)
		collection := strings.ToLower(strings.TrimPrefix(obj.GVK().Kind, "Kong")) + "s"
		entity := server.Entity(status.ControlPlaneID, collection, status.ID)
		assert.Nil(t, entity["tags"], "the resource would have the marks as tags")
		putAs(t, n, "/v2/control-planes/"+status.ControlPlaneID+"/core-entities/"+collection+"/"+status.ID, entity)
	}
	assert.Equal(t, free, holdings(server))
	report, err := client.Ensure(t.Context(), objects)
	require.NoError(t, err, "back: by computed IDs")
	for _, obj := range traffic(objects) {
		assert.Equal(t, konnect.ActionUpdated, changeOf(t, report, obj.GVK().Kind, obj.GetName()).Action)
	}
	assertNothingMadeOrDeleted(t, server)
}

func assertNothingMadeOrDeleted(t *testing.T, server *konnecttest.Server) {
	t.Helper()
	for operation := range server.Operations() {
		assert.False(t, strings.HasPrefix(operation, "DELETE "), operation)
		assert.False(t, strings.HasPrefix(operation, "POST ") && !strings.Contains(operation, "group-memberships"), operation)
	}
}
