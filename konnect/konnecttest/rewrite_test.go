package konnecttest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestAnswersThatAreNotTrue: the request is carried out, and what is sent is consistent in itself.
func TestAnswersThatAreNotTrue(t *testing.T) {
	t.Parallel()
	const path, created = "/v2/control-planes", `{"name":"cp"}`
	for name, tt := range map[string]struct {
		effect konnecttest.Effect
		check  func(answer)
		planes int
	}{
		"rewritten": {konnecttest.Rewrite(func(body []byte) []byte { return bytes.ReplaceAll(body, []byte(`"cp"`), []byte(`"pc"`)) }), func(a answer) {
			assert.Equal(t, "pc", a.Body["name"])
		}, 1},
		"another answer": {konnecttest.AnswerWith(429, http.Header{"Retry-After": {"Inf"}}, "application/json", `{}`), func(a answer) {
			assert.Equal(t, 429, a.Status)
			assert.Equal(t, "Inf", a.Header.Get("Retry-After"))
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t)
			c.srv.Inject(konnecttest.Fault{Method: http.MethodPost, Effect: tt.effect})
			tt.check(c.do(http.MethodPost, path, created))
			assert.Len(t, c.srv.ControlPlanes(), tt.planes)
		})
	}
}

func TestCutShort(t *testing.T) {
	t.Parallel()
	srv := konnecttest.NewServer()
	get := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v2/control-planes", http.NoBody))
		return w
	}
	whole := get()
	srv.Inject(konnecttest.Fault{Effect: konnecttest.CutShort()})
	half := get()
	assert.Equal(t, whole.Code, half.Code)
	assert.Equal(t, whole.Body.String()[:whole.Body.Len()/2], half.Body.String())
	assert.Equal(t, fmt.Sprint(half.Body.Len()), half.Header().Get("Content-Length"))
}

// A list that is not what the API promises is a fault that a client should notice.
func ExampleRewrite() {
	srv := konnecttest.NewServer()
	srv.Inject(konnecttest.Fault{Path: "/v2/control-planes", Effect: konnecttest.Rewrite(func([]byte) []byte {
		return []byte(`{"data":null}`)
	})})
	r := httptest.NewRequest(http.MethodGet, "/v2/control-planes", http.NoBody)
	r.Header.Set("Authorization", "Bearer "+srv.Token)
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output: 200 {"data":null}
}

func ExampleAnswerWith() {
	srv := konnecttest.NewServer()
	srv.Inject(konnecttest.Fault{Effect: konnecttest.AnswerWith(
		http.StatusServiceUnavailable, http.Header{"Retry-After": {"1e300"}}, "application/json", `{}`)})
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v2/control-planes", http.NoBody))
	fmt.Println(w.Code, w.Header().Get("Retry-After"))
	// Output: 503 1e300
}
