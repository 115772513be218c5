package router

import "strings"

// Calculation says how flavor traditional_compatible makes one number of what a route
// matches by.
type Calculation int

const (
	// Original is what gateways do unless they are told otherwise: 32-bit arithmetic
	// lets fields of the number run into each other.
	Original Calculation = iota
	// Strict is what the gateway's documentation says, and what Enterprise does with
	// route_match_calculation = strict.
	Strict
)

// Bits of a priority. Where the other fields begin depends on the calculation.
const (
	plainHostsBit = 1 << 60
	regexPathBit  = 1 << 51
	lengthMask    = 1<<19 - 1
	maxHeaders    = 255
)

// Weights is what a priority is made of.
type Weights struct {
	// Fields is how many of methods, hosts, headers, SNIs and paths are set.
	Fields int
	// Headers is at most 255.
	Headers    int
	PlainHosts bool
	RegexPath  bool
	// RegexPriority is 0 for paths that are no regular expressions.
	RegexPriority int64
	// Length is that of a path that is a prefix.
	Length int
}

// weigh returns the weights of a part with these paths.
func weigh(route *Route, paths []string) Weights {
	w := Weights{
		Headers:    min(len(route.Headers), maxHeaders),
		PlainHosts: len(route.Hosts) > 0,
	}
	for _, set := range []bool{len(route.Methods) > 0, len(route.Hosts) > 0, len(route.Headers) > 0, len(route.SNIs) > 0, len(paths) > 0} {
		if set {
			w.Fields++
		}
	}
	for _, host := range route.Hosts {
		w.PlainHosts = w.PlainHosts && !strings.Contains(host, "*")
	}
	switch {
	case len(paths) == 0:
	case IsRegex(paths[0]):
		w.RegexPath, w.RegexPriority = true, route.RegexPriority
	default:
		w.Length = len(paths[0])
	}
	return w
}

// Priority returns the number by which the gateway orders routes, highest first.
func (w Weights) Priority(c Calculation) uint64 {
	var wide uint64
	if w.PlainHosts {
		wide |= plainHostsBit
	}
	if w.RegexPath {
		wide |= regexPathBit
	}
	length := uint64(w.Length) & lengthMask
	if c == Strict {
		return uint64(w.Fields)<<61 | wide | uint64(w.Headers)<<52 | uint64(uint32(w.RegexPriority))<<19 | length
	}
	// The shifts are of 32 bits, so that most of a regex_priority falls out, and what
	// is left is signed.
	parts := [3]int32{int32(uint32(w.Fields) << 29), int32(uint32(w.Headers) << 20), int32(uint32(w.RegexPriority) << 19)}
	if wide == 0 {
		return unsigned(parts[0] | parts[1] | parts[2] | int32(length))
	}
	return wide | unsigned(parts[0]) | unsigned(parts[1]) | unsigned(parts[2]) | length
}

// unsigned widens a number as the gateway does on amd64, where all that is negative
// becomes the highest bit alone.
func unsigned(n int32) uint64 {
	if n < 0 {
		return 1 << 63
	}
	return uint64(n)
}

// streamPriority returns the number for routes of the stream subsystem, in either
// calculation.
func streamPriority(route *Route) uint64 {
	const sniBit = 1 << 61
	priority := endpointBits(route.Sources)<<4 | endpointBits(route.Destinations)
	if len(route.SNIs) > 0 || len(route.Sources) > 0 && len(route.Destinations) > 0 {
		priority |= sniBit
	}
	return priority
}

func endpointBits(endpoints []Endpoint) uint64 {
	const address, port, network = 1 << 3, 1 << 2, 1
	var bits uint64
	for _, e := range endpoints {
		switch {
		case e.IP == "":
		case strings.Contains(e.IP, "/"):
			bits |= network
		default:
			bits |= address
		}
		if e.Port != 0 {
			bits |= port
		}
	}
	return bits
}
