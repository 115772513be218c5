package crd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
)

type holder struct {
	Config crd.JSON `json:"config,omitzero"`
}

func TestJSONKeepsTheValue(t *testing.T) {
	t.Parallel()
	for reason, c := range map[string]struct{ text, want string }{
		"an object":            {`{"config": {"b": 1, "a": [null, {"c": null}]}}`, `{"config":{"a":[null,{"c":null}],"b":1}}`},
		"a long number":        {`{"config": 1234567890123456789}`, `{"config":1234567890123456789}`},
		"one that is too long": {`{"config": 12345678901234567890}`, `{"config":12345678901234567000}`},
		"a float":              {`{"config": -1.50}`, `{"config":-1.5}`},
		"a text":               {`{"config": "a b"}`, `{"config":"a b"}`},
		"null":                 {`{"config": null}`, `{}`},
		"nothing":              {`{}`, `{}`},
	} {
		var got holder
		require.NoError(t, json.Unmarshal([]byte(c.text), &got), reason)
		raw, err := json.Marshal(got)
		require.NoError(t, err, reason)
		assert.Equal(t, c.want, string(raw), reason)
	}
	null, err := json.Marshal(crd.JSON(""))
	require.NoError(t, err)
	assert.Equal(t, "null", string(null))
	_, err = json.Marshal(holder{Config: "{"})
	require.Error(t, err, "no JSON")
	require.Error(t, new(crd.JSON).UnmarshalJSON([]byte("{")))
	_, err = crd.NewJSON(func() {})
	require.ErrorContains(t, err, "encode as json: ")
}

func TestJSONShowsNothing(t *testing.T) {
	t.Parallel()
	value, err := crd.NewJSON(map[string]any{"token": "not-to-be-seen"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"token":"not-to-be-seen"}`, value.Reveal())
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "config", value, "holder", holder{value})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		_, _ = fmt.Fprintf(&log, verb, value)
		_, _ = fmt.Fprintf(&log, verb, holder{value})
		_, _ = fmt.Fprintf(&log, verb, &holder{value})
	}
	assert.NotContains(t, log.String(), "not-to-be-seen")
	assert.NotContains(t, log.String(), fmt.Sprintf("%x", "not-to-be-seen"))
	assert.Contains(t, log.String(), crd.Redacted)
	assert.Empty(t, crd.JSON("").String())
}
