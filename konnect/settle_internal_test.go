package konnect

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/resolve"
)

// pool is an entity of KongUpstream pool, and inPool one in it.
func pool() canon.Object { return own("KongUpstream", "pool", canon.Object{"name": "pool"}) }

func inPool(target canon.Object) canon.Object {
	target["target"], target["upstream"] = "192.0.2.1:80", canon.Object{"id": computedID("KongUpstream", "pool")}
	return target
}

// routed is an entity that leads to the service of an object.
func routed(route canon.Object, service string) canon.Object {
	route["name"], route["protocols"] = "r", []any{"http", "https"}
	route["paths"], route["service"] = []any{"/a"}, canon.Object{"id": computedID("KongService", service)}
	return route
}

func protected(entity canon.Object) canon.Object { return tagged(entity, "managed-deletion:protect") }
func retained(entity canon.Object) canon.Object  { return tagged(entity, "managed-deletion:retain") }

// foreign is an entity without marks.
func foreign() canon.Object { return canon.Object{"id": otherID} }

// keep is a service that stays, so that not everything is pruned.
func keep() (crd.Object, canon.Object) {
	return serviceNamed("keep").MustBuild(), own("KongService", "keep", serviceFields("keep"))
}

func TestSettle(t *testing.T) {
	t.Parallel()
	kept, keptEntity := keep()
	plugin := canon.Object{"id": thirdID, "name": "cors", "service": canon.Object{"id": computedID("KongService", "s")}}
	route := func(service string) crd.Object {
		return builder.NewRoute("r").Protocols("http", "https").Service(service).Paths("/a").MustBuild()
	}
	ownRoute := func(service string) canon.Object { return routed(own("KongRoute", "r", nil), service) }
	for _, c := range []struct {
		reason string
		asked
		want []string
	}{
		{"what no object stands for is deleted", asked{held: emptyPlane().with("services", ownService())}, []string{"deleted orphan KongService/s"}},
		{"what nobody has marked is not", asked{held: emptyPlane().with("services", theirs())}, []string{}},
		{"nor what is another owner's", asked{held: emptyPlane().with("services", marked("other", "KongService", "s", serviceFields("s")))}, []string{}},
		{"what is marked to be retained stays", asked{held: emptyPlane().with("services", retained(ownService()))}, []string{"retained orphan KongService/s"}},
		{"what is marked to be protected stays", asked{held: emptyPlane().with("services", protected(ownService()))},
			[]string{"deleted orphan KongService/s: ProtectedError"}},
		{"an unknown policy protects", asked{held: emptyPlane().with("services", tagged(ownService(), "managed-deletion:later"))},
			[]string{"deleted orphan KongService/s: ProtectedError"}},

		{"what belongs to an orphan goes before", asked{held: emptyPlane().with("upstreams", pool()).with("targets", inPool(own("KongTarget", "one", nil)))},
			[]string{"deleted orphan KongTarget/one", "deleted orphan KongUpstream/pool, after KongTarget/one"}},
		{"a target of others spares the upstream", asked{held: emptyPlane().with("upstreams", pool()).with("targets", inPool(foreign()))},
			[]string{"deleted orphan KongUpstream/pool: OwnershipError (nobody)"}},
		{"a protected target spares the upstream", asked{held: emptyPlane().with("upstreams", pool()).with("targets", inPool(protected(own("KongTarget", "one", nil))))},
			[]string{"deleted orphan KongTarget/one: ProtectedError", "deleted orphan KongUpstream/pool: ProtectedError"}},
		{"a retained target too", asked{held: emptyPlane().with("upstreams", pool()).with("targets", inPool(retained(own("KongTarget", "one", nil))))},
			[]string{"retained orphan KongTarget/one", "deleted orphan KongUpstream/pool: ProtectedError"}},
		{"a route of others spares the service", asked{held: emptyPlane().with("services", ownService()).with("routes", routed(foreign(), "s"))},
			[]string{"deleted orphan KongService/s: OwnershipError (nobody)"}},
		{"a plugin spares the service", asked{held: emptyPlane().with("services", ownService()).with("plugins", plugin)},
			[]string{"deleted orphan KongService/s: OwnershipError (nobody)"}},
		{"so does one of which that is not known", asked{held: emptyPlane().with("services", ownService()), unknown: []string{"plugins"}},
			[]string{"deleted orphan KongService/s: delete KongService default/s: it is not known what belongs to it: konnect does not answer"}},

		{"a route leaves the service before that goes", asked{objects: []crd.Object{route("keep")},
			held: emptyPlane().with("services", ownService()).with("routes", ownRoute("s"))},
			[]string{"updated KongRoute/r service.id", "deleted orphan KongService/s, after KongRoute/r"}},
		{"it must not leave the plugin on it", asked{objects: []crd.Object{route("keep")},
			held: emptyPlane().with("services", ownService()).with("routes", ownRoute("s")).with("plugins", plugin)},
			[]string{"updated KongRoute/r service.id", "deleted orphan KongService/s, after KongRoute/r: OwnershipError (nobody)",
				"refused KongRoute/r: OwnershipError (nobody)"}},
		{"nor where it is not known whether there is one", asked{objects: []crd.Object{route("keep")},
			held: emptyPlane().with("services", ownService()).with("routes", ownRoute("s")), unknown: []string{"plugins"}},
			[]string{"updated KongRoute/r service.id",
				"deleted orphan KongService/s, after KongRoute/r: delete KongService default/s: it is not known what belongs to it: konnect does not answer",
				"refused KongRoute/r: update KongRoute default/r: it would leave entity " + computedID("KongService", "s") +
					" (s): delete KongService default/s: it is not known what belongs to it: konnect does not answer"}},
		{"a service must not leave the target that others have put into its upstream", asked{
			objects: []crd.Object{serviceNamed("caller").Host("else").MustBuild()},
			held: emptyPlane().with("upstreams", pool()).with("targets", inPool(foreign())).
				with("services", own("KongService", "caller", canon.Object{"name": "caller", "host": "pool"}))},
			[]string{"updated KongService/caller host", "deleted orphan KongUpstream/pool: OwnershipError (nobody)",
				"refused KongService/caller: OwnershipError (nobody)"}},
		{"a failure elsewhere in the control plane spares all", asked{objects: []crd.Object{serviceNamed("mine").MustBuild()},
			held:    emptyPlane().with("services", ownService(), canon.Object{"id": otherID, "name": "mine"}),
			options: []EnsureOption{WithPartial()}},
			[]string{"KongService/mine: OwnershipError (nobody)",
				"deleted orphan KongService/s: prune KongService default/s: an object of KonnectGatewayControlPlane default/gw failed"}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			c.objects = append(objects(kept.DeepCopyObject().(crd.Object)), c.objects...)
			c.held = c.held.with("services", keptEntity)
			c.options = append(c.options, WithPrune())
			assert.Equal(t, c.want, c.ensured(t).lines())
		})
	}
}

