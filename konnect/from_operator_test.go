package konnect_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const (
	operatorUID      = "7a1d7a3e-0000-4000-8000-000000000001"
	otherOperatorUID = "7a1d7a3e-0000-4000-8000-000000000002"
)

// operatorMarks are those that the Kong operator gives the entity of an object.
func operatorMarks(obj crd.Object, uid string) map[string]string {
	key := crd.KeyOf(obj)
	return map[string]string{
		"managed-by": "kong-operator", "k8s-uid": uid, "k8s-generation": "1", "k8s-group": key.Group, "k8s-kind": key.Kind,
		"k8s-version": obj.GVK().Version, "k8s-namespace": "default", "k8s-name": key.Name,
	}
}

// operatorTags are operatorMarks as tags, as long as the operator lets them be.
func operatorTags(obj crd.Object, uid string) []string {
	var tags []string
	for key, value := range operatorMarks(obj, uid) {
		tag := key + ":" + value
		tags = append(tags, tag[:min(len(tag), 128)])
	}
	return tags
}

// byOperator is a server as the operator leaves it, with the control plane gw.
func byOperator(t *testing.T) (n *network, gw string) {
	t.Helper()
	server := konnecttest.NewServer()
	labels := map[string]any{}
	for key, value := range operatorMarks(plainGateway(), "7a1d7a3e-0000-4000-8000-0000000000ff") {
		labels[key] = value
	}
	gw, err := server.AddControlPlane("", map[string]any{"name": "gw", "labels": labels})
	require.NoError(t, err)
	return newNetwork(server), gw
}

func putByOperator(t *testing.T, n *network, gw, collection string, obj crd.Object, uid string, entity map[string]any) string {
	t.Helper()
	entity["tags"] = operatorTags(obj, uid)
	stored, err := n.servers[usHost].Put(gw, collection, entity)
	require.NoError(t, err)
	return textOf(stored["id"])
}

func unnamedService(object string) crd.Object {
	return builder.NewService(object).SpecName("").ControlPlane("gw").Host(object + ".example.com").MustBuild()
}

func unnamedRoute(object, service string) crd.Object {
	return builder.NewRoute(object).SpecName("").Service(service).Protocols("http").Paths("/" + object).MustBuild()
}

// TestFromOperatorByTags takes over what the operator made without a name, or under
// another one: each object gets its own entity, nothing is duplicated, and the
// second run writes nothing. It makes no difference whether entities are listed or
// read alone.
func TestFromOperatorByTags(t *testing.T) {
	t.Parallel()
	for name, services := range map[string][]string{"read alone": {"echo"}, "listed": {"echo", "other"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, gw := byOperator(t)
				server := n.servers[usHost]
				want := map[string]string{}
				objects := []crd.Object{plainGateway()}
				for i, service := range services {
					uid, routeUID := operatorUID[:35]+string(rune('a'+i)), otherOperatorUID[:34]+"f"+string(rune('a'+i))
					upstream := service + "-pool"
					batch := []crd.Object{
						unnamedService(service), unnamedRoute(service, service),
						builder.NewUpstream(upstream).SpecName(service + ".new").ControlPlane("gw").MustBuild(),
						builder.NewTarget(service).Upstream(upstream).Address("10.0.0.2:80").MustBuild(),
					}
					objects = append(objects, batch...)
					id := putByOperator(t, n, gw, "services", batch[0], uid, map[string]any{"id": uid, "host": "old.example.com"})
					want["KongService "+service] = id
					want["KongRoute "+service] = putByOperator(t, n, gw, "routes", batch[1], routeUID, map[string]any{
						"id": routeUID, "paths": []string{"/old"}, "service": map[string]any{"id": id},
					})
					pool := putByOperator(t, n, gw, "upstreams", batch[2], uid, map[string]any{"name": service + ".old"})
					want["KongUpstream "+upstream] = pool
					want["KongTarget "+service] = putByOperator(t, n, gw, "targets", batch[3], uid, map[string]any{
						"target": "10.0.0.1:80", "upstream": map[string]any{"id": pool},
					})
				}
				client := n.client(t, konnect.WithOwner("platform"))
				plan, err := client.Plan(t.Context(), copyAll(objects), konnect.WithAdoption(konnect.AdoptFromOperator))
				require.NoError(t, err)
				assert.Zero(t, server.Writes())
				assert.Contains(t, plan.String(), "> KongService default/echo  - ("+want["KongService echo"]+"), held by kong-operator")

				report, err := client.Apply(t.Context(), kept(t, plan), copyAll(objects))
				require.NoError(t, err)
				for _, change := range report.Changes {
					assert.Equal(t, konnect.ActionAdopted, change.Action, "%s", change.Key)
					assert.Equal(t, "kong-operator", change.Holder, "%s", change.Key)
					if change.Key.Kind != "KonnectGatewayControlPlane" {
						assert.Equal(t, want[change.Key.Kind+" "+change.Key.Name], change.KonnectID, "%s", change.Key)
					}
				}
				for _, collection := range []string{"services", "routes", "upstreams", "targets"} {
					entities := server.Entities(gw, collection)
					assert.Len(t, entities, len(services), collection)
					for _, entity := range entities {
						assert.NotContains(t, entity["tags"], "managed-by:kong-operator", collection)
					}
				}
				server.ResetLog()
				_, err = client.Ensure(t.Context(), copyAll(objects), konnect.WithAdoption(konnect.AdoptFromOperator), konnect.WithPrune())
				require.NoError(t, err)
				assert.Zero(t, server.Writes(), "%v", server.Requests())
			})
		})
	}
}

