package konnect

import (
	"testing"

	"github.com/stretchr/testify/assert"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/resolve"
)

// objects puts a batch together, with gateway in front.
func objects(more ...crd.Object) []crd.Object { return append([]crd.Object{gateway()}, more...) }

// annotatedWith gives an object an annotation.
func annotatedWith(obj crd.Object, key, value string) crd.Object {
	obj.SetAnnotations(map[string]string{key: value})
	return obj
}

// inStatus records in an object that its entity is in the control plane of gateway.
func inStatus(obj crd.Object, id string) crd.Object {
	obj.SetKonnectStatus(crd.KonnectStatus{ID: id, ControlPlaneID: planeID, ServerURL: "https://eu.api.konghq.com"})
	return obj
}

// beingDeleted is an object that somebody has asked the API server to delete.
func beingDeleted(obj crd.Object) crd.Object {
	now := metav1.Now()
	obj.SetDeletionTimestamp(&now)
	return obj
}

type decideCase struct {
	reason string
	asked
	want []string
}

func runDecideCases(t *testing.T, cases []decideCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, c.ensured(t).lines())
		})
	}
}

func s() *builder.Service { return serviceNamed("s") }

// theirs is an entity of s's name that bears no marks but those that are given.
func theirs(tags ...any) canon.Object {
	return tagged(canon.Object{"id": otherID, "name": "s", "host": "a.example.com"}, tags...)
}

func ownService() canon.Object { return own("KongService", "s", serviceFields("s")) }

func TestDecideWhatIsWritten(t *testing.T) {
	t.Parallel()
	there := emptyPlane().with("services", ownService())
	route := func() *builder.Route { return builder.NewRoute("r").Service("s").Paths("/a") }
	drifted := own("KongService", "s", canon.Object{"name": "s", "host": "b.example.com", "retries": 3})
	runDecideCases(t, []decideCase{
		{"all of it is created where there is nothing, parents first", asked{objects: objects(route().MustBuild(), s().MustBuild())},
			[]string{"created KonnectGatewayControlPlane/gw", "created KongService/s", "created KongRoute/r"}},
		{"in a control plane that is there", asked{objects: objects(s().MustBuild()), held: emptyPlane()}, []string{"created KongService/s"}},
		{"nothing is written where nothing differs", asked{objects: objects(s().MustBuild()), held: there}, []string{}},
		{"what differs is named in the order of the kind's fields", asked{objects: objects(s().MustBuild()), held: emptyPlane().with("services", drifted)},
			[]string{"updated KongService/s host retries"}},
		{"what Konnect knows beside is no drift", asked{objects: objects(s().MustBuild()),
			held: emptyPlane().with("services", own("KongService", "s", canon.Object{"name": "s", "host": "a.example.com", "new": 1}))}, []string{}},
		{"a tag of others is taken away, and warned of", asked{objects: objects(s().MustBuild()), held: emptyPlane().with("services", tagged(ownService(), "x"))},
			[]string{"updated KongService/s tags", "warning KongService/s foreign-tag-removed"}},
		{"a kept tag is no drift", asked{client: []Option{WithKeptTags("x")}, objects: objects(s().MustBuild()),
			held: emptyPlane().with("services", tagged(ownService(), "x"))}, []string{}},
		{"an entity by its computed ID alone is its own", asked{objects: objects(s().MustBuild()),
			held: emptyPlane().with("services", canon.Object{"id": computedID("KongService", "s"), "name": "s", "host": "a.example.com"})},
			[]string{"updated KongService/s tags"}},
		{"an entity by its status is its own", asked{objects: objects(inStatus(s().MustBuild(), otherID)), held: emptyPlane().with("services", theirs())},
			[]string{"updated KongService/s tags"}},
		{"a status from another control plane proves nothing", asked{objects: objects(statusElsewhere(s().MustBuild())), held: emptyPlane().with("services", theirs())},
			[]string{"refused KongService/s: OwnershipError (nobody)"}},
		{"a computed ID that has gone over to another object", asked{objects: objects(s().MustBuild(), serviceNamed("t").MustBuild()),
			held: emptyPlane().with("services", own("KongService", "t", canon.Object{"id": computedID("KongService", "s"), "name": "t", "host": "a.example.com"}))},
			[]string{"created KongService/s"}},
		{"spec.id cannot be had any more", asked{objects: objects(s().ID(thirdID).MustBuild()), held: there},
			[]string{"refused KongService/s: ImmutableError"}},
		{"what cannot change is refused", asked{objects: []crd.Object{builder.NewGatewayControlPlane("gw").Group().MustBuild()}, held: emptyPlane()},
			[]string{"refused KonnectGatewayControlPlane/gw: ImmutableError"}},
	})
}

