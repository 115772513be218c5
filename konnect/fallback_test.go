package konnect_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

const fallbackWarning = "KonnectGatewayControlPlane default/gw: spec.konnect.authRef: KonnectAPIAuthConfiguration default/away is not there, " +
	"and the client's own token and server are used in its place [fallback-auth]"

func TestFallbackAuth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, us, _ := twoServers()
		_, err := n.client(t).Ensure(t.Context(), slice("gw", "away"))
		require.ErrorContains(t, err, "KonnectAPIAuthConfiguration default/away not found", "only who asks for it gets it")
		require.Empty(t, us.Requests())

		client := n.client(t, konnect.WithFallbackAuth())
		plan, err := client.Plan(t.Context(), slice("gw", "away"))
		require.NoError(t, err)
		assert.Equal(t, []string{fallbackWarning}, warningTexts(plan.Warnings))
		objects := slice("gw", "away")
		report, err := client.Ensure(t.Context(), objects)
		require.NoError(t, err)
		assert.Equal(t, 3, report.Writes)
		assert.Equal(t, []string{fallbackWarning}, warningTexts(report.Warnings))
		assert.True(t, crd.IsProgrammed(objects[0]))
		for _, condition := range objects[0].GetConditions() {
			assert.NotContains(t, []string{crd.ConditionAPIAuthValid, crd.ConditionAPIAuthResolvedRef}, condition.Type,
				"nothing is said of credentials that are not there")
		}

		report, err = client.Ensure(t.Context(), slice("gw", "away"), konnect.WithoutWarnings(konnect.WarningFallbackAuth), konnect.WithPartial())
		require.NoError(t, err)
		assert.Zero(t, report.Writes)
		assert.Empty(t, report.Warnings)

		report, err = client.Delete(t.Context(), slice("gw", "away"))
		require.NoError(t, err)
		assert.Equal(t, []string{fallbackWarning}, warningTexts(report.Warnings))
		assert.Empty(t, us.ControlPlanes())
	})
}

// What is there is used or refused, and what is not granted is never replaced.
func TestFallbackAuthNeverStandsFor(t *testing.T) {
	t.Parallel()
	auth := builder.NewAPIAuth("away").ServerURL(usHost)
	foreign := func() []crd.Object {
		return []crd.Object{builder.NewGatewayControlPlane("gw").AuthIn("secrets", "away").MustBuild()}
	}
	for name, c := range map[string]struct {
		reason  string
		objects []crd.Object
		want    string
	}{
		"without a grant": {"whether it is there is not told", foreign(), "is not granted"},
		"without a grant, but there": {
			"so that nothing is learned of it",
			append(foreign(), builder.NewAPIAuth("away").Namespace("secrets").ServerURL(usHost).Token(otherToken).MustBuild()), "is not granted",
		},
		"without its Secret": {
			"credentials that are there say what they want",
			append(slice("gw", "away"), auth.Secret("gone").MustBuild()), "Secret default/gone not found",
		},
		"with a bad Secret": {
			"credentials that are there say what they want",
			append(slice("gw", "away"), builder.NewAPIAuth("away").ServerURL(usHost).Secret("bad").MustBuild(), tokenSecret("bad", "'kpat_example'")),
			`spec.secretRef: the key "token" of Secret default/bad has a quote in it`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, us, _ := twoServers()
				client := n.client(t, konnect.WithFallbackAuth())
				_, err := client.Plan(t.Context(), c.objects)
				require.ErrorContains(t, err, c.want, c.reason)
				_, err = client.Ensure(t.Context(), c.objects)
				require.ErrorContains(t, err, c.want, c.reason)
				report, err := client.Ensure(t.Context(), c.objects, konnect.WithPartial())
				require.ErrorContains(t, err, c.want, c.reason)
				assert.Empty(t, report.Warnings)
				report, err = client.Delete(t.Context(), c.objects)
				require.ErrorContains(t, err, c.want, c.reason)
				assert.Empty(t, report.Warnings)
				assert.Empty(t, us.Requests(), "no token was tried")
			})
		})
	}
}

func TestFallbackAuthWithGrant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, us, _ := twoServers()
		objects := []crd.Object{
			builder.NewGatewayControlPlane("gw").AuthIn("secrets", "away").MustBuild(),
			builder.NewReferenceGrant("gw").Namespace("secrets").
				FromControlPlanes("default").ToAPIAuths().MustBuild(),
		}
		report, err := n.client(t, konnect.WithFallbackAuth(), konnect.WithSource(resolve.Objects())).Ensure(t.Context(), objects)
		require.NoError(t, err)
		require.Len(t, report.Warnings, 1)
		assert.Len(t, us.ControlPlanes(), 1)
	})
}

