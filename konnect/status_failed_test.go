package konnect_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

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
			"all": {"Programmed", "False ConditionWithStatusFalseExists"}, "edge": {"MembersReferenceResolved", "False SetGroupMemberFailed"},
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
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
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
		assert.Empty(t, conditionsOf(objects[0]), "nothing is wrong with it, and nothing was tried")
	})
}

// TestMessagesHaveNoTrace keeps statuses from changing with each failure.
func TestMessagesHaveNoTrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
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
