package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// try asks a gateway that has what was provisioned. The echo service takes the place of the
// host that the service names.
func try(ctx context.Context, server *konnecttest.Server, pair konnecttest.KeyPair, stdout io.Writer) error {
	gateway := server.Gateway(server.ControlPlane("gateway-control-plane").ID, konnecttest.WithBackend("echo.kong.svc.cluster.local:1027",
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s is welcome", r.Header.Get("X-Consumer-Username"))
		})))
	defer gateway.Close()
	front := httptest.NewUnstartedServer(gateway)
	front.TLS = gateway.TLSConfig()
	front.StartTLS()
	defer front.Close()

	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM([]byte(pair.Certificate))
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trusted, ServerName: host, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, front.Listener.Addr().String())
		},
	}}
	defer client.CloseIdleConnections()
	fmt.Fprintf(stdout, "\nGET https://%s/echo, under the certificate of %s:\n\n", host, host)
	for _, with := range []struct{ text, key string }{{"no key", ""}, {"another key", "unknown"}, {"alice's key", key}} {
		answer, err := ask(ctx, client, with.key)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%-12s %s\n", with.text, answer)
	}
	return nil
}

// ask returns what is answered to a request with a key.
func ask(ctx context.Context, client *http.Client, key string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+"/echo", http.NoBody)
	if err != nil {
		return "", err
	}
	r.Header.Set("Accept", "text/plain")
	if key != "" {
		r.Header.Set("Apikey", key)
	}
	res, err := client.Do(r)
	if err != nil {
		return "", fmt.Errorf("ask the gateway: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", fmt.Errorf("ask the gateway: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return res.Status, nil
	}
	return fmt.Sprintf("%s: %s; %s of %s requests left in this minute", res.Status, body,
		res.Header.Get("X-RateLimit-Remaining-Minute"), res.Header.Get("X-RateLimit-Limit-Minute")), nil
}
