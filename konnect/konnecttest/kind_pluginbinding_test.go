package konnecttest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// withScopes is a control plane with one entity of each kind that a plugin may belong to, all
// of them with idOne.
func withScopes(t *testing.T, opts ...konnecttest.Option) (c *client, entities string) {
	t.Helper()
	c, entities = withConsumers(t, opts...)
	c.put(entities+"/services/"+idOne, body{"host": "a", "name": "s"})
	c.put(entities+"/routes/"+idOne, body{"paths": strs("/"), "name": "r"})
	return c, entities
}

func TestPluginScopes(t *testing.T) {
	t.Parallel()
	c, entities := withScopes(t)
	limit := body{"name": "rate-limiting", "config": body{"minute": 5}}
	created := map[string]any{}
	for _, path := range []string{"", "/services/s", "/routes/r", "/consumers/alice", "/consumer_groups/gold"} {
		got := c.do("POST", entities+path+"/plugins", limit)
		require.Equal(t, 201, got.Status, got.Raw)
		created[path] = got.Body["id"]
		again := c.do("POST", entities+path+"/plugins", limit)
		assert.JSONEq(t, constraint("", "unique-plugin-per-entity (type: unique) constraint failed"), again.Raw, "one of a type and scope")
	}
	assert.Len(t, c.do("GET", entities+"/plugins", nil).Body["data"], 5)
	nested := c.do("GET", entities+"/services/s/plugins", nil).Body["data"].([]any)
	require.Len(t, nested, 1)
	assert.Equal(t, body{"id": idOne}, nested[0].(body)["service"])
	assert.Len(t, c.do("GET", entities+"/plugins?filter[name][eq]=rate-limiting", nil).Body["data"], 5)
	assert.Empty(t, c.do("GET", entities+"/plugins?filter[name][eq]=cors", nil).Body["data"])

	both := body{"name": "rate-limiting", "config": body{"minute": 5}, "service": body{"id": idOne}, "consumer": body{"id": idOne}}
	assert.Equal(t, 201, c.do("POST", entities+"/plugins", both).Status, "a combination is a scope of its own")
	for reason, tc := range map[string]struct {
		fields body
		detail string
	}{
		"not for consumers":         {body{"name": "cors", "consumer": body{"id": idOne}}, "consumer: value must be null"},
		"one of the two":            {body{"name": "correlation-id", "consumer": body{"id": idOne}, "consumer_group": body{"id": idOne}}, ": only one of"},
		"no such plugin":            {body{"name": "mine"}, "name: plugin(mine) does not exist"},
		"not on Konnect":            {body{"name": "key-auth-enc"}, "name: plugin(key-auth-enc) does not exist"},
		"a protocol it cannot have": {body{"name": "cors", "protocols": strs("udp")}, "protocols[0]: expected one of"},
	} {
		assert.Contains(t, firstDetail(c.do("POST", entities+"/plugins", tc.fields)), tc.detail, reason)
	}
	missing := c.do("POST", entities+"/plugins", body{"name": "cors", "service": body{"id": idTwo}})
	assert.Equal(t, "service.id", field(missing))
	require.Equal(t, 204, c.do("DELETE", entities+"/services/"+idOne, nil).Status)
	assert.Len(t, c.do("GET", entities+"/plugins", nil).Body["data"], 4, "plugins go with what they belong to")
}

func TestInstanceNames(t *testing.T) {
	t.Parallel()
	for _, free := range []bool{false, true} {
		var opts []konnecttest.Option
		if free {
			opts = append(opts, konnecttest.WithFreeInstanceNames())
		}
		c, entities := withScopes(t, opts...)
		require.Equal(t, 201, c.do("POST", entities+"/plugins", body{"name": "cors", "instance_name": "x"}).Status)
		got := c.do("POST", entities+"/services/s/plugins", body{"name": "cors", "instance_name": "x"})
		assert.Equal(t, free, got.Status == 201)
		if !free {
			assert.Equal(t, "instance_name", field(got))
		}
	}
}