func statusElsewhere(obj crd.Object) crd.Object {
	obj.SetKonnectStatus(crd.KonnectStatus{ID: otherID, ControlPlaneID: thirdID})
	return obj
}

func TestDecideOwnership(t *testing.T) {
	t.Parallel()
	one := func() []crd.Object { return objects(s().MustBuild()) }
	adopting := func() []crd.Object { return objects(s().Adopt(otherID).MustBuild()) }
	matching := func() []crd.Object { return objects(s().AdoptMatch(otherID).MustBuild()) }
	services := func(entities ...canon.Object) held { return emptyPlane().with("services", entities...) }
	policy := func(p AdoptionPolicy) []EnsureOption { return []EnsureOption{WithAdoption(p)} }
	operators := []any{"k8s-kind:KongService", "k8s-namespace:default", "k8s-name:s", "k8s-uid:u", "managed-by:kong-operator"}
	tool := []any{"managed-by:tool", "t"}
	refused := func(holder string) []string {
		return []string{"refused KongService/s: OwnershipError (" + holder + ")"}
	}
	adopted := func(holder string) []string { return []string{"adopted KongService/s tags, of " + holder} }
	anotherOwners := marked("other", "KongService", "s", canon.Object{"id": otherID, "name": "s", "host": "a.example.com"})
	runDecideCases(t, []decideCase{
		{"what nobody holds is left alone", asked{objects: one(), held: services(theirs())}, refused("nobody")},
		{"what nobody holds, unowned", asked{objects: one(), held: services(theirs()), options: policy(AdoptUnowned)}, adopted("nobody")},
		{"what nobody holds, by the object's annotation", asked{
			objects: objects(annotatedWith(s().MustBuild(), crd.AdoptionPolicyAnnotation, string(AdoptUnowned))), held: services(theirs()),
		}, adopted("nobody")},
		{"the operator's, unowned", asked{objects: one(), held: services(theirs(operators...)), options: policy(AdoptUnowned)}, refused("kong-operator")},
		{"the operator's, from-operator", asked{objects: one(), held: services(theirs(operators...)), options: policy(AdoptFromOperator)}, adopted("kong-operator")},
		{"another tool's, from-operator", asked{objects: one(), held: services(theirs(tool...)), options: policy(AdoptFromOperator)}, refused("tool")},
		{"another tool's, by tag", asked{objects: one(), held: services(theirs(tool...)), options: policy(AdoptTagged("t"))}, adopted("tool, tag t")},
		{"without the tag, by tag", asked{objects: one(), held: services(theirs()), options: policy(AdoptTagged("t"))}, refused("nobody")},
		{"another owner's, whatever the policy", asked{objects: one(), held: services(anotherOwners), options: policy(AdoptFromOperator)},
			refused("owner other (KongService default/s)")},
		{"spec.adopt takes what nobody holds", asked{objects: adopting(), held: services(theirs())}, adopted("nobody")},
		{"spec.adopt leaves another tool's", asked{objects: adopting(), held: services(theirs(tool...))}, refused("tool")},
		{"spec.adopt of what is not there fails the object", asked{objects: adopting(), held: emptyPlane()}, []string{
			"KongService/s: adopt KongService default/s: konnect has no entity " + otherID + " where the object belongs: it was never there, " +
				"or was deleted since; correct spec.adopt, or remove it to have a new entity"}},
		{"spec.adopt of what was there", asked{objects: objects(inStatus(adopting()[1], otherID)), held: emptyPlane()},
			[]string{"created KongService/s", "warning KongService/s adopted-gone"}},
		{"spec.adopt that has served", asked{objects: adopting(), held: services(ownService())}, []string{"warning KongService/s adopted-gone"}},
		{"match is never written", asked{objects: matching(), held: services(theirs(tool...))}, []string{"adopted KongService/s, of tool"}},
		{"match of something else", asked{objects: objects(s().Host("b.example.com").AdoptMatch(otherID).MustBuild()), held: services(theirs())},
			[]string{"refused KongService/s: MismatchError"}},
		{"match that was adopted before", asked{objects: objects(inStatus(matching()[1], otherID)), held: services(theirs())}, []string{}},
		{"match of another owner's", asked{objects: matching(), held: services(anotherOwners)}, refused("owner other (KongService default/s)")},
	})
}