// TestSettleWarnsOfEmptying where nothing of the owner's would be left.
func TestSettleWarnsOfEmptying(t *testing.T) {
	t.Parallel()
	all := asked{objects: objects(), held: emptyPlane().with("services", ownService()), options: []EnsureOption{WithPrune()}}
	assert.Equal(t, []string{"deleted orphan KongService/s", "warning KonnectGatewayControlPlane/gw prunes-all"}, all.ensured(t).lines())
}

func TestDecideDeletes(t *testing.T) {
	t.Parallel()
	upstream := func() *builder.Upstream { return builder.NewUpstream("pool").ControlPlane("gw").SpecName("pool") }
	target := func() *builder.Target { return builder.NewTarget("one").Upstream("pool").Address("192.0.2.1:80") }
	route := func() *builder.Route {
		return builder.NewRoute("r").Protocols("http", "https").Service("s").Paths("/a")
	}
	plugin := canon.Object{"id": thirdID, "name": "cors", "service": canon.Object{"id": computedID("KongService", "s")}}
	policy := func(obj crd.Object, policy crd.DeletionPolicy) crd.Object {
		return annotatedWith(obj, crd.DeletionPolicyAnnotation, string(policy))
	}
	poolWith := func(entities ...canon.Object) held {
		return emptyPlane().with("upstreams", pool()).with("targets", entities...)
	}
	cascade := []DeleteOption{WithCascade()}
	left := own("KongService", "s", canon.Object{"id": otherID, "name": "left"})
	for _, c := range []struct {
		reason string
		asked
		options []DeleteOption
		want    []string
	}{
		{"what is there goes", asked{objects: []crd.Object{s().MustBuild()}, held: emptyPlane().with("services", ownService())}, nil,
			[]string{"deleted KongService/s"}},
		{"what is not there is gone", asked{objects: []crd.Object{s().MustBuild()}, held: emptyPlane()}, nil, []string{}},
		{"what belongs to it goes before", asked{objects: []crd.Object{s().MustBuild(), route().MustBuild()},
			held: emptyPlane().with("services", ownService()).with("routes", routed(own("KongRoute", "r", nil), "s"))}, nil,
			[]string{"deleted KongService/s, after KongRoute/r", "deleted KongRoute/r"}},
		{"an entity without marks, by its computed ID", asked{objects: []crd.Object{s().MustBuild()},
			held: emptyPlane().with("services", canon.Object{"id": computedID("KongService", "s"), "name": "s"})}, nil, []string{"deleted KongService/s"}},
		{"what others have under its name stays", asked{objects: []crd.Object{s().MustBuild()}, held: emptyPlane().with("services", theirs())}, nil, []string{}},
		{"what the status names and others have marked is refused", asked{objects: []crd.Object{inStatus(s().MustBuild(), otherID)},
			held: emptyPlane().with("services", theirs("managed-by:tool"))}, nil, []string{"refused KongService/s: OwnershipError (tool)"}},
		{"retained by its annotation", asked{objects: []crd.Object{policy(s().MustBuild(), crd.DeletionPolicyRetain)}, held: emptyPlane().with("services", ownService())}, nil,
			[]string{"retained KongService/s"}},
		{"retained by its mark", asked{objects: []crd.Object{s().MustBuild()}, held: emptyPlane().with("services", retained(ownService()))}, nil,
			[]string{"retained KongService/s"}},
		{"the annotation outweighs the mark", asked{objects: []crd.Object{policy(s().MustBuild(), crd.DeletionPolicyDelete)},
			held: emptyPlane().with("services", protected(ownService()))}, nil, []string{"deleted KongService/s"}},
		{"protected", asked{objects: []crd.Object{policy(s().MustBuild(), crd.DeletionPolicyProtect)}, held: emptyPlane().with("services", ownService())}, nil,
			[]string{"refused KongService/s: ProtectedError"}},
		{"observed", asked{objects: []crd.Object{annotatedWith(s().MustBuild(), crd.ManagementPolicyAnnotation, string(crd.ManagementPolicyObserve))},
			held: emptyPlane().with("services", ownService())}, nil, []string{"retained KongService/s"}},
		{"matched", asked{objects: []crd.Object{s().AdoptMatch(otherID).MustBuild()}, held: emptyPlane().with("services", theirs())}, nil, []string{}},
		{"both entities of an object go", asked{objects: []crd.Object{s().MustBuild()}, held: emptyPlane().with("services", ownService(), left)}, nil,
			[]string{"deleted KongService/s", "deleted orphan KongService/s"}},

		{"a target of others refuses", asked{objects: []crd.Object{upstream().MustBuild()}, held: poolWith(inPool(foreign()))}, nil,
			[]string{"deleted KongUpstream/pool", "refused KongUpstream/pool: OwnershipError (nobody)"}},
		{"and goes along in a cascade", asked{objects: []crd.Object{upstream().MustBuild()}, held: poolWith(inPool(foreign()))}, cascade,
			[]string{"deleted KongUpstream/pool"}},
		{"a target of the owner's goes along", asked{objects: []crd.Object{upstream().MustBuild()}, held: poolWith(inPool(own("KongTarget", "one", nil)))}, nil,
			[]string{"deleted KongUpstream/pool"}},
		{"a target of the batch goes before", asked{objects: []crd.Object{upstream().MustBuild(), target().MustBuild()}, held: poolWith(inPool(own("KongTarget", "one", nil)))}, nil,
			[]string{"deleted KongUpstream/pool, after KongTarget/one", "deleted KongTarget/one"}},
		{"a protected target refuses, even in a cascade", asked{objects: []crd.Object{upstream().MustBuild()}, held: poolWith(inPool(protected(own("KongTarget", "one", nil))))}, cascade,
			[]string{"deleted KongUpstream/pool", "refused KongUpstream/pool: ProtectedError"}},
		{"an observed one too", asked{objects: []crd.Object{upstream().MustBuild(),
			annotatedWith(target().MustBuild(), crd.ManagementPolicyAnnotation, string(crd.ManagementPolicyObserve))}, held: poolWith(inPool(foreign()))}, cascade,
			[]string{"deleted KongUpstream/pool", "retained KongTarget/one", "refused KongUpstream/pool: OwnershipError (nobody)"}},
		{"a route of others refuses, even in a cascade", asked{objects: []crd.Object{s().MustBuild()},
			held: emptyPlane().with("services", ownService()).with("routes", routed(foreign(), "s"))}, cascade,
			[]string{"deleted KongService/s", "refused KongService/s: OwnershipError (nobody)"}},
		{"a plugin refuses", asked{objects: []crd.Object{s().MustBuild()}, held: emptyPlane().with("services", ownService()).with("plugins", plugin)}, nil,
			[]string{"deleted KongService/s", "refused KongService/s: OwnershipError (nobody)"}},
		{"what is not known refuses", asked{objects: []crd.Object{s().MustBuild()}, held: emptyPlane().with("services", ownService()), unknown: []string{"plugins"}}, nil,
			[]string{"deleted KongService/s", "refused KongService/s: delete KongService default/s: it is not known what belongs to it: konnect does not answer"}},
		{"even in a cascade, because it may be protected", asked{objects: []crd.Object{s().MustBuild()}, held: emptyPlane().with("services", ownService()), unknown: []string{"plugins"}}, cascade,
			[]string{"deleted KongService/s", "refused KongService/s: delete KongService default/s: it is not known what belongs to it: konnect does not answer"}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			source := objects(s().MustBuild(), upstream().MustBuild())
			c.client = append(c.client, WithSource(resolve.Objects(source...)))
			assert.Equal(t, c.want, c.deleted(t, c.options...).lines())
		})
	}
}

// TestDecideDeletesOfControlPlanes takes along what they hold.
func TestDecideDeletesOfControlPlanes(t *testing.T) {
	t.Parallel()
	all := asked{objects: objects(), held: emptyPlane().with("services", ownService())}
	r := all.deleted(t)
	assert.Equal(t, []string{"deleted KonnectGatewayControlPlane/gw"}, r.lines())
	assert.Equal(t, 2, r.decisions.countDeletes(r.batch, r.world, true))
	none := asked{objects: objects(), held: held{}}
	assert.Empty(t, none.deleted(t).lines())
}
