package konnect

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

func keyOf(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

// basicAuth is BasicAuth name of consumer c, and basicAuthHeld its entity with a password.
func basicAuth(name, password string) crd.Object {
	return newThing("BasicAuth", name, canon.Object{"username": name, "password": password}).refers("spec.consumerRef", "Consumer", "c")
}

func consumer() crd.Object { return newThing("Consumer", "c", canon.Object{"username": "c"}) }

func sumOf(password string) string {
	return secrets.SHA1With("consumer")(password, canon.Object{"consumer": refersTo("Consumer", "c")})
}

func basicAuthHeld(name, kept string, more ...any) canon.Object {
	entity := ownThing("BasicAuth", name, canon.Object{"username": name, "consumer": refersTo("Consumer", "c")})
	if kept != "" {
		entity["password"] = kept
	}
	return tagged(entity, more...)
}

// secretMark is the tag under a key of a credential with a password.
func secretMark(t *testing.T, key byte, name, password string) string {
	t.Helper()
	keys, err := secrets.NewKeys(keyOf(key))
	require.NoError(t, err)
	return "managed-secret:" + keys.Mark([]secrets.Field{{Name: "password"}}, thingID("BasicAuth", name), canon.Object{"password": password})
}

func withCredentials(entities ...canon.Object) held {
	return emptyPlane().with("consumers", ownThing("Consumer", "c", canon.Object{"username": "c"})).with("basic-auths", entities...)
}

func TestDecideSecrets(t *testing.T) {
	t.Parallel()
	rewrite := []EnsureOption{WithSecretRewrite()}
	keyed := []Option{WithSecretMarks(keyOf(1))}
	rotated := []Option{WithSecretMarks(keyOf(2), keyOf(1))}
	markA := secretMark(t, 1, "a", "new")
	markOld := secretMark(t, 1, "a", "old")
	unknown := []string{"warning BasicAuth/a secret-not-verifiable"}
	updated := []string{"updated BasicAuth/a password"}
	observing := func(password string) crd.Object {
		return annotatedWith(basicAuth("a", password), crd.ManagementPolicyAnnotation, string(crd.ManagementPolicyObserve))
	}
	for _, c := range []struct {
		reason  string
		objects []crd.Object
		held    held
		client  []Option
		options []EnsureOption
		want    []string
	}{
		{"as the formula says", []crd.Object{basicAuth("a", "new")}, withCredentials(basicAuthHeld("a", sumOf("new"))), nil, nil, []string{}},
		{"as the formula says, which is not written again", []crd.Object{basicAuth("a", "new")}, withCredentials(basicAuthHeld("a", sumOf("new"))), nil, rewrite, []string{}},
		{"not as the formula says, which nothing confirms", []crd.Object{basicAuth("a", "new")}, withCredentials(basicAuthHeld("a", sumOf("old"))), nil, nil, unknown},
		{"not as the formula says, which another credential confirms", []crd.Object{basicAuth("a", "new"), basicAuth("b", "b")},
			withCredentials(basicAuthHeld("a", sumOf("old")), basicAuthHeld("b", sumOf("b"))), nil, nil, updated},
		{"another credential that does not", []crd.Object{basicAuth("a", "new"), basicAuth("b", "b")},
			withCredentials(basicAuthHeld("a", sumOf("old")), basicAuthHeld("b", "else")), nil, nil,
			[]string{"warning BasicAuth/a secret-not-verifiable", "warning BasicAuth/b secret-not-verifiable"}},
		{"not returned", []crd.Object{basicAuth("a", "new")}, withCredentials(basicAuthHeld("a", "")), nil, nil, unknown},
		{"not returned, and written again", []crd.Object{basicAuth("a", "new")}, withCredentials(basicAuthHeld("a", "")), nil, rewrite, updated},
		{"not returned, and written with something else", []crd.Object{basicAuth("a", "new")},
			withCredentials(tagged(basicAuthHeld("a", ""), "theirs")), nil, nil,
			[]string{"updated BasicAuth/a tags", "warning BasicAuth/a foreign-tag-removed"}},
		{"marked with it", []crd.Object{basicAuth("a", "new")}, withCredentials(basicAuthHeld("a", "", markA)), keyed, nil, []string{}},
		{"marked with it, and not written again", []crd.Object{basicAuth("a", "new")}, withCredentials(basicAuthHeld("a", "", markA)), keyed, rewrite, []string{}},
		{"marked with another one", []crd.Object{basicAuth("a", "new")}, withCredentials(basicAuthHeld("a", "", markOld)), keyed, nil, updated},
		{"marked under an older key", []crd.Object{basicAuth("a", "new")}, withCredentials(basicAuthHeld("a", "", markA)), rotated, nil, []string{}},
		{"marked under an older key, and rewritten", []crd.Object{basicAuth("a", "new")}, withCredentials(basicAuthHeld("a", "", markA)), rotated, rewrite, updated},
		{"marked under an unknown key", []crd.Object{basicAuth("a", "new")}, withCredentials(basicAuthHeld("a", "", secretMark(t, 9, "a", "old"))), keyed, nil, unknown},
		{"marked, and no key: the mark is no drift", []crd.Object{basicAuth("a", "new")}, withCredentials(basicAuthHeld("a", sumOf("new"), markOld)), nil, nil, []string{}},
		{"observed, and changed", []crd.Object{observing("new"), basicAuth("b", "b")},
			withCredentials(basicAuthHeld("a", sumOf("old")), basicAuthHeld("b", sumOf("b"))), nil, nil, []string{"observed BasicAuth/a password"}},
		{"observed, and not verifiable", []crd.Object{observing("new")}, withCredentials(basicAuthHeld("a", "")), nil, rewrite,
			[]string{"observed BasicAuth/a", unknown[0]}},
		{"no value, and nothing is to be written", []crd.Object{basicAuth("a", "")}, withCredentials(basicAuthHeld("a", sumOf("old"))), nil, nil, []string{}},
		{"no value, and a write would take it away", []crd.Object{basicAuth("a", "")}, withCredentials(tagged(basicAuthHeld("a", sumOf("old")), "theirs")), nil, nil,
			[]string{"refused BasicAuth/a: update BasicAuth default/a: password: the object does not give it and konnect does not return it, so that a write would take it away; give it in the object"}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			a := asked{more: things(), client: c.client, objects: append(objects(consumer()), c.objects...), held: c.held, options: c.options}
			assert.Equal(t, c.want, a.ensured(t).lines())
		})
	}
}

