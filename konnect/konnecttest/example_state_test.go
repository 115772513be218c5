package konnecttest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func ExampleServer_Dump() {
	srv := konnecttest.NewServer()
	id, _ := srv.AddControlPlane("", map[string]any{"name": "team-a"})
	_, _ = srv.Put(id, "services", map[string]any{"name": "echo", "host": "echo.example", "tags": []string{"env:dev"}})
	_, _ = srv.Put(id, "services", map[string]any{"name": "billing", "host": "billing.example"})

	for _, controlPlane := range srv.Dump().ControlPlanes {
		for _, service := range controlPlane.Entities["services"] {
			fmt.Println(controlPlane.Name, service.Name(), service["host"], service.Tags())
		}
	}
	// Output:
	// team-a billing billing.example []
	// team-a echo echo.example [env:dev]
}

func ExampleServer_ControlPlane() {
	srv := konnecttest.NewServer()
	entities := func() string {
		id, _ := srv.AddControlPlane("", map[string]any{"name": "team-a", "labels": map[string]any{"env": "dev"}})
		return "/v2/control-planes/" + id + "/core-entities"
	}()
	call(srv, "POST", entities+"/services", `{"name":"echo","host":"echo.example"}`)

	teamA := srv.ControlPlane("team-a")
	fmt.Println(teamA.Labels, len(teamA.Entities["services"]), srv.ControlPlane("team-b") == nil)
	// Output:
	// POST 201
	// map[env:dev] 1 true
}

func ExampleServer_TryInject() {
	srv := konnecttest.NewServer()
	_, err := srv.TryInject(konnecttest.Fault{Method: "put", Effect: konnecttest.LoseResponse()})
	fmt.Println(err)
	_, err = srv.TryInject(konnecttest.Fault{Path: "services/*", Effect: konnecttest.LoseResponse()})
	fmt.Println(err)
	// Output:
	// inject fault: method "put" is none of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS
	// inject fault: path "services/*" matches none that the server knows; a pattern is for the whole path, such as **/services/*
}

func ExampleServer_UnhitFaults() {
	srv := konnecttest.NewServer()
	srv.Inject(konnecttest.Fault{Method: "GET", Effect: konnecttest.FailBefore(http.StatusServiceUnavailable)})
	srv.Inject(konnecttest.Fault{Method: "PUT", Path: "**/services/*", Effect: konnecttest.LoseResponse()})
	call(srv, "GET", "/v2/control-planes", "")
	fmt.Println(srv.UnhitFaults())
	// Output:
	// GET 503
	// [PUT **/services/*: lose response]
}

func ExampleWithEveryFaultHit() {
	test := func(t *testing.T) {
		t.Helper()
		srv := konnecttest.Start(t, konnecttest.WithEveryFaultHit())
		// Fails the test unless the client under test writes a service.
		srv.Inject(konnecttest.Fault{Method: "PUT", Path: "**/services/*", Effect: konnecttest.LoseResponse()})
	}
	_ = test
	// Output:
}

func ExampleWithDecodedURLPaths() {
	for _, opts := range [][]konnecttest.Option{nil, {konnecttest.WithDecodedURLPaths()}} {
		srv := konnecttest.NewServer(opts...)
		id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
		service, err := srv.Put(id, "services", map[string]any{"url": "https://echo.example/%7Ealice"})
		fmt.Println(service["path"], err)
	}
	// Output:
	// /%7Ealice <nil>
	// /~alice <nil>
}

func ExampleWithHostsAsSent() {
	for _, opts := range [][]konnecttest.Option{nil, {konnecttest.WithHostsAsSent()}} {
		srv := konnecttest.NewServer(opts...)
		id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
		service, err := srv.Put(id, "services", map[string]any{"host": "010.0.0.1"})
		fmt.Println(service["host"], err)
	}
	// Output:
	// 10.0.0.1 <nil>
	// 010.0.0.1 <nil>
}

func Example_limit() {
	srv := konnecttest.NewServer()
	r := httptest.NewRequest(http.MethodGet, "/v3/portals", http.NoBody)
	r.Header.Set("Authorization", "Bearer "+srv.Token)
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get(konnecttest.LimitHeader))
	// Output: 404 the in-memory Konnect does not serve this path
}
