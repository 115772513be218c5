package konnect_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// rewritten changes an answer's decoded body.
func rewritten(change func(body map[string]any)) konnecttest.Effect {
	return konnecttest.Rewrite(func(raw []byte) []byte {
		body := map[string]any{}
		if json.Unmarshal(raw, &body) != nil {
			return raw
		}
		change(body)
		out, _ := json.Marshal(body) // it was decoded from JSON
		return out
	})
}

func replaced(body string) konnecttest.Effect {
	return konnecttest.Rewrite(func([]byte) []byte { return []byte(body) })
}

func pageMeta(body map[string]any) map[string]any {
	meta, _ := body["meta"].(map[string]any)
	page, _ := meta["page"].(map[string]any)
	return page
}

// oddLists are answers to each page of a list that is not, or never, complete.
func oddLists() map[string]map[string]konnecttest.Effect {
	anyList := map[string]konnecttest.Effect{
		"null":               replaced(`null`),
		"null data":          replaced(`{"data":null,"meta":{"page":{"total":0}}}`),
		"no data":            replaced(`{"meta":{"page":{"total":0}}}`),
		"data is no list":    replaced(`{"data":{}}`),
		"a list and no page": replaced(`[]`),
		"an entity without an id": rewritten(func(body map[string]any) {
			body["data"] = append(asList(body["data"]), map[string]any{"name": "x"})
		}),
		"nothing in an entity's place": rewritten(func(body map[string]any) { body["data"] = append(asList(body["data"]), nil) }),
	}
	var n atomic.Int64
	start := func(collection string) string { // an offset that the server takes, and that is another one each time
		return base64.RawURLEncoding.EncodeToString([]byte(collection + ":" + strings.Repeat("0", int(n.Add(1)))))
	}
	core := func(collection string) map[string]konnecttest.Effect {
		same := start(collection)
		return map[string]konnecttest.Effect{
			"offsets that always change": rewritten(func(body map[string]any) { body["offset"] = start(collection) }),
			"an offset that repeats":     rewritten(func(body map[string]any) { body["offset"] = same }),
			"pages without an offset":    rewritten(func(body map[string]any) { delete(body, "offset"); body["next"] = "/v2/x?offset=y" }),
			"empty pages": rewritten(func(body map[string]any) {
				body["data"], body["offset"] = []any{}, start(collection)
			}),
		}
	}
	planes := map[string]konnecttest.Effect{
		"totals that grow": rewritten(func(body map[string]any) { pageMeta(body)["total"] = 1000 + n.Add(1) }),
		"no total":         rewritten(func(body map[string]any) { delete(pageMeta(body), "total") }),
		"no meta":          rewritten(func(body map[string]any) { delete(body, "meta") }),
	}
	members := map[string]konnecttest.Effect{
		"cursors that always change": rewritten(func(body map[string]any) {
			pageMeta(body)["next"] = "/v2/x?" + url.Values{"page[after]": {fmt.Sprintf("%08d", n.Add(1))}}.Encode()
		}),
		"a cursor that repeats": rewritten(func(body map[string]any) { pageMeta(body)["next"] = "/v2/x?page%5Bafter%5D=same" }),
		"a page without cursor": rewritten(func(body map[string]any) { pageMeta(body)["next"] = "/v2/x" }),
		"a page that is no url": rewritten(func(body map[string]any) { pageMeta(body)["next"] = "%zz" }),
	}
	all := map[string]map[string]konnecttest.Effect{}
	for call, own := range map[string]map[string]konnecttest.Effect{
		"GET **/services": core("services"), "GET **/targets": core("targets"), "GET /v2/control-planes": planes, "GET **/group-memberships": members,
	} {
		all[call] = map[string]konnecttest.Effect{}
		for _, effects := range []map[string]konnecttest.Effect{anyList, own} {
			maps.Copy(all[call], effects)
		}
	}
	return all
}

// TestOddListsAreErrors: a list that cannot be complete, or never ends, is neither taken
// for what there is nor read for ever; nothing is written or deleted on its strength.
func TestOddListsAreErrors(t *testing.T) {
	t.Parallel()
	more := func() []crd.Object {
		return append(platform(),
			builder.NewService("api-2").ControlPlane("gw").Host("pool").MustBuild(),
			builder.NewTarget("two").Upstream("pool").Address("10.0.0.2:80").MustBuild())
	}
	runs := map[string]func(*testing.T, *network) error{
		"ensure": ensuring(more), "prune": ensuring(bareControlPlanes, konnect.WithPrune()), "delete": deleting(more),
	}
	for call, effects := range oddLists() {
		for name, effect := range effects {
			for verb, run := range runs {
				if call == "GET **/group-memberships" && verb != "ensure" {
					continue // they concern the group alone
				}
				t.Run(call+"/"+name+"/"+verb, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						server := konnecttest.NewServer()
						n := newNetwork(server)
						require.NoError(t, ensuring(more)(t, n))
						before := stateOf(t, server)
						server.ResetLog()
						fault := inject(server, call, faultCase{effect, -1})
						err := run(t, n)
						require.Error(t, err)
						require.ErrorContains(t, err, "list /v2/control-planes")
						assert.Positive(t, fault.Hits())
						assert.LessOrEqual(t, fault.Hits(), 10, "it does not go on")
						if verb != "ensure" {
							assertState(t, before, stateOf(t, server), "nothing is deleted")
						}
						server.ClearFaults()
						require.NoError(t, ensuring(more)(t, n))
						assertState(t, before, stateOf(t, server), "nothing was made anew")
					})
				})
			}
		}
	}
}

