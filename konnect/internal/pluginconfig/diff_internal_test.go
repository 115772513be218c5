package pluginconfig

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// full is what the server shows of an empty configuration.
const full = `"minute": null, "policy": "local", "error_code": 429, "hide": false, "methods": ["GET"], "names": null, "claims": null,
	"headers": null, "limits": null, "targets": null, "pairs": null, "account": null, "queue": {"size": 200, "tries": 3},
	"redis": {"host": null, "port": 6379, "password": null, "nodes": null}, "secret": "old", "key": "k", "cache_tokens_salt": "s",
	"session_mode": "a", "free": null`

func diffs(found []canon.Difference) []string {
	var out []string
	for _, d := range found {
		out = append(out, d.Path)
	}
	return out
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct {
		given, observed string
		want            []string
	}{
		"defaults are no difference":            {`{}`, `{` + full + `}`, nil},
		"an older entity lacks fields":          {`{}`, `{"minute": null}`, nil},
		"what the server made stays":            {`{}`, `{"minute": null, "key": "x", "secret": "y", "cache_tokens_salt": "z"}`, nil},
		"what it made can be given":             {`{"key": "mine", "secret": "s"}`, `{"key": "x", "secret": "y"}`, []string{"config.secret", "config.key"}},
		"a field taken out gets its default":    {`{}`, `{"minute": 5, "error_code": 500}`, []string{"config.minute", "config.error_code"}},
		"null against a default":                {`{"error_code": null}`, `{"minute": null, "error_code": 429}`, []string{"config.error_code"}},
		"a default against null":                {`{}`, `{"error_code": null}`, []string{"config.error_code"}},
		"null that is stored":                   {`{"error_code": null}`, `{"error_code": null}`, nil},
		"null where nulls are hidden":           {`{"error_code": null}`, `{"policy": "local"}`, nil},
		"null where nulls are shown":            {`{"error_code": null}`, `{"minute": null}`, []string{"config.error_code"}},
		"null is absent without a default":      {`{"minute": null}`, `{}`, nil},
		"forms of numbers":                      {`{"minute": 5.0, "error_code": 4.29e2}`, `{"minute": 5, "error_code": 429}`, nil},
		"text is no number":                     {`{"minute": "5"}`, `{"minute": 5}`, []string{"config.minute"}},
		"the order of a set":                    {`{"claims": ["a", "b", "a"]}`, `{"claims": ["b", "a"]}`, nil},
		"a member of a set":                     {`{"claims": ["a"]}`, `{"claims": ["b", "a"]}`, []string{"config.claims"}},
		"a set of records":                      {`{"pairs": [{"a": "x"}, {"a": "y", "n": 2}]}`, `{"pairs": [{"a": "y", "n": 2}, {"a": "x", "n": 1}]}`, nil},
		"another set of records":                {`{"pairs": [{"a": "x"}, {"a": "y"}]}`, `{"pairs": [{"a": "y", "n": 2}, {"a": "x", "n": 1}]}`, []string{"config.pairs"}},
		"the order of an array":                 {`{"names": ["a", "b"]}`, `{"names": ["b", "a"]}`, []string{"config.names"}},
		"repetitions in an array":               {`{"names": ["a", "a"]}`, `{"names": ["a"]}`, []string{"config.names"}},
		"an empty list is not null":             {`{"names": []}`, `{"names": null}`, []string{"config.names"}},
		"an empty object is an empty list":      {`{"names": {}}`, `{"names": []}`, nil},
		"an empty list is an empty map":         {`{"headers": {}}`, `{"headers": []}`, nil},
		"an empty list against a default":       {`{"methods": []}`, `{"methods": ["GET"]}`, []string{"config.methods"}},
		"a value of a map":                      {`{"headers": {"a": "1"}}`, `{"headers": {"a": "2"}}`, []string{"config.headers.a"}},
		"a key too many":                        {`{"headers": {"a": "1"}}`, `{"headers": {"a": "1", "b": "2"}}`, []string{"config.headers.b"}},
		"records of a map are completed":        {`{"limits": {"sms": {"second": 1}}}`, `{"limits": {"sms": {"second": 1, "burst": 1, "minute": null}}}`, nil},
		"a leaf in a map":                       {`{"limits": {"sms": {"second": 1}}}`, `{"limits": {"sms": {"second": 1, "burst": 2}}}`, []string{"config.limits.sms.burst"}},
		"records of an array are completed":     {`{"targets": [{"host": "a"}]}`, `{"targets": [{"host": "a", "port": 80}]}`, nil},
		"a leaf in an array":                    {`{"targets": [{"host": "a"}]}`, `{"targets": [{"host": "b", "port": 80}]}`, []string{"config.targets[0].host"}},
		"arrays of other lengths":               {`{"targets": [{"host": "a"}]}`, `{"targets": []}`, []string{"config.targets"}},
		"a record is completed leaf by leaf":    {`{"redis": {"host": "h"}}`, `{"redis": {"host": "h", "port": 6379, "password": null}}`, nil},
		"a leaf of a record":                    {`{"redis": {"host": "h"}}`, `{"redis": {"host": "h", "port": 1}}`, []string{"config.redis.port"}},
		"a record that was not there":           {`{"redis": {"host": "h"}}`, `{"minute": null}`, []string{"config.redis.host"}},
		"an optional record appears":            {`{}`, `{"account": {"key": "k", "kind": "rsa"}}`, []string{"config.account"}},
		"an optional record is completed":       {`{"account": {"key": "k"}}`, `{"account": {"key": "k", "kind": "rsa"}}`, nil},
		"a record's own default":                {`{}`, `{"queue": {"size": 200, "tries": 3}}`, nil},
		"which a given record does not have":    {`{"queue": {"tries": 3}}`, `{"queue": {"size": 200, "tries": 3}}`, []string{"config.queue.size"}},
		"a shorthand echoed":                    {`{"redis": {"host": "h"}}`, `{"redis": {"host": "h"}, "redis_host": "h"}`, nil},
		"a shorthand, stored in its field":      {`{"redis_host": "h"}`, `{"redis": {"host": "h"}}`, nil},
		"and echoed":                            {`{"redis_host": "h"}`, `{"redis": {"host": "h"}, "redis_host": "h"}`, nil},
		"a shorthand drifts":                    {`{"redis_host": "h"}`, `{"redis": {"host": "x"}, "redis_host": "x"}`, []string{"config.redis.host"}},
		"what is deprecated yields":             {`{"redis_host": "a", "redis": {"host": "b"}}`, `{"redis": {"host": "b"}}`, nil},
		"what is not deprecated wins":           {`{"limit": 1, "minute": 2}`, `{"minute": 1}`, nil},
		"a converted shorthand is not judged":   {`{"redis": {"addresses": ["a:1"]}}`, `{"redis": {"nodes": [{"host": "a"}]}}`, nil},
		"but for its echo":                      {`{"redis": {"addresses": ["a:1"]}}`, `{"redis": {"addresses": ["b:1"], "nodes": [{"host": "b"}]}}`, []string{"config.redis.addresses"}},
		"nor one of other values":               {`{"session_kind": "off"}`, `{"session_mode": "b"}`, nil},
		"a shorthand of null is none":           {`{"redis_host": null}`, `{"redis": {"host": null}}`, nil},
		"what is unknown and not given":         {`{}`, `{"newer": true}`, nil},
		"what is unknown and given":             {`{"newer": 1}`, `{"newer": 2}`, []string{"config.newer"}},
		"any JSON, with null as absent":         {`{"free": {"a": [1, {"b": null}]}}`, `{"free": {"a": [1.0, {}]}}`, nil},
		"any JSON, otherwise":                   {`{"free": {"a": [1]}}`, `{"free": {"a": [2]}}`, []string{"config.free"}},
		"a reference to a vault is a text":      {`{"redis": {"host": "{vault://env/h}"}}`, `{"redis": {"host": "{vault://env/x}"}}`, []string{"config.redis.host"}},
		"values of other types":                 {`{"names": "a"}`, `{"names": ["a"]}`, []string{"config.names"}},
		"a null in a record that shows no more": {`{"targets": [{"host": "a", "port": null}]}`, `{"targets": [{"host": "a"}]}`, nil},
	} {
		given, observed := object(t, tt.given), object(t, tt.observed)
		assert.Equal(t, tt.want, diffs(limiter(t).Diff(given, observed)), reason)
		assert.Equal(t, object(t, tt.given), given, "what is given does not change")
		assert.Equal(t, object(t, tt.observed), observed, "nor what is observed")
	}
}