// TestSecretsThatAreReturned are compared as they are, and shown nowhere.
func TestSecretsThatAreReturned(t *testing.T) {
	t.Parallel()
	vault := func(token string) crd.Object {
		return newThing("Vault", "v", canon.Object{"prefix": "v", "config": canon.Object{"host": "h", "token": token}})
	}
	there := emptyPlane().with("vaults", ownThing("Vault", "v", canon.Object{"prefix": "v", "config": canon.Object{"host": "h", "token": "example-a"}}))
	same := asked{more: things(), objects: objects(vault("example-a")), held: there}
	assert.Empty(t, same.ensured(t).lines())
	changed := asked{more: things(), objects: objects(vault("example-b")), held: there, planning: true}
	r := changed.ensured(t)
	assert.Equal(t, []string{"updated Vault/v config.token", "warning / secret-not-planned"}, r.lines())
	plan := r.plan()
	require.Len(t, plan.Changes, 2)
	assert.Equal(t, []Field{{Path: "config.token", From: crd.Redacted, To: crd.Redacted}}, plan.Changes[1].Fields)
	assert.NotContains(t, fmt.Sprintf("%+v %s", plan, plan), "example-")
	hidden := emptyPlane().with("vaults", ownThing("Vault", "v", canon.Object{"prefix": "v", "config": canon.Object{"host": "h"}}))
	unknown := asked{more: things(), objects: objects(vault("example-b")), held: hidden}
	assert.Equal(t, []string{"warning Vault/v secret-not-verifiable"}, unknown.ensured(t).lines(), "what is not returned is no drift")
}

