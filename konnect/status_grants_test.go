package konnect_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

// TestConditionsWhenAGrantGoes: once it is gone, nothing is told of what lies behind the
// reference, and one condition at least says which grant is missing.
func TestConditionsWhenAGrantGoes(t *testing.T) {
	t.Parallel()
	unresolved := []string{"ResolvedRefs False RefNotPermitted", "Programmed False ConditionWithStatusFalseExists"}
	want := map[string]map[string][]string{
		"auth to secret": {
			evilName: {"APIAuthResolvedRef False RefInvalid", unresolved[1]},
			"below":  {"ControlPlaneRefValid False NotProgrammed", "APIAuthResolvedRef False RefInvalid", unresolved[1]},
		},
		"control plane to auth": {evilName: append([]string{"APIAuthResolvedRef False RefNotPermitted"}, unresolved...)},
		"service to control plane, below it a route": {
			evilName: append([]string{"ControlPlaneRefValid False Invalid"}, unresolved...),
			"below":  {"KongServiceRefValid False Invalid", unresolved[1]},
		},
		"route to service":   {evilName: append([]string{"KongServiceRefValid False RefNotPermitted"}, unresolved...)},
		"target to upstream": {evilName: append([]string{"KongUpstreamRefValid False RefNotPermitted"}, unresolved...)},
	}
	for name, want := range want {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := crossings()[name]
			for _, p := range places()[:2] {
				w := newWiretap()
				w.provision(t, c)
				client, objects := w.scene(t, p, c, grantOf("victim", c.from, c.to))
				_, err := client.Ensure(t.Context(), objects)
				require.NoError(t, err)

				client, others := w.scene(t, p, c, nil)
				referrers := len(c.referrers())
				objects = append(objects[:referrers:referrers], others[referrers:]...)
				for _, verb := range []string{"Ensure", "again", "Delete"} {
					if verb == "Delete" {
						_, err = client.Delete(t.Context(), objects, konnect.WithPartial())
					} else {
						_, err = client.Ensure(t.Context(), objects, konnect.WithPartial())
					}
					require.Error(t, err)
					for name, want := range want {
						i := slices.IndexFunc(objects, func(obj crd.Object) bool { return obj.GetName() == name && konnect.HasEntity(crd.KeyOf(obj)) })
						assert.ElementsMatch(t, want, conditionsOf(objects[i]), "%s, %s: %s", p.name, verb, name)
						for _, condition := range objects[i].GetConditions() {
							assert.NotEqual(t, metav1.ConditionTrue, condition.Status)
						}
					}
				}
			}
		})
	}
}

// TestStatusOfUnresolvedCredentials is there without a control plane that uses them.
func TestStatusOfUnresolvedCredentials(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		auth crd.Object
		text string
	}{
		"no secret": {builder.NewAPIAuth("auth").Secret("none").ServerURL(usHost).MustBuild(), "Secret default/none not found"},
		"no grant":  {builder.NewAPIAuth("auth").SecretIn("victim", "tok").ServerURL(usHost).MustBuild(), "needs a KongReferenceGrant in namespace victim"},
	} {
		for _, options := range [][]konnect.EnsureOption{nil, {konnect.WithPartial()}} {
			_, err := newWiretap().bareClient(t).Ensure(t.Context(), append(victims(), tt.auth), options...)
			require.ErrorContains(t, err, tt.text, name)
			assertCondition(t, tt.auth, crd.ConditionAPIAuthValid, "False", "Invalid")
			assert.Contains(t, meta.FindStatusCondition(tt.auth.GetConditions(), crd.ConditionAPIAuthValid).Message, tt.text)
		}
	}
}

// TestDeleteTellsOfUnresolvedCredentials though nothing was to be deleted with them.
func TestDeleteTellsOfUnresolvedCredentials(t *testing.T) {
	t.Parallel()
	auth := builder.NewAPIAuth("auth").SecretIn("victim", "tok").ServerURL(usHost).MustBuild()
	w := newWiretap()
	_, err := w.bareClient(t).Delete(t.Context(), []crd.Object{auth, victims()[0]})
	require.ErrorAs(t, err, new(*resolve.NotGrantedError))
	assert.Empty(t, w.heard(""))
}

// TestEntityInGroup is told once, and in the condition about the control plane.
func TestEntityInGroup(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]konnect.EnsureOption{"whole": nil, "partial": {konnect.WithPartial()}} {
		for _, first := range []bool{true, false} {
			n := newNetwork(konnecttest.NewServer())
			planes := []crd.Object{plainGateway(), builder.NewGatewayControlPlane("edge").Group().Members("gw").MustBuild()}
			if !first {
				_, err := n.client(t).Ensure(t.Context(), copyAll(planes))
				require.NoError(t, err)
			}
			lost := service("lost").ControlPlane("edge").MustBuild()
			below := routeOf("below", "lost").MustBuild()
			_, err := n.client(t).Ensure(t.Context(), append(planes, lost, below), options...)
			require.Error(t, err, name)
			assert.Equal(t, 1, strings.Count(err.Error(), "check KongService default/lost"), "%s: %v", name, err)
			assert.Equal(t, 1, strings.Count(err.Error(), "check KongRoute default/below"), "%s: %v", name, err)
			for _, obj := range []crd.Object{lost, below} {
				assertCondition(t, obj, crd.ConditionControlPlaneRefValid, "False", "Invalid")
				assertMessage(t, []crd.Object{obj}, obj.GetName(), crd.ConditionControlPlaneRefValid,
					"Referenced ControlPlane default/edge cluster type CLUSTER_TYPE_CONTROL_PLANE_GROUP is not supported")
				assertCondition(t, obj, crd.ConditionProgrammed, "False", "ConditionWithStatusFalseExists")
			}
		}
	}
}

// TestConditionsOfSeveralMissingGrants name each of them.
func TestConditionsOfSeveralMissingGrants(t *testing.T) {
	t.Parallel()
	route := builder.NewRoute("r").Namespace("evil").Protocols("http").Paths("/").ServiceIn("victim", "s").ControlPlaneIn("victim", "gw").MustBuild()
	_, err := newWiretap().bareClient(t).Ensure(t.Context(), append(victims(), route), konnect.WithPartial())
	require.ErrorAs(t, err, new(*resolve.NotGrantedError))
	assert.ElementsMatch(t, []string{
		"ControlPlaneRefValid False Invalid", "KongServiceRefValid False RefNotPermitted", "ResolvedRefs False RefNotPermitted",
		"Programmed False ConditionWithStatusFalseExists",
	}, conditionsOf(route))
	message := meta.FindStatusCondition(route.GetConditions(), crd.ConditionResolvedRefs).Message
	assert.Contains(t, message, "kind KonnectGatewayControlPlane, name gw")
	assert.Contains(t, message, "kind KongService, name s")
}
