package konnect_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

func service(name string) *builder.Service {
	return builder.NewService(name).ControlPlane("gw").Host("echo.example.com")
}

func routeOf(name, service string) *builder.Route {
	return builder.NewRoute(name).Service(service).Protocols("http").Paths("/" + name)
}

// TestPartial puts one fault into a batch whose other objects must not mind.
func TestPartial(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reason string
		held   string // name of a service of somebody else
		faulty func() []crd.Object
		// failed is the object with the fault, skipped those that refer to it.
		failed  string
		skipped []string
		want    any // type of the error
		// unpruned is true where the object is known to belong to the control plane.
		unpruned bool
	}{
		"invalid": {
			"an object that breaks a rule of its CRD", "",
			func() []crd.Object {
				bad := service("bad").MustBuild()
				bad.Spec.Host = ""
				return []crd.Object{bad, routeOf("below", "bad").MustBuild()}
			},
			"bad", []string{"below"}, nil, true,
		},
		"missing": {
			"a reference that leads nowhere", "",
			func() []crd.Object { return []crd.Object{routeOf("bad", "nowhere").MustBuild()} },
			"bad", nil, new(*resolve.MissingError), false,
		},
		"without a control plane": {
			"what is below has no control plane either", "",
			func() []crd.Object {
				return []crd.Object{service("bad").ControlPlane("nowhere").MustBuild(), routeOf("below", "bad").MustBuild()}
			},
			"bad", []string{"below"}, new(*resolve.MissingError), false,
		},
		"taken": {
			"a name that only Konnect knows to be taken", "bad",
			func() []crd.Object {
				return []crd.Object{service("bad").MustBuild(), routeOf("below", "bad").MustBuild()}
			},
			"bad", []string{"below"}, new(*konnect.OwnershipError), true,
		},
		"credentials": {
			"credentials that are not there stop their control plane", "",
			func() []crd.Object {
				return []crd.Object{
					builder.NewGatewayControlPlane("bad").Auth("nowhere").MustBuild(),
					service("below").ControlPlane("bad").MustBuild(),
				}
			},
			"bad", []string{"below"}, new(*resolve.MissingError), false,
		},
		"invalid credentials": {
			"credentials have no entity, so the control plane fails for them", "",
			func() []crd.Object {
				auth := builder.NewAPIAuth("auth").Token("kpat_example").ServerURL(usHost).MustBuild()
				auth.Spec.Type = "password"
				return []crd.Object{
					auth, builder.NewGatewayControlPlane("bad").Auth("auth").MustBuild(),
					service("below").ControlPlane("bad").MustBuild(),
				}
			},
			"bad", []string{"below"}, nil, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				client := n.client(t, konnect.WithOwner("platform"))
				_, err := client.Ensure(t.Context(), []crd.Object{plainGateway(), service("old").MustBuild()})
				require.NoError(t, err)
				if tt.held != "" {
					putTheirs(t, server, "services", map[string]any{"name": tt.held, "host": "theirs.example.com"})
				}
				objects := append([]crd.Object{plainGateway(), service("good").MustBuild(), routeOf("fine", "good").MustBuild()}, tt.faulty()...)

				server.ResetLog()
				_, err = client.Ensure(t.Context(), copyAll(objects), konnect.WithPrune())
				require.Error(t, err)
				assert.Zero(t, server.Writes(), "without the option the fault stops all: %s", tt.reason)

				report, err := client.Ensure(t.Context(), objects, konnect.WithPrune(), konnect.WithPartial())
				require.Error(t, err)
				if tt.want != nil {
					assert.ErrorAs(t, err, tt.want)
				}
				outcome := map[string]konnect.Action{}
				for _, c := range report.Changes {
					outcome[c.Key.Name] = c.Action
					assert.Equal(t, c.Err == nil && c.Action != konnect.ActionDeleted, c.Programmed, "%s: %v", c.Key, c.Err)
				}
				assert.Equal(t, konnect.ActionFailed, outcome[tt.failed], tt.reason)
				for _, name := range tt.skipped {
					assert.Equal(t, konnect.ActionSkipped, outcome[name], tt.reason)
				}
				assert.Equal(t, konnect.ActionCreated, outcome["good"])
				assert.Equal(t, konnect.ActionCreated, outcome["fine"])
				assertCondition(t, objectNamed(t, objects, "fine"), crd.ConditionProgrammed, "True", "Programmed")
				assert.False(t, crd.IsProgrammed(objectNamed(t, objects, tt.failed)))
				pruned := konnect.ActionDeleted
				if tt.unpruned {
					pruned = konnect.ActionSkipped
				}
				assert.Equal(t, pruned, outcome["old"], "a control plane in which an object failed is not pruned")

				server.ResetLog()
				_, err = client.Ensure(t.Context(), copyAll(objects), konnect.WithPartial())
				require.Error(t, err)
				assert.Zero(t, server.Writes(), "what is right stays as it is")
			})
		})
	}
}

