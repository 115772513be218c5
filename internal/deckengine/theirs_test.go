package deckengine_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest/deck"
	"github.com/konnectkit/konnectkit/internal/deckengine"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// objectsOf are the objects of what decK dumps, with its control plane.
func (w *world) objectsOf(file string) []crd.Object {
	w.Helper()
	read, err := deck.Decode(strings.NewReader(file), deck.InControlPlane("", "cp"), deck.WithAdoption("override"))
	require.NoError(w, err)
	assert.Equal(w, w.name, read.ControlPlaneName)
	return append(read.Objects, builder.NewGatewayControlPlane("cp").Mirror(w.plane).MustBuild())
}

// withoutTags is what a control plane holds but for tags, and for when it was written.
func (w *world) withoutTags() map[string][]map[string]any {
	all := map[string][]map[string]any{}
	for collection, entities := range w.server.ControlPlane(w.name).Entities {
		for _, entity := range entities {
			delete(entity, "tags")
			delete(entity, "updated_at")
			all[collection] = append(all[collection], entity)
		}
		slices.SortFunc(all[collection], func(a, b map[string]any) int { return strings.Compare(a["id"].(string), b["id"].(string)) })
	}
	return all
}

// entities is how many of the objects have an entity of their own.
func entities(objects []crd.Object) int {
	without := []string{"KongPlugin", "KongReferenceGrant", "KonnectGatewayControlPlane"}
	return len(slices.DeleteFunc(slices.Clone(objects), func(object crd.Object) bool {
		return slices.Contains(without, object.GVK().Kind)
	}))
}

// protected is gateway with plugins of every scope.
func protected(t *testing.T) string {
	t.Helper()
	file := regexp.MustCompile(`(?m)^- \{name: second, kid.*\n`).ReplaceAllString(gateway(t), "") // a KongKey wants both halves
	for text, more := range map[string]string{
		"- {name: silver}\n": "- name: bronze\n  plugins: [{name: rate-limiting, config: {minute: 5}}]\n",
		"- username: bob\n":  "  plugins: [{name: rate-limiting, config: {second: 1, hour: 9}}]\n",
		"services:\n- name: secured\n": "  plugins: [{name: key-auth, config: {key_names: [b, a]}}]\n  routes:\n  - name: r\n    paths: [/]\n" +
			"    plugins: [{name: request-transformer, config: {add: {headers: [\"x-a:1\"]}}, tags: [t]}]\n",
	} {
		require.Contains(t, file, text)
		file = strings.Replace(file, text, text+more, 1)
	}
	return file + "plugins:\n- {name: cors, config: {origins: [https://a.example]}}\n" +
		"- {name: rate-limiting, config: {minute: 7}, consumer: alice, service: secured}\n"
}

// TestDecodedGateway takes over what decK made, from the file that it dumps: only tags are
// written, once, and decK finds what it made unchanged but for those.
func TestDecodedGateway(t *testing.T) {
	t.Parallel()
	for reason, opts := range map[string][]konnecttest.Option{
		"as by default":         nil,
		"unset fields are null": {konnecttest.WithNullFields()},
		"older control planes":  {konnecttest.WithRouteProtocols("http", "https")},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, opts...)
			w.sync(protected(t))
			before := w.withoutTags()
			objects := w.objectsOf(w.dump())

			adopt := konnect.WithAdoption(konnect.AdoptUnowned)
			report := w.ensure(w.client(), objects, adopt)
			assert.Equal(t, before, w.withoutTags(), "only tags are written")
			assert.Equal(t, entities(objects), report.Writes, "each entity is written once")
			assert.Zero(t, w.ensure(w.client(), objects, adopt, konnect.WithPrune()).Writes)

			w.settled(encode(t, objects, deck.WithOwner("team-k"), deck.WithSecrets(), deck.WithControlPlaneName(w.name)))
		})
	}
}

