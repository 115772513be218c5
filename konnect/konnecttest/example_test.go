package konnecttest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// call sends one request and prints what came back.
func call(srv *konnecttest.Server, method, path, body string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+srv.Token)
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)
	fmt.Println(method, w.Code)
}

func Example() {
	srv := konnecttest.NewServer()
	stop, err := srv.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()

	r, err := http.NewRequest(http.MethodGet, srv.URL+"/v2/control-planes", http.NoBody)
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Header.Set("Authorization", "Bearer "+srv.Token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	body, _ := io.ReadAll(res.Body)
	fmt.Println(res.StatusCode, string(body))
	fmt.Println(srv.Writes(), "writes")
	// Output:
	// 200 {"data":[],"meta":{"page":{"number":1,"size":10,"total":0}}}
	// 0 writes
}

func ExampleNewServer() {
	srv := konnecttest.NewServer(konnecttest.WithDeleteMissing(http.StatusNotFound))
	id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
	entities := "/v2/control-planes/" + id + "/core-entities"
	call(srv, "POST", entities+"/services", `{"name":"echo","url":"http://echo.example:1027/x"}`)
	call(srv, "POST", entities+"/services", `{"name":"echo","host":"echo.example"}`)
	call(srv, "DELETE", entities+"/services/11111111-2222-4333-8444-555555555555", "")

	echo := srv.Entity(id, "services", "echo")
	fmt.Println(echo["protocol"], echo["host"], echo["port"], echo["path"], echo["retries"])
	// Output:
	// POST 201
	// POST 400
	// DELETE 404
	// http echo.example 1027 /x 5
}

func ExampleStart() {
	test := func(t *testing.T) {
		t.Helper()
		srv := konnecttest.Start(t) // stops when the test ends
		_ = srv.URL                 // for the client under test, with srv.Token
	}
	_ = test
	// Output:
}

func ExampleServer_Inject() {
	srv := konnecttest.NewServer()
	id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
	entities := "/v2/control-planes/" + id + "/core-entities"

	fault := srv.Inject(konnecttest.Fault{
		Method: "POST", Path: "**/services", Nth: 2, Effect: konnecttest.FailAfter(http.StatusInternalServerError),
	})
	for range 3 {
		call(srv, "POST", entities+"/services", `{"host":"echo.example"}`)
	}
	fmt.Println(fault.Hits(), "hit,", len(srv.Entities(id, "services")), "services")
	// Output:
	// POST 201
	// POST 500
	// POST 201
	// 1 hit, 3 services
}

func ExampleServer_Modify() {
	srv := konnecttest.NewServer()
	id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
	service, err := srv.Put(id, "services", map[string]any{"name": "echo", "host": "echo.example"})
	if err != nil {
		fmt.Println(err)
		return
	}
	// Somebody turns it off behind the back of the client under test.
	err = srv.Modify(id, "services", service["id"].(string), func(entity map[string]any) { entity["enabled"] = false })
	fmt.Println(srv.Entity(id, "services", "echo")["enabled"], err)
	// Output: false <nil>
}

func ExampleServer_Count() {
	srv := konnecttest.NewServer()
	id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
	call(srv, "GET", "/v2/control-planes/"+id+"/core-entities/services", "")
	call(srv, "GET", "/v2/control-planes/"+id+"/core-entities/routes", "")
	fmt.Println(srv.Count("GET", "/services"), srv.Count("", id), srv.Writes())
	// Output:
	// GET 200
	// GET 200
	// 1 2 0
}
