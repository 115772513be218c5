package konnect_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// escapedAs returns ways in which an answer may spell a token.
func escapedAs(token string) map[string]string {
	var all, mixed strings.Builder
	for i, c := range []byte(token) {
		fmt.Fprintf(&all, `\u%04x`, c)
		if i%2 == 0 {
			fmt.Fprintf(&mixed, `\u%04X`, c)
		} else {
			mixed.WriteByte(c)
		}
	}
	return map[string]string{
		"as it is": token, "all escaped": all.String(), "partly, in capitals": mixed.String(),
		"json in json": strings.ReplaceAll(all.String(), `\`, `\\`), "as in a url": strings.ReplaceAll(token, "_", "%5f"),
	}
}

// TestTokensThatAnswersHold do not show in anything that a client says: not where an
// error spells them with escapes, nor where somebody has put one into a name or a tag.
func TestTokensThatAnswersHold(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"kpat_Answer0Token", "opaque_Answer0Token"} {
		for spelling, text := range escapedAs(token) {
			for status, body := range map[int]string{
				400: `{"code":3,"message":"bad TOKEN","details":[{"type":"ERROR_TYPE_FIELD","field":"TOKEN","messages":["TOKEN"]}]}`,
				403: `<html>TOKEN</html>`,
				409: `{"status":409,"title":"TOKEN","detail":"TOKEN","instance":"TOKEN","invalid_parameters":[{"field":"TOKEN","reason":"TOKEN"}]}`,
			} {
				t.Run(fmt.Sprintf("%s %s %d", token, spelling, status), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						server := konnecttest.NewServer(konnecttest.WithToken(token, konnecttest.DefaultOrganizationID))
						inject(server, "PUT **/services/*", faultCase{
							konnecttest.Answer(status, "application/json", strings.ReplaceAll(body, "TOKEN", text)), -1,
						})
						assertTokenShowsNowhere(t, newNetwork(server), token, text, howTo())
					})
				})
			}
		}
	}
}

// assertTokenShowsNowhere runs a batch with a client that has token.
func assertTokenShowsNowhere(t *testing.T, n *network, token, text string, objects []crd.Object, opts ...konnect.EnsureOption) {
	t.Helper()
	w := watch(t, konnect.WithServerURL("https://"+usHost), konnect.WithToken(token), konnect.WithRetry(konnect.NoRetry()),
		konnect.WithHTTPClient(&http.Client{Transport: n}))
	w.ensure(objects, opts...)
	for _, secret := range []string{token, text, "Answer0Token"} {
		assertLacks(t, w.text.String(), secret, "logs, events, errors, reports, plans, objects")
	}
}

func TestTokensInNamesAndTags(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"kpat_Answer0Token", "opaque_Answer0Token"} {
		for reason, place := range map[string]func(*testing.T, *konnecttest.Server, string){
			"a tag of ours": func(t *testing.T, server *konnecttest.Server, plane string) {
				t.Helper()
				require.NoError(t, server.Modify(plane, "services", textOf(server.Entity(plane, "services", "service")["id"]), func(e map[string]any) {
					e["tags"] = append(asList(e["tags"]), token)
				}))
			},
			"a field of ours": func(t *testing.T, server *konnecttest.Server, plane string) {
				t.Helper()
				require.NoError(t, server.Modify(plane, "services", textOf(server.Entity(plane, "services", "service")["id"]), func(e map[string]any) {
					e["path"] = "/" + token
				}))
			},
			"a name of others": func(t *testing.T, server *konnecttest.Server, plane string) {
				t.Helper()
				_, err := server.Put(plane, "routes", map[string]any{
					"name": token, "paths": []any{"/x"}, "service": map[string]any{"id": server.Entity(plane, "services", "service")["id"]},
				})
				require.NoError(t, err)
			},
			"a plugin's tag": func(t *testing.T, server *konnecttest.Server, plane string) {
				t.Helper()
				_, err := server.Put(plane, "plugins", map[string]any{
					"name": "cors", "tags": []any{token}, "service": map[string]any{"id": server.Entity(plane, "services", "service")["id"]},
				})
				require.NoError(t, err)
			},
			"the owner's mark": func(t *testing.T, server *konnecttest.Server, plane string) {
				t.Helper()
				require.NoError(t, server.Modify(plane, "services", textOf(server.Entity(plane, "services", "service")["id"]), func(e map[string]any) {
					e["tags"] = []any{"managed-by:konnectkit", "managed-owner:" + token}
				}))
			},
			"another tool's mark": func(t *testing.T, server *konnecttest.Server, plane string) {
				t.Helper()
				require.NoError(t, server.Modify(plane, "services", textOf(server.Entity(plane, "services", "service")["id"]), func(e map[string]any) {
					e["tags"] = []any{"managed-by:" + token}
				}))
			},
		} {
			t.Run(token+"/"+reason, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := konnecttest.NewServer(konnecttest.WithToken(token, konnecttest.DefaultOrganizationID))
					n := newNetwork(server)
					require.NoError(t, ensuring(howTo)(t, n))
					place(t, server, textOf(server.ControlPlanes()[0]["id"]))
					assertTokenShowsNowhere(t, n, token, token, howTo())
					assertTokenShowsNowhere(t, n, token, token, controlPlanesOf(howTo()), konnect.WithPrune())
				})
			})
		}
	}
}

// TestTokensInServerURLs: nothing is sent, and nothing shows.
func TestTokensInServerURLs(t *testing.T) {
	t.Parallel()
	const token = "kpat_Answer0Token"
	for _, url := range []string{token, "https://" + token, "us.example.com/" + token, "https://us.example.com/" + strings.ToUpper(token)} {
		_, err := konnect.NewClient(konnect.WithServerURL(url), konnect.WithToken(token))
		require.ErrorContains(t, err, "holds a token")
		assert.NotContains(t, strings.ToLower(err.Error()), "answer0token")

		server := konnecttest.NewServer(konnecttest.WithToken(token, konnecttest.DefaultOrganizationID))
		auth := builder.NewAPIAuth("auth").ServerURL("us.example.com").Token(token).MustBuild()
		auth.Spec.ServerURL = url
		w := watch(t, konnect.WithHTTPClient(&http.Client{Transport: newNetwork(server)}))
		w.ensure(append(slice("gw", "auth"), auth))
		assertLacks(t, strings.ToLower(w.text.String()), "answer0token", "whatever is said of "+url)
		assert.Empty(t, server.Requests())
	}
}
