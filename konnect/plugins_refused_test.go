package konnect_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// refusing answers a write to a collection with a detail about each of some fields.
func refusing(collection, message string, details ...map[string]any) konnecttest.Fault {
	body, _ := json.Marshal(map[string]any{"code": 3, "message": message, "details": details}) //nolint:errchkjson // texts always can be
	return konnecttest.Fault{Method: "PUT", Path: "**/" + collection + "/*", Times: -1, Effect: konnecttest.Answer(400, "application/json", string(body))}
}

func detail(field string, messages ...string) map[string]any {
	return map[string]any{"type": "ERROR_TYPE_FIELD", "field": field, "messages": messages}
}

// TestPluginRefusals are told by the field of the object that the value comes from.
func TestPluginRefusals(t *testing.T) {
	t.Parallel()
	limit := func() *builder.Plugin { return builder.NewPlugin("limit", "rate-limiting") }
	config := map[string]any{"minute": 5, "redis": map[string]any{"host": "redis.example"}}
	for reason, tt := range map[string]struct {
		plugin      crd.Object
		field, want string
	}{
		"of the configuration": {limit().Config(config).MustBuild(), "config.minute", "KongPlugin default/limit: config.minute: no"},
		"within it":            {limit().Config(config).MustBuild(), "config.add.headers[0]", "KongPlugin default/limit: config.add.headers[0]: no"},
		"of a configuration in a Secret": {limit().ConfigFromSecret("s", "config").MustBuild(), "config.minute",
			"KongPlugin default/limit: config.minute of configFrom.secretKeyRef: no"},
		"of a patch": {limit().Config(config).PatchFromSecret("/redis/password", "s", "password").MustBuild(), "config.redis.password",
			"KongPlugin default/limit: config.redis.password of configPatches[0].valueFrom.secretKeyRef: no"},
		"beside a patch": {limit().Config(config).PatchFromSecret("/redis/password", "s", "password").MustBuild(), "config.redis.host",
			"KongPlugin default/limit: config.redis.host: no"},
		"of its type":      {limit().Config(config).MustBuild(), "name", "KongPlugin default/limit: plugin: no"},
		"of its protocols": {limit().Config(config).MustBuild(), "protocols[1]", "KongPlugin default/limit: protocols[1]: no"},
		"of the scope":     {limit().Config(config).MustBuild(), "service.id", "KongPluginBinding default/limit: spec.targets.serviceRef: no"},
		"of nothing known": {limit().Config(config).MustBuild(), "condition", "condition: no"},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			server.Inject(refusing("plugins", "validation error", detail(tt.field, "no")))
			secret := must[*core.Secret](secretWith("s", "config", `{"minute": 5}`))
			secret.StringData["password"] = `"example-password"`
			_, err := newClient(t, server).Ensure(t.Context(), []crd.Object{plane("cp").MustBuild(), webService(), secret, tt.plugin, boundTo("limit").MustBuild()})
			require.ErrorContains(t, err, "400 bad request: validation error; "+tt.want)
		})
	}
}

// TestRefusalsQuoteNoSecrets of the entity itself, nor of any other object of the batch.
func TestRefusalsQuoteNoSecrets(t *testing.T) {
	t.Parallel()
	const whole, patched, credential = "example-whole-secret", "example-patched-secret", "example-credential"
	objects := func() []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(), webService(),
			secretWith("whole", "config", `{"minute": 5, "policy": "redis", "redis": {"host": "h", "password": "`+whole+`"}}`),
			secretWith("patched", "password", `"`+patched+`"`),
			builder.NewPlugin("whole", "rate-limiting").ConfigFromSecret("whole", "config").MustBuild(), bound("whole", "whole").Global().MustBuild(),
			builder.NewPlugin("patched", "rate-limiting").Config(map[string]any{"minute": 5, "policy": "redis", "redis": map[string]any{"host": "h"}}).
				PatchFromSecret("/redis/password", "patched", "password").MustBuild(), bound("patched", "patched").Service("web").MustBuild(),
			consumerNamed("alice"), builder.NewCredentialAPIKey("key").Consumer("alice").Key(credential).MustBuild(),
		}
	}
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		client := newNetwork(server).client(t, konnect.WithOwner("platform"))
		_, err := client.Ensure(t.Context(), objects()[:2])
		require.NoError(t, err)
		all := ""
		for _, value := range []string{whole, patched, credential} {
			all += value + " " + base64.StdEncoding.EncodeToString([]byte(value)) + " " + digestOf(value) + " "
		}
		for _, collection := range []string{"plugins", "consumers", "services"} {
			server.Inject(refusing(collection, all, detail(all, all)))
		}
		batch := objects()
		batch[1] = builder.NewService("web").ControlPlane("cp").Host("elsewhere.example").MustBuild()
		report, err := client.Ensure(t.Context(), batch)
		require.Error(t, err)
		texts := err.Error() + report.String()
		for _, obj := range batch {
			for _, c := range obj.GetConditions() {
				texts += c.Message
			}
		}
		require.Contains(t, texts, "[redacted] [redacted] [redacted]")
		for _, value := range []string{whole, patched, credential} {
			for _, form := range []string{value, base64.StdEncoding.EncodeToString([]byte(value)), digestOf(value)} {
				assert.NotContains(t, texts, form)
			}
		}
		var api *konnect.APIError
		require.ErrorAs(t, err, &api)
		assert.NotContains(t, api.Message+api.Details[0].Field, "example-")
	})
}
