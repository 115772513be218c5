package router

import (
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"
)

// Request is what routes are matched against.
type Request struct {
	Method string
	// Protocol is http when it is empty.
	Protocol string
	// Host is the Host header, with its port if it has one.
	Host string
	// Path is normalized: see Normalize.
	Path string
	SNI  string
	// Header is a http.Header.
	Header map[string][]string
	// Source is the client and Destination the gateway's own end; zero where they are not known.
	Source, Destination netip.AddrPort
}

// query is a request with what is worked out of it once.
type query struct {
	*Request
	flavor Flavor
	// scheme is http, https, tcp, tls or udp.
	scheme string
	// bytes is the path as expressions see it.
	bytes string
	// name and port are those of the Host header in flavor traditional_compatible, where
	// the port is the listener's when the header has none.
	name string
	port int
	// noPort and withPort are the Host header in flavor traditional.
	noPort, withPort string
	// oddKeys is true where a header's name is not as net/http writes it.
	oddKeys bool
}

func newQuery(r *Request, flavor Flavor) query {
	q := query{Request: r, flavor: flavor, scheme: scheme(r.Protocol), bytes: r.Path}
	if flavor == Traditional {
		q.bytes = bytewise(r.Path)
		port := 80
		if q.scheme == "https" {
			port = 443
		}
		if r.Host != "" {
			q.noPort, q.withPort, _ = splitPort(r.Host, port)
		}
	} else {
		var hasPort bool
		if q.name, q.port, hasPort = splitHostPort(r.Host); !hasPort {
			q.port = int(r.Destination.Port())
		}
	}
	for key := range r.Header {
		if !isCanonical(key) {
			q.oddKeys = true
			break
		}
	}
	return q
}

// isCanonical reports whether a name is as net/http writes it, without an underscore,
// for which flavor traditional_compatible takes a dash.
func isCanonical(key string) bool {
	upper := true
	for i := range len(key) {
		c := key[i]
		if c == '_' || upper && c >= 'a' && c <= 'z' || !upper && c >= 'A' && c <= 'Z' {
			return false
		}
		upper = c == '-'
	}
	return true
}

// header returns the request's values for a rule.
func (q *query) header(h *headerRule) []string {
	if strings.EqualFold(h.name, "host") {
		return nil
	}
	if values, ok := q.Header[h.canonical]; ok {
		return values
	}
	if !q.oddKeys && (q.flavor == Traditional || !strings.Contains(h.name, "_")) {
		return nil
	}
	for key, values := range q.Header {
		if sameName(key, h.name, q.flavor) {
			return values
		}
	}
	return nil
}

// sameName compares names of headers without case; in flavor traditional_compatible a
// dash is as good as an underscore.
func sameName(a, b string, flavor Flavor) bool {
	if len(a) != len(b) {
		return false
	}
	fold := func(c byte) byte {
		switch {
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		case c == '_' && flavor == TraditionalCompatible:
			return '-'
		default:
			return c
		}
	}
	for i := range len(a) {
		if fold(a[i]) != fold(b[i]) {
			return false
		}
	}
	return true
}

// isReadable reports whether the engine of flavor traditional_compatible takes the
// fields that routes of the table look at: it answers 404 for what is not UTF-8.
func (q *query) isReadable(used fields) bool {
	if q.flavor == Traditional {
		return true
	}
	if used.paths && !utf8.ValidString(q.Path) || used.hosts && !utf8.ValidString(q.name) ||
		used.snis && !utf8.ValidString(q.SNI) || used.methods && !utf8.ValidString(q.Method) {
		return false
	}
	for _, values := range q.Header {
		if slices.ContainsFunc(values, isNotUTF8) {
			return !slices.ContainsFunc(used.headers, func(h headerRule) bool { return slices.ContainsFunc(q.header(&h), isNotUTF8) })
		}
	}
	return true
}

func isNotUTF8(text string) bool { return !utf8.ValidString(text) }

// scheme is what the gateway compares SNIs by: whether the connection is over TLS.
func scheme(protocol string) string {
	switch protocol {
	case "", "grpc", "ws":
		return "http"
	case "grpcs", "wss":
		return "https"
	case "tls_passthrough":
		return "tls"
	default:
		return protocol
	}
}
