package konnecttest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/konnectkit/konnectkit/konnect/konnecttest/internal/dataplane"
)

// Gateway is a data plane of one control plane, or of a group of them: an [http.Handler] that
// takes requests as Kong Gateway would with the entities that are there at that moment. It is
// safe for parallel use.
//
// What it knows: routing in both traditional flavors; services with their timeouts and
// retries; upstreams with round-robin, least-connections and consistent hashing, weights and
// passive health checks; the X-Forwarded headers; WebSocket; the gateway's own answers, with
// its body and by the client's Accept header; certificates by SNI; and of plugins acl, basic-auth,
// correlation-id, cors, ip-restriction, key-auth, rate-limiting with local counters, redirect,
// request-size-limiting, request-termination, and the transformers of requests and responses
// without templates and bodies. A request with the header Kong-Debug: 1 is answered with the names of the route and the service that took it.
//
// A request that meets anything else, such as another plugin, is answered 501
// with [LimitHeader] and the name of what it met; see Unsupported.
type Gateway struct{ plane *dataplane.Plane }

// GatewayOption changes how a gateway reaches the services.
type GatewayOption func(*dataplane.Settings)

// WithDial opens the connections to services and targets. By default a gateway dials loopback
// addresses alone, so that no test reaches what a manifest names by chance.
func WithDial(dial func(ctx context.Context, network, address string) (net.Conn, error)) GatewayOption {
	return func(s *dataplane.Settings) { s.Dial = dial }
}

// WithBackend lets a handler answer in the place of what listens at an address: host and port of
// a service or of a target, such as echo.kong.svc.cluster.local:1027. For a service of protocol
// https it does so over TLS, with a certificate that no authority has signed.
func WithBackend(address string, handler http.Handler) GatewayOption {
	return func(s *dataplane.Settings) { s.Backends[address] = handler }
}

// Gateway returns a data plane of the control plane with that ID, which may come into being
// later. It listens nowhere: serve it with net/http/httptest, say. Close it when it is no longer
// needed; a server of Start does so at the end of the test.
func (s *Server) Gateway(controlPlaneID string, opts ...GatewayOption) *Gateway {
	settings := dataplane.Settings{
		Backends: map[string]http.Handler{}, LimitHeader: LimitHeader,
		Password: func(stored, given, consumerID string) bool {
			return stored == s.set.kinds.passwords.hash(given, consumerID)
		},
		Fallback: func() (tls.Certificate, error) {
			pair := SelfSigned("localhost")
			return tls.X509KeyPair([]byte(pair.Certificate), []byte(pair.PrivateKey))
		},
	}
	for _, opt := range opts {
		opt(&settings)
	}
	source := func(version string) *dataplane.Snapshot { return s.snapshot(controlPlaneID, version) }
	g := &Gateway{plane: dataplane.New(source, settings)}
	if s.test != nil {
		s.test.Cleanup(g.Close)
	}
	return g
}

// ServeHTTP takes one request. A request with TLS counts as https, and its local address as the
// one that the gateway listens at.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.plane.ServeHTTP(w, r) }

// TLSConfig returns a configuration for a server of this gateway: it shows the certificate that
// the control plane holds for the client's SNI, and one for localhost to others.
func (g *Gateway) TLSConfig() *tls.Config { return g.plane.TLSConfig() }

// Unsupported lists what the control plane has and this gateway does not simulate, a line each,
// sorted: plugins, protocols, algorithms, and services that it does not reach. A request that
// meets one of them is answered 501.
func (g *Gateway) Unsupported() []string { return g.plane.Unsupported() }

// Close ends the connections to services. Requests that come later fail.
func (g *Gateway) Close() { g.plane.Close() }

// snapshot is what a control plane has, nil for that version and where it is not there.
func (s *Server) snapshot(controlPlaneID, version string) *dataplane.Snapshot {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	p := s.store.plane("", controlPlaneID)
	if p == nil {
		return nil
	}
	planes := []*controlPlane{p}
	if p.isGroup() {
		planes = p.members
	}
	out := &dataplane.Snapshot{Version: versionOf(p, planes)}
	if out.Version == version {
		return nil
	}
	switch p.flavor {
	case FlavorTraditionalPCRE:
		out.Traditional = true
	case FlavorExpressions, FlavorMixed:
		out.Expressions = string(p.flavor)
	}
	out.Entities = map[string][][]byte{}
	for _, member := range planes {
		for path, t := range member.tables {
			for _, e := range t.all {
				out.Entities[path] = append(out.Entities[path], mustEncode(t.whole(s.set, e)))
			}
		}
	}
	return out
}

// versionOf is another text after every change of what a data plane gets.
func versionOf(p *controlPlane, planes []*controlPlane) string {
	var out strings.Builder
	out.WriteString(string(p.flavor))
	for _, member := range planes {
		edits := uint64(0)
		for _, t := range member.tables {
			edits += t.edits
		}
		fmt.Fprintf(&out, " %d:%d", member.seq, edits)
	}
	return out.String()
}