// TestFromOperatorByTagsOnly shows which entities are an object's by their tags:
// the others are left alone, and the object is created.
func TestFromOperatorByTagsOnly(t *testing.T) {
	t.Parallel()
	echo := unnamedService("echo")
	adopted := map[konnect.AdoptionPolicy]bool{konnect.AdoptFromOperator: true}
	for name, tt := range map[string]struct {
		change  func(marks map[string]string)
		adopted map[konnect.AdoptionPolicy]bool
	}{
		"the object's":            {func(map[string]string) {}, adopted},
		"without the group":       {func(m map[string]string) { delete(m, "k8s-group") }, adopted},
		"by UID alone":            {func(m map[string]string) { delete(m, "managed-by") }, adopted},
		"of another group":        {func(m map[string]string) { m["k8s-group"] = "gateway.networking.k8s.io" }, nil},
		"of another kind":         {func(m map[string]string) { m["k8s-kind"] = "Service" }, nil},
		"of another namespace":    {func(m map[string]string) { m["k8s-namespace"] = "prod" }, nil},
		"of another object":       {func(m map[string]string) { m["k8s-name"] = "echo-2" }, nil},
		"of no object":            {func(m map[string]string) { delete(m, "k8s-name") }, nil},
		"of another tool":         {func(m map[string]string) { m["managed-by"] = "terraform" }, nil},
		"of nobody":               {func(m map[string]string) { delete(m, "managed-by"); delete(m, "k8s-uid") }, nil},
		"with our key beside":     {func(m map[string]string) { m["managed-key"] = operatorUID }, nil},
		"with another owner":      {func(m map[string]string) { m["managed-owner"] = "somebody-else" }, nil},
		"of another owner wholly": {func(m map[string]string) { m["managed-by"], m["managed-owner"] = "konnectkit", "somebody-else" }, nil},
	} {
		for _, policy := range []konnect.AdoptionPolicy{"", konnect.AdoptUnowned, konnect.AdoptFromOperator, konnect.AdoptTagged("k8s-generation:1")} {
			t.Run(name+"/"+string(policy), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n, gw := byOperator(t)
					_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), []crd.Object{plainGateway()}, konnect.WithAdoption(konnect.AdoptFromOperator))
					require.NoError(t, err)
					marks, tags := operatorMarks(echo, operatorUID), []string{}
					tt.change(marks)
					for key, value := range marks {
						tags = append(tags, key+":"+value)
					}
					before, err := n.servers[usHost].Put(gw, "services", map[string]any{"host": "old.example.com", "tags": tags})
					require.NoError(t, err)
					report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), inGateway(echo)(), konnect.WithAdoption(policy))
					require.NoError(t, err)
					change := changeOf(t, report, "KongService", "echo")
					if tt.adopted[policy] {
						assert.Equal(t, konnect.ActionAdopted, change.Action)
						assert.Equal(t, before["id"], change.KonnectID)
						return
					}
					assert.Equal(t, konnect.ActionCreated, change.Action)
					assert.Equal(t, before, n.servers[usHost].Entity(gw, "services", textOf(before["id"])), "left alone")
				})
			})
		}
	}
}

