package konnect_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// jwkOf is a private JWK whose private part is d.
func jwkOf(d string) string {
	return fmt.Sprintf(`{"kty": "OKP", "kid": "1", "crv": "Ed25519", "x": "AA", "d": %q}`, d)
}

func withKey(edit func(*builder.Key) *builder.Key) func() []crd.Object {
	return func() []crd.Object {
		return []crd.Object{plane("cp").MustBuild(), edit(builder.NewKey("first").ControlPlane("cp").KID("1")).MustBuild()}
	}
}

func withJWK(jwk string) func() []crd.Object {
	return withKey(func(k *builder.Key) *builder.Key { return k.JWK(jwk) })
}

func TestKeysAreComparedAsValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withJWK(jwkOf("a"))())
	w.settled(withJWK(`{"d":"a","x":"AA","crv":"Ed25519","kid":"1","kty":"OKP"}`)())
	w.modify(w.last(), func(key map[string]any) { key["x5t"] = "thumbprint" })
	w.settled(withJWK(jwkOf("a"))())

	numbered := func(n string) func() []crd.Object {
		return withJWK(strings.Replace(jwkOf("a"), "{", `{"n": `+n+`, `, 1))
	}
	w.ensure(numbered("12345678901234567890")())
	w.settled(numbered("12345678901234567890")())
	w.ensure(numbered("12345678901234567891")())
	assert.Equal(t, 1, w.server.Writes(), "a number that no float64 tells from the one before")
	w.settled(numbered("12345678901234567891")())

	w.ensure(withJWK(jwkOf("b"))())
	assert.Equal(t, 1, w.server.Writes(), "another key")
	assert.Equal(t, "thumbprint", w.stored(w.last())["x5t"], "the CRD does not know it, so it stays")
	w.settled(withJWK(jwkOf("b"))())

	pair := newPair()
	asPair := func(private string) func() []crd.Object {
		return withKey(func(k *builder.Key) *builder.Key { return k.PEM(private, pair.public) })
	}
	w.ensure(asPair(pair.private)())
	assert.Equal(t, 1, w.server.Writes(), "a pair in place of a JWK")
	assert.Nil(t, w.stored(w.last())["jwk"])
	w.settled(asPair("a title\n" + strings.ReplaceAll(pair.private, "\n", "\r\n"))())
}

// TestKeysThatAreWithheld are told by their marks, and are not verifiable without.
func TestKeysThatAreWithheld(t *testing.T) {
	t.Parallel()
	pair := newPair()
	for name, objects := range map[string]func() []crd.Object{
		"a JWK":  withJWK(jwkOf("a")),
		"a pair": withKey(func(k *builder.Key) *builder.Key { return k.PEM(pair.private, pair.public) }),
	} {
		w := newWorld(t, objects(), konnecttest.WithPrivateKeysWithheld())
		assert.Empty(t, w.last().Deviations, "%s: what is not returned is not something else", name)
		report := w.ensure(objects())
		assert.Zero(t, w.server.Writes(), name)
		require.Len(t, report.Warnings, 1, name)
		assert.Equal(t, konnect.WarningSecretNotVerifiable, report.Warnings[0].Code, name)
		w.ensure(objects(), konnect.WithSecretRewrite())
		assert.Equal(t, 1, w.server.Writes(), name)
	}

	server := konnecttest.Start(t, konnecttest.WithPrivateKeysWithheld())
	marking := func(objects []crd.Object) *konnect.Report {
		server.ResetLog()
		report, err := newClient(t, server, konnect.WithSecretMarks([]byte(strings.Repeat("k", 32)))).Ensure(t.Context(), objects)
		require.NoError(t, err)
		assert.Empty(t, report.Warnings)
		return report
	}
	marking(withJWK(jwkOf("a"))())
	marking(withJWK(jwkOf("a"))())
	assert.Zero(t, server.Writes(), "marked with it")
	assert.Equal(t, []konnect.Field{{Path: "jwk", From: crd.Redacted, To: crd.Redacted}}, marking(withJWK(jwkOf("b"))()).Changes[1].Fields)
	assert.Equal(t, 1, server.Writes())
}

func TestKeysOfSetsByTheirIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, keySetCase().full())
	set := w.last().KonnectID
	inSet := func(name string, id *string) *configurationv1alpha1.KongKey {
		key := builder.NewKey(name).ControlPlane("cp").KID("1").JWK(jwkOf("a"))
		if id != nil {
			key.KeySetRef(configurationv1alpha1.KeySetRef{Type: configurationv1alpha1.KeySetRefKonnectID, KonnectID: id})
		}
		return key.MustBuild()
	}
	objects := func() []crd.Object {
		return []crd.Object{plane("cp").MustBuild(), inSet("first", &set), inSet("second", nil)}
	}
	w.report = w.ensure(objects())
	assert.Equal(t, map[string]any{"id": set}, w.stored(w.report.Changes[1])["set"])
	assert.Nil(t, w.stored(w.last())["set"], "the same kid outside of it")
	w.settled(objects())

	twice := append(objects(), inSet("third", &set))
	_, err := newClient(t, w.server).Ensure(t.Context(), twice)
	require.ErrorContains(t, err, "what it has for set, kid is that of KongKey default/first too")
	assert.Zero(t, w.server.Writes())

	owner := newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner))
	for _, prune := range []func() []crd.Object{objects, func() []crd.Object { return append(objects()[:1], inSet("first", &set)) }} {
		_, err = owner.Ensure(t.Context(), prune(), konnect.WithPrune())
		require.ErrorContains(t, err, "; KongKey default/first stays in it by its ID; take that out first", "it would go along")
		assert.NotNil(t, w.server.Entity(w.report.Changes[0].KonnectID, "keys", "first"))
	}
	_, err = owner.Ensure(t.Context(), append(objects()[:1], inSet("first", nil)), konnect.WithPrune())
	require.NoError(t, err, "it leaves the set first")
	assert.NotNil(t, w.server.Entity(w.report.Changes[0].KonnectID, "keys", "first"))
	assert.Empty(t, w.server.Entities(w.report.Changes[0].KonnectID, "key-sets"))
}

// TestKeysShowNowhere, neither in what goes well nor in what is refused.
func TestKeysShowNowhere(t *testing.T) {
	t.Parallel()
	const one, two, bad = "example-private-one", "example-private-two", "example-private-bad"
	pair, other := newPair(), newPair()
	for name, opts := range map[string][]konnecttest.Option{
		"returned": nil, "withheld": {konnecttest.WithPrivateKeysWithheld()},
	} {
		server := konnecttest.Start(t, opts...)
		w := watch(t, konnect.WithServerURL(server.URL), konnect.WithToken(server.Token))
		for _, objects := range []func() []crd.Object{
			withJWK(jwkOf(one)), withJWK(jwkOf(two)), withJWK(jwkOf(two)),
			withKey(func(k *builder.Key) *builder.Key { return k.PEM(pair.private, pair.public) }),
			withKey(func(k *builder.Key) *builder.Key { return k.PEM(other.private, other.public) }),
			withKey(func(k *builder.Key) *builder.Key { return k.PEM(bad, other.public) }),
			withKey(func(k *builder.Key) *builder.Key { return k.KID("2").JWK(jwkOf(bad)) }),
		} {
			w.ensure(objects(), konnect.WithSecretRewrite())
		}
		for _, secret := range []string{one, two, bad, pair.private, other.private} {
			for _, form := range []string{secret, strings.Split(secret, "\n")[min(1, strings.Count(secret, "\n"))], base64.StdEncoding.EncodeToString([]byte(secret))} {
				assertLacks(t, w.text.String(), form, name)
			}
		}
	}
}
