package konnecttest

import (
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// addresses are the texts that name hosts, paths and endpoints. Each function
// returns the fault of a text, "" for none.
var (
	hostnamePattern = regexp.MustCompile(`^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$`)
	entityName      = regexp.MustCompile(`^(?:[0-9A-Za-z.\-_~]|[^\x00-\x7F])+$`)
	pathCharacters  = regexp.MustCompile(`^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$`)
)

const defaultTargetPort = 8000

func hostFault(host string) string {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return ""
	}
	return hostnameFault(host)
}

func hostnameFault(host string) string {
	switch {
	case host == "":
		return "must be a valid hostname, but is empty"
	case !hostnamePattern.MatchString(host):
		return "must be a valid hostname"
	}
	return ""
}

// upstreamNameFault refuses addresses: an upstream stands for a hostname.
func upstreamNameFault(name string) string {
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return "must be a hostname, not an IP address"
	}
	return hostnameFault(name)
}

// hostPortFault is for a host with an optional port, such as host_header.
func hostPortFault(address string) string {
	host, port, found := strings.Cut(address, ":")
	if found && strings.Count(address, ":") == 1 {
		if portFault(port) != "" {
			return portFault(port)
		}
		return hostFault(host)
	}
	return hostFault(address)
}

func portFault(port string) string {
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "must have a port between 1 and 65535"
	}
	return ""
}

// wildcardFault is for the hosts and SNIs of a route: one asterisk at most, as the
// whole first or last label.
func wildcardFault(host string) string {
	switch strings.Count(host, "*") {
	case 0:
		return hostnameFault(host)
	case 1:
		if rest, ok := strings.CutPrefix(host, "*."); ok {
			return hostnameFault(rest)
		}
		if rest, ok := strings.CutSuffix(host, ".*"); ok {
			return hostnameFault(rest)
		}
		return "must have the wildcard as leftmost or rightmost label"
	}
	return "must not have more than one wildcard"
}

func routeHostFault(host string) string {
	name, port, found := strings.Cut(host, ":")
	if found && portFault(port) != "" {
		return portFault(port)
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return ""
	}
	return wildcardFault(name)
}

func sniFault(name string) string {
	if _, err := netip.ParseAddr(name); err == nil {
		return "must not be an IP address"
	}
	if strings.Contains(name, ":") {
		return "must not have a port"
	}
	return wildcardFault(name)
}

func pathFault(path string) string {
	switch {
	case !strings.HasPrefix(path, "/"):
		return "must begin with /"
	case strings.Contains(path, "//"):
		return "must not have empty segments"
	case !pathCharacters.MatchString(path):
		return "must only have characters of RFC 3986 and valid percent-escapes"
	}
	return ""
}

// normalTarget is the form in which a target is stored: with a port, and an IPv6
// address in eight groups within brackets. False if address is no target.
func normalTarget(address string) (string, bool) {
	host, port := address, ""
	if inner, rest, found := strings.Cut(strings.TrimPrefix(address, "["), "]"); found && strings.HasPrefix(address, "[") {
		host, port = inner, strings.TrimPrefix(rest, ":")
		if rest != "" && (port == "" || port == rest) {
			return "", false
		}
	} else if strings.Count(address, ":") == 1 {
		host, port, _ = strings.Cut(address, ":")
		if port == "" {
			return "", false
		}
	}
	if port == "" {
		port = strconv.Itoa(defaultTargetPort)
	}
	if portFault(port) != "" || hostFault(host) != "" || strings.ContainsAny(host, "[]%") {
		return "", false
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		host = "[" + ip.StringExpanded() + "]"
	}
	return host + ":" + strings.TrimLeft(port, "0"), true
}

// expandURL writes the parts of a service's url over those sent beside it.
func expandURL(raw object) *failure {
	value, ok := raw["url"].(string)
	if raw["url"] == nil || !ok {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme == "" {
		return invalidEntity([]violation{{field: "url", reason: "must be a URL with a scheme and a host"}})
	}
	raw["protocol"], raw["host"] = u.Scheme, u.Hostname()
	raw["path"] = nil
	if u.Path != "" {
		raw["path"] = u.EscapedPath()
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443"}[u.Scheme]
	}
	raw["port"] = int64(80)
	if n, err := strconv.ParseInt(port, 10, 64); err == nil {
		raw["port"] = n
	}
	return nil
}