func TestPartialPlanIsAppliedAsSuch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		client := newNetwork(server).client(t)
		objects := []crd.Object{plainGateway(), service("good").MustBuild(), routeOf("bad", "nowhere").MustBuild()}
		plan, err := client.Plan(t.Context(), objects, konnect.WithPartial())
		require.Error(t, err)
		assert.True(t, plan.HasChanges())
		assert.Contains(t, plan.String(), "2 to create, 0 to update, 1 impossible")

		report, err := client.Apply(t.Context(), kept(t, plan), objects)
		assert.ErrorAs(t, err, new(*resolve.MissingError))
		assert.Equal(t, 2, server.Writes())
		assert.Len(t, report.Changes, 3)
	})
}

func TestPartialDelete(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		good, theirs := service("good").MustBuild(), service("theirs").MustBuild()
		_, err := n.client(t).Ensure(t.Context(), []crd.Object{plainGateway(), good})
		require.NoError(t, err)
		_, err = n.client(t, konnect.WithOwner("others")).Ensure(t.Context(), []crd.Object{service("theirs").MustBuild()},
			konnect.WithPartial())
		require.Error(t, err, "the control plane is not in that batch")
		putTheirs(t, server, "services", map[string]any{
			"name": "theirs", "host": "theirs.example.com", "id": "0b3f8f2e-1b0f-4b1a-9d55-2f6f6f6f6f6f",
		})
		theirs.Spec.ID = new("0b3f8f2e-1b0f-4b1a-9d55-2f6f6f6f6f6f")

		server.ResetLog()
		report, err := n.client(t).Delete(t.Context(), []crd.Object{plainGateway(), good, theirs}, konnect.WithPartial())
		assert.ErrorAs(t, err, new(*konnect.OwnershipError))
		assert.Equal(t, 1, server.Writes(), "the control plane stays with what is left in it:\n%s", report)
		assert.Equal(t, konnect.ActionDeleted, changeOf(t, report, "KongService", "good").Action)
		assert.Equal(t, konnect.ActionFailed, changeOf(t, report, "KongService", "theirs").Action)
		assert.Len(t, server.ControlPlanes(), 1)
	})
}

// TestPartialCircle goes on without an object whose name is handed round in a circle
// that cannot be broken, and with nothing that waits for it.
func TestPartialCircle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		target := func(object, address string) crd.Object {
			return builder.NewTarget(object).Upstream("p").Address(address + ".example.com:80").MustBuild()
		}
		require.NoError(t, ensuring(inGateway(
			upstreamNamed("p", "p"), named("old", "old"), target("r", "one"), target("s", "two"), target("t", "three"),
		))(t, n))
		server.ResetLog()
		after := inGateway(upstreamNamed("p", "p"), target("r", "two"), target("s", "one"), named("c", "three"))
		client := n.client(t, konnect.WithOwner("platform"))
		options := []konnect.EnsureOption{konnect.WithPrune(), konnect.WithPartial()}
		plan, err := client.Plan(t.Context(), after(), append(options, konnect.WithMaxDeletes(0))...)
		require.ErrorContains(t, err, "swapped")
		assert.NotContains(t, plan.String(), "to delete", "nothing is deleted where an object failed")

		report, err := client.Ensure(t.Context(), after(), append(options, konnect.WithMaxDeletes(0))...)
		require.ErrorContains(t, err, "swapped")
		assert.NotErrorAs(t, err, new(*konnect.TooManyDeletesError))
		assert.Equal(t, 1, server.Writes(), "%s", report)
		for _, planned := range plan.Changes {
			done := changeOf(t, report, planned.Key.Kind, planned.Key.Name)
			assert.Equal(t, planned.Action, done.Action, "%s: as it was planned", planned.Key)
		}
	})
}

// TestPartialInGroup has an object in a group, which takes none, and tells of it once
// it is known what became of the group and its members.
func TestPartialInGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		server.Inject(konnecttest.Fault{
			Method: "POST", Path: "**/group-memberships/add", Times: -1, Effect: konnecttest.Answer(403, "application/json", `{"code":7,"message":"no"}`),
		})
		lost := service("lost").ControlPlane("edge").MustBuild()
		_, err := newNetwork(server).client(t).Ensure(t.Context(), []crd.Object{
			plainGateway(), builder.NewGatewayControlPlane("edge").Group().Members("gw").MustBuild(), lost,
		}, konnect.WithPartial())
		require.ErrorIs(t, err, konnect.ErrForbidden)
		assertCondition(t, lost, crd.ConditionControlPlaneRefValid, "False", "NotProgrammed")
	})
}
