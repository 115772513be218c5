package konnect_test

import (
	"slices"
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

// keeping returns platform with a deletion policy on the objects of those names.
func keeping(policy crd.DeletionPolicy, names ...string) func() []crd.Object {
	return func() []crd.Object {
		objects := platform()
		for _, obj := range objects {
			if slices.Contains(names, obj.GetName()) {
				obj.SetAnnotations(map[string]string{crd.DeletionPolicyAnnotation: string(policy)})
			}
		}
		return objects
	}
}

// collectionOf is where the entities of platform's objects are.
func collectionOf(name string) string {
	return map[string]string{"pool": "upstreams", "one": "targets", "api": "services", "all": "routes"}[name]
}

// tagsOfObject returns the tags, or labels as tags, of the entity of one of platform's objects.
func tagsOfObject(t *testing.T, server *konnecttest.Server, name string) []any {
	t.Helper()
	for _, plane := range server.ControlPlanes() {
		if plane["name"] != name {
			continue
		}
		var tags []any
		labels, _ := plane["labels"].(map[string]any)
		for key, value := range labels {
			tags = append(tags, key+":"+textOf(value))
		}
		return tags
	}
	entities := server.Entities(planeID(t, server, "gw"), collectionOf(name))
	require.Len(t, entities, 1)
	return asList(entities[0]["tags"])
}

// TestDeletionPolicyIsMarked costs one write when the annotation comes, changes or goes.
func TestDeletionPolicyIsMarked(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"gw", "pool", "one", "api", "all"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, server, _ := ensured(t)
				before := stateOf(t, server)
				for _, step := range []struct {
					policy crd.DeletionPolicy
					mark   string
					writes int
				}{
					{crd.DeletionPolicyProtect, "managed-deletion:protect", 1},
					{crd.DeletionPolicyProtect, "managed-deletion:protect", 0},
					{crd.DeletionPolicyRetain, "managed-deletion:retain", 1},
					{crd.DeletionPolicyDelete, "", 1},
					{crd.DeletionPolicyDelete, "", 0},
				} {
					server.ResetLog()
					require.NoError(t, ensuring(keeping(step.policy, name))(t, n))
					assert.Equal(t, step.writes, server.Writes(), "%s", step.policy)
					marks := slices.DeleteFunc(tagsOfObject(t, server, name), func(tag any) bool { return !strings.HasPrefix(textOf(tag), "managed-deletion") })
					if step.mark == "" {
						assert.Empty(t, marks)
						continue
					}
					assert.Equal(t, []any{step.mark}, marks)
				}
				assertState(t, before, stateOf(t, server), "as without the annotation")
				server.ResetLog()
				require.NoError(t, ensuring(platform)(t, n))
				assert.Zero(t, server.Writes(), "no annotation is like delete")
			})
		})
	}
}

func TestProtectedIsNotDeleted(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"gw", "spare", "pool", "one", "api", "all"} {
		for from, objects := range map[string]func() []crd.Object{"annotation": keeping(crd.DeletionPolicyProtect, name), "mark": platform} {
			t.Run(name+" by its "+from, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n, server, _ := ensured(t)
					if from == "mark" {
						require.NoError(t, ensuring(keeping(crd.DeletionPolicyProtect, name))(t, n))
					}
					before := stateOf(t, server)
					for _, opts := range [][]konnect.DeleteOption{nil, {konnect.WithCascade()}} {
						server.ResetLog()
						_, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), objects(), opts...)
						var protected *konnect.ProtectedError
						require.ErrorAs(t, err, &protected)
						assert.Equal(t, name, protected.Of.Name)
						assert.Equal(t, crd.DeletionPolicyProtect, protected.Policy)
						assert.NotEmpty(t, protected.KonnectID)
						assert.Zero(t, server.Writes(), "nothing at all is deleted")
						assertState(t, before, stateOf(t, server), "refused")
					}
					require.NoError(t, deleting(keeping(crd.DeletionPolicyDelete, name))(t, n), "the annotation outweighs the mark")
					assert.Empty(t, server.ControlPlanes())
				})
			})
		}
	}
}

