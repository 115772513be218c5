package konnect_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// configMistake is a configuration that is wrong, and what of the error tells where.
type configMistake struct {
	plugin string
	config map[string]any
	want   string
}

type conf = map[string]any

// configMistakes are by what was meant.
func configMistakes() map[string]configMistake {
	return map[string]configMistake{
		"a field in the plural":                        {"rate-limiting", conf{"minutes": 5}, "config.minutes is no field of this plugin; did you mean minute?"},
		"a limit as a text":                            {"rate-limiting", conf{"minute": "5"}, "config.minute must be a number"},
		"a limit as a reference to a vault (KIC#5692)": {"rate-limiting", conf{"minute": "{vault://env/limit}"}, "config.minute must be a number: the field takes no reference to a vault"},
		"no limit at all":                              {"rate-limiting", conf{}, "config needs at least one of config.second, config.minute, config.hour, config.day,"},
		"a limit of nothing":                           {"rate-limiting", conf{"minute": 0}, "config.minute must be greater than 0"},
		"a limit below nothing":                        {"rate-limiting", conf{"hour": -1}, "config.hour must be greater than 0"},
		"an unknown policy":                            {"rate-limiting", conf{"minute": 5, "policy": "memory"}, "config.policy must be one of local, redis"},
		"the policy that Konnect does not have":        {"rate-limiting", conf{"minute": 5, "policy": "cluster"}, "config.policy must be one of local, redis"},
		"redis without a host":                         {"rate-limiting", conf{"minute": 5, "policy": "redis"}, "config.redis.host is required because of the value of config.policy"},
		"redis as a text":                              {"rate-limiting", conf{"minute": 5, "redis": "redis:6379"}, "config.redis must be an object"},
		"a port as a text":                             {"rate-limiting", conf{"minute": 5, "redis": conf{"host": "h", "port": "6379"}}, "config.redis.port must be a whole number"},
		"a port out of range":                          {"rate-limiting", conf{"minute": 5, "redis": conf{"host": "h", "port": 70000}}, "config.redis.port must be between 0 and 65535"},
		"an unknown field of redis":                    {"rate-limiting", conf{"minute": 5, "redis": conf{"hostname": "h"}}, "config.redis.hostname is no field of this plugin"},
		"nothing for redis":                            {"rate-limiting", conf{"minute": 5, "redis": nil}, "config.redis must not be null"},
		"by header without its name":                   {"rate-limiting", conf{"minute": 5, "limit_by": "header"}, "config.header_name is required because of the value of config.limit_by"},
		"by path without it":                           {"rate-limiting", conf{"minute": 5, "limit_by": "path"}, "config.path is required because of the value of config.limit_by"},
		"a path that does not begin with a slash":      {"rate-limiting", conf{"minute": 5, "limit_by": "path", "path": "a"}, "config.path must start with /"},
		"a boolean as a text":                          {"rate-limiting", conf{"minute": 5, "fault_tolerant": "yes"}, "config.fault_tolerant must be a boolean"},
		"nothing for what is required":                 {"rate-limiting", conf{"minute": 5, "hide_client_headers": nil}, "config.hide_client_headers must not be null"},
		"a status in parts":                            {"request-termination", conf{"status_code": 429.5}, "config.status_code must be a whole number"},

		"names of keys as one text":        {"key-auth", conf{"key_names": "apikey"}, "config.key_names must be a list"},
		"an empty name of a key":           {"key-auth", conf{"key_names": []any{""}}, "config.key_names[0] must not be empty"},
		"a number among names":             {"key-auth", conf{"key_names": []any{"a", 5}}, "config.key_names[1] must be a string"},
		"a field of another plugin":        {"key-auth", conf{"key_name": "apikey"}, "config.key_name is no field of this plugin; did you mean key_names?"},
		"a boolean as a number":            {"key-auth", conf{"hide_credentials": 1}, "config.hide_credentials must be a boolean"},
		"no list at all":                   {"acl", conf{}, "config needs exactly one of config.allow, config.deny"},
		"both lists":                       {"acl", conf{"allow": []any{"a"}, "deny": []any{"b"}}, "config needs exactly one of config.allow, config.deny"},
		"an older name of a list":          {"acl", conf{"whitelist": []any{"a"}}, "config.whitelist is no field of this plugin"},
		"a group as a text":                {"acl", conf{"allow": "a"}, "config.allow must be a list"},
		"a method that there is not":       {"cors", conf{"methods": []any{"GET", "FETCH"}}, "config.methods[1] must be one of"},
		"origins as a text":                {"cors", conf{"origins": "*"}, "config.origins must be a list"},
		"an age as a text":                 {"cors", conf{"max_age": "3600"}, "config.max_age must be a number"},
		"credentials with other letters":   {"cors", conf{"Credentials": true}, "config.Credentials is no field of this plugin; did you mean credentials?"},
		"no addresses":                     {"ip-restriction", conf{}, "config needs at least one of config.allow, config.deny"},
		"an address as a text":             {"ip-restriction", conf{"allow": "10.0.0.0/8"}, "config.allow must be a list"},
		"a claim that there is not":        {"jwt", conf{"claims_to_verify": []any{"iss"}}, "config.claims_to_verify[0] must be one of exp, nbf"},
		"an expiration below nothing":      {"jwt", conf{"maximum_expiration": -1}, "config.maximum_expiration must be between 0 and 31536000"},
		"an expiration beyond a year":      {"jwt", conf{"maximum_expiration": 40000000}, "config.maximum_expiration must be between 0 and 31536000"},
		"an expiration as a text":          {"jwt", conf{"maximum_expiration": "1h"}, "config.maximum_expiration must be a number"},
		"an algorithm that there is not":   {"hmac-auth", conf{"algorithms": []any{"hmac-md5"}}, "config.algorithms[0] must be one of"},
		"a skew of nothing":                {"hmac-auth", conf{"clock_skew": 0}, "config.clock_skew must be greater than 0"},
		"a status that there is not":       {"request-termination", conf{"status_code": 99}, "config.status_code must be between 100 and 599"},
		"a status as a text":               {"request-termination", conf{"status_code": "503"}, "config.status_code must be a whole number"},
		"a unit in short":                  {"request-size-limiting", conf{"size_unit": "mb"}, "config.size_unit must be one of megabytes, kilobytes, bytes"},
		"a size with its unit":             {"request-size-limiting", conf{"allowed_payload_size": "10MB"}, "config.allowed_payload_size must be a whole number"},
		"a generator that there is not":    {"correlation-id", conf{"generator": "uuid4"}, "config.generator must be one of"},
		"headers as a map":                 {"request-transformer", conf{"add": conf{"headers": conf{"x": "y"}}}, "config.add.headers must be a list"},
		"headers beside add":               {"request-transformer", conf{"headers": []any{"x:y"}}, "config.headers is no field of this plugin"},
		"a singular":                       {"request-transformer", conf{"add": conf{"header": []any{"x:y"}}}, "config.add.header is no field of this plugin; did you mean headers?"},
		"queries by another name":          {"request-transformer", conf{"remove": conf{"query": []any{"q"}}}, "config.remove.query is no field of this plugin"},
		"a type of JSON that there is not": {"response-transformer", conf{"add": conf{"json": []any{"a:1"}, "json_types": []any{"int"}}}, "config.add.json_types[0] must be one of boolean, number, string"},
		"no place to send logs to":         {"http-log", conf{}, "config.http_endpoint is required"},
		"a method for logs":                {"http-log", conf{"http_endpoint": "http://h.example/", "method": "GET"}, "config.method must be one of POST, PUT, PATCH"},
		"a queue as a number":              {"http-log", conf{"http_endpoint": "http://h.example/", "queue": 5}, "config.queue must be an object"},
		"an unknown field of a queue":      {"http-log", conf{"http_endpoint": "http://h.example/", "queue": conf{"max_batch": 5}}, "config.queue.max_batch is no field of this plugin; did you mean max_bytes?"},
		"a batch of nothing":               {"http-log", conf{"http_endpoint": "http://h.example/", "queue": conf{"max_batch_size": 0}}, "config.queue.max_batch_size must be between 1 and 1000000"},
		"no path for logs":                 {"file-log", conf{}, "config.path is required"},
		"no host for logs":                 {"tcp-log", conf{"port": 9999}, "config.host is required"},
		"no strategy":                      {"proxy-cache", conf{}, "config.strategy is required"},
		"a status that cannot be cached":   {"proxy-cache", conf{"strategy": "memory", "response_code": []any{99}}, "config.response_code[0] must be between 100 and 900"},
		"a method that cannot be cached":   {"proxy-cache", conf{"strategy": "memory", "request_method": []any{"DELETE"}}, "config.request_method[0] must be one of HEAD, GET, POST, PATCH, PUT"},
		"code as a text":                   {"pre-function", conf{"access": "return 1"}, "config.access must be a list"},
		"a facility that there is not":     {"syslog", conf{"facility": "konnect"}, "config.facility must be one of"},
		"limits without a name":            {"response-ratelimiting", conf{"limits": conf{}}, "config.limits must have a length of at least 1"},
		"a limit that is none":             {"response-ratelimiting", conf{"limits": conf{"sms": 5}}, "config.limits.sms must be an object"},
	}
}

// TestConfigMistakes are refused before the first write, with the object, the plugin and the
// path of the field.
func TestConfigMistakes(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t, konnecttest.WithOlderPlugins())
	client := newClient(t, server)
	_, err := client.Ensure(t.Context(), []crd.Object{plane("cp").MustBuild(), webService()})
	require.NoError(t, err)
	server.ResetLog()
	require.GreaterOrEqual(t, len(configMistakes()), 60)
	for reason, m := range configMistakes() {
		_, err := client.Ensure(t.Context(), []crd.Object{
			plane("cp").MustBuild(), webService(), builder.NewPlugin("p", m.plugin).Config(m.config).MustBuild(), boundTo("p").MustBuild(),
		})
		require.Error(t, err, reason)
		assert.ErrorContains(t, err, "check KongPluginBinding default/p: plugin "+m.plugin+" of KongPlugin default/p: "+m.want, reason)
		assert.Zero(t, server.Writes(), reason)
	}
}
