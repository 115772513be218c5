package konnect_test

import (
	"maps"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// putTwin adds an entity with the marks of another one, as a run that wrote at the
// same time would have left it.
func putTwin(t *testing.T, server *konnecttest.Server, collection, of string, with map[string]any) string {
	t.Helper()
	twin := maps.Clone(server.Entity(planeID(t, server, "gw"), collection, of))
	for _, own := range []string{"id", "created_at", "updated_at"} {
		delete(twin, own)
	}
	maps.Copy(twin, with)
	return putTheirs(t, server, collection, twin)
}

// leftoverCase has a service s named one, and another entity with its marks.
type leftoverCase struct {
	server *konnecttest.Server
	client *konnect.Client
	n      *network
	gw     string
	// own and twin are the IDs of both entities, named one and two.
	own, twin string
	// status is that of s.
	status crd.KonnectStatus
}

func withLeftover(t *testing.T) *leftoverCase {
	t.Helper()
	l := &leftoverCase{server: konnecttest.NewServer()}
	l.n = newNetwork(l.server)
	l.client = l.n.client(t, konnect.WithOwner("platform"))
	s := named("s", "one")
	_, err := l.client.Ensure(t.Context(), []crd.Object{plainGateway(), s})
	require.NoError(t, err)
	l.gw, l.status, l.own = planeID(t, l.server, "gw"), s.GetKonnectStatus(), s.GetKonnectStatus().ID
	l.twin = putTwin(t, l.server, "services", "one", map[string]any{"name": "two"})
	l.server.ResetLog()
	return l
}

// names are the names of the services in gw, by ID.
func (l *leftoverCase) names() map[string]string {
	names := map[string]string{}
	for _, e := range l.server.Entities(l.gw, "services") {
		names[textOf(e["id"])] = textOf(e["name"])
	}
	return names
}

// TestLeftovers are reported, pruned, and never a reason to fail.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	knowing := func(obj crd.Object, id string) func(*leftoverCase) crd.Object {
		return func(l *leftoverCase) crd.Object {
			status := l.status
			status.ID = map[string]string{"own": l.own, "twin": l.twin}[id]
			obj := copyAll([]crd.Object{obj})[0]
			obj.SetKonnectStatus(status)
			return obj
		}
	}
	plain := func(obj crd.Object) func(*leftoverCase) crd.Object {
		return func(*leftoverCase) crd.Object { return copyAll([]crd.Object{obj})[0] }
	}
	type want struct {
		own, twin string // the names of the entities, empty for one that is gone
		created   int
		writes    int
		warned    string // the ID of the leftover that is warned of: own or twin
	}
	for reason, tt := range map[string]struct {
		objects       []func(*leftoverCase) crd.Object
		prune, gentle want
	}{
		"the one with the name is the object's": {
			[]func(*leftoverCase) crd.Object{plain(named("s", "one")), plain(named("x", "x"))},
			want{own: "one", created: 1, writes: 2}, want{own: "one", twin: "two", created: 1, writes: 1, warned: "twin"},
		},
		"or the other, where that has the name": {
			[]func(*leftoverCase) crd.Object{plain(named("s", "two"))},
			want{twin: "two", writes: 1}, want{own: "one", twin: "two", warned: "own"},
		},
		"else the one with the computed ID": {
			[]func(*leftoverCase) crd.Object{plain(named("s", "three"))},
			want{own: "three", writes: 2}, want{own: "three", twin: "two", writes: 1, warned: "twin"},
		},
		"the status decides": {
			[]func(*leftoverCase) crd.Object{knowing(named("s", "three"), "twin"), plain(named("x", "x"))},
			want{twin: "three", created: 1, writes: 3}, want{own: "one", twin: "three", created: 1, writes: 2, warned: "own"},
		},
		"the status decides, and the other one has the name": {
			[]func(*leftoverCase) crd.Object{knowing(named("s", "two"), "own")},
			want{own: "two", writes: 2}, want{own: "one", twin: "two", warned: "own"},
		},
		"another object wants its name, and gets the entity": {
			[]func(*leftoverCase) crd.Object{plain(named("s", "one")), plain(named("t", "two"))},
			want{own: "one", twin: "two", writes: 1}, want{own: "one", twin: "two", writes: 1},
		},
	} {
		for mode, opts := range map[string][]konnect.EnsureOption{"prune": {konnect.WithPrune()}, "no prune": nil} {
			t.Run(reason+", "+mode, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					l, want := withLeftover(t), tt.gentle
					if opts != nil {
						want = tt.prune
					}
					objects := func() []crd.Object {
						batch := []crd.Object{plainGateway()}
						for _, object := range tt.objects {
							batch = append(batch, object(l))
						}
						return batch
					}
					report, err := l.client.Ensure(t.Context(), objects(), opts...)
					require.NoError(t, err)
					assert.Equal(t, want.writes, l.server.Writes(), "%s", report)
					names := l.names()
					assert.Equal(t, want.own, names[l.own])
					assert.Equal(t, want.twin, names[l.twin])
					left := 0
					for _, name := range []string{want.own, want.twin} {
						if name != "" {
							left++
						}
					}
					assert.Len(t, names, left+want.created)
					if want.warned == "" {
						assert.Empty(t, report.Warnings)
					} else if assert.Len(t, report.Warnings, 1) {
						assert.Equal(t, konnect.WarningLeftover, report.Warnings[0].Code)
						assert.Equal(t, "s", report.Warnings[0].Key.Name)
						assert.Contains(t, report.Warnings[0].Message, "entity "+map[string]string{"own": l.own, "twin": l.twin}[want.warned])
						assert.Contains(t, report.Warnings[0].Message, "WithPrune")
					}
					l.server.ResetLog()
					_, err = l.client.Ensure(t.Context(), objects(), opts...)
					require.NoError(t, err)
					assert.Zero(t, l.server.Writes(), "run again")
				})
			})
		}
	}
}