// TestDecodedLarge does so for a large control plane.
func TestDecodedLarge(t *testing.T) {
	t.Parallel()
	w, _ := newLargeWorld(t)
	before := w.withoutTags()
	objects := w.objectsOf(w.dump())
	assert.Equal(t, *large*deckengine.LargeEntities, w.ensure(w.client(), objects, konnect.WithAdoption(konnect.AdoptUnowned)).Writes)
	assert.Equal(t, before, w.withoutTags(), "only tags are written")
	assert.Zero(t, w.ensure(w.client(), objects, konnect.WithPrune()).Writes)
	w.settled(encode(t, objects, deck.WithOwner("team-k"), deck.WithSecrets(), deck.WithControlPlaneName(w.name)))
}

// TestEncodedTexts has decK read values that look like its templates, and like YAML of other
// types.
func TestEncodedTexts(t *testing.T) {
	t.Parallel()
	objects := []crd.Object{builder.NewGatewayControlPlane("cp").MustBuild()}
	for i, value := range []string{
		"${{ env \"HOME\" }}", "a\n# ${{ b }}\nc", "{{ a }}", "yes", "0x1", "1e3", "null", "~", "a: b", "- a", " a ", "a\n\nb\n", "\"a\" 'b'", "# c", "ü\t\\",
	} {
		name := fmt.Sprintf("consumer-%d", i)
		objects = append(objects,
			builder.NewConsumer(name).Username(name).ControlPlane("cp").MustBuild(),
			builder.NewCredentialJWT(name).Consumer(name).Key(name).Secret(value).MustBuild())
	}
	w := provisioned(t, objects, "cp")
	w.settled(encode(t, objects, deck.WithOwner("team-k"), deck.WithSecrets()))
}

// TestBindingsBesideDeck has decK sync plugins and consumers in one control plane with
// bindings and consumers of konnectkit's: neither sees the other's.
func TestBindingsBesideDeck(t *testing.T) {
	t.Parallel()
	const theirs = `
_format_version: "3.0"
_info: {select_tags: [team-d]}
consumers:
- {username: dora, keyauth_credentials: [{key: example-key-of-dora}], plugins: [{name: rate-limiting, config: {minute: 3}}]}
services:
- {name: d, host: d.example, plugins: [{name: key-auth}], routes: [{name: d, paths: [/d], plugins: [{name: cors, config: {origins: ["*"]}}]}]}
`
	ours := append([]crd.Object{builder.NewGatewayControlPlane("cp").MustBuild()},
		builder.NewService("k").Host("k.example").ControlPlane("cp").MustBuild(),
		builder.NewRoute("k").Paths("/k").Service("k").MustBuild(),
		builder.NewConsumer("karl").Username("karl").ControlPlane("cp").MustBuild(),
		builder.NewCredentialAPIKey("karl").Consumer("karl").Key("example-key-of-karl").MustBuild(),
		builder.NewPlugin("auth", "key-auth").Config(map[string]any{"key_names": []string{"apikey"}}).MustBuild(),
		builder.NewPluginBinding("service").Plugin("auth").Service("k").ControlPlane("cp").MustBuild(),
		builder.NewPlugin("limit", "rate-limiting").Config(map[string]any{"minute": 5}).MustBuild(),
		builder.NewPluginBinding("consumer").Plugin("limit").Consumer("karl").ControlPlane("cp").MustBuild(),
		builder.NewPluginBinding("everywhere").Plugin("limit").Global().ControlPlane("cp").MustBuild())
	w := provisioned(t, ours, "cp")
	assert.Equal(t, deckengine.Changes{Created: 7}, w.sync(theirs).Counts())
	for range 2 {
		w.settled(theirs)
		w.settled(encode(t, ours, deck.WithOwner("team-k"), deck.WithSecrets()))
		assert.Zero(t, w.ensure(w.client(), ours, konnect.WithPrune()).Writes)
	}
	assert.Equal(t, deckengine.Changes{Deleted: 7}, w.sync("{_format_version: \"3.0\", _info: {select_tags: [team-d]}}").Counts())
	assert.Zero(t, w.ensure(w.client(), ours, konnect.WithPrune()).Writes, "decK deletes its own alone")
}