// TestOddListsOfOthersKeepAControlPlane: what may hold something of others is not empty
// because a server does not say so.
func TestOddListsOfOthersKeepAControlPlane(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"GET **/consumers", "GET **/dp-client-certificates", "GET **/plugins"} {
		for _, body := range []string{`null`, `{}`, `{"data":null}`, `{"items":null}`, `{"data":[],"offset":"x"}`, `{"page":{"total_count":3}}`} {
			t.Run(call+" "+body, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := konnecttest.NewServer()
					n := newNetwork(server)
					require.NoError(t, ensuring(platform)(t, n))
					before := stateOf(t, server)
					fault := inject(server, call, faultCase{replaced(body), -1})
					require.Error(t, deleting(platform)(t, n))
					assert.Positive(t, fault.Hits())
					assertState(t, before, stateOf(t, server), "nothing is deleted")
				})
			})
		}
	}
}

// TestListsThatRepeatAreRead: what moves from one page to the next while they are read is
// no reason to fail.
func TestListsThatRepeatAreRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		objects := func() []crd.Object {
			batch := []crd.Object{plainGateway()}
			for i := range 1500 {
				batch = append(batch, service(fmt.Sprintf("x%d", i)).MustBuild())
			}
			return batch
		}
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(objects)(t, n))
		server.ResetLog()
		var first any
		inject(server, "GET **/services", faultCase{rewritten(func(body map[string]any) {
			data := asList(body["data"])
			if first == nil {
				first = data[0]
			}
			body["data"] = append(data, first)
		}), -1})
		require.NoError(t, ensuring(objects)(t, n))
		assert.Zero(t, server.Writes())
		assert.Equal(t, 2, server.Count("GET", "/services"))
	})
}

// TestAnswersAboutAnotherEntity are no proof that ours was written, or read.
func TestAnswersAboutAnotherEntity(t *testing.T) {
	t.Parallel()
	other := rewritten(func(body map[string]any) { body["id"] = "99999999-9999-4999-8999-999999999999" })
	nothing := replaced(``)
	for phaseName, calls := range map[string][]string{
		"create":        {"PUT **/services/*", "PUT **/routes/*", "PUT **/upstreams/*", "PUT **/targets/*"},
		"create beside": {"PUT **/services/*", "PUT **/targets/*"},
		"update": {
			"PUT **/services/*", "PUT **/routes/*", "PUT **/upstreams/*", "PUT **/targets/*", "PATCH /v2/control-planes/*",
			"GET **/services/*", "GET **/targets/*",
		},
	} {
		for _, call := range calls {
			for name, effect := range map[string]konnecttest.Effect{"another id": other, "nothing": nothing, "null": replaced(`null`)} {
				t.Run(phaseName+"/"+call+"/"+name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						p := phases()[phaseName]
						faultStays(t, p, call, effect, wantedState(t, p))
					})
				})
			}
		}
	}
}

// TestServerIDsStayInTheirSegment: what a server says does not lead to another path.
func TestServerIDsStayInTheirSegment(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"..", ".", "a/b", "a?b=c", "a#b", "%2e%2e", "a b", "../../v3/users/me"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(platform)(t, n))
				inject(server, "GET /v2/control-planes", faultCase{rewritten(func(body map[string]any) {
					for _, plane := range asList(body["data"]) {
						plane, _ := plane.(map[string]any)
						if plane["name"] == "gw" {
							plane["id"] = id
						}
					}
				}), -1})
				below := 0
				n.watch(func(req *http.Request) error {
					sent := req.URL.EscapedPath()
					assert.Equal(t, path.Clean(sent), sent)
					if rest, found := strings.CutPrefix(sent, "/v2/control-planes/"); found {
						segment, after, _ := strings.Cut(rest, "/")
						if text, err := url.PathUnescape(segment); assert.NoError(t, err) && text == id {
							below++
							assert.True(t, after == "" || strings.HasPrefix(after, "core-entities/"), "%s", sent)
						}
					}
					return nil
				}, nil)
				require.Error(t, ensuring(platformChanged)(t, n))
				assert.Positive(t, below)
			})
		})
	}
}
