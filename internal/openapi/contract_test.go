package openapi_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	validation "github.com/pb33f/libopenapi-validator/errors"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// contract sends requests to a server and holds each exchange against the document.
type contract struct {
	t          *testing.T
	document   *v3.Document
	validator  validator.Validator
	deviations []*deviation
	served     map[string]map[int]bool // statuses by operation ID
}

// readContract skips the test if the document is not there.
func readContract(t *testing.T) *contract {
	t.Helper()
	file := filepath.Join("..", "..", "..", "shared", "reference", "konnect-openapi.yaml")
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the OpenAPI document is not there")
	}
	require.NoError(t, err)
	document, err := libopenapi.NewDocument(modernised(t, content))
	require.NoError(t, err)
	model, err := document.BuildV3Model()
	require.NoError(t, err)
	v, errs := validator.NewValidator(document, config.WithFormatAssertions())
	require.Empty(t, errs)
	return &contract{t: t, document: &model.Model, validator: v, deviations: deviations(), served: map[string]map[int]bool{}}
}

// modernised writes nullable, which the document keeps from OpenAPI 3.0, as 3.1 has it.
func modernised(t *testing.T, content []byte) []byte {
	t.Helper()
	var root any
	require.NoError(t, yaml.Unmarshal(content, &root))
	allowNull(root)
	out, err := yaml.Marshal(root)
	require.NoError(t, err)
	return out
}

func allowNull(node any) {
	switch n := node.(type) {
	case []any:
		for _, item := range n {
			allowNull(item)
		}
	case map[string]any:
		nullable, _ := n["nullable"].(bool)
		if kind, ok := n["type"].(string); ok && nullable {
			n["type"] = []any{kind, "null"}
			if enum, ok := n["enum"].([]any); ok {
				n["enum"] = append(enum, nil)
			}
		}
		delete(n, "nullable")
		for _, item := range n {
			allowNull(item)
		}
	}
}

// client is one server under test.
type client struct {
	*contract
	srv   *konnecttest.Server
	token string
}

func (c *contract) client(opts ...konnecttest.Option) *client {
	srv := konnecttest.NewServer(opts...)
	return &client{contract: c, srv: srv, token: srv.Token}
}

// exchange is a request and what it must be answered with.
type exchange struct {
	method, path string
	body         any
	status       int
	invalid      bool // the request breaks the document on purpose
	unchecked    bool // the request may break it or not
}

func (c *client) do(x exchange) map[string]any {
	c.t.Helper()
	content := []byte(nil)
	if x.body != nil {
		var err error
		content, err = json.Marshal(x.body)
		require.NoError(c.t, err)
	}
	newRequest := func() *http.Request {
		r := httptest.NewRequestWithContext(c.t.Context(), x.method, "https://us.api.konghq.com"+x.path, bytes.NewReader(content))
		r.Header.Set("Authorization", "Bearer "+c.token)
		if content != nil {
			r.Header.Set("Content-Type", "application/json")
		}
		return r
	}
	w := httptest.NewRecorder()
	c.srv.ServeHTTP(w, newRequest())
	res := w.Result()
	raw, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	require.Equal(c.t, x.status, res.StatusCode, "%s %s: %s", x.method, x.path, raw)

	c.visited(x)
	valid, found := c.validator.ValidateHttpRequest(newRequest())
	switch {
	case x.unchecked:
	case x.invalid:
		require.False(c.t, valid, "%s %s keeps to the document: %s", x.method, x.path, content)
	default:
		c.report(x, "request "+string(content), found)
	}
	res.Body = io.NopCloser(bytes.NewReader(raw))
	_, found = c.validator.ValidateHttpResponse(newRequest(), res)
	c.report(x, "response "+string(raw), found)

	var body map[string]any
	if len(raw) > 0 {
		require.NoError(c.t, json.Unmarshal(raw, &body))
	}
	return body
}

// probe asks for something the server may not serve at all.
func (c *client) probe(method, path string) int {
	r := httptest.NewRequestWithContext(c.t.Context(), method, path, nil)
	r.Header.Set("Authorization", "Bearer "+c.token)
	w := httptest.NewRecorder()
	c.srv.ServeHTTP(w, r)
	return w.Code
}

// report fails the test for each fault that is no deviation.
func (c *client) report(x exchange, what string, found []*validation.ValidationError) {
	c.t.Helper()
	for _, fault := range found {
		for _, text := range faults(fault) {
			if !c.excused(x, text) {
				c.t.Errorf("%s %s, status %d: %s\n%s", x.method, x.path, x.status, text, what)
			}
		}
	}
}

// faults are the single findings within one error of the validator.
func faults(e *validation.ValidationError) []string {
	if len(e.SchemaValidationErrors) == 0 {
		return []string{cmp.Or(e.Message, "") + ": " + e.Reason}
	}
	var out []string
	for _, s := range e.SchemaValidationErrors {
		out = append(out, fmt.Sprintf("%s: %s: %s", e.Message, s.FieldPath, s.Reason))
	}
	return out
}

func (c *client) excused(x exchange, text string) bool {
	for _, d := range c.deviations {
		if d.covers(x, text) {
			d.used = true
			return true
		}
	}
	return false
}

// visited notes which operation of the document an exchange belongs to.
func (c *client) visited(x exchange) {
	path, _, _ := strings.Cut(x.path, "?")
	for operation, pattern := range c.operations() {
		method, template, _ := strings.Cut(pattern, " ")
		if method == x.method && templateMatches(template, path) {
			if c.served[operation] == nil {
				c.served[operation] = map[int]bool{}
			}
			c.served[operation][x.status] = true
		}
	}
}

// operations are those of the document, as method and path by their ID.
func (c *contract) operations() map[string]string {
	out := map[string]string{}
	for path, item := range c.document.Paths.PathItems.FromOldest() {
		for method, operation := range item.GetOperations().FromOldest() {
			out[operation.OperationId] = strings.ToUpper(method) + " " + path
		}
	}
	return out
}

// templateMatches takes any segment for a variable; no two paths of the document collide.
func templateMatches(template, path string) bool {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, have, func(w, h string) bool {
		return w == h || strings.HasPrefix(w, "{")
	})
}