// TestMarksOfSecretsAreWritten in an update, in place of the old one; without the key the
// old one stays.
func TestMarksOfSecretsAreWritten(t *testing.T) {
	t.Parallel()
	old, now := secretMark(t, 1, "a", "old"), secretMark(t, 1, "a", "new")
	sent := func(entity canon.Object, opts ...Option) string {
		a := asked{more: things(), client: opts, objects: objects(consumer(), basicAuth("a", "new")),
			held: withCredentials(entity), options: []EnsureOption{WithSecretRewrite()}}
		r := a.ensured(t)
		desired := r.decisions.all[r.batch.of(thingKey("BasicAuth", "a")).n].changes.desired
		body, err := canon.Decode(desired.Body())
		require.NoError(t, err)
		assert.Equal(t, body["tags"], desired.Object["tags"])
		assert.Equal(t, "new", body["password"])
		return strings.Join(canon.Texts(body["tags"]), " ")
	}
	keyed := WithSecretMarks(keyOf(1))
	assert.Contains(t, sent(basicAuthHeld("a", ""), keyed), now)
	replaced := sent(basicAuthHeld("a", "", old), keyed)
	assert.Contains(t, replaced, now)
	assert.NotContains(t, replaced, old)
	assert.Contains(t, sent(basicAuthHeld("a", "", old)), old)
	assert.NotContains(t, sent(basicAuthHeld("a", "")), "managed-secret")
}

// TestMarksOfSecretsNeedRoom beside the tags of the spec.
func TestMarksOfSecretsNeedRoom(t *testing.T) {
	t.Parallel()
	crowded := func(tags int) crd.Object {
		obj, ok := basicAuth("a", "new").(*thing)
		require.True(t, ok)
		for n := range tags {
			obj.Spec.Tags = append(obj.Spec.Tags, fmt.Sprintf("t%d", n))
		}
		return obj
	}
	const refused = "refused BasicAuth/a: check BasicAuth default/a: spec.tags: with the marks of konnectkit, of which WithSecretMarks adds one, " +
		"they are more than the 20 that konnect takes; take one out"
	for _, c := range []struct {
		reason string
		tags   int
		held   held
		client []Option
		want   []string
	}{
		{"created without a key", 17, withCredentials(), nil, []string{"created BasicAuth/a"}},
		{"created with room", 16, withCredentials(), []Option{WithSecretMarks(keyOf(1))}, []string{"created BasicAuth/a"}},
		{"created without room", 17, withCredentials(), []Option{WithSecretMarks(keyOf(1))}, []string{refused}},
		{"updated without room", 17, withCredentials(basicAuthHeld("a", sumOf("new"))), []Option{WithSecretMarks(keyOf(1))}, []string{refused}},
	} {
		a := asked{more: things(), client: c.client, objects: objects(consumer(), crowded(c.tags)), held: c.held}
		assert.Equal(t, c.want, a.ensured(t).lines(), c.reason)
	}
}

// TestFormulasAreLearned from the answers to writes, for all calls of a client's.
func TestFormulasAreLearned(t *testing.T) {
	t.Parallel()
	a := asked{more: things(), objects: objects(consumer(), basicAuth("a", "new")), held: withCredentials(basicAuthHeld("a", sumOf("old")))}
	r := a.ensured(t)
	i := r.batch.of(thingKey("BasicAuth", "a"))
	account := i.controlPlane.account
	again := func() []string {
		r.decisions = decide(r.batch, r.world, r.options)
		return r.lines()
	}
	answer := func(kept string) canon.Object {
		return canon.Object{"password": kept, "consumer": refersTo("Consumer", "c")}
	}
	wrote := kinds.Desired{Object: canon.Object{"password": "p"}}
	require.Equal(t, []string{"warning BasicAuth/a secret-not-verifiable"}, again())
	account.learn(i.kind, wrote, answer(sumOf("p")))
	assert.Equal(t, []string{"updated BasicAuth/a password"}, again())
	account.learn(i.kind, wrote, answer("else"))
	assert.Equal(t, []string{"warning BasicAuth/a secret-not-verifiable"}, again(), "the last answer counts")
}

