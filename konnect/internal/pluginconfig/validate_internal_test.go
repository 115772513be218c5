package pluginconfig

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct{ config, want string }{
		"nothing is all defaults":            {`{}`, ``},
		"a value of each type":               {`{"minute": 1.5, "error_code": 500, "hide": true, "methods": ["PUT"], "headers": {"a": "b"}, "targets": [{"host": "h"}], "account": {"key": "k"}}`, ``},
		"an unknown field":                   {`{"minutes": 5}`, `config.minutes is no field of this plugin; did you mean minute?`},
		"an unknown field, deeper":           {`{"redis": {"hots": "h"}}`, `config.redis.hots is no field of this plugin; did you mean host?`},
		"unlike any other":                   {`{"completely": 1}`, `config.completely is no field of this plugin`},
		"a text for a number":                {`{"minute": "5"}`, `config.minute must be a number`},
		"a number for a text":                {`{"policy": 5}`, `config.policy must be a string`},
		"a part of a number":                 {`{"error_code": 400.5}`, `config.error_code must be a whole number`},
		"a whole number in another form":     {`{"error_code": 4e2}`, ``},
		"a text for a boolean":               {`{"hide": "true"}`, `config.hide must be a boolean`},
		"a text for a list":                  {`{"names": "a"}`, `config.names must be a list`},
		"a list for a map":                   {`{"headers": ["a"]}`, `config.headers must be an object`},
		"a list for a record":                {`{"redis": ["a"]}`, `config.redis must be an object`},
		"an empty object for a list":         {`{"names": {}}`, ``},
		"below a range":                      {`{"error_code": 99}`, `config.error_code must be between 100 and 599`},
		"not above a bound":                  {`{"minute": 0}`, `config.minute must be greater than 0`},
		"no choice":                          {`{"policy": "Redis"}`, `config.policy must be one of local, redis; did you mean redis?`},
		"no choice in a list":                {`{"methods": ["GET", "POST"]}`, `config.methods[1] must be one of GET, PUT`},
		"a name that is not allowed":         {`{"headers": {"host": "x"}}`, `config.headers.host its name must be none of host`},
		"too long":                           {`{"names": ["a", "b", "c"]}`, `config.names must have a length of at most 2`},
		"empty":                              {`{"names": [""]}`, `config.names[0] must not be empty`},
		"empty where that is allowed":        {`{"redis": {"password": ""}}`, ``},
		"null for what may be null":          {`{"minute": null, "error_code": null, "account": null}`, ``},
		"null for what is required":          {`{"hide": null}`, `config.hide must not be null`},
		"null for a record":                  {`{"redis": null}`, `config.redis must not be null`},
		"required in a list":                 {`{"targets": [{"port": 1}]}`, `config.targets[0].host is required`},
		"required in an optional record":     {`{"account": {}}`, `config.account.key is required`},
		"a reference to a vault":             {`{"redis": {"host": "{vault://env/h}", "port": "{vault://env/p}"}}`, ``},
		"a reference where none is taken":    {`{"minute": "{vault://env/m}"}`, `config.minute must be a number: the field takes no reference to a vault`},
		"a reference as a plain text":        {`{"names": ["{vault://env/n}"]}`, ``},
		"a condition":                        {`{"policy": "redis"}`, `config.redis.host is required because of the value of config.policy`},
		"a condition that is met":            {`{"policy": "redis", "redis": {"host": "h"}}`, ``},
		"a condition met by a shorthand":     {`{"policy": "redis", "redis_host": "h"}`, ``},
		"two that exclude each other":        {`{"names": ["a"], "claims": ["b"]}`, `config may have only one of config.names, config.claims`},
		"one that is empty":                  {`{"names": [], "claims": ["b"]}`, ``},
		"a shorthand of another type":        {`{"redis_host": 5}`, `config.redis_host must be a string`},
		"a shorthand that needs converting":  {`{"redis": {"addresses": ["a:1"]}, "session_kind": "off"}`, ``},
		"a shorthand that stands for refuse": {`{"limit": -1}`, ``},
	} {
		got := ""
		for _, p := range limiter(t).Validate(object(t, tt.config), nil, nil) {
			got += p.Path + " " + p.Message
		}
		assert.Equal(t, tt.want, got, reason)
	}
}