func TestDiffSaysValuesAndWhatIsSecret(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []canon.Difference{
		{Path: "config.minute", From: 5.0, To: nil},
		{Path: "config.redis.host", To: "h", Secret: true},
		{Path: "config.redis.port", From: 1.0, To: 6379.0},
		{Path: "config.redis.password", From: "{vault://env/old}", To: "new", Secret: true},
		{Path: "config.account", From: map[string]any{"key": "k"}, Secret: true},
	}, limiter(t).Diff(
		object(t, `{"redis": {"host": "h", "password": "new"}}`),
		object(t, `{"minute": 5, "redis": {"port": 1, "password": "{vault://env/old}"}, "account": {"key": "k"}}`)))
	assert.Equal(t, []canon.Difference{{Path: "config.redis.host", From: "{vault://env/a}", To: "{vault://env/b}"}},
		limiter(t).Diff(object(t, `{"redis": {"host": "{vault://env/b}"}}`), object(t, `{"redis": {"host": "{vault://env/a}"}}`)),
		"references may be shown")
}

func TestDiffOfNumbersAsGoHasThem(t *testing.T) {
	t.Parallel()
	given := map[string]any{"minute": 5, "error_code": json.Number("429"), "names": []any{"a"}}
	assert.Empty(t, limiter(t).Diff(given, object(t, `{"minute": 5, "names": ["a"]}`)))
}