// TestLeftoversAreGuarded like everything that is pruned.
func TestLeftoversAreGuarded(t *testing.T) {
	t.Parallel()
	s := builder.NewService("s").SpecName("one").ControlPlane("gw").Host("pool")
	for reason, tt := range map[string]struct {
		put     func(*testing.T, *leftoverCase)
		object  crd.Object
		options []konnect.EnsureOption
		want    any // an error
		action  konnect.Action
	}{
		"a limit": {
			object: s.MustBuild(), options: []konnect.EnsureOption{konnect.WithMaxDeletes(0)},
			want: new(*konnect.TooManyDeletesError), action: konnect.ActionSkipped,
		},
		"a plugin of others": {
			put: func(t *testing.T, l *leftoverCase) {
				t.Helper()
				putTheirs(t, l.server, "plugins", map[string]any{"name": "cors", "service": map[string]any{"id": l.twin}})
			},
			object: s.MustBuild(), want: new(*konnect.OwnershipError), action: konnect.ActionSkipped,
		},
		"a mark": {
			put: func(t *testing.T, l *leftoverCase) {
				t.Helper()
				require.NoError(t, l.server.Modify(l.gw, "services", l.twin, func(e map[string]any) {
					e["tags"] = append(asList(e["tags"]), "managed-deletion:protect")
				}))
			},
			object: s.MustBuild(), action: konnect.ActionSkipped,
		},
		"an annotation of the object": {
			object: builder.NewService("s").SpecName("one").ControlPlane("gw").Host("pool").
				Annotations(map[string]string{crd.DeletionPolicyAnnotation: "retain"}).MustBuild(),
			action: konnect.ActionRetained,
		},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := withLeftover(t)
				if tt.put != nil {
					tt.put(t, l)
				}
				report, err := l.client.Ensure(t.Context(), []crd.Object{plainGateway(), tt.object}, append(tt.options, konnect.WithPrune())...)
				if tt.want == nil {
					require.NoError(t, err)
				} else {
					require.ErrorAs(t, err, tt.want)
				}
				last := report.Changes[len(report.Changes)-1]
				assert.Equal(t, l.twin, last.KonnectID)
				assert.Equal(t, "s", last.Key.Name)
				assert.Equal(t, tt.action, last.Action)
				assert.Len(t, l.names(), 2)
			})
		})
	}
}

