package pluginconfig

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// limiterSchema has a field of every form that schemas have.
const limiterSchema = `{
	"fields": [
		{"consumer": {"type": "foreign", "reference": "consumers", "eq": null}},
		{"service": {"type": "foreign", "reference": "services"}},
		{"protocols": {"type": "set", "default": ["http", "https"], "elements": {"type": "string", "one_of": ["http", "https", "grpc"]}}},
		{"config": {"type": "record", "required": true,
			"fields": [
				{"minute": {"type": "number", "gt": 0}},
				{"policy": {"type": "string", "default": "local", "one_of": ["local", "redis"]}},
				{"error_code": {"type": "integer", "default": 429, "between": [100, 599]}},
				{"hide": {"type": "boolean", "required": true, "default": false}},
				{"methods": {"type": "array", "default": ["GET"], "elements": {"type": "string", "one_of": ["GET", "PUT"]}}},
				{"names": {"type": "array", "len_max": 2, "elements": {"type": "string"}}},
				{"claims": {"type": "set", "elements": {"type": "string"}}},
				{"headers": {"type": "map", "keys": {"type": "string", "not_one_of": ["host"]}, "values": {"type": "string"}}},
				{"limits": {"type": "map", "values": {"type": "record", "required": true, "fields": [
					{"second": {"type": "number"}}, {"burst": {"type": "integer", "default": 1}}]}}},
				{"targets": {"type": "array", "elements": {"type": "record", "required": true, "fields": [
					{"host": {"type": "string", "required": true}}, {"port": {"type": "integer", "default": 80}}]}}},
				{"pairs": {"type": "set", "elements": {"type": "record", "fields": [
					{"a": {"type": "string"}}, {"n": {"type": "integer", "default": 1}}]}}},
				{"redis": {"type": "record", "required": true,
					"fields": [
						{"host": {"type": "string", "referenceable": true}},
						{"port": {"type": "integer", "default": 6379, "between": [0, 65535], "referenceable": true}},
						{"password": {"type": "string", "encrypted": true, "referenceable": true, "len_min": 0}},
						{"nodes": {"type": "array", "elements": {"type": "record", "fields": [{"host": {"type": "string"}}]}}}
					],
					"shorthand_fields": [
						{"addresses": {"type": "array", "elements": {"type": "string"}, "deprecation": {"replaced_with": [{"path": ["nodes"]}]}}}
					]}},
				{"account": {"type": "record", "required": false, "fields": [
					{"key": {"type": "string", "required": true, "encrypted": true}}, {"kind": {"type": "string", "default": "rsa"}}]}},
				{"queue": {"type": "record", "required": true, "default": {"size": 200}, "fields": [
					{"size": {"type": "integer", "default": 1}}, {"tries": {"type": "integer", "default": 3}}]}},
				{"secret": {"type": "string", "encrypted": true, "default": "made-when-loaded"}},
				{"key": {"type": "string", "auto": true}},
				{"cache_tokens_salt": {"type": "string"}},
				{"session_mode": {"type": "string", "default": "a", "one_of": ["a", "b"]}},
				{"free": {"type": "json"}}
			],
			"shorthand_fields": [
				{"redis_host": {"type": "string", "deprecation": {"message": "use redis.host", "replaced_with": [{"path": ["redis", "host"]}]}}},
				{"redis_password": {"type": "string", "deprecation": {"replaced_with": [{"path": ["redis", "password"]}]}}},
				{"limit": {"type": "number", "translate_backwards": ["minute"]}},
				{"session_kind": {"type": "string", "translate_backwards": ["session_mode"]}}
			]
		}}
	],
	"entity_checks": [
		{"conditional": {"if_field": "config.policy", "if_match": {"eq": "redis"}, "then_field": "config.redis.host", "then_match": {"required": true}}},
		{"mutually_exclusive": ["config.names", "config.claims"]},
		{"custom_check": {"of": "code"}}
	]
}`

func limiter(t testing.TB) *Schema {
	t.Helper()
	s, err := Parse([]byte(limiterSchema))
	require.NoError(t, err)
	return s
}

func object(t testing.TB, text string) map[string]any {
	t.Helper()
	var out map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &out))
	return out
}

func TestParse(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"http", "https"}, limiter(t).Protocols())
	assert.Nil(t, (*Schema)(nil).Protocols())
	for reason, text := range map[string]string{
		"no JSON":        `{`,
		"no object":      `[]`,
		"no config":      `{"fields": [{"consumer": {"eq": null}}]}`,
		"another config": `{"fields": [{"config": {"type": "map"}}]}`,
	} {
		_, err := Parse([]byte(text))
		assert.ErrorContains(t, err, "read plugin schema: ", reason)
	}
	odd, err := Parse([]byte(`{"fields": [{"config": {"type": "record", "fields": [
		{"a": 1}, {"b": {"type": "magic"}}, 7, {"c": {"type": "string", "one_of": "x", "between": [1], "len_min": "2", "entity_checks": {}}},
		{"d": {"type": "record", "fields": {}}}]}}], "entity_checks": {}}`))
	require.NoError(t, err)
	given := object(t, `{"a": [1], "b": {"x": null}, "c": "y"}`)
	assert.Empty(t, odd.Validate(given, nil, nil), "what is not understood is left to Konnect")
	assert.Empty(t, odd.Diff(given, object(t, `{"a": [1], "b": {}, "c": "y"}`)), "and compared as JSON")
	assert.Equal(t, []canon.Difference{{Path: "config.b", From: map[string]any{"x": 1.0}, To: map[string]any{"x": nil}}},
		odd.Diff(given, object(t, `{"a": [1], "b": {"x": 1}, "c": "y"}`)))
}

// FuzzParse parses any schema, and uses it on any two configurations.
func FuzzParse(f *testing.F) {
	f.Add(limiterSchema, `{"minute": 5, "redis": {"host": "h", "addresses": ["a:1"]}, "limit": 3}`, `{"minute": null, "targets": [{}]}`)
	f.Add(`{"fields":[{"config":{"type":"record","fields":[{"a":{"type":"set","elements":{"type":"record"}}}]}}]}`, `{"a":[{},{}]}`, `{"a":{}}`)
	f.Fuzz(func(t *testing.T, schema, left, right string) {
		var a, b map[string]any
		if json.Unmarshal([]byte(left), &a) != nil || json.Unmarshal([]byte(right), &b) != nil {
			t.Skip()
		}
		s, err := Parse([]byte(schema))
		if err != nil {
			s = nil
		}
		before := canon.Text([]any{a, b})
		_ = s.Diff(a, b)
		for _, problem := range s.Validate(a, []string{"consumer"}, []string{"http"}) {
			assert.NotEmpty(t, problem.Message)
		}
		payload := s.Payload(a, b)
		for name := range a {
			assert.Contains(t, payload, name, "all that is given is sent")
		}
		_ = s.Secrets(a)
		_ = s.Redacted(b, "x")
		assert.Equal(t, before, canon.Text([]any{a, b}), "what is given does not change")
	})
}