// TestFromOperatorAmbiguous refuses to choose between two entities with the same
// object in their tags, unless the object's UID or spec.adopt says which one it is.
func TestFromOperatorAmbiguous(t *testing.T) {
	t.Parallel()
	withUID := func(uid string) crd.Object {
		service := unnamedService("echo")
		service.SetUID(types.UID(uid))
		return service
	}
	for name, tt := range map[string]struct {
		object  func(ids []string) crd.Object
		chooses int // index of the entity, -1 for none
	}{
		"without a UID":      {func([]string) crd.Object { return unnamedService("echo") }, -1},
		"with another UID":   {func([]string) crd.Object { return withUID(operatorUID[:35] + "9") }, -1},
		"with the first UID": {func([]string) crd.Object { return withUID(operatorUID) }, 0},
		"with the other UID": {func([]string) crd.Object { return withUID(otherOperatorUID) }, 1},
		"with spec.adopt": {func(ids []string) crd.Object {
			return builder.NewService("echo").SpecName("").ControlPlane("gw").Host("echo.example.com").Adopt(ids[1]).MustBuild()
		}, 1},
	} {
		for _, beside := range []string{"read alone", "listed"} {
			t.Run(name+"/"+beside, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n, gw := byOperator(t)
					var ids []string
					for _, uid := range []string{operatorUID, otherOperatorUID} {
						ids = append(ids, putByOperator(t, n, gw, "services", unnamedService("echo"), uid, map[string]any{"id": uid, "host": "old.example.com"}))
					}
					objects := inGateway(tt.object(ids))()
					if beside == "listed" {
						objects = append(objects, unnamedService("beside"))
					}
					client := n.client(t, konnect.WithOwner("platform"))
					report, err := client.Ensure(t.Context(), objects, konnect.WithAdoption(konnect.AdoptFromOperator))
					if tt.chooses >= 0 {
						require.NoError(t, err)
						assert.Equal(t, ids[tt.chooses], changeOf(t, report, "KongService", "echo").KonnectID)
						return
					}
					var ambiguous *konnect.AmbiguousEntityError
					require.ErrorAs(t, err, &ambiguous)
					assert.Equal(t, ids, ambiguous.KonnectIDs)
					assert.EqualError(t, err, "find KongService default/echo: entities "+operatorUID+" (-, k8s-uid "+operatorUID+") and "+
						otherOperatorUID+" (-, k8s-uid "+otherOperatorUID+") of the kong operator all have this object in their marks; name the right one in spec.adopt")
					assert.Zero(t, n.servers[usHost].Writes())
				})
			})
		}
	}
}

// TestFromOperatorLongName: a tag holds 119 characters of a name, which may be those
// of another object too.
func TestFromOperatorLongName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 150)
	for name, tt := range map[string]struct{ uid, err string }{
		"without a UID": {"", "may be this object's, whose name is longer than its mark"},
		"with the UID":  {operatorUID, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, gw := byOperator(t)
				service := unnamedService(long)
				service.SetUID(types.UID(tt.uid))
				id := putByOperator(t, n, gw, "services", service, operatorUID, map[string]any{"id": operatorUID, "host": "old.example.com"})
				report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), inGateway(service)(), konnect.WithAdoption(konnect.AdoptFromOperator))
				if tt.err != "" {
					require.ErrorContains(t, err, tt.err)
					assert.Zero(t, n.servers[usHost].Writes())
					return
				}
				require.NoError(t, err)
				assert.Equal(t, id, changeOf(t, report, "KongService", long).KonnectID)
			})
		})
	}
}

