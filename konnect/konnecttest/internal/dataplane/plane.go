package dataplane

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
)

// Plane is a data plane. It is safe for parallel use.
type Plane struct {
	source   Source
	settings Settings
	network  *network
	usage    usage

	mu    sync.Mutex
	state *state
}

// Source tells what a control plane has, unless it is still what it was at that version. Of a
// control plane that is not there it tells nothing either.
type Source func(version string) *Snapshot

// Snapshot is what a control plane has at one moment.
type Snapshot struct {
	// Version is another one after every change, and never empty.
	Version string
	// Traditional is true for router flavor traditional, false for traditional_compatible.
	Traditional bool
	// Expressions is the name of a router flavor that knows expressions, if it is one.
	Expressions string
	// Entities by collection, in the order of their creation.
	Entities map[string][][]byte
}

// Settings are how a data plane is set up.
type Settings struct {
	// Dial opens connections to targets; nil for loopback addresses only.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Backends take the place of what listens at an address, host:port.
	Backends map[string]http.Handler
	// Fallback is shown to TLS clients that name no known SNI, and by backends.
	Fallback func() (tls.Certificate, error)
	// Password reports whether a password is the one that is stored of a consumer.
	Password func(stored, given, consumerID string) bool
	// LimitHeader goes with answers to what is not simulated.
	LimitHeader string
}

// New returns a data plane of a control plane.
func New(source Source, settings Settings) *Plane {
	return &Plane{source: source, settings: settings, network: newNetwork(settings)}
}

// Close ends all connections to targets, those of requests under way too.
func (p *Plane) Close() { p.network.close() }

// current returns the state by which a request goes that comes in now; nil where there is no
// control plane. One that has gone leaves its data plane what it had.
func (p *Plane) current() *state {
	p.mu.Lock()
	defer p.mu.Unlock()
	version := ""
	if p.state != nil {
		version = p.state.version
	}
	if snapshot := p.source(version); snapshot != nil {
		p.state = newState(snapshot, p.state, p.network)
	}
	return p.state
}

// Unsupported lists what a request could meet and is not simulated, a line each.
func (p *Plane) Unsupported() []string {
	s := p.current()
	if s == nil {
		return []string{noControlPlane}
	}
	return s.unsupported()
}

// TLSConfig chooses certificates by the SNIs of the control plane.
func (p *Plane) TLSConfig() *tls.Config {
	choose := func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		var held *certificates
		if s := p.current(); s != nil {
			held = s.certificates
		}
		found, err := held.choose(hello)
		if found != nil || err != nil {
			return found, err
		}
		fallback, err := p.settings.Fallback()
		return &fallback, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, GetCertificate: choose,
		// A server that adds a certificate of its own would show it to clients without an SNI.
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if hello.ServerName != "" {
				return nil, nil
			}
			return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: choose, NextProtos: []string{"http/1.1"}}, nil
		},
	}
}
