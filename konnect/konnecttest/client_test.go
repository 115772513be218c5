package konnecttest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// answer is what a server said.
type answer struct {
	Status int
	Header http.Header
	Body   map[string]any
	Raw    string
}

// client talks to a server without a network.
type client struct {
	t     testing.TB
	srv   *konnecttest.Server
	token string
}

func newClient(t testing.TB, opts ...konnecttest.Option) *client {
	t.Helper()
	srv := konnecttest.NewServer(opts...)
	return &client{t: t, srv: srv, token: srv.Token}
}

func (c *client) as(token string) *client { return &client{t: c.t, srv: c.srv, token: token} }

// do sends body as JSON, or as it is if it is a string.
func (c *client) do(method, path string, body any) answer {
	c.t.Helper()
	var content []byte
	switch b := body.(type) {
	case nil:
	case string:
		content = []byte(b)
	default:
		var err error
		content, err = json.Marshal(b)
		require.NoError(c.t, err)
	}
	r := httptest.NewRequestWithContext(c.t.Context(), method, path, bytes.NewReader(content))
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if content != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	recorder := httptest.NewRecorder()
	c.srv.ServeHTTP(recorder, r)
	return read(c.t, recorder.Result())
}

func read(t testing.TB, res *http.Response) answer {
	t.Helper()
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	out := answer{Status: res.StatusCode, Header: res.Header, Raw: string(raw)}
	if len(raw) > 0 {
		require.NoError(t, json.Unmarshal(raw, &out.Body), "body %s", raw)
	}
	return out
}

// plane adds a control plane and returns the path of its core entities.
func (c *client) plane(fields map[string]any) (id, entities string) {
	c.t.Helper()
	all := map[string]any{"name": "cp"}
	maps.Copy(all, fields)
	id, err := c.srv.AddControlPlane("", all)
	require.NoError(c.t, err)
	return id, "/v2/control-planes/" + id + "/core-entities"
}
