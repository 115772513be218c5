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
)

// TestSwapsThatAreRefused before the first write: what tells the entities apart cannot be put
// aside for a while, and a host name would be without its certificate.
func TestSwapsThatAreRefused(t *testing.T) {
	t.Parallel()
	one, other := konnecttest.SelfSigned("one.example"), konnecttest.SelfSigned("other.example")
	first, second := konnecttest.SelfSignedCA("first").Certificate, konnecttest.SelfSignedCA("second").Certificate
	for reason, tt := range map[string]struct {
		objects func(a, b string) []crd.Object
		a, b    string
		field   string
	}{
		"host names of certificates": {func(a, b string) []crd.Object {
			return []crd.Object{
				plane("cp").MustBuild(),
				builder.NewCertificate("one").ControlPlane("cp").KeyPair(one.Certificate, one.PrivateKey).MustBuild(),
				builder.NewCertificate("other").ControlPlane("cp").KeyPair(other.Certificate, other.PrivateKey).MustBuild(),
				builder.NewSNI("one").Certificate("one").SpecName(a).MustBuild(), builder.NewSNI("other").Certificate("other").SpecName(b).MustBuild(),
			}
		}, "a.example", "b.example", "spec.name"},
		"certificates of authorities": {func(a, b string) []crd.Object {
			return []crd.Object{
				plane("cp").MustBuild(), builder.NewCACertificate("one").ControlPlane("cp").Cert(a).MustBuild(),
				builder.NewCACertificate("other").ControlPlane("cp").Cert(b).MustBuild(),
			}
		}, first, second, "spec.cert"},
		"identifiers of keys in one set": {func(a, b string) []crd.Object {
			return keysCalled("one", a, "other", b)
		}, "a", "b", "what it has for set, kid"},
		"a name of keys for an identifier": {func(a, b string) []crd.Object {
			kids := map[string][]string{"a": {"1", "2"}, "b": {"2", "3"}}[a]
			return keysCalled(a, kids[0], b, kids[1])
		}, "a", "b", "what it has for set, kid"},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, tt.objects(tt.a, tt.b))
			_, err := w.plan(tt.objects(tt.b, tt.a))
			require.ErrorContains(t, err, tt.field+" is swapped with that of ")
			_, err = newClient(t, w.server).Ensure(t.Context(), tt.objects(tt.b, tt.a))
			require.ErrorContains(t, err, tt.field+" is swapped with that of ")
			assert.Zero(t, w.server.Writes())
			w.settled(tt.objects(tt.a, tt.b))
		})
	}
}

// keysCalled are two keys without a set, by their names and identifiers.
func keysCalled(name, kid, otherName, otherKID string) []crd.Object {
	key := func(object, name, kid string) crd.Object {
		return builder.NewKey(object).ControlPlane("cp").SpecName(name).KID(kid).JWK(`{"kty":"RSA","kid":"` + kid + `","n":"AQAB","e":"AQAB"}`).MustBuild()
	}
	return []crd.Object{plane("cp").MustBuild(), key("one", name, kid), key("other", otherName, otherKID)}
}

// TestKeysThatKonnectWithholds change hands in order where marks tell whose they are, and a
// swap is refused before the first write. Where nothing tells, Konnect refuses it, and nothing
// has changed.
func TestKeysThatKonnectWithholds(t *testing.T) {
	t.Parallel()
	keys := func(first, second string) []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(), consumerNamed("alice"),
			builder.NewCredentialAPIKey("first").Consumer("alice").Key(first).MustBuild(), builder.NewCredentialAPIKey("second").Consumer("alice").Key(second).MustBuild(),
		}
	}
	used := secretSet{"one": "example-key-one", "two": "example-key-two", "three": "example-key-three"}
	t.Run("marked", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := newSecretRun(t, konnecttest.WithSecretsWithheld())
			r.ensure(keys(used["one"], used["two"]), under('a'))
			r.server.ResetLog()
			w := r.client(under('a')...)
			report, err := w.client.Ensure(t.Context(), keys(used["two"], used["one"]))
			w.keep(report, nil, err)
			require.ErrorContains(t, err, "spec.key is swapped with that of KongCredentialAPIKey default/")
			assert.Zero(t, r.server.Writes())
			_, writes := r.ensure(keys(used["two"], used["three"]), under('a'))
			assert.Equal(t, 2, writes, "the one that gives the key up first")
			_, writes = r.ensure(keys(used["two"], used["three"]), under('a'))
			assert.Zero(t, writes)
			r.showsNothing(used)
		})
	})
	t.Run("unmarked", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := newSecretRun(t, konnecttest.WithSecretsWithheld())
			r.ensure(keys(used["one"], used["two"]), nil)
			before := r.server.Entities(planeID(t, r.server, "cp"), "key-auths")
			_, writes := r.ensure(keys(used["two"], used["one"]), nil)
			assert.Zero(t, writes, "nothing tells that they differ")
			_, err := r.refused(keys(used["two"], used["one"]), konnect.WithSecretRewrite())
			require.ErrorIs(t, err, konnect.ErrConflict)
			assert.Equal(t, before, r.server.Entities(planeID(t, r.server, "cp"), "key-auths"))
			r.showsNothing(used)
		})
	})
}