func TestDiffWithoutASchema(t *testing.T) {
	t.Parallel()
	var s *Schema
	for reason, tt := range map[string]struct {
		given, observed string
		want            []string
	}{
		"what is not given is no difference": {`{"a": {"x": 1}}`, `{"a": {"x": 1, "y": 2}, "b": 3}`, nil},
		"at any depth of a list":             {`{"a": [{"x": 1}]}`, `{"a": [{"x": 1, "y": 2}]}`, nil},
		"what is given":                      {`{"a": {"x": 1}, "b": [1, 2]}`, `{"a": {"x": 2}, "b": [1]}`, []string{"config.a.x", "config.b"}},
		"null against a value":               {`{"a": null}`, `{"a": 1}`, []string{"config.a"}},
		"a value against null":               {`{"a": 1}`, `{"a": null}`, []string{"config.a"}},
		"an object against another value":    {`{"a": {"x": 1}}`, `{"a": [1]}`, []string{"config.a"}},
		"null against absent":                {`{"a": null, "b": {}}`, `{}`, nil},
	} {
		found := s.Diff(object(t, tt.given), object(t, tt.observed))
		assert.Equal(t, tt.want, diffs(found), reason)
		for _, d := range found {
			assert.True(t, d.Secret, "nobody knows what is secret")
		}
	}
	assert.Nil(t, s.Validate(map[string]any{"a": 1}, []string{"consumer"}, nil))
	assert.Equal(t, map[string]any{}, s.Payload(nil, map[string]any{"a": 1}))
	assert.Equal(t, []string{"config.a", "config.b"}, s.Secrets(map[string]any{"b": true, "a": map[string]any{"x": 1}, "c": nil}))
}

