package konnect_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// withPassword are plugins whose configuration has a secret, from a Secret and in the spec.
func withPassword(password string, minute int) []crd.Object {
	redis := func() map[string]any { return map[string]any{"host": "redis.example", "password": password} }
	given := redis()
	delete(given, "password")
	return []crd.Object{
		plane("cp").MustBuild(), webService(), secretWith("redis", "password", `"`+password+`"`),
		builder.NewPlugin("patched", "rate-limiting").Config(map[string]any{"minute": minute, "policy": "redis", "redis": given}).
			PatchFromSecret("/redis/password", "redis", "password").MustBuild(),
		builder.NewPlugin("inline", "rate-limiting").Config(map[string]any{"minute": minute, "policy": "redis", "redis": redis()}).MustBuild(),
		bound("patched", "patched").Service("web").MustBuild(), bound("inline", "inline").Global().MustBuild(),
	}
}

// TestEncryptedConfig: whatever Konnect shows of the secrets in a configuration, a second run
// writes nothing, and a changed one is written where that can be told.
func TestEncryptedConfig(t *testing.T) {
	t.Parallel()
	for shown, opts := range map[string][]konnecttest.Option{
		"shown":                     nil,
		"omitted":                   {konnecttest.WithConfigSecrets(konnecttest.ConfigSecretsOmitted)},
		"omitted, as all nulls are": {konnecttest.WithConfigSecrets(konnecttest.ConfigSecretsOmitted), konnecttest.WithConfigNullsOmitted()},
		"encrypted":                 {konnecttest.WithConfigSecrets(konnecttest.ConfigSecretsEncrypted), konnecttest.WithShorthandsEchoed()},
	} {
		for _, marked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, marked %t", shown, marked), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := newSecretRun(t, append(opts, konnecttest.WithSecretsShown())...)
					first, second := secretSet{"password": "example-first"}, secretSet{"password": "example-second"}
					var client []konnect.Option
					if marked {
						client = under('a')
					}
					tells, open := 2, []string{}
					if shown != "shown" && !marked {
						tells, open = 0, []string{"inline", "patched"}
					}
					stored := func() []string {
						var passwords []string
						for _, plugin := range r.server.Entities(planeID(t, r.server, "cp"), "plugins") {
							redis, _ := must[map[string]any](plugin["config"])["redis"].(map[string]any)
							passwords = append(passwords, textOf(redis["password"]))
						}
						return slices.Compact(passwords)
					}
					report, writes := r.ensure(withPassword(first["password"], 5), client)
					assert.Equal(t, 4, writes)
					for _, change := range report.Changes {
						assert.Empty(t, change.Deviations)
					}
					report, writes = r.ensure(withPassword(first["password"], 5), client)
					assert.Zero(t, writes)
					assert.ElementsMatch(t, open, unverified(report.Warnings))
					_, writes = r.ensure(withPassword(second["password"], 5), client)
					assert.Equal(t, tells, writes)
					_, writes = r.ensure(withPassword(second["password"], 5), client, konnect.WithSecretRewrite())
					assert.Equal(t, 2-tells, writes)
					assert.Equal(t, []string{second["password"]}, stored())
					report, writes = r.ensure(withPassword(first["password"], 6), client)
					assert.Equal(t, 2, writes, "along with something else")
					assert.Empty(t, unverified(report.Warnings))
					assert.Equal(t, []string{first["password"]}, stored())
					_, writes = r.ensure(withPassword(first["password"], 6), client)
					assert.Zero(t, writes)
					r.showsNothing(first, second)
				})
			})
		}
	}
}

// TestEncryptedConfigThatDrifts is repaired in spite of its mark where another value shows that
// Konnect shows them as they are.
func TestEncryptedConfigThatDrifts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newSecretRun(t)
		r.ensure(withPassword("example-first", 5), under('a'))
		id := planeID(t, r.server, "cp")
		plugin := r.server.Entities(id, "plugins")[0]
		require.NoError(t, r.server.Modify(id, "plugins", textOf(plugin["id"]), func(e map[string]any) { set(e, "config.redis.password", "example-theirs") }))
		_, writes := r.ensure(withPassword("example-first", 5), under('a'))
		assert.Equal(t, 1, writes)
	})
}

// TestGeneratedConfigStays: a write that would make a value anew, which Konnect does not show,
// is refused.
func TestGeneratedConfigStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newSecretRun(t, konnecttest.WithConfigSecrets(konnecttest.ConfigSecretsOmitted))
		objects := func(cookie string) []crd.Object {
			return []crd.Object{
				plane("cp").MustBuild(), webService(),
				builder.NewPlugin("s", "session").Config(map[string]any{"cookie_name": cookie}).MustBuild(), boundTo("s").MustBuild(),
			}
		}
		r.ensure(objects("one"), nil)
		_, writes := r.ensure(objects("one"), nil)
		assert.Zero(t, writes)
		writes, err := r.refused(objects("two"))
		require.ErrorContains(t, err, "config.secret: the object does not give it and konnect does not return it")
		assert.Zero(t, writes)
	})
}

// TestPluginSecrets come from Secrets, and are shown nowhere.
func TestPluginSecrets(t *testing.T) {
	t.Parallel()
	objects := func(password string) []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(), webService(), secretWith("redis", "password", `"`+password+`"`),
			builder.NewPlugin("limit", "rate-limiting").Config(map[string]any{"minute": 5, "policy": "redis", "redis": map[string]any{"host": "h"}}).
				PatchFromSecret("/redis/password", "redis", "password").MustBuild(),
			boundTo("limit").MustBuild(),
		}
	}
	w := newWorld(t, objects("first-secret"))
	config := must[map[string]any](w.stored(w.last())["config"])
	assert.Equal(t, "first-secret", must[map[string]any](config["redis"])["password"])
	w.settled(objects("first-secret"))

	w.server.ResetLog()
	plan, err := newClient(t, w.server).Plan(t.Context(), objects("second-secret"))
	require.NoError(t, err)
	change := plan.Changes[len(plan.Changes)-1]
	assert.Equal(t, []konnect.Field{{Path: "config.redis.password", From: crd.Redacted, To: crd.Redacted}}, change.Fields)
	assert.NotContains(t, plan.String(), "-secret")

	w.ensure(objects("second-secret"))
	assert.Equal(t, 1, w.server.Writes(), "a changed Secret is one write")
	w.settled(objects("second-secret"))
}

// TestSecretsWithinListsAreNotShown where only an item of the list, or a field of that, differs.
func TestSecretsWithinListsAreNotShown(t *testing.T) {
	t.Parallel()
	objects := func(text string) []crd.Object {
		config := conf{"templates": []any{conf{"name": "one", "template": "t"}}}
		return []crd.Object{
			plane("cp").MustBuild(), webService(), secretWith("prompts", "template", `"`+text+`"`),
			builder.NewPlugin("prompts", "ai-prompt-template").Config(config).PatchFromSecret("/templates/0/template", "prompts", "template").MustBuild(),
			boundTo("prompts").MustBuild(),
		}
	}
	w := newWorld(t, objects("first-secret"))
	plan, err := newClient(t, w.server).Plan(t.Context(), objects("second-secret"))
	require.NoError(t, err)
	assert.Equal(t, []konnect.Field{{Path: "config.templates[0].template", From: crd.Redacted, To: crd.Redacted}}, plan.Changes[len(plan.Changes)-1].Fields)
	assert.NotContains(t, plan.String(), "-secret")
}