func TestPluginConfigs(t *testing.T) {
	t.Parallel()
	c, entities := withScopes(t)
	config := func(fields body) body {
		return c.put(entities+"/plugins/"+idOne, fields).Body["config"].(body)
	}
	keyAuth := config(body{"name": "key-auth"})
	assert.Equal(t, []any{"apikey"}, keyAuth["key_names"])
	assert.Equal(t, true, keyAuth["hide_credentials"], "as of the newer generation")
	assert.Contains(t, keyAuth, "anonymous")
	assert.Nil(t, keyAuth["anonymous"])
	assert.Equal(t, false, config(body{"name": "key-auth", "config": body{"hide_credentials": false}})["hide_credentials"])
	limit := config(body{"name": "rate-limiting", "config": body{"minute": 5, "error_code": nil, "redis": body{"host": "h"}}})
	assert.Nil(t, limit["error_code"], "null is kept where there is a default")
	assert.InDelta(t, 6379, limit["redis"].(body)["port"], 0, "a record is completed leaf by leaf")
	assert.Equal(t, []any{"b", "a"}, config(body{"name": "jwt", "config": body{"header_names": strs("b", "a", "b")}})["header_names"], "a set")
	assert.Equal(t, []any{"b", "a", "b"}, config(body{"name": "key-auth", "config": body{"key_names": strs("b", "a", "b")}})["key_names"], "a list")
	assert.Equal(t, []any{}, config(body{"name": "acl", "config": body{"deny": body{}, "allow": strs("a")}})["deny"], "an empty object is an empty list")
	assert.Equal(t, "{vault://env/host}", config(body{"name": "rate-limiting", "config": body{"minute": 5, "redis": body{"host": "{vault://env/host}"}}})["redis"].(body)["host"])

	for reason, tc := range map[string]struct{ config, detail any }{
		"an unknown field":        {body{"minute": 5, "bogus": 1}, "config.bogus: unknown field"},
		"one further down":        {body{"minute": 5, "redis": body{"bogus": 1}}, "config.redis.bogus: unknown field"},
		"null where it cannot be": {body{"minute": 5, "redis": nil}, "config.redis: required field missing"},
		"no config":               {nil, "config: required field missing"},
		"a text for a number":     {body{"minute": "5"}, "config.minute: expected a number"},
		"a choice":                {body{"minute": 5, "policy": "x"}, "config.policy: expected one of: cluster, local, redis"},
		"a range":                 {body{"minute": 5, "redis": body{"port": 70000}}, "config.redis.port: value should be between 0 and 65535"},
		"nothing to limit":        {body{}, ": at least one of these fields must be non-empty"},
		"no config at all":        {"x", "config: expected a record"},
	} {
		got := c.do("POST", entities+"/plugins", body{"name": "rate-limiting", "config": tc.config})
		assert.Equal(t, 400, got.Status, reason)
		assert.Contains(t, firstDetail(got), tc.detail, reason)
	}
}

func TestPluginOptions(t *testing.T) {
	t.Parallel()
	put := func(fields body, opts ...konnecttest.Option) (answer, *client) {
		c, entities := withScopes(t, opts...)
		return c.put(entities+"/plugins/"+idOne, fields), c
	}
	limit := body{"name": "rate-limiting", "config": body{"minute": 5, "redis_host": "h"}}
	got, _ := put(limit)
	assert.Equal(t, "h", got.Body["config"].(body)["redis"].(body)["host"], "a shorthand is expanded")
	assert.NotContains(t, got.Body["config"], "redis_host")
	got, _ = put(limit, konnecttest.WithShorthandsEchoed())
	assert.Equal(t, "h", got.Body["config"].(body)["redis_host"])
	got, _ = put(limit, konnecttest.WithConfigNullsOmitted())
	assert.NotContains(t, got.Body["config"], "hour")
	got, _ = put(body{"name": "rate-limiting", "config": body{"minute": 5, "bogus": 1}}, konnecttest.WithUnknownConfigDropped())
	assert.NotContains(t, got.Raw, "bogus")
	got, _ = put(body{"name": "key-auth"}, konnecttest.WithOlderPlugins())
	assert.Equal(t, false, got.Body["config"].(body)["hide_credentials"])
	mismatch := body{"name": "rate-limiting", "config": body{"minute": 5, "redis_host": "a", "redis": body{"host": "b"}}}
	c, entities := withScopes(t)
	assert.Contains(t, firstDetail(c.do("POST", entities+"/plugins", mismatch)), "both deprecated and new field are used")
}

func TestPluginSchemas(t *testing.T) {
	t.Parallel()
	c, entities := withScopes(t)
	schema := c.do("GET", entities+"/schemas/plugins/rate-limiting", nil)
	require.Equal(t, 200, schema.Status)
	config := gatewayField(schema.Body, "config")
	assert.Equal(t, "local", gatewayField(config, "policy")["default"])
	assert.Equal(t, true, gatewayField(gatewayField(config, "redis"), "password")["encrypted"])
	assert.NotEmpty(t, config["shorthand_fields"])
	assert.NotEmpty(t, schema.Body["entity_checks"])
	none := gatewayField(c.do("GET", entities+"/schemas/plugins/cors", nil).Body, "consumer")
	assert.Contains(t, none, "eq")
	assert.Nil(t, none["eq"], "a scope that it cannot have")
	for _, unknown := range []string{"mine", "..%2f3.10%2fcors", ""} {
		assert.Equal(t, 404, c.do("GET", entities+"/schemas/plugins/"+unknown, nil).Status)
	}
	assert.Equal(t, "no plugin-schema for 'mine'", c.do("GET", entities+"/schemas/plugins/mine", nil).Body["message"])
}

func TestPluginSecrets(t *testing.T) {
	t.Parallel()
	const secret = "not-to-be-seen"
	c, entities := withScopes(t)
	limit := body{"name": "rate-limiting", "config": body{"minute": 5, "redis": body{"password": secret}}}
	c.put(entities+"/plugins/"+idOne, limit)
	require.Equal(t, 400, c.do("POST", entities+"/plugins", body{"name": "rate-limiting", "config": body{"redis_password": secret, "redis": secret}}).Status)
	require.Equal(t, 400, c.do("POST", entities+"/plugins", body{"name": "mine", "config": body{"redis_password": secret}}).Status)
	assert.NotContains(t, c.srv.Dump().String(), secret)
	assert.NotContains(t, strings.Join(bodies(c.srv), "\n"), secret)
	assert.Contains(t, c.do("GET", entities+"/plugins/"+idOne, nil).Raw, secret)
}
