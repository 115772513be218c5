package konnect_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

func changed[T any](obj T, change func(T)) T {
	change(obj)
	return obj
}

// TestInvalidInputSendsNothing lists every problem with key and field.
func TestInvalidInputSendsNothing(t *testing.T) {
	t.Parallel()
	service := func(name string) *configurationv1alpha1.KongService {
		return builder.NewService(name).ControlPlane("gw").Host("a.example.com").MustBuild()
	}
	for name, tt := range map[string]struct {
		objects []crd.Object
		// problems are "key: field", all of them.
		problems []string
	}{
		"rules of the crd": {
			[]crd.Object{changed(service("a"), func(s *configurationv1alpha1.KongService) { s.Spec.Host = "" })},
			[]string{"KongService default/a: spec"},
		},
		"rules of konnect": {
			[]crd.Object{changed(service("a"), func(s *configurationv1alpha1.KongService) { s.Spec.Name, s.Spec.Path = new("a b"), new("no-slash") })},
			[]string{"KongService default/a: spec.name", "KongService default/a: spec.path"},
		},
		"tags": {
			[]crd.Object{
				builder.NewService("a").ControlPlane("gw").Host("h.example.com").Tags("managed-by:me", "a,b").MustBuild(),
				changed(service("b"), func(s *configurationv1alpha1.KongService) {
					for i := range 18 {
						s.Spec.Tags = append(s.Spec.Tags, string(rune('a'+i)))
					}
				}),
			},
			[]string{"KongService default/a: spec.tags[0]", "KongService default/a: spec.tags[1]", "KongService default/b: spec.tags"},
		},
		"references": {
			[]crd.Object{
				builder.NewService("a").ControlPlane("nowhere").Host("h.example.com").MustBuild(),
				builder.NewRoute("b").Service("nothing").Protocols("http").Paths("/").MustBuild(),
				builder.NewTarget("c").Upstream("nobody").Address("h.example.com:80").MustBuild(),
				builder.NewGatewayControlPlane("d").Auth("none").MustBuild(),
				builder.NewGatewayControlPlane("e").Group().Members("nothing").MustBuild(),
			},
			[]string{
				"KongService default/a: spec.controlPlaneRef", "KongRoute default/b: spec.serviceRef", "KongTarget default/c: spec.upstreamRef",
				"KonnectGatewayControlPlane default/d: spec.konnect.authRef", "KonnectGatewayControlPlane default/e: spec.members[0]",
			},
		},
		"grants": {
			[]crd.Object{builder.NewService("a").Namespace("x").ControlPlaneIn("default", "gw").Host("h.example.com").MustBuild()},
			[]string{"KongService x/a: spec.controlPlaneRef"},
		},
		"no certificate": {
			[]crd.Object{builder.NewService("a").ControlPlane("gw").Host("h.example.com").Protocol("https").ClientCertificateRef(builder.Ref("cert")).MustBuild()},
			[]string{"KongService default/a: spec.clientCertificateRef"},
		},
		"group with children": {
			[]crd.Object{
				builder.NewGatewayControlPlane("edge").Group().Members("gw").MustBuild(),
				builder.NewService("a").ControlPlane("edge").Host("h.example.com").MustBuild(),
			},
			[]string{"KongService default/a: group"},
		},
		"nil": {[]crd.Object{nil, (*configurationv1alpha1.KongService)(nil)}, []string{"object #", "nil"}},
		"credentials": {
			[]crd.Object{
				builder.NewAPIAuth("a").ServerURL(usHost).Secret("missing").MustBuild(),
				builder.NewGatewayControlPlane("x").Auth("a").MustBuild(),
			},
			[]string{"KonnectAPIAuthConfiguration default/a: spec.secretRef"},
		},
		"all at once": {
			[]crd.Object{
				changed(service("a"), func(s *configurationv1alpha1.KongService) { s.Spec.Name = new("a b") }),
				builder.NewRoute("b").Service("nothing").Protocols("http").Paths("/").MustBuild(),
				builder.NewRoute("c").ControlPlane("gw").Protocols("http", "tcp").Paths("/").MustBuild(),
			},
			[]string{"KongService default/a: spec.name", "KongRoute default/b: spec.serviceRef", "KongRoute default/c: spec.protocols"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				client := newNetwork(server).client(t)
				objects := append([]crd.Object{builder.NewGatewayControlPlane("gw").MustBuild()}, tt.objects...)
				report, err := client.Ensure(t.Context(), objects)
				var invalid *konnect.BatchError
				require.ErrorAs(t, err, &invalid)
				lines := strings.Split(err.Error(), "\n")
				for _, problem := range tt.problems {
					key, path, _ := strings.Cut(problem, ": ")
					assert.True(t, slices.ContainsFunc(lines, func(line string) bool {
						return strings.Contains(line, key) && strings.Contains(line, path)
					}), "%s\nis not in\n%v", problem, err)
				}
				for _, p := range invalid.Problems {
					assert.NotEmpty(t, p.Key.Name, "%v", p.Err)
				}
				assert.NotNil(t, report)
				plan, err := client.Plan(t.Context(), objects)
				require.ErrorAs(t, err, &invalid)
				assert.NotNil(t, plan)
				assert.Empty(t, server.Requests(), "nothing at all is sent")
			})
		})
	}
}

