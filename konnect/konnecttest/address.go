package konnecttest

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// address is a host with an optional port. What kind of host it is follows from its
// characters alone: more than one colon is IPv6, digits and dots are IPv4, everything else
// is a name. An address of a kind must then be one.
type address struct {
	kind hostKind
	// host has no leading zeros if it is IPv4, and eight full groups if it is IPv6.
	host string
	port string // decimal without leading zeros; "" for none
	// embedded is IPv4 within IPv6, which Konnect writes out in targets and the gateway does
	// not read anywhere else.
	embedded bool
}

type hostKind int

const (
	hostName hostKind = iota
	hostIPv4
	hostIPv6
)

var (
	ipv4Like    = regexp.MustCompile(`^[0-9.]+$`)
	ipv4Address = regexp.MustCompile(`^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$`)
	portSuffix  = regexp.MustCompile(`^(.*):(\d+)$`)
	// A label may begin with a hyphen but not end with one; a name may end with a dot.
	hostnamePattern = regexp.MustCompile(`^(?:[A-Za-z0-9_-]*[A-Za-z0-9_])(?:\.(?:[A-Za-z0-9_-]*[A-Za-z0-9_]))*\.?$`)
)

// parseAddress reads an address; fault is "" if it is one.
func parseAddress(s string) (a address, fault string) {
	host, port := s, ""
	switch {
	case strings.Count(s, ":") > 1:
		a.kind = hostIPv6
		if inner, rest, found := strings.Cut(strings.TrimPrefix(s, "["), "]"); found && s[0] == '[' {
			host = inner
			if rest != "" && (rest[0] != ':' || rest == ":") {
				return a, "must be a valid IPv6 address"
			}
			port = strings.TrimPrefix(rest, ":")
		}
	default:
		if m := portSuffix.FindStringSubmatch(s); m != nil {
			host, port = m[1], m[2]
		}
		if ipv4Like.MatchString(host) {
			a.kind = hostIPv4
		}
	}
	a.embedded = a.kind == hostIPv6 && strings.Contains(host, ".")
	if a.host, fault = a.kind.normal(host); fault != "" {
		return a, fault
	}
	a.port, fault = normalPort(port)
	return a, fault
}

func (k hostKind) normal(host string) (normal, fault string) {
	switch k {
	case hostIPv4:
		return normalIPv4(host)
	case hostIPv6:
		ip, err := netip.ParseAddr(host)
		if err != nil || ip.Zone() != "" {
			return "", "must be a valid IPv6 address"
		}
		return ip.StringExpanded(), ""
	}
	switch {
	case host == "":
		return "", "must be a valid hostname, but is empty"
	case !hostnamePattern.MatchString(host):
		return "", "must be a valid hostname"
	}
	return host, ""
}

func normalIPv4(host string) (normal, fault string) {
	octets := ipv4Address.FindStringSubmatch(host)
	if octets == nil {
		return "", "must be a valid IPv4 address, as digits and dots are one"
	}
	for i, octet := range octets[1:] {
		n, err := strconv.ParseUint(octet, 10, 8)
		if err != nil {
			return "", fmt.Sprintf("must be a valid IPv4 address, but %s is greater than 255", octet)
		}
		octets[i+1] = strconv.FormatUint(n, 10)
	}
	return strings.Join(octets[1:], "."), ""
}

func normalPort(port string) (normal, fault string) {
	if port == "" {
		return "", ""
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return "", "must have a port between 0 and 65535"
	}
	return strconv.FormatUint(n, 10), ""
}

// String joins host and port, an IPv6 host in brackets.
func (a address) String() string {
	host := a.host
	if a.kind == hostIPv6 {
		host = "[" + host + "]"
	}
	if a.port == "" {
		return host
	}
	return host + ":" + a.port
}

// normalHost writes an IPv4 address without leading zeros, and leaves everything else as
// it was sent.
func normalHost(s string) string {
	if a, fault := parseHost(s); fault == "" && a.kind == hostIPv4 {
		return a.String()
	}
	return s
}

func (set *settings) storedHost(host string) string {
	if set.hostsAsSent {
		return host
	}
	return normalHost(host)
}

func (set *settings) storedHosts(hosts []any) []any {
	out := make([]any, len(hosts))
	for i, host := range hosts {
		s, _ := host.(string)
		out[i] = set.storedHost(s)
	}
	return out
}

const defaultTargetPort = "8000"

// normalTarget is the form in which a target is stored: with a port, and an IPv6
// address in eight groups within brackets. Fault is "" if s is a target.
func normalTarget(s string) (normal, fault string) {
	a, fault := parseAddress(s)
	if fault != "" {
		return "", fault
	}
	if a.port == "" {
		a.port = defaultTargetPort
	}
	return a.String(), ""
}
