package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// try sends a request through a gateway with what has been provisioned, and prints the way that
// it took. The echo service takes the place of the host that the service names.
func try(ctx context.Context, server *konnecttest.Server, path string, stdout io.Writer) error {
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s, with Host %s", r.Method, r.URL.RequestURI(), r.Host)
	}))
	defer echo.Close()
	gateway := server.Gateway(server.ControlPlane("gateway-control-plane").ID, konnecttest.WithDial(
		func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, echo.Listener.Addr().String())
		}))
	defer gateway.Close()
	front := httptest.NewServer(gateway)
	defer front.Close()

	r, err := http.NewRequestWithContext(ctx, http.MethodGet, front.URL+"/"+strings.TrimPrefix(path, "/"), http.NoBody)
	if err != nil {
		return fmt.Errorf("try %s: %w", path, err)
	}
	r.Host = "api.example"
	r.Header.Set("Kong-Debug", "1") // the answer names route and service
	res, err := front.Client().Do(r)
	if err != nil {
		return fmt.Errorf("try %s: %w", path, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("try %s: %w", path, err)
	}
	fmt.Fprintf(stdout, "\nTried:\n\nrequest   GET http://api.example%s\n", r.URL.RequestURI())
	route, service := res.Header.Get("Kong-Route-Name"), res.Header.Get("Kong-Service-Name")
	if route == "" {
		fmt.Fprintf(stdout, "route     none\nanswer    %s\n", res.Status)
		return nil
	}
	fmt.Fprintf(stdout, "route     %s\nservice   %s\n", route, service)
	if res.Header.Get("X-Kong-Upstream-Latency") != "" {
		fmt.Fprintf(stdout, "upstream  %s\n", body)
	}
	fmt.Fprintf(stdout, "answer    %s\n", res.Status)
	return nil
}
