package konnect_test

import (
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

const (
	otherToken        = "kpat_other_example"
	otherOrganization = "22222222-2222-4222-8222-222222222222"
	badToken          = "kpat_bad_example"
)

// twoServers is one server with two organisations and a second one elsewhere.
func twoServers() (n *network, us, eu *konnecttest.Server) {
	us = konnecttest.NewServer(konnecttest.WithToken(otherToken, otherOrganization))
	eu = konnecttest.NewServer()
	n = newNetwork(us)
	n.servers[euHost] = eu
	return n, us, eu
}

func tokenSecret(name, token string) *core.Secret {
	return core.NewSecret(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", Labels: map[string]string{"konghq.com/credential": "konnect"}},
		StringData: map[string]string{"token": token},
	})
}

// slice is a control plane of an account, with a service and a route in it.
func slice(name, auth string) []crd.Object {
	plane := builder.NewGatewayControlPlane(name)
	if auth != "" {
		plane = plane.Auth(auth)
	}
	return []crd.Object{
		plane.MustBuild(),
		builder.NewService(name).SpecName("api").ControlPlane(name).Host("a.example.com").MustBuild(),
		builder.NewRoute(name).SpecName("all").Service(name).Protocols("http").Paths("/").MustBuild(),
	}
}

func manyAccounts() []crd.Object {
	return slices.Concat(
		slice("own", ""), slice("again", ""), slice("token", "token"), slice("secret", "secret"), slice("elsewhere", "elsewhere"),
		[]crd.Object{
			builder.NewAPIAuth("token").ServerURL("https://" + usHost).Token(otherToken).MustBuild(),
			builder.NewAPIAuth("secret").ServerURL(usHost).Secret("other").MustBuild(),
			builder.NewAPIAuth("elsewhere").ServerURL(euHost).Token(konnecttest.DefaultToken).MustBuild(),
			tokenSecret("other", otherToken),
		})
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, us, eu := twoServers()
		client := n.client(t)
		objects := manyAccounts()
		report, err := client.Ensure(t.Context(), objects)
		require.NoError(t, err)
		assert.Equal(t, 15, report.Writes)
		assert.Len(t, report.Changes, 15, "auth and secret objects have no changes")
		assert.Len(t, us.ControlPlanes(), 4)
		assert.Len(t, eu.ControlPlanes(), 1)
		organizations := map[string]string{
			"own": konnecttest.DefaultOrganizationID, "again": konnecttest.DefaultOrganizationID,
			"token": otherOrganization, "secret": otherOrganization, "elsewhere": konnecttest.DefaultOrganizationID,
		}
		for name, organization := range organizations {
			for _, obj := range objects {
				if obj.GetName() != name || obj.GVK().Kind == crd.APIAuthKind {
					continue
				}
				status := obj.GetKonnectStatus()
				assert.Equal(t, organization, status.OrganizationID, "%s", crd.KeyOf(obj))
				host := usHost
				if name == "elsewhere" {
					host = euHost
				}
				assert.Equal(t, "https://"+host, status.ServerURL, "%s", crd.KeyOf(obj))
				assert.True(t, crd.IsProgrammed(obj), "%s", crd.KeyOf(obj))
			}
		}
		for _, obj := range objects {
			if obj.GVK().Kind == crd.APIAuthKind {
				assertCondition(t, obj, crd.ConditionAPIAuthValid, "True", "Valid")
				assert.Equal(t, organizations[obj.GetName()], obj.GetKonnectStatus().OrganizationID)
			}
		}
		assert.LessOrEqual(t, us.Count(http.MethodGet, "/v3/organizations/me"), 2, "one check for each token")

		us.ResetLog()
		eu.ResetLog()
		_, err = client.Ensure(t.Context(), manyAccounts())
		require.NoError(t, err)
		assert.Zero(t, us.Writes()+eu.Writes())
		assert.LessOrEqual(t, us.Count(http.MethodGet, "/v2/control-planes")-us.Count(http.MethodGet, "/core-entities"), 2, "one list for each token")

		_, err = client.Delete(t.Context(), manyAccounts())
		require.NoError(t, err)
		assert.Empty(t, us.ControlPlanes())
		assert.Empty(t, eu.ControlPlanes())
	})
}