// TestDeleteTakesLeftovers under the same conditions as the entity of the object.
func TestDeleteTakesLeftovers(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct {
		put     func(*testing.T, *leftoverCase)
		options []konnect.DeleteOption
		want    any
	}{
		"both go": {},
		"a limit": {options: []konnect.DeleteOption{konnect.WithMaxDeletes(1)}, want: new(*konnect.TooManyDeletesError)},
		"a plugin of others": {
			put: func(t *testing.T, l *leftoverCase) {
				t.Helper()
				putTheirs(t, l.server, "plugins", map[string]any{"name": "cors", "service": map[string]any{"id": l.twin}})
			},
			want: new(*konnect.OwnershipError),
		},
		"a mark": {
			put: func(t *testing.T, l *leftoverCase) {
				t.Helper()
				require.NoError(t, l.server.Modify(l.gw, "services", l.twin, func(e map[string]any) {
					e["tags"] = append(asList(e["tags"]), "managed-deletion:protect")
				}))
			},
			want: new(*konnect.ProtectedError),
		},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := withLeftover(t)
				if tt.put != nil {
					tt.put(t, l)
				}
				before := stateOf(t, l.server)
				l.server.ResetLog()
				objects := []crd.Object{builder.NewGatewayControlPlane("gw").Mirror(l.gw).MustBuild(), named("s", "one")}
				report, err := l.client.Delete(t.Context(), objects, tt.options...)
				if tt.want != nil {
					require.ErrorAs(t, err, tt.want)
					assert.Zero(t, l.server.Writes())
					assertState(t, before, stateOf(t, l.server), reason)
					return
				}
				require.NoError(t, err)
				assert.Empty(t, l.names())
				assert.Equal(t, 2, l.server.Writes())
				deleted := map[string]string{}
				for _, change := range deletedOf(report) {
					deleted[change.KonnectID] = change.Key.Name
				}
				assert.Equal(t, map[string]string{l.own: "s", l.twin: "s"}, deleted)
			})
		})
	}
}

// TestDeleteTakesLeftoversInOrder of what belongs to what.
func TestDeleteTakesLeftoversInOrder(t *testing.T) {
	t.Parallel()
	for reason, with := range map[string]func(l *leftoverCase) (route, twin string){
		"all in the service": func(l *leftoverCase) (string, string) { return l.own, l.own },
		"crosswise":          func(l *leftoverCase) (string, string) { return l.twin, l.own },
		"all in the twin":    func(l *leftoverCase) (string, string) { return l.twin, l.twin },
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := withLeftover(t)
				_, err := l.client.Ensure(t.Context(), []crd.Object{plainGateway(), named("s", "one"), routeAt("r", "r", "s")})
				require.NoError(t, err)
				in, twinIn := with(l)
				putTwin(t, l.server, "routes", "r", map[string]any{"name": "rr", "service": map[string]any{"id": twinIn}})
				r := textOf(l.server.Entity(l.gw, "routes", "r")["id"])
				require.NoError(t, l.server.Modify(l.gw, "routes", r, func(e map[string]any) { e["service"] = map[string]any{"id": in} }))
				_, err = l.client.Delete(t.Context(), []crd.Object{
					builder.NewGatewayControlPlane("gw").Mirror(l.gw).MustBuild(), named("s", "one"), routeAt("r", "r", "s"),
				})
				require.NoError(t, err)
				assert.Empty(t, l.names())
				assert.Empty(t, l.server.Entities(l.gw, "routes"))
			})
		})
	}
}
