package router

import "strings"

// Route is what the router knows of a route. The zero value of a field stands for
// the gateway's default, but for StripPath.
type Route struct {
	// ID decides ties. It is compared in lower case.
	ID, Name string
	// CreatedAt is in seconds since 1970; 0 where it is not known.
	CreatedAt int64
	// Protocols is http and https when it is empty.
	Protocols, Methods, Hosts, Paths []string
	// Headers are lists of accepted values by name, in whatever case.
	Headers map[string][]string
	// HeaderNames are the keys of Headers in the order in which flavor traditional looks
	// at them, which is that of its tables; sorted where it is empty.
	HeaderNames []string
	SNIs        []string
	Sources     []Endpoint
	// Destinations are addresses of the gateway.
	Destinations []Endpoint
	// HTTPSRedirectStatusCode is 426 when it is 0.
	HTTPSRedirectStatusCode int
	RegexPriority           int64
	// StripPath is true by default in entities, which Decode knows and the zero value does not.
	StripPath bool
	// PathHandling is v0 when it is empty.
	PathHandling string
	PreserveHost bool
	// Service is nil for a route without one.
	Service *Service
}

// Endpoint is an address, a range of them in CIDR notation, a port, or an address and a port.
type Endpoint struct {
	// IP is empty where any address will do.
	IP string `json:"ip,omitempty"`
	// Port is 0 where any port will do.
	Port int `json:"port,omitempty"`
}

// Service is what the router knows of a service.
type Service struct {
	ID, Name string
	// Protocol is http when it is empty.
	Protocol string
	Host     string
	Port     int
	// Path is / when it is empty.
	Path string
	// Disabled services take their routes out of the table.
	Disabled bool
}

// Subsystem is the half of the gateway that a protocol belongs to; each has a table
// of routes of its own.
type Subsystem int

const (
	// HTTP serves http, https, grpc, grpcs, ws and wss.
	HTTP Subsystem = iota
	// Stream serves tcp, tls, tls_passthrough and udp.
	Stream
)

// SubsystemOf returns the subsystem of a protocol. One that is not known, or empty,
// counts as http.
func SubsystemOf(protocol string) Subsystem {
	switch protocol {
	case "tcp", "tls", "tls_passthrough", "udp":
		return Stream
	default:
		return HTTP
	}
}

// Accepts returns the protocols, with the gateway's default where there are none.
func (r *Route) Accepts() []string {
	if len(r.Protocols) == 0 {
		return []string{"http", "https"}
	}
	return r.Protocols
}

// Subsystem returns that of the first protocol; all protocols of a route are of one.
func (r *Route) Subsystem() Subsystem {
	if len(r.Protocols) == 0 {
		return HTTP
	}
	return SubsystemOf(r.Protocols[0])
}

// Subsystem returns the subsystem of the service's protocol.
func (s *Service) Subsystem() Subsystem { return SubsystemOf(s.Protocol) }

// IsRegex reports whether a path of a route is a regular expression, which a tilde
// says that is no part of it.
func IsRegex(path string) bool { return strings.HasPrefix(path, "~") }

// lowerASCII returns text with the letters A to Z in lower case and all else as it
// is, as Lua's string.lower does.
func lowerASCII(text string) string {
	for i := range len(text) {
		if c := text[i]; c >= 'A' && c <= 'Z' {
			lower := []byte(text)
			for j := i; j < len(lower); j++ {
				if c := lower[j]; c >= 'A' && c <= 'Z' {
					lower[j] = c + 'a' - 'A'
				}
			}
			return string(lower)
		}
	}
	return text
}
