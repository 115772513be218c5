package konnect_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/konnect"
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
	bubble(t, func(t *testing.T) {
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
	for _, text := range texts {
		if text == keep {
			return []string{keep}
		}
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
	bubble(t, func(t *testing.T) {
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
			status.ID, status.ControlPlaneID, status.ParentID = server.Entities(gw, collection)[0]["id"].(string), gw, parent
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
		status := objectNamed(t, objects, "theirs").(*konnectv1alpha2.KonnectGatewayControlPlane).Status
		assert.Equal(t, konnectv1alpha2.ClusterTypeControlPlane, status.ClusterType)
		require.NotNil(t, status.Endpoints)
		assert.NotEmpty(t, status.Endpoints.ControlPlane)
		assert.NotEmpty(t, status.Endpoints.Telemetry)
	})
}

// TestTransitionTimeIsStable over runs in which nothing changes, and new specs move the generation only.
func TestTransitionTimeIsStable(t *testing.T) {
	bubble(t, func(t *testing.T) {
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

// TestFailedConditions tells of failed objects, their dependents and their recovery.
func TestFailedConditions(t *testing.T) {
	t.Parallel()
	refusal := konnecttest.Answer(400, "application/json", `{"code":3,"message":"validation error","details":[{"type":"ERROR_TYPE_FIELD","field":"host","messages":["no"]}]}`)
	for name, tt := range map[string]struct {
		method, path string
		prepare      func() []crd.Object
		want         map[string][2]string // by object: a condition with status and reason
	}{
		"service created": {"PUT", "**/services/*", bareControlPlanes, map[string][2]string{
			"api": {"Programmed", "False FailedToCreate"}, "all": {"KongServiceRefValid", "False Invalid"},
		}},
		"service updated": {"PUT", "**/services/*", platformChanged, map[string][2]string{
			"api": {"Programmed", "False FailedToUpdate"}, "all": {"KongServiceRefValid", "False Invalid"},
		}},
		"upstream created": {"PUT", "**/upstreams/*", bareControlPlanes, map[string][2]string{
			"pool": {"Programmed", "False FailedToCreate"}, "one": {"KongUpstreamRefValid", "False Invalid"}, "all": {"Programmed", "True Programmed"},
		}},
		"control plane created": {"POST", "/v2/control-planes", func() []crd.Object { return nil }, map[string][2]string{
			"gw": {"Programmed", "False FailedToCreate"}, "api": {"ControlPlaneRefValid", "False NotProgrammed"},
			"all": {"Programmed", "False ConditionWithStatusFalseExists"}, "edge": {"MembersReferenceResolved", "False SomeMemberNotResolved"},
		}},
		"control plane updated": {"PATCH", "/v2/control-planes/*", platformChanged, map[string][2]string{
			"gw": {"Programmed", "False FailedToUpdate"}, "api": {"ControlPlaneRefValid", "False NotProgrammed"},
		}},
		"members": {"POST", "**/group-memberships/add", func() []crd.Object { return nil }, map[string][2]string{
			"edge": {"MembersReferenceResolved", "False SetGroupMemberFailed"}, "gw": {"Programmed", "True Programmed"},
		}},
		"read": {"GET", "**/services/*", bareControlPlanes, map[string][2]string{
			"api": {"Programmed", "False KonnectAPIOpFailed"}, "all": {"KongServiceRefValid", "False Invalid"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(tt.prepare)(t, n))
				server.Inject(konnecttest.Fault{Method: tt.method, Path: tt.path, Times: -1, Effect: refusal})
				objects := platform()
				client := n.client(t, konnect.WithOwner("platform"))
				_, err := client.Ensure(t.Context(), objects)
				require.Error(t, err)
				for object, condition := range tt.want {
					assert.Contains(t, conditionsOf(objectNamed(t, objects, object)), condition[0]+" "+condition[1], object)
				}
				_, err = client.Ensure(t.Context(), objects) // what was created before its members failed is updated now
				require.Error(t, err)
				failed := copyAll(objects)
				time.Sleep(time.Hour)
				_, err = client.Ensure(t.Context(), objects)
				require.Error(t, err)
				for i, obj := range objects {
					assert.Equal(t, failed[i].GetConditions(), obj.GetConditions(), "%s: an error that stays changes nothing", crd.KeyOf(obj))
				}
				server.ClearFaults()
				_, err = client.Ensure(t.Context(), objects)
				require.NoError(t, err)
				for _, obj := range objects {
					assert.True(t, crd.IsProgrammed(obj), "%s: %v", crd.KeyOf(obj), conditionsOf(obj))
					for _, c := range obj.GetConditions() {
						assert.Equal(t, metav1.ConditionTrue, c.Status, "%s %s", crd.KeyOf(obj), c.Type)
					}
				}
			})
		})
	}
}

// TestUnresolvedConditions tells of references that lead nowhere.
func TestUnresolvedConditions(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := newNetwork(konnecttest.NewServer())
		objects := []crd.Object{
			builder.NewGatewayControlPlane("gw").MustBuild(),
			builder.NewGatewayControlPlane("no-auth").Auth("none").MustBuild(),
			builder.NewGatewayControlPlane("no-grant").AuthIn("x", "auth").MustBuild(),
			builder.NewService("no-plane").ControlPlane("none").Host("a.example.com").MustBuild(),
			builder.NewService("foreign").Namespace("x").ControlPlaneIn("default", "gw").Host("a.example.com").MustBuild(),
			builder.NewRoute("no-service").Service("none").Protocols("http").Paths("/").MustBuild(),
			builder.NewTarget("no-upstream").Upstream("none").Address("a.example.com:80").MustBuild(),
			builder.NewGatewayControlPlane("no-member").Group().Members("none").MustBuild(),
		}
		_, err := n.client(t).Ensure(t.Context(), objects)
		require.Error(t, err)
		for name, want := range map[string]string{
			"no-auth":     "APIAuthResolvedRef False RefNotFound",
			"no-grant":    "APIAuthResolvedRef False RefNotPermitted",
			"no-plane":    "ControlPlaneRefValid False Invalid",
			"foreign":     "ResolvedRefs False RefNotPermitted",
			"no-service":  "KongServiceRefValid False Invalid",
			"no-upstream": "KongUpstreamRefValid False Invalid",
			"no-member":   "MembersReferenceResolved False SomeMemberNotResolved",
		} {
			got := conditionsOf(objectNamed(t, objects, name))
			assert.Contains(t, got, want, name)
			assert.Contains(t, got, "Programmed False ConditionWithStatusFalseExists", name)
		}
		assert.Empty(t, objects[0].GetConditions(), "nothing is wrong with it")
	})
}

// TestConditionsAcrossNamespaces have ResolvedRefs as well.
func TestConditionsAcrossNamespaces(t *testing.T) {
	bubble(t, func(t *testing.T) {
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

// TestMessagesHaveNoTrace keeps statuses from changing with each failure.
func TestMessagesHaveNoTrace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		server.Inject(konnecttest.Fault{
			Method: "POST", Path: "/v2/control-planes", Times: -1,
			Effect: konnecttest.Answer(400, "application/problem+json", `{"status":400,"title":"Bad Request","instance":"kong:trace:12345","detail":"no"}`),
		})
		gw := builder.NewGatewayControlPlane("gw").MustBuild()
		report, err := newNetwork(server).client(t).Ensure(t.Context(), []crd.Object{gw})
		var api *konnect.APIError
		require.ErrorAs(t, err, &api)
		assert.Equal(t, "kong:trace:12345", api.TraceID)
		for _, text := range []string{err.Error(), report.String(), fmt.Sprint(gw.GetConditions())} {
			assert.NotContains(t, text, "12345")
		}
	})
}