// TestErrorsAreTyped keeps the errors of resolve within a BatchError.
func TestErrorsAreTyped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newNetwork(konnecttest.NewServer()).client(t)
		_, err := client.Ensure(t.Context(), []crd.Object{
			builder.NewService("a").ControlPlane("nowhere").Host("h.example.com").MustBuild(),
			builder.NewService("b").Namespace("x").ControlPlaneIn("default", "gw").Host("h.example.com").MustBuild(),
			builder.NewGatewayControlPlane("one").Group().Members("two").MustBuild(),
			builder.NewGatewayControlPlane("two").Group().Members("one").MustBuild(),
		})
		var missing *resolve.MissingError
		var notGranted *resolve.NotGrantedError
		var cycle *resolve.CycleError
		require.ErrorAs(t, err, &missing)
		require.ErrorAs(t, err, &notGranted)
		require.ErrorAs(t, err, &cycle)
	})
}

// TestOnlyKonnectKnows stops before the first write.
func TestOnlyKonnectKnows(t *testing.T) {
	t.Parallel()
	const id = "11111111-1111-4111-8111-111111111111"
	child := builder.NewService("a").ControlPlane("theirs").Host("h.example.com").MustBuild()
	for name, tt := range map[string]struct {
		plane   map[string]any
		objects []crd.Object
		texts   []string
	}{
		"mirror of nothing": {nil, nil, []string{"KonnectGatewayControlPlane default/theirs", id}},
		"mirror of a group": {
			map[string]any{"name": "theirs", "cluster_type": "CLUSTER_TYPE_CONTROL_PLANE_GROUP"}, []crd.Object{child},
			[]string{"KongService default/a", "group"},
		},
		"mirror of an ingress controller": {
			map[string]any{"name": "theirs", "cluster_type": "CLUSTER_TYPE_K8S_INGRESS_CONTROLLER"}, []crd.Object{child},
			[]string{"KongService default/a", "ingress controller"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				if tt.plane != nil {
					tt.plane["id"] = id
					_, err := server.AddControlPlane("", tt.plane)
					require.NoError(t, err)
				}
				objects := append(platform(), builder.NewGatewayControlPlane("theirs").Mirror(id).MustBuild())
				objects = append(objects, copyAll(tt.objects)...)
				_, err := newNetwork(server).client(t).Ensure(t.Context(), objects)
				var invalid *konnect.BatchError
				require.ErrorAs(t, err, &invalid)
				for _, text := range tt.texts {
					assert.ErrorContains(t, err, text)
				}
				assert.Zero(t, server.Writes())
			})
		})
	}
}

// TestImmutable refuses what Konnect lets nobody change.
func TestImmutable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, _ := ensured(t)
		objects := platform()
		objects[1] = builder.NewGatewayControlPlane("spare").CloudGateway(true).MustBuild()
		_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects)
		var immutable *konnect.ImmutableError
		require.ErrorAs(t, err, &immutable)
		assert.Equal(t, planeID(t, server, "spare"), immutable.KonnectID)
		assert.Equal(t, "cloud_gateway", immutable.Fields[0].Path)
		assert.Zero(t, server.Writes())
	})
}

// TestInvalidObjectsGetStatus tells what is wrong in the objects, and leaves the status of others.
func TestInvalidObjectsGetStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, _, objects := ensured(t)
		objects[6] = builder.NewRoute("all").Service("nothing").Protocols("http").Paths("/first").MustBuild()
		before := copyAll(objects)
		_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects)
		require.Error(t, err)
		assert.Equal(t, before[:6], objects[:6], "untouched")
		assertCondition(t, objects[6], "KongServiceRefValid", string(metav1.ConditionFalse), "Invalid")
		assertCondition(t, objects[6], crd.ConditionProgrammed, "False", "ConditionWithStatusFalseExists")
	})
}
