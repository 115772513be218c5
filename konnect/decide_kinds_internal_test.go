package konnect

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
)

// Deciding knows no kind, so it takes those of all shapes as they are.

func pluginBinding(name string, refs map[string]string) *thing {
	binding := newThing("PluginBinding", name, canon.Object{"name": "cors"}).refers("spec.pluginRef", "Plugin", "cors")
	for _, scope := range []struct{ field, kind string }{
		{"spec.targets.serviceRef", "KongService"}, {"spec.targets.routeRef", "KongRoute"},
		{"spec.targets.consumerRef", "Consumer"}, {"spec.targets.consumerGroupRef", "ConsumerGroup"},
	} {
		if to := refs[scope.kind]; to != "" {
			binding.refers(scope.field, scope.kind, to)
		}
	}
	return binding
}

// aPlugin is an object without an entity.
func aPlugin() crd.Object {
	plugin := newThing("Plugin", "cors", canon.Object{"plugin": "cors"})
	plugin.references = nil
	return plugin
}

func TestDecideKindsOfAllShapes(t *testing.T) {
	t.Parallel()
	alice := func(values canon.Object) *thing { return newThing("Consumer", "alice", values) }
	bob := func(values canon.Object) *thing { return newThing("Consumer", "bob", values) }
	both := canon.Object{"username": "alice", "custom_id": "7"}
	consumers := func(entities ...canon.Object) held { return emptyPlane().with("consumers", entities...) }
	keyAuth := func(name, key string) *thing {
		return newThing("KeyAuth", name, canon.Object{"key": key}).refers("spec.consumerRef", "Consumer", "c")
	}
	keyHeld := func(name, key string) canon.Object {
		return ownThing("KeyAuth", name, canon.Object{"key": key, "consumer": refersTo("Consumer", "c")})
	}
	sni := func(name, host string) *thing {
		return newThing("SNI", name, canon.Object{"name": host}).refers("spec.certificateRef", "Certificate", "cert")
	}
	cert := func() *thing { return newThing("Certificate", "cert", canon.Object{"cert": "x", "private": "p"}) }
	certHeld := func() canon.Object { return ownThing("Certificate", "cert", canon.Object{"cert": "x"}) }
	certs := emptyPlane().with("certificates", certHeld())
	prune := []EnsureOption{WithPrune()}
	unknownPrivate := "warning Certificate/cert secret-not-verifiable"
	runThings(t, []decideCase{
		{"one of two natural keys is enough", asked{objects: objects(alice(canon.Object{"custom_id": "7"})),
			held: consumers(canon.Object{"id": otherID, "username": "x", "custom_id": "7"})}, []string{"refused Consumer/alice: OwnershipError (nobody)"}},
		{"the other one too", asked{objects: objects(alice(both)), held: consumers(canon.Object{"id": otherID, "username": "alice"})},
			[]string{"refused Consumer/alice: OwnershipError (nobody)"}},
		{"they are not mixed up", asked{objects: objects(alice(canon.Object{"custom_id": "7"})), held: consumers(canon.Object{"id": otherID, "username": "7"})},
			[]string{"created Consumer/alice"}},
		{"adopted by the second one", asked{objects: objects(alice(canon.Object{"custom_id": "7"})),
			held: consumers(canon.Object{"id": otherID, "custom_id": "7"}), options: []EnsureOption{WithAdoption(AdoptUnowned)}},
			[]string{"adopted Consumer/alice tags, of nobody"}},
		{"swapped by the second one alone", asked{objects: objects(alice(canon.Object{"username": "a", "custom_id": "2"}), bob(canon.Object{"username": "b", "custom_id": "1"})),
			held: consumers(ownThing("Consumer", "alice", canon.Object{"username": "a", "custom_id": "1"}), ownThing("Consumer", "bob", canon.Object{"username": "b", "custom_id": "2"}))},
			[]string{"updated Consumer/alice custom_id, after Consumer/bob, parked", "updated Consumer/bob custom_id, after Consumer/alice"}},

		{"each of two natural keys from another one", asked{objects: objects(alice(canon.Object{"username": "z", "custom_id": "1"}),
			bob(canon.Object{"username": "b", "custom_id": "3"}), newThing("Consumer", "carol", canon.Object{"username": "a", "custom_id": "2"})),
			held: consumers(ownThing("Consumer", "alice", canon.Object{"username": "a", "custom_id": "1"}), ownThing("Consumer", "bob", canon.Object{"username": "b", "custom_id": "2"}))},
			[]string{"updated Consumer/alice username", "updated Consumer/bob custom_id", "created Consumer/carol, after Consumer/alice, after Consumer/bob"}},
		{"one from another, and one that somebody else has", asked{objects: objects(alice(canon.Object{"username": "z", "custom_id": "1"}),
			newThing("Consumer", "carol", canon.Object{"username": "a", "custom_id": "2"})),
			held: consumers(ownThing("Consumer", "alice", canon.Object{"username": "a", "custom_id": "1"}), canon.Object{"id": otherID, "custom_id": "2"})},
			[]string{"updated Consumer/alice username", "refused Consumer/carol: OwnershipError (nobody)"}},

		{"created below its parent", asked{objects: objects(consumer(), basicAuth("a", "p")), held: emptyPlane()},
			[]string{"created Consumer/c", "created BasicAuth/a"}},
		{"unique in the whole control plane, not below its parent", asked{objects: objects(consumer(), basicAuth("a", "p")),
			held: withCredentials(canon.Object{"id": otherID, "username": "a", "consumer": canon.Object{"id": thirdID}})},
			[]string{"refused BasicAuth/a: OwnershipError (nobody)"}},
		{"goes before its parent", asked{objects: objects(alice(canon.Object{"username": "alice"})),
			held: withCredentials(basicAuthHeld("a", "x")).with("consumers", ownThing("Consumer", "alice", canon.Object{"username": "alice"})), options: prune},
			[]string{"deleted orphan BasicAuth/a", "deleted orphan Consumer/c, after BasicAuth/a"}},
		{"a secret natural key that is kept", asked{objects: objects(consumer(), keyAuth("a", "k")), held: withCredentials().with("key-auths", keyHeld("a", "k"))}, []string{}},
		{"that is changed", asked{objects: objects(consumer(), keyAuth("a", "k2")), held: withCredentials().with("key-auths", keyHeld("a", "k"))},
			[]string{"updated KeyAuth/a key"}},
		{"that is handed on", asked{objects: objects(consumer(), keyAuth("a", "k2"), keyAuth("b", "k")), held: withCredentials().with("key-auths", keyHeld("a", "k"))},
			[]string{"updated KeyAuth/a key", "created KeyAuth/b, after KeyAuth/a"}},
		{"that is swapped, where no name can be parked", asked{objects: objects(consumer(), keyAuth("a", "k2"), keyAuth("b", "k")),
			held: withCredentials().with("key-auths", keyHeld("a", "k"), keyHeld("b", "k2"))},
			[]string{"updated KeyAuth/a key, after KeyAuth/b, trails", "updated KeyAuth/b key, after KeyAuth/a, trails",
				"refused KeyAuth/a: rename KeyAuth default/a: spec.key is swapped with that of KeyAuth default/b; rename one of them to something else first",
				"refused KeyAuth/b: rename KeyAuth default/b: spec.key is swapped with that of KeyAuth default/a; rename one of them to something else first"}},
		{"that is wanted twice, and not told", asked{objects: objects(consumer(), keyAuth("a", "k"), keyAuth("b", "k")), held: withCredentials()},
			[]string{"created KeyAuth/a", "created KeyAuth/b", "refused KeyAuth/b: check KeyAuth default/b: what it has for key is that of KeyAuth default/a too"}},
		{"that Konnect does not return", asked{objects: objects(consumer(), keyAuth("a", "k")),
			held: withCredentials().with("key-auths", ownThing("KeyAuth", "a", canon.Object{"consumer": refersTo("Consumer", "c")}))},
			[]string{"warning KeyAuth/a secret-not-verifiable"}},

		{"the same name in another case", asked{objects: objects(cert(), sni("s", "A.example")), held: certs.with("snis",
			ownThing("SNI", "s", canon.Object{"name": "a.Example", "certificate": refersTo("Certificate", "cert")}))}, []string{unknownPrivate}},
		{"another's name in another case", asked{objects: objects(cert(), sni("s", "A.example")), held: certs.with("snis", canon.Object{"id": otherID, "name": "a.example"})},
			[]string{"refused SNI/s: OwnershipError (nobody)", unknownPrivate}},
		{"what is carried is no drift", asked{objects: objects(cert()),
			held: emptyPlane().with("certificates", ownThing("Certificate", "cert", canon.Object{"cert": "x", "description": "by hand"}))}, []string{unknownPrivate}},
		{"what would go along spares it", asked{objects: objects(), held: certs.with("snis", canon.Object{"id": otherID, "name": "a", "certificate": refersTo("Certificate", "cert")}),
			options: prune}, []string{"deleted orphan Certificate/cert: OwnershipError (nobody)"}},
		{"what refers to it and is not deleted along spares it too", asked{objects: objects(),
			held: certs.with("services", canon.Object{"id": otherID, "name": "s", "client_certificate": refersTo("Certificate", "cert")}), options: prune},
			[]string{"deleted orphan Certificate/cert: OwnershipError (nobody)"}},

		{"a plugin of everything", asked{objects: objects(aPlugin(), pluginBinding("b", nil)), held: emptyPlane()}, []string{"created PluginBinding/b"}},
		{"a second one", asked{objects: objects(aPlugin(), pluginBinding("b", nil)), held: emptyPlane().with("plugins", canon.Object{"id": otherID, "name": "cors"})},
			[]string{"refused PluginBinding/b: OwnershipError (nobody)"}},
		{"in another scope", asked{objects: objects(aPlugin(), s().MustBuild(), pluginBinding("b", map[string]string{"KongService": "s"})),
			held: emptyPlane().with("services", ownService()).with("plugins", canon.Object{"id": otherID, "name": "cors"})}, []string{"created PluginBinding/b"}},
		{"in the same scope, where the service is there", asked{objects: objects(aPlugin(), s().MustBuild(), pluginBinding("b", map[string]string{"KongService": "s"})),
			held: emptyPlane().with("services", ownService()).with("plugins",
				canon.Object{"id": otherID, "name": "cors", "service": canon.Object{"id": computedID("KongService", "s")}})},
			[]string{"refused PluginBinding/b: OwnershipError (nobody)"}},
		{"two of the batch in one scope", asked{objects: objects(aPlugin(), pluginBinding("a", nil), pluginBinding("b", nil)), held: emptyPlane()},
			[]string{"created PluginBinding/a", "created PluginBinding/b", "refused PluginBinding/b: check PluginBinding default/b: " +
				"what it has for name, service, route, consumer, consumer_group is that of PluginBinding default/a too"}},
		{"with two parents it goes before both", asked{objects: objects(), options: prune,
			held: emptyPlane().with("services", ownService()).with("consumers", ownThing("Consumer", "c", canon.Object{"username": "c"})).with("plugins",
				ownThing("PluginBinding", "b", canon.Object{"name": "cors", "service": canon.Object{"id": computedID("KongService", "s")}, "consumer": refersTo("Consumer", "c")}))},
			[]string{"deleted orphan PluginBinding/b", "deleted orphan Consumer/c, after PluginBinding/b", "deleted orphan KongService/s, after PluginBinding/b",
				"warning KonnectGatewayControlPlane/gw prunes-all"}},
		{"its condition is carried", asked{objects: objects(aPlugin(), pluginBinding("b", nil)),
			held: emptyPlane().with("plugins", ownThing("PluginBinding", "b", canon.Object{"name": "cors", "condition": "true"}))}, []string{}},

		{"of the cluster", asked{objects: objects(newThing("Vault", "v", canon.Object{"prefix": "v"})), held: emptyPlane()}, []string{"created Vault/v"}},
	})
}

