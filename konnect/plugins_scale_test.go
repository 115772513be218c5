package konnect_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// protectedServices are n services with the same three plugins each.
func protectedServices(n int) []crd.Object {
	objects := []crd.Object{
		plane("cp").MustBuild(),
		builder.NewPlugin("auth", "key-auth").MustBuild(),
		builder.NewPlugin("limit", "rate-limiting").Config(conf{"minute": 5}).MustBuild(),
		builder.NewPlugin("browsers", "cors").MustBuild(),
	}
	for i := range n {
		service := fmt.Sprintf("s%d", i)
		objects = append(objects, builder.NewService(service).ControlPlane("cp").Host("s.example").MustBuild())
		for _, plugin := range []string{"auth", "limit", "browsers"} {
			objects = append(objects, builder.NewPluginBinding(service+"-"+plugin).ControlPlane("cp").Plugin(plugin).Service(service).MustBuild())
		}
	}
	return objects
}

// TestCallsOfManyPlugins: cold, one for each entity and a look at the account; later, a new
// client reads lists and one schema for each type.
func TestCallsOfManyPlugins(t *testing.T) {
	t.Parallel()
	const services, types = 200, 3
	server := konnecttest.Start(t)
	_, err := newClient(t, server).Ensure(t.Context(), protectedServices(services))
	require.NoError(t, err)
	assert.Equal(t, 1+4*services, server.Writes(), "the control plane, each service and each plugin")
	assert.LessOrEqual(t, server.Count(http.MethodGet, "/"), 2+types, "organization, control planes and schemas")

	server.ResetLog()
	report, err := newClient(t, server).Ensure(t.Context(), protectedServices(services))
	require.NoError(t, err)
	assert.Zero(t, report.Writes)
	assert.Zero(t, server.Writes())
	assert.Equal(t, types, schemaReads(server), "one for each type")
	assert.Equal(t, 2+1+1+types, server.Count(http.MethodGet, "/"), "organization, control planes, services, plugins and schemas")
}

// TestCustomPlugins are compared and checked by the schema that was uploaded for them.
func TestCustomPlugins(t *testing.T) {
	t.Parallel()
	objects := func(config conf) []crd.Object {
		return []crd.Object{plane("cp").MustBuild(), webService(), builder.NewPlugin("p", "greeter").Config(config).MustBuild(), boundTo("p").MustBuild()}
	}
	const schema = `{"fields": [{"consumer": {"type": "foreign", "eq": null}}, {"config": {"type": "record", "fields": [
		{"greeting": {"type": "string", "required": true}}, {"times": {"type": "integer", "default": 1}},
		{"names": {"type": "set", "elements": {"type": "string"}}}]}}]}`
	server := konnecttest.Start(t)
	client := newClient(t, server)
	_, err := client.Ensure(t.Context(), objects(nil)[:2])
	require.NoError(t, err)
	_, err = client.Ensure(t.Context(), objects(nil))
	require.ErrorContains(t, err, `konnect knows no plugin "greeter"`)

	require.NoError(t, server.SetPluginSchema("greeter", []byte(schema)))
	_, err = client.Ensure(t.Context(), objects(nil))
	require.ErrorContains(t, err, "plugin greeter of KongPlugin default/p: config.greeting is required")
	server.ResetLog()
	_, err = client.Ensure(t.Context(), objects(conf{"greeting": "hello", "names": []any{"a", "b"}}))
	require.NoError(t, err)
	assert.Equal(t, 1, server.Writes())
	for reason, same := range map[string]conf{
		"as it is":         {"greeting": "hello", "names": []any{"a", "b"}},
		"in another order": {"greeting": "hello", "names": []any{"b", "a"}},
		"with a default":   {"greeting": "hello", "times": 1, "names": []any{"a", "b"}},
	} {
		server.ResetLog()
		_, err = client.Ensure(t.Context(), objects(same))
		require.NoError(t, err, reason)
		assert.Zero(t, server.Writes(), reason)
	}
}
