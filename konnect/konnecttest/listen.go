package konnecttest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

const readHeaderLimit = 10 * time.Second

// Start returns a server that listens on a loopback port until the test ends.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	s := newServer(opts)
	s.test = t
	s.injectFirst()
	stop, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatalf("konnecttest: %v", err)
	}
	t.Cleanup(func() {
		stop()
		if s.set.everyFaultHit {
			for _, fault := range s.UnhitFaults() {
				t.Errorf("konnecttest: no request met the fault %s", fault)
			}
		}
	})
	return s
}

// Listen serves on addr, such as 127.0.0.1:8080, and sets URL. The address must be
// loopback: the server knows no TLS and its token is public. Port 0 takes a free one.
// Stop closes every connection and waits for the requests under way.
func (s *Server) Listen(addr string) (stop func(), err error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listen on %q: not a loopback address", addr)
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", addr, err)
	}
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: readHeaderLimit,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	s.URL = "http://" + listener.Addr().String()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends with ErrServerClosed
	}()
	return func() {
		_ = server.Close()
		<-done
		s.inflight.wait()
	}, nil
}

// inflight counts requests under way. Other than a wait group it may be waited for while
// a last one comes in.
type inflight struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n becomes 0
}

func (i *inflight) add(n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.n += n; i.n == 0 && i.idle != nil {
		close(i.idle)
		i.idle = nil
	}
}

func (i *inflight) wait() {
	i.mu.Lock()
	if i.n == 0 {
		i.mu.Unlock()
		return
	}
	if i.idle == nil {
		i.idle = make(chan struct{})
	}
	idle := i.idle
	i.mu.Unlock()
	<-idle
}
