package konnecttest_test

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestListen(t *testing.T) {
	t.Parallel()
	srv := konnecttest.NewServer()
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:0", "nonsense", "[::]:0"} {
		_, err := srv.Listen(addr)
		require.ErrorContains(t, err, "listen on", addr)
	}
	assert.Empty(t, srv.URL)
	stop, err := srv.Listen("localhost:0")
	require.NoError(t, err)
	address := strings.TrimPrefix(srv.URL, "http://")
	_, err = srv.Listen(address)
	require.ErrorContains(t, err, "listen on", "the port is taken")

	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	stop()
	_, err = conn.Read(make([]byte, 1))
	require.Error(t, err, "stop closes every connection")
	stop()
}

func TestStopEndsDelays(t *testing.T) {
	t.Parallel()
	srv := konnecttest.NewServer(konnecttest.WithLatency(time.Hour))
	stop, err := srv.Listen("127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan error)
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL+planes, http.NoBody)
		if err != nil {
			done <- err
			return
		}
		res, err := http.DefaultClient.Do(r)
		closeBody(res)
		done <- err
	}()
	require.Eventually(t, func() bool { return len(srv.Requests()) == 1 }, 5*time.Second, time.Millisecond)
	stop()
	require.Error(t, <-done)
}