// TestProtectedKeepsParents of which alone the objects are deleted.
func TestProtectedKeepsParents(t *testing.T) {
	t.Parallel()
	for _, policy := range []crd.DeletionPolicy{crd.DeletionPolicyProtect, crd.DeletionPolicyRetain} {
		for child, parent := range map[string]string{"one": "pool", "all": "api"} {
			t.Run(child+" "+string(policy), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n, server, _ := ensured(t)
					require.NoError(t, ensuring(keeping(policy, child))(t, n))
					for _, opts := range [][]konnect.DeleteOption{nil, {konnect.WithCascade()}} {
						server.ResetLog()
						_, err := deletingOf(t, n, parent, opts...)
						var protected *konnect.ProtectedError
						require.ErrorAs(t, err, &protected)
						assert.Equal(t, []string{parent, child}, []string{protected.Key.Name, protected.Of.Name})
						assert.Equal(t, policy, protected.Policy)
						_, err = n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), platform()[:1], opts...)
						require.ErrorAs(t, err, &protected)
						assert.Equal(t, []string{"gw", child}, []string{protected.Key.Name, protected.Of.Name})
						assert.Zero(t, server.Writes())
					}
				})
			})
		}
	}
}

// TestProtectedOfOthersKeepsControlPlanes even if they may be taken along.
func TestProtectedOfOthersKeepsControlPlanes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, _ := ensured(t)
		_, err := server.Put(planeID(t, server, "gw"), "services", map[string]any{
			"name": "theirs", "host": "t.example.com", "tags": append(foreignMarks()["another owner"], "managed-deletion:protect"),
		})
		require.NoError(t, err)
		_, err = n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), platform(), konnect.WithCascade())
		var protected *konnect.ProtectedError
		require.ErrorAs(t, err, &protected)
		assert.Equal(t, "theirs", protected.Name)
		assert.Zero(t, server.Writes())
	})
}

// TestPruneSpares what is kept, and what it belongs to, without an error.
func TestPruneSpares(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		policy, mark string
		kept         konnect.Action
	}{
		{"protect", "managed-deletion:protect", konnect.ActionSkipped},
		{"retain", "managed-deletion:retain", konnect.ActionRetained},
		{"protect", "managed-deletion:for-ever", konnect.ActionSkipped}, // not known, so it is kept
	} {
		for child, parent := range map[string]string{"one": "pool", "all": "api"} {
			t.Run(child+" "+tt.mark, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n, server, _ := ensured(t)
					require.NoError(t, ensuring(keeping(crd.DeletionPolicy(tt.policy), child))(t, n))
					gw := planeID(t, server, "gw")
					id := textOf(server.Entities(gw, collectionOf(child))[0]["id"])
					require.NoError(t, server.Modify(gw, collectionOf(child), id, func(e map[string]any) {
						e["tags"] = append(slices.DeleteFunc(asList(e["tags"]), func(tag any) bool {
							return strings.HasPrefix(textOf(tag), "managed-deletion")
						}), tt.mark)
					}))
					client := n.client(t, konnect.WithOwner("platform"))
					_, err := client.Ensure(t.Context(), bareControlPlanes(), konnect.WithPrune(), konnect.WithMaxDeletes(1))
					var tooMany *konnect.TooManyDeletesError
					require.ErrorAs(t, err, &tooMany)
					assert.Equal(t, 2, tooMany.Deletes, "what is spared does not count")

					server.ResetLog()
					report, err := client.Ensure(t.Context(), bareControlPlanes(), konnect.WithPrune(), konnect.WithMaxDeletes(2))
					require.NoError(t, err)
					assert.Equal(t, 2, server.Writes())
					for _, change := range report.Changes {
						switch change.Key.Name {
						case child:
							assert.Equal(t, tt.kept, change.Action)
						case parent:
							assert.Equal(t, konnect.ActionSkipped, change.Action)
							var protected *konnect.ProtectedError
							require.ErrorAs(t, change.Err, &protected)
							assert.Equal(t, child, protected.Of.Name)
						}
					}
					assert.Len(t, server.Entities(gw, collectionOf(child)), 1)
					assert.Len(t, server.Entities(gw, collectionOf(parent)), 1)
				})
			})
		}
	}
}

// TestPrunedNameThatIsKept is not taken over.
func TestPrunedNameThatIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, _ := ensured(t)
		require.NoError(t, ensuring(keeping(crd.DeletionPolicyRetain, "api"))(t, n))
		other := builder.NewService("other").SpecName("other").ControlPlane("gw").Host("a.example.com").MustBuild()
		batch := func(objects ...crd.Object) func() []crd.Object {
			return func() []crd.Object { return append(bareControlPlanes(), objects...) }
		}
		require.NoError(t, ensuring(batch(other))(t, n))
		other.Spec.Name = new("api") // its own entity exists, so that it is no rename of the old object
		server.ResetLog()
		err := ensuring(batch(other), konnect.WithPrune())(t, n)
		var refused *konnect.OwnershipError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "other", refused.Key.Name)
		assert.Zero(t, server.Writes())
	})
}

func TestRetainedIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, _ := ensured(t)
		objects := keeping(crd.DeletionPolicyRetain, "one", "all")()
		_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects)
		require.NoError(t, err)
		gw := planeID(t, server, "gw")
		children := append([]crd.Object{objectNamed(t, objects, "one"), objectNamed(t, objects, "all")},
			builder.NewGatewayControlPlane("gw").Mirror(gw).MustBuild(), objectNamed(t, objects, "pool"), objectNamed(t, objects, "api"))
		server.ResetLog()
		_, err = n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), children)
		var protected *konnect.ProtectedError
		require.ErrorAs(t, err, &protected, "the parents are to be deleted too")
		assert.Zero(t, server.Writes())

		for _, obj := range children[3:] {
			obj.SetAnnotations(map[string]string{crd.DeletionPolicyAnnotation: "retain"})
		}
		report, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), children, konnect.WithMaxDeletes(0))
		require.NoError(t, err)
		assert.Zero(t, server.Writes())
		for _, name := range []string{"one", "all", "pool", "api"} {
			key := crd.KeyOf(objectNamed(t, objects, name))
			assert.Equal(t, konnect.ActionRetained, changeOf(t, report, key.Kind, name).Action)
			assert.NotEmpty(t, objectNamed(t, objects, name).GetKonnectStatus().ID, "the status stays")
		}
		assert.Contains(t, report.String(), "4 retained")
	})
}

// TestPoliciesThatMeanNothing name the annotation, and nothing is sent.
func TestPoliciesThatMeanNothing(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		crd.DeletionPolicyAnnotation:   `validate KongService default/api: metadata.annotations[konnectkit/deletion-policy]: Unsupported value: "keep": supported values: "delete", "retain", "protect"`,
		crd.ManagementPolicyAnnotation: `validate KongService default/api: metadata.annotations[konnectkit/management-policy]: Unsupported value: "keep": supported values: "full", "observe"`,
	} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				client := newNetwork(server).client(t, konnect.WithOwner("platform"))
				objects := platform()
				objectNamed(t, objects, "api").SetAnnotations(map[string]string{key: "keep"})
				_, err := client.Ensure(t.Context(), objects)
				require.EqualError(t, err, want)
				_, err = client.Delete(t.Context(), objects)
				require.EqualError(t, err, want)
				assert.Empty(t, server.Requests())
			})
		})
	}
}

// TestPolicyNeedsRoomForItsMark has one tag less to give away.
func TestPolicyNeedsRoomForItsMark(t *testing.T) {
	t.Parallel()
	for policy, most := range map[crd.DeletionPolicy]int{crd.DeletionPolicyDelete: 17, crd.DeletionPolicyProtect: 16} {
		service := builder.NewService("api").ControlPlane("gw").Host("a.example.com").
			Annotations(map[string]string{crd.DeletionPolicyAnnotation: string(policy)}).MustBuild()
		for i := range most {
			service.Spec.Tags = append(service.Spec.Tags, "tag-"+string(rune('a'+i)))
		}
		assert.Empty(t, konnect.CheckForTest(service), "%s", policy)
		service.Spec.Tags = append(service.Spec.Tags, "one-more")
		problems := konnect.CheckForTest(service)
		require.Len(t, problems, 1)
		assert.Equal(t, "spec.tags", problems[0].Field)
	}
	service := builder.NewService("api").ControlPlane("gw").Host("a.example.com").Tags("managed-deletion:protect").MustBuild()
	problems := konnect.CheckForTest(service)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Detail, "reserved")
}

// TestPartialDeleteKeepsWhatIsRefused and what that belongs to, while the rest goes.
func TestPartialDeleteKeepsWhatIsRefused(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, n *network){
		"protected": func(t *testing.T, n *network) {
			t.Helper()
			require.NoError(t, ensuring(keeping(crd.DeletionPolicyProtect, "all"))(t, n))
		},
		"a plugin": func(t *testing.T, n *network) {
			t.Helper()
			putPlugin(t, n.servers[usHost], "route", "routes", "all")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, server, _ := ensured(t)
				prepare(t, n)
				gw := planeID(t, server, "gw")
				report, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), platform(), konnect.WithPartial())
				require.Error(t, err)
				assert.Equal(t, konnect.ActionDeleted, changeOf(t, report, "KongTarget", "one").Action)
				assert.Equal(t, konnect.ActionDeleted, changeOf(t, report, "KongUpstream", "pool").Action)
				assert.Equal(t, konnect.ActionFailed, changeOf(t, report, "KongRoute", "all").Action)
				assert.Len(t, server.Entities(gw, "routes"), 1)
				assert.Len(t, server.Entities(gw, "services"), 1)
				assert.Empty(t, server.Entities(gw, "upstreams"))
			})
		})
	}
}
