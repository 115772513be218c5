package konnecttest_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// listen serves the gateway over TLS.
func (f *traffic) listen() string {
	f.t.Helper()
	server := httptest.NewUnstartedServer(f.gw)
	server.TLS = f.gw.TLSConfig()
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // clients that hang up
	server.StartTLS()
	f.t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func TestCertificatesBySNI(t *testing.T) {
	t.Parallel()
	f := newTraffic(t)
	names := map[string][]string{
		"exact": {"a.example.test"}, "first": {"*.example.test"}, "last": {"a.example.*"}, "other": {"b.*", "example.test"},
	}
	for name, snis := range names {
		pair := konnecttest.SelfSigned(name)
		certificate := f.put("certificates", entity{"cert": pair.Certificate, "key": pair.PrivateKey})
		for _, sni := range snis {
			f.put("snis", entity{"name": sni, "certificate": certificate})
		}
	}
	address := f.listen()
	shown := func(sni string) string {
		dialer := tls.Dialer{Config: &tls.Config{ServerName: sni, InsecureSkipVerify: true}}
		conn, err := dialer.DialContext(t.Context(), "tcp", address)
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].DNSNames[0]
	}
	for _, tt := range []struct{ reason, sni, want string }{
		{"the name itself goes first", "a.example.test", "exact"},
		{"then the wildcard for the first label", "c.example.test", "first"},
		{"then that for the last", "a.example.org", "last"},
		{"one of several names of a certificate", "b.org", "other"},
		{"an unknown name", "nobody.org", "localhost"},
		{"no name", "", "localhost"},
	} {
		assert.Equal(t, tt.want, shown(tt.sni), tt.reason)
	}
	pair := konnecttest.SelfSigned("everybody")
	certificate := f.put("certificates", entity{"cert": pair.Certificate, "key": pair.PrivateKey})
	f.put("snis", entity{"name": "*", "certificate": certificate})
	assert.Equal(t, "everybody", shown("nobody.org"), "the asterisk alone is for all others")
	assert.Equal(t, "everybody", shown(""), "and for those without a name")
}

func TestRequestsOverTLS(t *testing.T) {
	t.Parallel()
	f := newTraffic(t, "a.test:80")
	f.route(entity{"host": "a.test"}, entity{"paths": []string{"/"}, "protocols": []string{"https"}, "snis": []string{"a.example.test"}})
	address := f.listen()
	client := func(sni string) *http.Response {
		transport := &http.Transport{
			TLSClientConfig: &tls.Config{ServerName: sni, InsecureSkipVerify: true},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, address)
			},
		}
		t.Cleanup(transport.CloseIdleConnections)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.test/", http.NoBody)
		require.NoError(t, err)
		res, err := transport.RoundTrip(r)
		require.NoError(t, err)
		t.Cleanup(func() { _ = res.Body.Close() })
		return res
	}
	got := f.arrived(client("a.example.test"))
	_, port, _ := net.SplitHostPort(address)
	assert.Equal(t, port, got.Header.Get("X-Forwarded-Port"))
	assert.Equal(t, "127.0.0.1", got.Header.Get("X-Real-Ip"))
	assert.Equal(t, 404, client("b.example.test").StatusCode, "the SNI is another one")
}

func TestClientCertificates(t *testing.T) {
	t.Parallel()
	ours, theirs := konnecttest.SelfSigned("gateway"), konnecttest.SelfSigned("private.test")
	pair, err := tls.X509KeyPair([]byte(theirs.Certificate), []byte(theirs.PrivateKey))
	require.NoError(t, err)
	target := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.TLS.ServerName, " ", r.TLS.PeerCertificates[0].DNSNames[0])
	}))
	target.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	target.StartTLS()
	t.Cleanup(target.Close)
	f := newTrafficWith(t, konnecttest.WithDial(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, target.Listener.Addr().String())
	}))
	certificate := f.put("certificates", entity{"cert": ours.Certificate, "key": ours.PrivateKey})
	f.route(entity{"url": "https://private.test:8443", "client_certificate": certificate}, entity{"paths": []string{"/"}})
	assert.Equal(t, "private.test gateway", bodyOf(t, f.get("http://x/")))
}

func TestWebSocket(t *testing.T) {
	t.Parallel()
	shout := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, stream, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = fmt.Fprintf(stream, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_ = stream.Flush()
		line, _ := stream.ReadString('\n')
		_, _ = fmt.Fprintf(stream, "%s says %s", r.URL.Path, line)
		_ = stream.Flush()
	})
	f := newTrafficWith(t, konnecttest.WithBackend("ws.test:80", shout))
	f.route(entity{"host": "ws.test"}, entity{"paths": []string{"/ws"}})
	server := httptest.NewServer(f.gw)
	t.Cleanup(server.Close)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprint(conn, "GET /ws/room HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	require.NoError(t, err)
	reader := bufio.NewReader(conn)
	res, err := http.ReadResponse(reader, nil)
	require.NoError(t, err)
	require.Equal(t, 101, res.StatusCode)
	assert.Equal(t, "websocket", res.Header.Get("Upgrade"))
	_, err = fmt.Fprint(conn, "hello\n")
	require.NoError(t, err)
	rest, err := io.ReadAll(reader)
	require.NoError(t, err)
	assert.Equal(t, "/room says hello\n", string(rest))
}
