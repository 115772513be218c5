package dataplane

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

const readHeaderLimit = 10 * time.Second

// backend serves a handler without a port.
type backend struct {
	server   *http.Server
	listener *pipes
	fallback func() (tls.Certificate, error)
	start    sync.Once
	done     chan struct{}
}

func newBackend(handler http.Handler, fallback func() (tls.Certificate, error)) *backend {
	return &backend{
		server: &http.Server{
			Handler: handler, ReadHeaderTimeout: readHeaderLimit,
			ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		},
		listener: &pipes{accepted: make(chan net.Conn), closed: make(chan struct{})},
		fallback: fallback, done: make(chan struct{}),
	}
}

// connect returns the client's end of a connection.
func (b *backend) connect(ctx context.Context, secure bool) (net.Conn, error) {
	b.start.Do(func() {
		go func() {
			defer close(b.done)
			_ = b.server.Serve(b.listener) // ends with ErrServerClosed
		}()
	})
	client, server := net.Pipe()
	ours := net.Conn(addressed{server})
	if secure {
		certificate, err := b.fallback()
		if err != nil {
			return nil, err
		}
		ours = tls.Server(ours, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}})
	}
	select {
	case b.listener.accepted <- ours:
		return client, nil
	case <-b.listener.closed:
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (b *backend) close() {
	b.start.Do(func() { close(b.done) })
	_ = b.listener.Close()
	_ = b.server.Close()
	<-b.done
}

// pipes is a listener that is handed its connections.
type pipes struct {
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

// Accept waits for a connection.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.accepted:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close lets Accept return.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr is that of the loopback interface.
func (p *pipes) Addr() net.Addr { return loopback() }

// addressed is a pipe with addresses that handlers can read.
type addressed struct{ net.Conn }

// LocalAddr is a loopback address.
func (addressed) LocalAddr() net.Addr { return loopback() }

// RemoteAddr is a loopback address.
func (addressed) RemoteAddr() net.Addr { return loopback() }

func loopback() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