// TestDigestStandsForSecrets only under a key.
func TestDigestStandsForSecrets(t *testing.T) {
	t.Parallel()
	planned := func(password, kept string, opts ...Option) *Plan {
		a := asked{more: things(), client: opts, objects: objects(consumer(), basicAuth("a", password)),
			held: withCredentials(basicAuthHeld("a", kept)), options: []EnsureOption{WithSecretRewrite()}, planning: true}
		return a.ensured(t).plan()
	}
	digest := func(password, kept string, opts ...Option) string { return planned(password, kept, opts...).Digest }
	key, other := WithSecretMarks(keyOf(1)), WithSecretMarks(keyOf(2))
	assert.Equal(t, digest("a", "x"), digest("b", "x"), "without a key the value is no part of it")
	assert.NotEqual(t, digest("a", "x", key), digest("b", "x", key), "with one it is")
	again := WithSecretMarks(keyOf(1))
	assert.Equal(t, digest("a", "x", key), digest("a", "x", again), "it is the same in all processes with the key")
	assert.NotEqual(t, digest("a", "x", key), digest("a", "x", other), "it cannot be guessed without the key")

	warned := func(p *Plan) []WarningCode {
		var codes []WarningCode
		for _, w := range p.Warnings {
			codes = append(codes, w.Code)
		}
		return codes
	}
	assert.Equal(t, []WarningCode{WarningSecretNotPlanned}, warned(planned("a", "x")))
	assert.Empty(t, warned(planned("a", "x", key)))
	without := asked{more: things(), objects: objects(consumer()), held: withCredentials(), planning: true}
	assert.Empty(t, warned(without.ensured(t).plan()), "nothing is secret")
	assert.True(t, planned("a", "x").SecretRewrite)
}

// TestHeadersAreNotInTheDigest: fields that are compared may be secret as well.
func TestHeadersAreNotInTheDigest(t *testing.T) {
	t.Parallel()
	upstream := func(header string) *Plan {
		checks := builder.ActiveHTTPChecks("/").Header("authorization", header)
		obj := builder.NewUpstream("pool").ControlPlane("gw").SpecName("pool").ActiveHealthchecks(checks).MustBuild()
		a := asked{objects: objects(obj), held: emptyPlane().with("upstreams", pool()), planning: true}
		return a.ensured(t).plan()
	}
	first, second := upstream("example-a"), upstream("example-b")
	assert.Equal(t, first.Digest, second.Digest)
	require.Len(t, first.Warnings, 1)
	assert.Equal(t, WarningSecretNotPlanned, first.Warnings[0].Code)
}

// TestSecretOptions are checked when the client is made.
func TestSecretOptions(t *testing.T) {
	t.Parallel()
	_, err := NewClient(WithSecretMarks(keyOf(1)[:31]))
	require.EqualError(t, err, "new client: WithSecretMarks: the key has 31 bytes; it needs 32 or more, from a source of random numbers")
	_, err = NewClient(WithSecretMarks(keyOf(1), nil))
	require.ErrorContains(t, err, "older key 1 has 0 bytes")
	c, err := NewClient(WithSecretMarks(keyOf(1)))
	require.NoError(t, err)
	derived, err := c.With(WithOwner("other"))
	require.NoError(t, err)
	assert.Same(t, c.config.secretKeys, derived.config.secretKeys)
}

// TestSecretsAreNotShown: no line, problem or warning has a secret key in it.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	key := func(name string) crd.Object {
		return newThing("KeyAuth", name, canon.Object{"key": "example-secret"}).refers("spec.consumerRef", "Consumer", "c")
	}
	taken := maps.Clone(withCredentials())
	taken["key-auths"] = []canon.Object{{"id": otherID, "key": "example-secret", "consumer": refersTo("Consumer", "c")}}
	for reason, a := range map[string]asked{
		"wanted twice":            {objects: objects(consumer(), key("a"), key("b")), held: withCredentials()},
		"taken by somebody else":  {objects: objects(consumer(), key("a")), held: taken},
		"adopted by its own name": {objects: objects(consumer(), key("a")), held: taken, options: []EnsureOption{WithAdoption(AdoptUnowned)}},
	} {
		a.more, a.planning = things(), true
		r := a.ensured(t)
		text := strings.Join(r.lines(), "\n") + r.plan().String()
		if err := r.decisions.faults.refusal(); err != nil {
			text += err.Error()
		}
		assert.Contains(t, text, "KeyAuth", reason)
		assert.NotContains(t, text, "example-secret", reason)
	}
}