func TestFallbackAuthNeedsAToken(t *testing.T) {
	t.Parallel()
	_, err := konnect.NewClient(konnect.WithFallbackAuth())
	require.EqualError(t, err, "new client: WithFallbackAuth: the client has no token to fall back to: use WithToken or WithTokenSource")
}

// A token that Konnect does not accept is named by the objects that it comes from.
func TestRefusedTokenIsNamed(t *testing.T) {
	t.Parallel()
	refused := "observe KonnectGatewayControlPlane default/gw: konnect does not accept "
	for name, c := range map[string]struct {
		reason  string
		objects []crd.Object
		options []konnect.Option
		want    string
	}{
		"own":      {"no object holds it", slice("gw", ""), nil, refused + "the client's own token: "},
		"fallback": {"nor here", slice("gw", "away"), []konnect.Option{konnect.WithFallbackAuth()}, refused + "the client's own token, in place of KonnectAPIAuthConfiguration default/away: "},
		"inline": {
			"one object holds it", append(slice("gw", "auth"), builder.NewAPIAuth("auth").ServerURL(usHost).Token(badToken).MustBuild()), nil,
			refused + "the token of KonnectAPIAuthConfiguration default/auth: ",
		},
		"Secret": {
			"two objects lead to it",
			append(slice("gw", "auth"), builder.NewAPIAuth("auth").ServerURL(usHost).Secret("token").MustBuild(), tokenSecret("token", badToken+"\n")), nil,
			refused + "the token of KonnectAPIAuthConfiguration default/auth, from Secret default/token: ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, us, _ := twoServers()
				us.RevokeToken(konnecttest.DefaultToken)
				_, err := n.client(t, c.options...).Ensure(t.Context(), c.objects)
				require.ErrorIs(t, err, konnect.ErrUnauthorized)
				require.ErrorContains(t, err, c.want, c.reason)
				assert.NotContains(t, err.Error(), badToken)
			})
		})
	}
}

// A Secret's token and one in a spec are checked alike, before anything is sent.
func TestTokensAreChecked(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{
		"quotes": `"kpat_example"`, "space": "kpat_exa mple", "newline": "kpat_exa\nmple", "variable": "$KONNECT_TOKEN", "header": "Bearer kpat_example",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, us, _ := twoServers()
				inline := builder.NewAPIAuth("auth").ServerURL(usHost).Token("kpat_example").MustBuild()
				inline.Spec.Token = new(crd.SecretString(token))
				secret := builder.NewAPIAuth("auth").ServerURL(usHost).Secret("token").MustBuild()
				for _, objects := range [][]crd.Object{{inline}, {secret, tokenSecret("token", token)}} {
					objects = slices.Concat(slice("gw", "auth"), objects)
					_, err := n.bareClient(t).Ensure(t.Context(), objects)
					require.Error(t, err)
					assert.NotContains(t, err.Error(), "exa")
					assert.Contains(t, err.Error(), "token")
					report, err := n.bareClient(t).Delete(t.Context(), objects)
					require.Error(t, err)
					assert.NotContains(t, report.String(), "exa")
				}
				assert.Empty(t, us.Requests())
			})
		})
	}
}

// Inputs of users whose credentials are not there, or spoilt by a shell.
func TestCredentialsOfFieldInputs(t *testing.T) {
	t.Parallel()
	read := func(t *testing.T, name string) []crd.Object {
		t.Helper()
		text, err := os.ReadFile(filepath.Join("..", "..", "shared", "field", name))
		if errors.Is(err, fs.ErrNotExist) {
			t.Skipf("%s is not there", name)
		}
		require.NoError(t, err)
		objects, err := manifest.DecodeAll(bytes.NewReader(text))
		require.NoError(t, err)
		return objects
	}
	t.Run("auth not in files", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			n, us, _ := twoServers()
			report, err := n.client(t, konnect.WithFallbackAuth()).Ensure(t.Context(), read(t, "38-auth-not-in-files.yaml"))
			require.NoError(t, err)
			assert.Len(t, report.Warnings, 1)
			assert.Len(t, us.ControlPlanes(), 1)
		})
	})
	t.Run("quoted token", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			n, us, _ := twoServers()
			_, err := n.client(t, konnect.WithFallbackAuth()).Ensure(t.Context(), read(t, "35-quoted-token-in-secret.yaml"))
			require.ErrorContains(t, err, `resolve KonnectAPIAuthConfiguration kong/konnect-api-auth: spec.secretRef: the key "token" of Secret kong/konnect-token has a quote in it`)
			assert.Empty(t, us.Requests())
		})
	})
}