// TestCredentialsFromSource looks auth, secret and control plane up outside the batch.
func TestCredentialsFromSource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, us, _ := twoServers()
		all := append(slice("secret", "secret"), builder.NewAPIAuth("secret").ServerURL(usHost).Secret("other").MustBuild(), tokenSecret("other", otherToken))
		client := n.bareClient(t, konnect.WithSource(resolve.Objects(all...)))

		_, err := client.Ensure(t.Context(), all[1:3])
		require.ErrorContains(t, err, "KonnectGatewayControlPlane default/secret")
		require.ErrorContains(t, err, "KongService default/secret")
		assert.Zero(t, us.Writes(), "the control plane is not ours to create here")

		_, err = client.Ensure(t.Context(), all[:1])
		require.NoError(t, err)
		us.ResetLog()
		report, err := client.Ensure(t.Context(), all[1:3])
		require.NoError(t, err, "it is found by its marks")
		assert.Equal(t, 2, report.Writes)
		require.Len(t, report.Changes, 2)
		assert.Zero(t, us.Count("PATCH", "/v2/control-planes"))

		report, err = n.bareClient(t, konnect.WithSource(resolve.Objects(all...))).Ensure(t.Context(), all[2:3])
		require.NoError(t, err, "a route alone, all else is looked up")
		assert.Zero(t, report.Writes)
		assert.Equal(t, otherOrganization, all[2].GetKonnectStatus().OrganizationID)
		assert.NotEmpty(t, all[2].GetKonnectStatus().ParentID)

		_, err = client.Delete(t.Context(), all[1:3])
		require.NoError(t, err)
		assert.Len(t, us.ControlPlanes(), 1, "what is looked up is not deleted")
		assert.Empty(t, us.Entities(planeID(t, us, "secret"), "services"))
	})
}

// TestBadTokenFailsItsObjectsOnly lets the other accounts get on.
func TestBadTokenFailsItsObjectsOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, us, eu := twoServers()
		objects := slices.Concat(slice("own", ""), slice("bad", "bad"), slice("elsewhere", "elsewhere"), []crd.Object{
			builder.NewAPIAuth("bad").ServerURL(usHost).Token(badToken).MustBuild(),
			builder.NewAPIAuth("elsewhere").ServerURL(euHost).Token(konnecttest.DefaultToken).MustBuild(),
		})
		report, err := n.client(t).Ensure(t.Context(), objects)
		require.ErrorIs(t, err, konnect.ErrUnauthorized)
		assert.NotContains(t, err.Error(), badToken)
		for _, change := range report.Changes {
			switch {
			case change.Key.Name != "bad":
				assert.Equal(t, konnect.ActionCreated, change.Action, "%s", change.Key)
			case change.Key.Kind == crd.ControlPlaneKind:
				assert.Equal(t, konnect.ActionFailed, change.Action)
			default:
				assert.Equal(t, konnect.ActionSkipped, change.Action, "%s", change.Key)
				var dependency *konnect.DependencyError
				assert.ErrorAs(t, change.Err, &dependency)
			}
		}
		assert.Len(t, us.ControlPlanes(), 1)
		assert.Len(t, eu.ControlPlanes(), 1)
		for _, obj := range objects {
			if obj.GetName() != "bad" {
				continue
			}
			assertCondition(t, obj, crd.ConditionAPIAuthValid, "False", "Invalid")
			if obj.GVK().Kind != crd.APIAuthKind {
				assertCondition(t, obj, crd.ConditionAPIAuthResolvedRef, "True", "ResolvedRef")
				assertCondition(t, obj, crd.ConditionProgrammed, "False", "ConditionWithStatusFalseExists")
			}
		}
	})
}