func TestDecideWhatIsNotWritten(t *testing.T) {
	t.Parallel()
	observing := func() crd.Object {
		return annotatedWith(s().MustBuild(), crd.ManagementPolicyAnnotation, string(crd.ManagementPolicyObserve))
	}
	mirror := func() crd.Object { return builder.NewGatewayControlPlane("gw").Mirror(planeID).MustBuild() }
	route := func() crd.Object { return builder.NewRoute("r").Service("s").Paths("/a").MustBuild() }
	runDecideCases(t, []decideCase{
		{"observed by its name, whoever holds it", asked{objects: objects(observing()), held: emptyPlane().with("services", theirs("managed-by:tool"))},
			[]string{"observed KongService/s"}},
		{"observed, and other than the object says", asked{objects: objects(observing()),
			held: emptyPlane().with("services", canon.Object{"id": otherID, "name": "s", "host": "b.example.com", "retries": 3})},
			[]string{"observed KongService/s host"}},
		{"observed, and not there", asked{objects: objects(observing()), held: emptyPlane()},
			[]string{`refused KongService/s: observe KongService default/s: konnect has no entity "s" where the object belongs`}},
		{"a mirror is only read", asked{objects: []crd.Object{mirror(), s().MustBuild()}, held: emptyPlane()}, []string{"created KongService/s"}},
		{"a mirror of nothing", asked{objects: []crd.Object{mirror()}, held: held{}},
			[]string{"refused KonnectGatewayControlPlane/gw: mirror KonnectGatewayControlPlane default/gw: konnect has no control plane " + planeID}},
		{"what is being deleted stays, and serves others", asked{objects: objects(beingDeleted(s().MustBuild()), route()),
			held: emptyPlane().with("services", ownService())},
			[]string{"skipped KongService/s", "created KongRoute/r", "warning KongService/s being-deleted"}},
		{"what is being deleted does not come back", asked{objects: objects(beingDeleted(s().MustBuild())), held: emptyPlane()},
			[]string{"skipped KongService/s", "warning KongService/s being-deleted"}},
		{"nor can others have it", asked{objects: objects(beingDeleted(s().MustBuild()), route()), held: emptyPlane()},
			[]string{"skipped KongService/s", "created KongRoute/r",
				"refused KongRoute/r: check KongRoute default/r: KongService default/s is being deleted and has no entity", "warning KongService/s being-deleted"}},
		{"what is not in the batch is not written", asked{client: []Option{WithSource(resolve.Objects(objects(s().MustBuild())...))},
			objects: []crd.Object{route()}, held: emptyPlane().with("services", own("KongService", "s", canon.Object{"name": "s", "host": "b.example.com"}))},
			[]string{"created KongRoute/r"}},
		{"but has to be there", asked{client: []Option{WithSource(resolve.Objects(objects(s().MustBuild())...))}, objects: []crd.Object{route()}, held: emptyPlane()},
			[]string{"created KongRoute/r",
				"refused KongRoute/r: check KongRoute default/r: KongService default/s is not in the batch and not programmed in konnect yet"}},
		{"partial: what is refused takes along what refers to it, and nothing else", asked{
			objects: objects(s().MustBuild(), route(), serviceNamed("t").MustBuild()), held: emptyPlane().with("services", theirs()),
			options: []EnsureOption{WithPartial()}},
			[]string{"KongService/s: OwnershipError (nobody)", "created KongService/t", "KongRoute/r: DependencyError"}},
	})
}

