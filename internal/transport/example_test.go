package transport_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"

	"github.com/konnectkit/konnectkit/internal/transport"
)

func ExampleNew() {
	var n atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Println("authorized:", r.Header.Get("Authorization") == "Bearer kpat_example")
	}))
	defer srv.Close()
	origin, _ := url.Parse(srv.URL)

	t, err := transport.New(transport.Config{
		Origin: origin,
		Token:  func(context.Context) (string, error) { return "kpat_example", nil },
		Observe: func(_ context.Context, e transport.Event) {
			fmt.Printf("%s %d: %s %s %d %q\n", e.Kind, e.Attempt, e.Method, e.Path, e.Status, e.Reason)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := t.Client().Get(srv.URL + "/v2/control-planes")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.StatusCode)
	// Output:
	// attempt 1: GET /v2/control-planes 429 ""
	// wait 2: GET /v2/control-planes 0 "refused"
	// authorized: true
	// attempt 2: GET /v2/control-planes 200 ""
	// 200
}

func ExamplePool() {
	var pool transport.Pool
	cfg := transport.Config{
		Origin:   &url.URL{Scheme: "https", Host: "us.api.konghq.com"},
		Token:    func(context.Context) (string, error) { return "kpat_example", nil },
		TokenKey: transport.HashToken("kpat_example"),
	}
	a, _ := pool.Transport(cfg)
	cfg.Retry.MaxAttempts = 1 // b never repeats, and shares a's budget
	b, _ := pool.Transport(cfg)
	fmt.Println(a, b, len(pool.Limits()))
	// Output: transport to https://us.api.konghq.com transport to https://us.api.konghq.com 1
}