// TestAuthRefNeverFallsBack to the client's own token.
func TestAuthRefNeverFallsBack(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		objects []crd.Object
		text    string
	}{
		"no auth object":        {nil, "KonnectAPIAuthConfiguration default/auth"},
		"no secret":             {[]crd.Object{builder.NewAPIAuth("auth").ServerURL(usHost).Secret("none").MustBuild()}, "Secret default/none"},
		"secret without token":  {[]crd.Object{builder.NewAPIAuth("auth").ServerURL(usHost).Secret("s").MustBuild(), tokenSecret("s", "")}, "token"},
		"secret with blank one": {[]crd.Object{builder.NewAPIAuth("auth").ServerURL(usHost).Secret("s").MustBuild(), tokenSecret("s", "  ")}, "token"},
		"auth in another namespace": {
			[]crd.Object{builder.NewAPIAuth("auth").Namespace("x").ServerURL(usHost).Token(otherToken).MustBuild()}, "default/auth",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, us, _ := twoServers()
				objects := append(slice("gw", "auth"), tt.objects...)
				client := n.client(t)
				_, err := client.Ensure(t.Context(), objects)
				require.ErrorContains(t, err, tt.text)
				_, err = client.Delete(t.Context(), objects)
				require.ErrorContains(t, err, tt.text)
				assert.Empty(t, us.Requests(), "nothing is sent, with whatever token")
			})
		})
	}
}

// TestNoCredentials of any kind is an error that says where they would come from.
func TestNoCredentials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, us, _ := twoServers()
		_, err := n.bareClient(t).Ensure(t.Context(), slice("gw", ""))
		require.ErrorContains(t, err, "KonnectGatewayControlPlane default/gw")
		require.ErrorContains(t, err, "spec.konnect.authRef")
		assert.Empty(t, us.Requests())
	})
}

// TestTokenIsRotated asks the source for each request.
func TestTokenIsRotated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, us, _ := twoServers()
		current := konnecttest.DefaultToken
		client := n.bareClient(t, konnect.WithServerURL("https://"+usHost), konnect.WithTokenSource(tokenSource(&current)))
		_, err := client.Ensure(t.Context(), slice("gw", ""))
		require.NoError(t, err)
		us.AddToken("kpat_rotated_example", konnecttest.DefaultOrganizationID)
		us.RevokeToken(konnecttest.DefaultToken)
		_, err = client.Ensure(t.Context(), slice("gw", ""))
		require.ErrorIs(t, err, konnect.ErrUnauthorized)
		current = "kpat_rotated_example"
		report, err := client.Ensure(t.Context(), slice("gw", ""))
		require.NoError(t, err)
		assert.Zero(t, report.Writes)
	})
}

// TestGlobalHost checks the token where Konnect serves it, and sends nothing else there.
func TestGlobalHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		us := konnecttest.NewServer()
		global := konnecttest.NewServer()
		n := &network{servers: map[string]*konnecttest.Server{"us.api.konghq.com": us, "global.api.konghq.com": global}}
		client := n.bareClient(t, konnect.WithRegion("us"), konnect.WithToken(konnecttest.DefaultToken))
		objects := slice("gw", "")
		_, err := client.Ensure(t.Context(), objects)
		require.NoError(t, err)
		assert.Equal(t, 1, global.Count("GET", "/v3/organizations/me"), "the token check goes to the global host")
		assert.Zero(t, us.Count("GET", "/v3/organizations/me"))
		assert.Len(t, global.Requests(), 1)
		assert.Equal(t, "https://us.api.konghq.com", objects[0].GetKonnectStatus().ServerURL)
	})
}

// TestLookedUpFailureIsTold names the cause although its object is not in the report.
func TestLookedUpFailureIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, _, _ := twoServers()
		all := append(slice("gw", "bad"), builder.NewAPIAuth("bad").ServerURL(usHost).Token(badToken).MustBuild())
		report, err := n.bareClient(t, konnect.WithSource(resolve.Objects(all...))).Ensure(t.Context(), all[1:3])
		require.ErrorIs(t, err, konnect.ErrUnauthorized)
		require.ErrorContains(t, err, "401")
		assert.Contains(t, report.String(), "401")
		assertCondition(t, all[1], crd.ConditionAPIAuthValid, "False", "Invalid")
	})
}