func TestDecideNames(t *testing.T) {
	t.Parallel()
	named := func(object, name string) crd.Object {
		return builder.NewService(object).ControlPlane("gw").SpecName(name).Host("a.example.com").MustBuild()
	}
	holds := func(object, name string) canon.Object { return own("KongService", object, serviceFields(name)) }
	services := func(entities ...canon.Object) held { return emptyPlane().with("services", entities...) }
	prune := []EnsureOption{WithPrune()}
	routeTo := func(service string) crd.Object {
		return builder.NewRoute("r").Protocols("http", "https").Service(service).Paths("/a").MustBuild()
	}
	routeHeld := func(service string) canon.Object {
		return own("KongRoute", "r", canon.Object{"name": "r", "protocols": []any{"http", "https"}, "paths": []any{"/a"}, "service": canon.Object{"id": computedID("KongService", service)}})
	}
	runDecideCases(t, []decideCase{
		{"wanted twice", asked{objects: objects(named("a", "x"), named("b", "x")), held: emptyPlane()}, []string{
			"created KongService/a", "created KongService/b",
			`refused KongService/b: check KongService default/b: spec.name "x" is that of KongService default/a too`}},
		{"given up by another object, after which it is taken", asked{objects: objects(named("a", "y"), named("b", "x")), held: services(holds("a", "x"))},
			[]string{"updated KongService/a name", "created KongService/b, after KongService/a"}},
		{"not given up", asked{objects: objects(named("a", "x")), held: services(holds("a", "y"), holds("c", "x"))},
			[]string{"updated KongService/a name", "refused KongService/a: OwnershipError (owner team (KongService default/c))"}},
		{"swapped: one is parked", asked{objects: objects(named("a", "y"), named("b", "x")), held: services(holds("a", "x"), holds("b", "y"))},
			[]string{"updated KongService/a name, after KongService/b, parked", "updated KongService/b name, after KongService/a"}},
		{"round in a circle: one is parked", asked{objects: objects(named("a", "y"), named("b", "z"), named("c", "x")),
			held: services(holds("a", "x"), holds("b", "y"), holds("c", "z"))},
			[]string{"updated KongService/a name, after KongService/b, parked", "updated KongService/b name, after KongService/c",
				"updated KongService/c name, after KongService/a"}},
		{"that of an orphan, which goes before", asked{objects: objects(named("a", "x")), held: services(holds("a", "y"), holds("o", "x")), options: prune},
			[]string{"updated KongService/a name, after KongService/o", "deleted orphan KongService/o, for KongService/a"}},
		{"that of an orphan that is in use until the name is taken: written last", asked{objects: objects(named("a", "x"), routeTo("a")),
			held: services(holds("a", "y"), holds("o", "x")).with("routes", routeHeld("o")), options: prune},
			[]string{"updated KongService/a name, after KongService/o, trails", "updated KongRoute/r service.id",
				"deleted orphan KongService/o, after KongRoute/r, for KongService/a"}},
		{"that of an orphan that is in use until the taker is created", asked{
			objects: objects(serviceNamed("x").ID(thirdID).MustBuild(), routeTo("x")),
			held:    services(holds("o", "x")).with("routes", routeHeld("o")), options: prune},
			[]string{"created KongService/x, after KongService/o", "updated KongRoute/r service.id",
				"deleted orphan KongService/o, after KongRoute/r, for KongService/x",
				"refused KongService/x: rename KongService default/x: x is the name of KongService default/o, which goes only when KongRoute default/r has left it; rename in a second run"}},
		{"that of an orphan that is retained", asked{objects: objects(named("a", "x")),
			held: services(holds("a", "y"), tagged(holds("o", "x"), "managed-deletion:retain")), options: prune},
			[]string{"updated KongService/a name", "retained orphan KongService/o", "refused KongService/a: OwnershipError (owner team (KongService default/o))"}},

		{"an object with another name in its metadata follows its entity", asked{objects: objects(named("new", "x")), held: services(holds("old", "x")), options: prune},
			[]string{"updated KongService/new tags"}},
		{"not where the old one may be in another batch", asked{objects: objects(named("new", "x")), held: services(holds("old", "x"))},
			[]string{"refused KongService/new: OwnershipError (owner team (KongService default/old))"}},
		{"not where the old one is there", asked{objects: objects(named("new", "x"), named("old", "x2")), held: services(holds("old", "x")), options: prune},
			[]string{"created KongService/new, after KongService/old", "updated KongService/old name"}},
		{"not where it has an entity with its marks", asked{objects: objects(named("new", "x")), held: services(holds("old", "x"), holds("new", "y")), options: prune},
			[]string{"updated KongService/new name, after KongService/old", "deleted orphan KongService/old, for KongService/new"}},
	})
}

func TestDecideLeftovers(t *testing.T) {
	t.Parallel()
	left := own("KongService", "s", canon.Object{"id": otherID, "name": "left", "host": "a.example.com"})
	both := emptyPlane().with("services", ownService(), left)
	runDecideCases(t, []decideCase{
		{"the entity with the name is the object's, the other one is warned of", asked{objects: objects(s().MustBuild()), held: both},
			[]string{"warning KongService/s leftover"}},
		{"the other one is pruned", asked{objects: objects(s().MustBuild()), held: both, options: []EnsureOption{WithPrune()}},
			[]string{"deleted orphan KongService/s"}},
		{"the status outweighs the marks", asked{objects: objects(inStatus(serviceNamed("s").SpecName("none").MustBuild(), otherID)), held: both},
			[]string{"updated KongService/s name", "warning KongService/s leftover"}},
		{"but not the name", asked{objects: objects(inStatus(s().MustBuild(), otherID)), held: both}, []string{"warning KongService/s leftover"}},
		{"an object that wants its name takes it over", asked{objects: objects(s().MustBuild(), serviceNamed("left").MustBuild()), held: both},
			[]string{"updated KongService/left tags"}},
	})
}
