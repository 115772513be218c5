package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// try asks a gateway that has what was provisioned. Both endpoints of the Service are one
// handler in memory.
func try(ctx context.Context, server *konnecttest.Server, stdout io.Writer) error {
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "the service was asked for %s of %s", r.URL.Path, r.Host)
	})
	gateway := server.Gateway(server.ControlPlane("gateway-control-plane").ID,
		konnecttest.WithBackend("10.0.0.1:8080", echo), konnecttest.WithBackend("10.0.0.2:8080", echo))
	defer gateway.Close()
	fmt.Fprintln(stdout)
	for _, path := range []string{"/echo/hello", "/echoes"} {
		request := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://shop.example.com"+path, http.NoBody)
		answer := httptest.NewRecorder()
		gateway.ServeHTTP(answer, request)
		body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
		if err != nil {
			return fmt.Errorf("ask the gateway: %w", err)
		}
		text := http.StatusText(answer.Code)
		if answer.Code == http.StatusOK {
			text += ": " + string(body)
		}
		fmt.Fprintf(stdout, "GET http://shop.example.com%-12s %d %s\n", path, answer.Code, text)
	}
	return nil
}
