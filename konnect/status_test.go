package konnect_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// conditionsOf are "Type Status Reason".
func conditionsOf(obj crd.Object) []string {
	var texts []string
	for _, c := range obj.GetConditions() {
		texts = append(texts, fmt.Sprintf("%s %s %s", c.Type, c.Status, c.Reason))
	}
	return texts
}

// withAuth is platform with credentials of its own and a mirror.
func withAuth(mirrorID string) []crd.Object {
	return append([]crd.Object{
		builder.NewAPIAuth("auth").ServerURL(usHost).Token(konnecttest.DefaultToken).MustBuild(),
		builder.NewGatewayControlPlane("gw").Auth("auth").MustBuild(),
		builder.NewGatewayControlPlane("edge").Auth("auth").Group().Members("gw").MustBuild(),
		builder.NewGatewayControlPlane("theirs").Auth("auth").Mirror(mirrorID).MustBuild(),
	}, entitiesOf(platform())...)
}

// TestConditions are those that the operator writes for each kind.
func TestConditions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		id, err := server.AddControlPlane("", map[string]any{"name": "theirs"})
		require.NoError(t, err)
		objects := withAuth(id)
		for i, obj := range objects {
			obj.SetGeneration(int64(i + 1))
			obj.SetConditions(crd.PendingConditions())
		}
		client := n.bareClient(t)
		_, err = client.Ensure(t.Context(), objects)
		require.NoError(t, err)

		auth := []string{"APIAuthResolvedRef True ResolvedRef", "APIAuthValid True Valid", "Programmed True Programmed"}
		inPlane := append([]string{"ControlPlaneRefValid True Valid"}, auth...)
		for name, want := range map[string][]string{
			"auth": {"APIAuthValid True Valid"}, "gw": auth,
			"edge":   append([]string{"MembersReferenceResolved True Resolved"}, auth...),
			"theirs": append([]string{"Mirrored True Mirrored"}, auth...),
			"api":    inPlane, "pool": inPlane,
			"all": append([]string{"KongServiceRefValid True Valid"}, inPlane...),
			"one": append([]string{"KongUpstreamRefValid True Valid"}, inPlane...),
		} {
			obj := objectNamed(t, objects, name)
			got := conditionsOf(obj)
			if name == "auth" && len(got) > 1 { // Programmed is no condition of its own
				got = filter(got, "APIAuthValid True Valid")
			}
			assert.ElementsMatch(t, want, got, "%s", crd.KeyOf(obj))
			assert.LessOrEqual(t, len(obj.GetConditions()), 8)
			for _, c := range obj.GetConditions() {
				if c.Type != crd.ConditionProgrammed || name != "auth" {
					assert.Equal(t, obj.GetGeneration(), c.ObservedGeneration, "%s %s", crd.KeyOf(obj), c.Type)
				}
				assert.False(t, c.LastTransitionTime.IsZero())
			}
		}
		assertMessage(t, objects, "api", crd.ConditionControlPlaneRefValid, "Referenced ControlPlane default/gw is programmed")
		assertMessage(t, objects, "all", crd.ConditionServiceRefValid, "Referenced KongService default/api programmed")
		assertMessage(t, objects, "one", crd.ConditionUpstreamRefValid, "Referenced KongUpstream default/pool programmed")
		assertMessage(t, objects, "api", crd.ConditionAPIAuthValid, "referenced KonnectAPIAuthConfiguration default/auth is valid")
	})
}

func filter(texts []string, keep string) []string {
	if slices.Contains(texts, keep) {
		return []string{keep}
	}
	return nil
}

func assertMessage(t *testing.T, objects []crd.Object, name, kind, want string) {
	t.Helper()
	for _, c := range objectNamed(t, objects, name).GetConditions() {
		if c.Type == kind {
			assert.Equal(t, want, c.Message, "%s %s", name, kind)
			return
		}
	}
	t.Errorf("%s has no condition %s", name, kind)
}

// TestStatusFields hold the IDs that Konnect gave.
func TestStatusFields(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		id, err := server.AddControlPlane("", map[string]any{"name": "theirs"})
		require.NoError(t, err)
		objects := withAuth(id)
		_, err = n.bareClient(t).Ensure(t.Context(), objects)
		require.NoError(t, err)
		gw := planeID(t, server, "gw")
		shared := crd.KonnectStatus{ServerURL: "https://" + usHost, OrganizationID: konnecttest.DefaultOrganizationID}
		in := func(collection, parent string) crd.KonnectStatus {
			status := shared
			status.ID, status.ControlPlaneID, status.ParentID = textOf(server.Entities(gw, collection)[0]["id"]), gw, parent
			return status
		}
		plane := func(id string) crd.KonnectStatus { status := shared; status.ID = id; return status }
		api, pool := in("services", ""), in("upstreams", "")
		for name, want := range map[string]crd.KonnectStatus{
			"gw": plane(gw), "edge": plane(planeID(t, server, "edge")), "theirs": plane(id),
			"api": api, "pool": pool, "all": in("routes", api.ID), "one": in("targets", pool.ID),
		} {
			assert.Equal(t, want, objectNamed(t, objects, name).GetKonnectStatus(), name)
		}
		mirror, ok := objectNamed(t, objects, "theirs").(*konnectv1alpha2.KonnectGatewayControlPlane)
		require.True(t, ok)
		status := mirror.Status
		assert.Equal(t, konnectv1alpha2.ClusterTypeControlPlane, status.ClusterType)
		require.NotNil(t, status.Endpoints)
		assert.NotEmpty(t, status.Endpoints.ControlPlane)
		assert.NotEmpty(t, status.Endpoints.Telemetry)
	})
}

// TestTransitionTimeIsStable over runs in which nothing changes, and new specs move the generation only.
func TestTransitionTimeIsStable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		id, err := server.AddControlPlane("", map[string]any{"name": "theirs"})
		require.NoError(t, err)
		objects := withAuth(id)
		client := n.bareClient(t)
		_, err = client.Ensure(t.Context(), objects)
		require.NoError(t, err)
		first := copyAll(objects)
		time.Sleep(time.Hour) // fake time
		_, err = client.Ensure(t.Context(), objects)
		require.NoError(t, err)
		assert.Equal(t, first, objects, "nothing differs, times included")

		for _, obj := range objects {
			obj.SetGeneration(9)
		}
		time.Sleep(time.Hour)
		_, err = client.Ensure(t.Context(), objects)
		require.NoError(t, err)
		for i, obj := range objects[1:] {
			for j, c := range obj.GetConditions() {
				assert.EqualValues(t, 9, c.ObservedGeneration)
				assert.Equal(t, first[i+1].GetConditions()[j].LastTransitionTime, c.LastTransitionTime)
			}
			assert.True(t, crd.IsProgrammed(obj), "%s", crd.KeyOf(obj))
		}
	})
}

// TestConditionsAcrossNamespaces have ResolvedRefs as well.
func TestConditionsAcrossNamespaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(konnecttest.NewServer())
		service := builder.NewService("api").Namespace("x").ControlPlaneIn("default", "gw").Host("a.example.com").MustBuild()
		_, err := n.client(t).Ensure(t.Context(), []crd.Object{
			builder.NewGatewayControlPlane("gw").MustBuild(), service,
			builder.NewReferenceGrant("x").FromServices("x").ToControlPlanes("gw").MustBuild(),
		})
		require.NoError(t, err)
		assertCondition(t, service, crd.ConditionResolvedRefs, "True", "ResolvedRefs")
	})
}
