package dataplane

import (
	"crypto/rand"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/konnectkit/konnectkit/internal/router"
)

// Ports that a gateway listens at unless told otherwise.
const (
	plainPort = 8000
	tlsPort   = 8443
)

// exchange is one request on its way through the gateway.
type exchange struct {
	plane *Plane
	state *state
	w     http.ResponseWriter
	in    *http.Request
	id    string
	begun time.Time

	target  string // the raw target of the request, without scheme and authority
	client  string // IP address
	port    int    // at which the request came in
	query   router.Request
	match   router.Match
	service *service

	// What plugins have found out and what they change.
	consumer, credential string            // IDs
	headers              map[string]string // for the target; empty ones are taken away
	hidden               []string          // arguments of the query that are not for the target
	edits                []func(out *http.Request)
	notes                notes
	plugin               *plugin // the one that has its say
	entered              bool    // once plugins have theirs
}

// notes are what plugins keep of a request for its answer.
type notes struct {
	limits      http.Header // of rate-limiting
	correlation string
	preflight   bool
}

// ServeHTTP takes a request as the gateway would.
func (p *Plane) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{plane: p, state: p.current(), w: w, in: r, id: newRequestID(), begun: time.Now()}
	switch {
	case x.state == nil:
		x.beyond([]string{noControlPlane})
		return
	case x.state.broken != nil:
		x.beyond([]string{strings.ReplaceAll(x.state.broken.Error(), "\n", "; ")})
		return
	}
	x.read()
	match, ok := x.state.router.Match(&x.query)
	if !ok {
		x.answer(http.StatusNotFound, "no Route matched with those values", nil)
		return
	}
	x.match = match
	if match.Route.Service != nil {
		x.service = x.state.services[match.Route.Service.ID]
	}
	x.debug()
	if x.answeredByRoute() {
		return
	}
	if missing := x.missing(); len(missing) > 0 {
		x.beyond(missing)
		return
	}
	if x.state.plugins.run(x) {
		return
	}
	if x.service == nil || x.match.Status == http.StatusServiceUnavailable {
		x.answer(http.StatusServiceUnavailable, "no Service found with those values", nil)
		return
	}
	x.proxy()
}

func newRequestID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	return hex.EncodeToString(id)
}

// read takes from the request what routes are matched against.
func (x *exchange) read() {
	x.target = originForm(x.in)
	source, _ := netip.ParseAddrPort(x.in.RemoteAddr)
	x.client = source.Addr().Unmap().WithZone("").String()
	if !source.IsValid() {
		x.client = x.in.RemoteAddr
	}
	x.query = router.Request{
		Method: x.in.Method, Protocol: "http", Host: x.in.Host, Path: router.Normalize(x.target),
		Header: x.in.Header, Source: source,
	}
	x.port = plainPort
	if x.in.TLS != nil {
		x.query.Protocol, x.query.SNI, x.port = "https", x.in.TLS.ServerName, tlsPort
	}
	if local, ok := x.in.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		if at, err := netip.ParseAddrPort(local.String()); err == nil {
			x.query.Destination, x.port = at, int(at.Port())
		}
	}
}

// originForm is the target of a request without what a request to a proxy puts before it.
func originForm(r *http.Request) string {
	target := r.RequestURI
	if target == "" {
		target = r.URL.RequestURI()
	}
	if strings.HasPrefix(target, "/") {
		return target
	}
	if _, rest, ok := strings.Cut(target, "://"); ok {
		if at := strings.IndexAny(rest, "/?"); at >= 0 && rest[at] == '/' {
			return rest[at:]
		} else if at >= 0 {
			return "/" + rest[at:]
		}
	}
	return "/"
}

// answeredByRoute answers requests of a protocol that the route does not take.
func (x *exchange) answeredByRoute() bool {
	switch status := x.match.Status; status {
	case 0, http.StatusServiceUnavailable:
		return false
	case http.StatusUpgradeRequired:
		x.answer(status, "Please use HTTPS protocol", http.Header{"Connection": {"Upgrade"}, "Upgrade": {"TLS/1.2, HTTP/1.1"}})
	case http.StatusUnsupportedMediaType:
		x.answer(status, "Non-gRPC request matched gRPC route", nil)
	case http.StatusOK:
		x.answer(status, "", http.Header{
			"Content-Type": {"application/grpc"}, "Grpc-Status": {"1"}, "Grpc-Message": {"gRPC request matched gRPCs route"},
		})
	default:
		x.answer(status, "", http.Header{"Location": {x.match.Location + x.target}})
	}
	return true
}

// missing is what the request meets that is not simulated.
func (x *exchange) missing() []string {
	out := x.state.plugins.missing(x)
	if x.service == nil {
		return out
	}
	out = append(out, x.service.missing...)
	if u := x.state.upstream(x.service); u != nil {
		out = append(out, u.missing...)
	}
	return out
}

// debug names route and service, as gateways with allow_debug_header do.
func (x *exchange) debug() {
	if x.in.Header.Get("Kong-Debug") != "1" {
		return
	}
	name := func(what, name, id string) {
		x.w.Header().Set("Kong-"+what+"-Id", id)
		if name != "" {
			x.w.Header().Set("Kong-"+what+"-Name", printable(name))
		}
	}
	name("Route", x.match.Route.Name, x.match.Route.ID)
	if x.service != nil {
		name("Service", x.service.entity.Name, x.service.entity.ID)
	}
}

// forward sets the headers by which a target learns of the client. What the client itself
// says counts for X-Forwarded-For alone: no address is trusted.
func (x *exchange) forward(out http.Header) {
	for _, name := range []string{"Proto", "Host", "Port", "Path", "Prefix"} {
		out.Del("X-Forwarded-" + name)
	}
	chain := append(x.in.Header.Values("X-Forwarded-For"), x.client)
	path, _, _ := strings.Cut(x.target, "?")
	out.Set("X-Real-Ip", x.client)
	out.Set("X-Forwarded-For", strings.Join(chain, ", "))
	out.Set("X-Forwarded-Proto", x.query.Protocol)
	out.Set("X-Forwarded-Host", lowerHost(x.in.Host))
	out.Set("X-Forwarded-Port", strconv.Itoa(x.port))
	out.Set("X-Forwarded-Path", path)
	if prefix := x.match.Prefix; prefix != "" && prefix != "/" {
		out.Set("X-Forwarded-Prefix", prefix)
	}
	out.Set("Via", viaHeader(x.in))
	out.Set(requestIDHeader, x.id)
}

// lowerHost is a Host header in lower case and without its port.
func lowerHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		if strings.Contains(name, ":") {
			name = "[" + name + "]"
		}
		host = name
	}
	return strings.ToLower(host)
}

func viaHeader(r *http.Request) string {
	return strconv.Itoa(r.ProtoMajor) + "." + strconv.Itoa(r.ProtoMinor) + " " + serverName310
}