func TestValidateScopesAndProtocols(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []Problem{
		{Path: "consumer", Message: "must not be set for this plugin"},
		{Path: "protocols[1]", Message: "must be one of http, https, grpc"},
		{Path: "config.x", Message: "is no field of this plugin"},
	}, limiter(t).Validate(map[string]any{"x": 1}, []string{"service", "consumer", "route"}, []string{"http", "tcp"}))
}

func TestValidateSaysNoValues(t *testing.T) {
	t.Parallel()
	config := object(t, `{"minute": "s3cret", "policy": "s3cret", "hide": "s3cret", "names": "s3cret", "redis": {"port": "s3cret"}, "targets": ["s3cret"]}`)
	problems := limiter(t).Validate(config, nil, nil)
	assert.Len(t, problems, 6)
	for _, p := range problems {
		assert.NotContains(t, p.Path+p.Message, "s3cret")
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct{ field, value, want string }{
		"not one of":             {`"type": "string", "not_one_of": ["a"]`, `"a"`, "must be none of a"},
		"less than":              {`"type": "number", "lt": 5`, `5`, "must be less than 5"},
		"one value":              {`"type": "number", "eq": 5`, `6`, "must be 5"},
		"not one value":          {`"type": "number", "ne": 5`, `5`, "must not be 5"},
		"large numbers":          {`"type": "number", "between": [0, 2147483646]`, `2147483647`, "must be between 0 and 2147483646"},
		"a beginning":            {`"type": "string", "starts_with": "/"`, `"a"`, "must start with /"},
		"a uuid":                 {`"type": "string", "uuid": true`, `"a"`, "must be a uuid"},
		"a uuid in capitals":     {`"type": "string", "uuid": true`, `"AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE"`, ""},
		"short":                  {`"type": "string", "len_min": 3`, `"ab"`, "must have a length of at least 3"},
		"short, but in bytes":    {`"type": "string", "len_min": 3`, `"üb"`, ""},
		"long, but in bytes":     {`"type": "string", "len_max": 2`, `"üb"`, ""},
		"another length":         {`"type": "string", "len_eq": 2`, `"abc"`, "must have a length of 2"},
		"a set that is too long": {`"type": "set", "len_max": 1, "elements": {"type": "string"}`, `["a", "a"]`, ""},
		"a short map":            {`"type": "map", "len_min": 1`, `{}`, "must have a length of at least 1"},
		"an empty default":       {`"type": "string", "default": ""`, `""`, ""},
		"a pattern of Lua":       {`"type": "string", "match": "^%d+$"`, `"a"`, ""},
		"a null in a list":       {`"type": "array", "elements": {"type": "string"}`, `[null]`, ""},
		"what the server prints": {"\"type\": \"string\", \"one_of\": [\"a\\nb\"]", `"x"`, `must be one of a\nb`},
	} {
		s, err := Parse([]byte(`{"fields": [{"config": {"type": "record", "fields": [{"f": {` + tt.field + `}}]}}]}`))
		require.NoError(t, err)
		var value any
		require.NoError(t, json.Unmarshal([]byte(tt.value), &value))
		got := ""
		for _, p := range s.Validate(map[string]any{"f": value}, nil, nil) {
			got += p.Message
		}
		assert.Equal(t, tt.want, got, reason)
	}
}

func TestChecks(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct{ check, config, want string }{
		"at least one":                     {`"at_least_one_of": ["a", "b"]`, `{}`, "needs at least one of config.a, config.b"},
		"an empty list is none":            {`"at_least_one_of": ["a", "l"]`, `{"l": []}`, "needs at least one of config.a, config.l"},
		"an empty text may be one":         {`"at_least_one_of": ["a", "b"]`, `{"a": ""}`, ""},
		"a reference is one":               {`"at_least_one_of": ["a", "b"]`, `{"a": "{vault://env/a}"}`, ""},
		"what the server makes":            {`"at_least_one_of": ["a", "made"]`, `{}`, ""},
		"a field that is not there":        {`"at_least_one_of": ["a", "elsewhere"]`, `{}`, ""},
		"exactly one, none":                {`"only_one_of": ["a", "b"]`, `{}`, "needs exactly one of config.a, config.b"},
		"exactly one, two":                 {`"only_one_of": ["a", "b"]`, `{"a": "x", "b": "y"}`, "needs exactly one of config.a, config.b"},
		"exactly one":                      {`"only_one_of": ["a", "b"]`, `{"a": "x"}`, ""},
		"together":                         {`"mutually_required": ["a", "b"]`, `{"a": "x"}`, "needs all or none of config.a, config.b"},
		"neither":                          {`"mutually_required": ["a", "b"]`, `{}`, ""},
		"sets that exclude each other":     {`"mutually_exclusive_sets": {"set1": ["a"], "set2": ["b", "l"]}`, `{"a": "x", "l": [1]}`, "must not have any of config.a together with any of config.b, config.l"},
		"different":                        {`"distinct": ["a", "b"]`, `{"a": "x", "b": "x"}`, "needs different values in config.a, config.b"},
		"two that are absent":              {`"distinct": ["a", "b"]`, `{}`, ""},
		"one of, under a condition":        {`"conditional_at_least_one_of": {"if_field": "a", "if_match": {"one_of": ["x"]}, "then_at_least_one_of": ["b", "l"]}`, `{"a": "x"}`, "needs at least one of config.b, config.l because of the value of config.a"},
		"the condition is not met":         {`"conditional_at_least_one_of": {"if_field": "a", "if_match": {"one_of": ["x"]}, "then_at_least_one_of": ["b", "l"]}`, `{"a": "z"}`, ""},
		"nobody knows about null":          {`"conditional_at_least_one_of": {"if_field": "a", "if_match": {"one_of": ["x"]}, "then_at_least_one_of": ["b", "l"]}`, `{}`, ""},
		"a value under a condition":        {`"conditional": {"if_field": "n", "if_match": {"gt": 0}, "then_field": "l", "then_match": {"contains": "exp"}}`, `{"n": 5, "l": ["x"]}`, "has a value that is refused because of the value of config.n"},
		"a value that is met":              {`"conditional": {"if_field": "n", "if_match": {"gt": 0}, "then_field": "l", "then_match": {"contains": "exp"}}`, `{"n": 5, "l": ["exp"]}`, ""},
		"a condition sees no null":         {`"conditional": {"if_field": "n", "if_match": {"gt": 0}, "then_field": "l", "then_match": {"contains": "exp"}}`, `{"n": 5}`, ""},
		"null under a condition":           {`"conditional": {"if_field": "a", "if_match": {"ne": null}, "then_field": "b", "then_match": {"eq": null}}`, `{"a": "x", "b": "y"}`, "has a value that is refused because of the value of config.a"},
		"a range under a condition":        {`"conditional": {"if_field": "a", "if_match": {"required": true}, "then_field": "n", "then_match": {"between": [1, 2]}}`, `{"a": "x", "n": 3}`, "has a value that is refused because of the value of config.a"},
		"a negation":                       {`"conditional": {"if_field": "a", "if_match": {"not_one_of": ["x"]}, "then_field": "b", "then_match": {"required": true}}`, `{"a": "y"}`, "is required because of the value of config.a"},
		"part of a match is not known":     {`"conditional": {"if_field": "a", "if_match": {"eq": "x", "match": "%w"}, "then_field": "b", "then_match": {"required": true}}`, `{"a": "x"}`, ""},
		"a reference may be anything":      {`"conditional": {"if_field": "a", "if_match": {"ne": "x"}, "then_field": "b", "then_match": {"required": true}}`, `{"a": "{vault://env/a}"}`, ""},
		"a rule in code":                   {`"custom_entity_check": {"field_sources": ["a"]}`, `{}`, ""},
		"a rule of another form":           {`"only_one_of": "a"`, `{}`, ""},
		"a list of something else":         {`"at_least_one_of": ["a", 5]`, `{}`, ""},
		"a condition of another form":      {`"conditional": {"if_field": 1, "if_match": [], "then_field": "b"}`, `{}`, ""},
		"null where a list is to be given": {`"conditional": {"if_field": "a", "if_match": {"eq": null}, "then_field": "b", "then_match": {"required": true}}`, `{}`, "is required because of the value of config.a"},
	} {
		s, err := Parse([]byte(`{"fields": [{"config": {"type": "record", "entity_checks": [{` + tt.check + `}], "fields": [
			{"a": {"type": "string", "referenceable": true, "len_min": 0}}, {"b": {"type": "string"}}, {"n": {"type": "number"}},
			{"l": {"type": "array"}}, {"made": {"type": "string", "auto": true}}]}}]}`))
		require.NoError(t, err)
		got := ""
		for _, p := range s.Validate(object(t, tt.config), nil, nil) {
			got += p.Message
		}
		assert.Equal(t, tt.want, got, reason)
	}
}
