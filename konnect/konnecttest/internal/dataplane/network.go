package dataplane

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// network is how a data plane reaches targets, and all connections that it has open.
type network struct {
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	custom   bool
	backends map[string]*backend

	mu     sync.Mutex
	closed bool
	open   map[net.Conn]struct{}
}

var errClosed = errors.New("the gateway is closed")

// unreachableError is an address that nothing may be dialed at.
type unreachableError struct{ address string }

func (e *unreachableError) Error() string { return unreachable(e.address) }

func unreachable(address string) string {
	return address + " is not a loopback address, and no backend stands for it"
}

func newNetwork(settings Settings) *network {
	n := &network{dial: settings.Dial, custom: settings.Dial != nil, backends: map[string]*backend{}, open: map[net.Conn]struct{}{}}
	if n.dial == nil {
		n.dial = new(net.Dialer).DialContext
	}
	for address, handler := range settings.Backends {
		n.backends[address] = newBackend(handler, settings.Fallback)
	}
	return n
}

// reaches reports whether there can be a connection to an address.
func (n *network) reaches(address string) bool {
	if n.custom || n.backends[address] != nil {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// connect opens a connection. Over says whether it is for TLS.
func (n *network) connect(ctx context.Context, address string, over bool) (net.Conn, error) {
	if b := n.backends[address]; b != nil {
		return n.track(b.connect(ctx, over))
	}
	if !n.reaches(address) {
		return nil, &unreachableError{address: address}
	}
	return n.track(n.dial(ctx, "tcp", address))
}

func (n *network) track(conn net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		_ = conn.Close()
		return nil, errClosed
	}
	n.open[conn] = struct{}{}
	return conn, nil
}

func (n *network) forget(conn net.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.open, conn)
}

func (n *network) close() {
	n.mu.Lock()
	n.closed = true
	for conn := range n.open {
		_ = conn.Close()
	}
	n.mu.Unlock()
	for _, b := range n.backends {
		b.close()
	}
}

type timeouts struct{ connect, write time.Duration }

// connectError is a connection that did not come about, so that nothing has been sent.
type connectError struct{ err error }

func (e *connectError) Error() string { return fmt.Sprintf("connect: %v", e.err) }
func (e *connectError) Unwrap() error { return e.err }

// serverName is the key of what a target is called in the TLS handshake.
type serverName struct{}

// transport sends the requests of one service, each over a connection of its own: what a target
// that has gone has left behind does not fail the next request.
func (n *network) transport(secure bool, config *tls.Config, limits timeouts) *http.Transport {
	open := func(ctx context.Context, _, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, limits.connect)
		defer cancel()
		conn, err := n.connect(ctx, address, secure)
		if err != nil {
			return nil, &connectError{err: err}
		}
		return &limited{Conn: conn, network: n, write: limits.write}, nil
	}
	return &http.Transport{
		DialContext: open,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			plain, err := open(ctx, network, address)
			if err != nil {
				return nil, err
			}
			ours := config.Clone()
			ours.ServerName, _ = ctx.Value(serverName{}).(string)
			shaking, cancel := context.WithTimeout(ctx, limits.connect)
			defer cancel()
			conn := tls.Client(plain, ours)
			if err := conn.HandshakeContext(shaking); err != nil {
				_ = plain.Close()
				return nil, &connectError{err: err}
			}
			return conn, nil
		},
		DisableCompression: true, MaxIdleConnsPerHost: -1,
	}
}

// limited is a connection on which a write does not take forever.
type limited struct {
	net.Conn
	network *network
	write   time.Duration
}

func (l *limited) Write(p []byte) (int, error) {
	if err := l.SetWriteDeadline(time.Now().Add(l.write)); err != nil {
		return 0, err
	}
	return l.Conn.Write(p)
}

func (l *limited) Close() error {
	l.network.forget(l.Conn)
	return l.Conn.Close()
}