func runThings(t *testing.T, cases []decideCase) {
	t.Helper()
	for i := range cases {
		cases[i].more = things()
	}
	runDecideCases(t, cases)
}

// TestDecideWithoutMarks is about entities that bear none, and whose ID the server chooses.
func TestDecideWithoutMarks(t *testing.T) {
	t.Parallel()
	const pem = "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n"
	cert := func() crd.Object { return newThing("DataPlaneCertificate", "d", canon.Object{"cert": pem}) }
	there := emptyPlane().with("dp-client-certificates", canon.Object{"id": otherID, "cert": pem})
	runThings(t, []decideCase{
		{"created", asked{objects: objects(cert()), held: emptyPlane()}, []string{"created DataPlaneCertificate/d"}},
		{"its own by its status", asked{objects: objects(inStatus(cert(), otherID)), held: there}, []string{}},
		{"its own by its content, which is all that there is", asked{objects: objects(cert()), held: there}, []string{}},
		{"by its bytes, however they are written", asked{objects: objects(cert()), held: emptyPlane().with("dp-client-certificates",
			canon.Object{"id": otherID, "cert": strings.ReplaceAll(pem, "\n", "\r\n")})}, []string{}},
		{"another one beside", asked{objects: objects(cert()), held: emptyPlane().with("dp-client-certificates", canon.Object{"id": otherID, "cert": "x"})},
			[]string{"created DataPlaneCertificate/d"}},
		{"what cannot change", asked{objects: objects(inStatus(cert(), otherID)),
			held: emptyPlane().with("dp-client-certificates", canon.Object{"id": otherID, "cert": "x"})}, []string{"refused DataPlaneCertificate/d: ImmutableError"}},
		{"never pruned", asked{objects: objects(), held: there, options: []EnsureOption{WithPrune()}}, []string{}},
	})
}

// TestPathsOfNestedKinds: where an entity is written follows from its parent.
func TestPathsOfNestedKinds(t *testing.T) {
	t.Parallel()
	a := asked{more: things(), objects: objects(consumer(), basicAuth("a", "p")), held: withCredentials(basicAuthHeld("a", "x"))}
	r := a.ensured(t)
	i := r.batch.of(thingKey("BasicAuth", "a"))
	require.NotNil(t, i)
	at := r.world.at(r.batch, i, nil)
	const core = "/v2/control-planes/" + planeID + "/core-entities/"
	assert.Equal(t, core+"basic-auths", i.kind.Path(at))
	assert.Equal(t, core+"consumers/"+thingID("Consumer", "c")+"/basic-auth/"+thingID("BasicAuth", "a"), i.kind.EntityPath(at, r.world.found[i.n].id))
}