func TestPayload(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct{ given, observed, want string }{
		"defaults are the server's":            {`{"minute": 5}`, `{"minute": 1, "error_code": 500}`, `{"minute": 5}`},
		"what the server made is kept":         {`{}`, `{"secret": "s", "key": "k", "cache_tokens_salt": "c"}`, `{"secret": "s", "key": "k", "cache_tokens_salt": "c"}`},
		"what is given goes first":             {`{"secret": "mine", "key": null}`, `{"secret": "s", "key": "k"}`, `{"secret": "mine", "key": null}`},
		"null is sent":                         {`{"error_code": null}`, `{}`, `{"error_code": null}`},
		"a shorthand is sent as it is":         {`{"redis_host": "h"}`, `{"redis": {"host": "x"}}`, `{"redis_host": "h"}`},
		"what the server has of no value":      {`{}`, `{"secret": null}`, `{}`},
		"no record is made for nothing in it":  {`{}`, `{"account": {"key": "k"}, "redis": {"host": "h"}}`, `{}`},
		"a shape that will be refused is sent": {`{"redis": "x"}`, `{"redis": {"host": "h"}}`, `{"redis": "x"}`},
	} {
		given, observed := object(t, tt.given), object(t, tt.observed)
		assert.Equal(t, object(t, tt.want), limiter(t).Payload(given, observed), reason)
		assert.Equal(t, object(t, tt.given), given, "what is given does not change")
	}
	nested, err := Parse([]byte(`{"fields": [{"config": {"type": "record", "fields": [
		{"a": {"type": "record", "fields": [{"key": {"type": "string", "auto": true}}, {"x": {"type": "string"}}]}},
		{"b": {"type": "record", "required": false, "fields": [{"key": {"type": "string", "auto": true}}]}}]}}]}`))
	require.NoError(t, err)
	observed := object(t, `{"a": {"key": "k", "x": "old"}, "b": {"key": "k"}}`)
	assert.Equal(t, object(t, `{"a": {"key": "k"}}`), nested.Payload(nil, observed), "below a record, unless that goes")
	given := object(t, `{"a": {"x": "new"}, "b": {}}`)
	assert.Equal(t, object(t, `{"a": {"key": "k", "x": "new"}, "b": {"key": "k"}}`), nested.Payload(given, observed))
	assert.Equal(t, object(t, `{"a": {"x": "new"}, "b": {}}`), given, "what is given does not change")
	large := map[string]any{"minute": json.Number("9007199254740993")}
	assert.Equal(t, large, limiter(t).Payload(large, nil), "numbers keep their digits")
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	s := limiter(t)
	config := object(t, `{
		"policy": "redis", "minute": 5, "secret": "x1", "headers": {"Authorization": "x2"}, "free": {"a": 1},
		"redis": {"host": "x3", "port": 1, "password": "{vault://env/p}", "unlisted": [1]},
		"redis_password": "x4", "redis_host": "", "limit": 3, "session_kind": "off", "claims": ["c"]}`)
	assert.Equal(t, []string{
		"config.headers.Authorization", "config.redis.host", "config.redis.unlisted", "config.redis_password", "config.secret",
	}, s.Secrets(config), "what the schema marks, headers, and what it does not know")
	assert.Equal(t, object(t, `{
		"policy": "redis", "minute": 5, "secret": "***", "headers": {"Authorization": "***"}, "free": {"a": 1},
		"redis": {"host": "***", "port": 1, "password": "{vault://env/p}", "unlisted": "***"},
		"redis_password": "***", "redis_host": "", "limit": 3, "session_kind": "off", "claims": ["c"]}`), s.Redacted(config, "***"))

	lists, err := Parse([]byte(`{"fields": [{"config": {"type": "record", "fields": [
		{"headers": {"type": "array", "elements": {"type": "string"}}},
		{"tokens": {"type": "array", "encrypted": true, "elements": {"type": "string"}}},
		{"keys": {"type": "map", "encrypted": true}},
		{"code": {"type": "integer", "encrypted": true}}],
		"shorthand_fields": [{"old": {"type": "string"}}]}}]}`))
	require.NoError(t, err)
	assert.Equal(t, []string{"config.code", "config.headers[1]", "config.keys", "config.old", "config.tokens[0]"},
		lists.Secrets(object(t, `{"headers": ["X-Name", "X-Token:abc"], "tokens": ["a", "{vault://env/t}"], "keys": {"a": 1}, "code": 1, "old": "x"}`)))
}
