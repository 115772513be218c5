package konnecttest_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func ExampleServer_Gateway() {
	srv := konnecttest.NewServer()
	stop, _ := srv.Listen("127.0.0.1:0") // in a test, Start does it all
	defer stop()
	client, _ := konnect.NewClient(konnect.WithServerURL(srv.URL), konnect.WithToken(srv.Token))
	defer client.Close()
	_, err := client.Ensure(context.Background(), []crd.Object{
		builder.NewGatewayControlPlane("team-a").MustBuild(),
		builder.NewService("echo").URL("http://echo.kong.svc:1027/v1").ControlPlane("team-a").MustBuild(),
		builder.NewRoute("echo").Protocols("https").Paths("/echo").Service("echo").MustBuild(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("arrived:", r.Host, r.URL.Path, r.Header.Get("X-Forwarded-Path"))
	})
	gateway := srv.Gateway(srv.ControlPlane("team-a").ID, konnecttest.WithBackend("echo.kong.svc:1027", echo))
	defer gateway.Close()
	for _, url := range []string{"https://api.example/echo/hello", "http://api.example/echo", "https://api.example/"} {
		w := httptest.NewRecorder()
		gateway.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, http.NoBody))
		fmt.Println(url, w.Code)
	}
	// Output:
	// arrived: echo.kong.svc:1027 /v1/hello /echo/hello
	// https://api.example/echo/hello 200
	// http://api.example/echo 426
	// https://api.example/ 404
}

func ExampleServer_Gateway_key() {
	srv := konnecttest.NewServer()
	id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
	reference := func(collection string, fields map[string]any) map[string]any {
		stored, _ := srv.Put(id, collection, fields)
		return map[string]any{"id": stored["id"]}
	}
	service := reference("services", map[string]any{"host": "echo.kong.svc"})
	reference("routes", map[string]any{"paths": []string{"/echo"}, "service": service})
	reference("plugins", map[string]any{"name": "key-auth", "service": service})
	reference("key-auths", map[string]any{"key": "example", "consumer": reference("consumers", map[string]any{"username": "alice"})})

	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("arrived:", r.Header.Get("X-Consumer-Username"))
	})
	gateway := srv.Gateway(id, konnecttest.WithBackend("echo.kong.svc:80", echo))
	defer gateway.Close()
	for _, key := range []string{"", "example"} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "https://api.example/echo", http.NoBody)
		r.Header.Set("apikey", key)
		gateway.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// 401
	// arrived: alice
	// 200
}

func ExampleGateway_Unsupported() {
	srv := konnecttest.NewServer()
	id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
	_, _ = srv.Put(id, "services", map[string]any{"name": "echo", "host": "echo.example"})
	_, _ = srv.Put(id, "plugins", map[string]any{"name": "prometheus"})
	gateway := srv.Gateway(id)
	defer gateway.Close()
	for _, line := range gateway.Unsupported() {
		fmt.Println(line)
	}
	// Output:
	// plugin prometheus
	// service echo: echo.example:80 is not a loopback address, and no backend stands for it
}

func ExampleGateway_TLSConfig() {
	srv := konnecttest.NewServer()
	id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
	pair := konnecttest.SelfSigned("api.example")
	certificate, _ := srv.Put(id, "certificates", map[string]any{"cert": pair.Certificate, "key": pair.PrivateKey})
	_, _ = srv.Put(id, "snis", map[string]any{"name": "api.example", "certificate": map[string]any{"id": certificate["id"]}})

	gateway := srv.Gateway(id)
	defer gateway.Close()
	server := httptest.NewUnstartedServer(gateway)
	server.TLS = gateway.TLSConfig()
	server.StartTLS()
	defer server.Close()
	client := server.Client()
	client.Transport.(*http.Transport).TLSClientConfig.ServerName = "api.example"
	client.Transport.(*http.Transport).TLSClientConfig.RootCAs = poolOf(pair.Certificate)
	r, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, server.URL, http.NoBody)
	res, err := client.Do(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	fmt.Println(res.StatusCode, res.TLS.PeerCertificates[0].DNSNames)
	// Output: 404 [api.example]
}

func ExampleWithDial() {
	listener := httptest.NewServer(http.NotFoundHandler())
	defer listener.Close()
	srv := konnecttest.NewServer()
	id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
	_, _ = srv.Put(id, "services", map[string]any{"name": "echo", "host": "echo.example"})
	gateway := srv.Gateway(id, konnecttest.WithDial(dialAlways(listener.Listener.Addr().String())))
	defer gateway.Close()
	fmt.Println(len(gateway.Unsupported()))
	// Output: 0
}

func dialAlways(address string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}

func poolOf(certificate string) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(certificate))
	return pool
}