// TestFromOperatorNamesGoRound: what the operator named one way is named the other
// way round by the objects now. The tags tell which is which, not the names.
func TestFromOperatorNamesGoRound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, gw := byOperator(t)
		a, b := named("a", "one"), named("b", "two")
		want := map[string]string{
			"a": putByOperator(t, n, gw, "services", a, operatorUID, map[string]any{"name": "two", "host": "a.example.com"}),
			"b": putByOperator(t, n, gw, "services", b, otherOperatorUID, map[string]any{"name": "one", "host": "b.example.com"}),
		}
		report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), inGateway(a, b)(), konnect.WithAdoption(konnect.AdoptFromOperator))
		require.NoError(t, err)
		for name, id := range want {
			assert.Equal(t, id, changeOf(t, report, "KongService", name).KonnectID, name)
		}
		assert.Len(t, n.servers[usHost].Entities(gw, "services"), 2)
	})
}

// TestFromOperatorControlPlaneByLabels finds a control plane that is to have another name.
func TestFromOperatorControlPlaneByLabels(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, gw := byOperator(t)
		renamed := builder.NewGatewayControlPlane("gw").SpecName("gateway").MustBuild()
		client := n.client(t, konnect.WithOwner("platform"))
		report, err := client.Ensure(t.Context(), []crd.Object{renamed}, konnect.WithAdoption(konnect.AdoptFromOperator))
		require.NoError(t, err)
		assert.Equal(t, gw, changeOf(t, report, "KonnectGatewayControlPlane", "gw").KonnectID)
		require.Len(t, n.servers[usHost].ControlPlanes(), 1)
		assert.Equal(t, "gateway", n.servers[usHost].ControlPlanes()[0]["name"])
	})
}

// TestFromOperatorCalls counts what the search by tags costs: nothing without the
// policy, nor for objects that have their entity.
func TestFromOperatorCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, _ := byOperator(t)
		server := n.servers[usHost]
		objects := inGateway(named("echo", "echo"))
		client := n.client(t, konnect.WithOwner("platform"))
		_, err := client.Ensure(t.Context(), []crd.Object{plainGateway()}, konnect.WithAdoption(konnect.AdoptFromOperator))
		require.NoError(t, err)
		searches := func(opts ...konnect.EnsureOption) (searches int) {
			server.ResetLog()
			_, err := client.Plan(t.Context(), objects(), opts...)
			require.NoError(t, err)
			for _, r := range server.Requests() {
				if strings.Contains(r.Query.Get("tags"), "k8s-name:echo") {
					searches++
				}
			}
			return searches
		}
		assert.Zero(t, searches())
		assert.Zero(t, searches(konnect.WithAdoption(konnect.AdoptUnowned)))
		assert.Equal(t, 1, searches(konnect.WithAdoption(konnect.AdoptFromOperator)))
		_, err = client.Ensure(t.Context(), objects())
		require.NoError(t, err)
		assert.Zero(t, searches(konnect.WithAdoption(konnect.AdoptFromOperator)))
	})
}

// TestFromOperatorLeavesDelete alone: an object is no reason to delete what the
// operator made for it.
func TestFromOperatorLeavesDelete(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, gw := byOperator(t)
		client := n.client(t, konnect.WithOwner("platform"))
		_, err := client.Ensure(t.Context(), []crd.Object{plainGateway()}, konnect.WithAdoption(konnect.AdoptFromOperator))
		require.NoError(t, err)
		echo := unnamedService("echo")
		putByOperator(t, n, gw, "services", echo, operatorUID, map[string]any{"id": operatorUID, "host": "old.example.com"})
		n.servers[usHost].ResetLog()
		_, err = client.Delete(t.Context(), []crd.Object{echo})
		assert.Zero(t, n.servers[usHost].Count("DELETE", ""), "%v", err)
	})
}
