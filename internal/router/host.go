package router

import (
	"strconv"
	"strings"
)

// hostKind says which end of a host name is given.
type hostKind int

const (
	exactHost hostKind = iota
	// suffixHost has its asterisk in front, prefixHost at the end.
	suffixHost
	prefixHost
)

// hostPattern is one of the hosts of a route.
type hostPattern struct {
	kind hostKind
	// value is the name without asterisk and, in flavor traditional_compatible, port.
	value string
	// port is 0 where it does not matter.
	port int
	// raw is the host as the route has it.
	raw string
	// hasPort is that of flavor traditional.
	hasPort bool
}

// compatHost reads a host as flavor traditional_compatible does.
func compatHost(raw string) hostPattern {
	name, port, _ := splitHostPort(raw)
	p := hostPattern{value: name, port: port, raw: raw}
	switch {
	case strings.HasPrefix(name, "*"):
		p.kind, p.value = suffixHost, name[1:]
	case strings.HasSuffix(name, "*"):
		p.kind, p.value = prefixHost, name[:len(name)-1]
	}
	return p
}

// splitHostPort cuts a number off behind the first colon. A port of 0 does not count.
func splitHostPort(host string) (name string, port int, ok bool) {
	name, digits, found := strings.Cut(host, ":")
	if !found {
		return host, 0, false
	}
	port, err := strconv.Atoi(digits)
	if err != nil {
		return host, 0, false
	}
	return name, port, true
}

// matches reports whether a host name without port, and the port that goes with it, match.
func (p *hostPattern) matches(name string, port int) bool {
	if p.port != 0 && p.port != port {
		return false
	}
	switch p.kind {
	case suffixHost:
		return strings.HasSuffix(name, p.value)
	case prefixHost:
		return strings.HasPrefix(name, p.value)
	default:
		return name == p.value
	}
}

// traditionalHost reads a host as flavor traditional does: an asterisk stands for one
// character or more.
func traditionalHost(raw string) hostPattern {
	p := hostPattern{value: raw, raw: raw}
	before, after, wild := strings.Cut(raw, "*")
	if !wild {
		return p
	}
	_, _, p.hasPort = splitPort(raw, 0)
	p.kind, p.value = suffixHost, after
	if before != "" {
		p.kind, p.value = prefixHost, before
	}
	return p
}

// matchesWild reports whether a wildcard matches a host with its port.
func (p *hostPattern) matchesWild(withPort string) bool {
	before, after, _ := strings.Cut(p.raw, "*")
	fits := func(host string) bool {
		return len(host) > len(before)+len(after) && strings.HasPrefix(host, before) && strings.HasSuffix(host, after)
	}
	if fits(withPort) {
		return true
	}
	return !p.hasPort && fits(withoutDigits(withPort))
}

// withoutDigits cuts off :digits at the end.
func withoutDigits(host string) string {
	i := strings.LastIndexByte(host, ':')
	if i < 0 || i == len(host)-1 || strings.Trim(host[i+1:], "0123456789") != "" {
		return host
	}
	return host[:i]
}

// splitPort returns a Host header without and with its port, as flavor traditional
// does; the port by default is left out when it is 0.
func splitPort(name string, byDefault int) (without, with string, has bool) {
	if strings.HasPrefix(name, "[") {
		return splitBracketed(name, byDefault)
	}
	colon := strings.IndexByte(name, ':')
	switch {
	case colon < 0:
		return name, addPort(name, byDefault), false
	case colon == len(name)-1:
		return name[:colon], addPort(name[:colon], byDefault), false
	case strings.Trim(name[colon+1:], "0123456789") != "":
		if byDefault == 0 {
			return name, name, false
		}
		return name, addPort("["+name+"]", byDefault), false
	default:
		return name[:colon], name, true
	}
}

func splitBracketed(name string, byDefault int) (without, with string, has bool) {
	end := strings.Index(name, "]:")
	switch {
	case strings.HasSuffix(name, "]"):
		return name[1 : len(name)-1], addPort(name, byDefault), false
	case end < 0:
		return name, addPort(name, byDefault), false
	case end == len(name)-2:
		if byDefault == 0 {
			return name[1:end], name, false
		}
		return name[1:end], name + strconv.Itoa(byDefault), false
	case strings.Trim(name[end+2:], "0123456789") == "":
		return name[1:end], name, true
	default:
		return name, addPort(name, byDefault), false
	}
}

func addPort(name string, port int) string {
	switch port {
	case 0:
		return name
	case 80:
		return name + ":80"
	case 443:
		return name + ":443"
	default:
		return name + ":" + strconv.Itoa(port)
	}
}
