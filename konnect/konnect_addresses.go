package konnect

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Texts that name hosts, paths and endpoints.

func checkServicePath(path *field.Path, protocol string, value *string) field.ErrorList {
	switch {
	case value == nil:
		return nil
	case slices.Contains([]string{"tcp", "tls", "udp", "grpc", "grpcs"}, protocol):
		return field.ErrorList{field.Invalid(path, *value, "konnect allows no path with protocol "+protocol)}
	case utf8.RuneCountInString(*value) > 1024:
		return field.ErrorList{field.TooLong(path, *value, 1024)}
	default:
		return checkPath(path, *value)
	}
}

func checkPath(path *field.Path, value string) field.ErrorList {
	switch {
	case !strings.HasPrefix(value, "/"):
		return field.ErrorList{field.Invalid(path, value, "must start with / for konnect")}
	case strings.Contains(value, "//"):
		return field.ErrorList{field.Invalid(path, value, "must not contain // for konnect")}
	case !pathCharacters.MatchString(value):
		return field.ErrorList{field.Invalid(path, value, "must have only characters of rfc 3986 and whole percent escapes for konnect")}
	default:
		return nil
	}
}

var pathCharacters = regexp.MustCompile(`^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$`)

// checkHost checks a host without a port.
func checkHost(path *field.Path, host string) field.ErrorList {
	switch {
	case utf8.RuneCountInString(host) > 256:
		return field.ErrorList{field.TooLong(path, host, 256)}
	case net.ParseIP(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")) == nil && !isHostName(host):
		return field.ErrorList{field.Invalid(path, host, "must be a host name or an ip address, without a port, for konnect")}
	default:
		return nil
	}
}

// checkHostPort checks a host with an optional port.
func checkHostPort(path *field.Path, address *string) field.ErrorList {
	if address == nil {
		return nil
	}
	host, port, found := strings.Cut(*address, ":")
	if !found || strings.Contains(port, ":") { // an IPv6 address has no port here
		return checkHost(path, *address)
	}
	if err := checkPort(port); err != nil {
		return field.ErrorList{field.Invalid(path, *address, err.Error())}
	}
	return checkHost(path, host)
}

// checkRouteHost checks a host of a route: one wildcard and a port are allowed.
func checkRouteHost(path *field.Path, value string) field.ErrorList {
	host, port, found := strings.Cut(value, ":")
	if found {
		if err := checkPort(port); err != nil {
			return field.ErrorList{field.Invalid(path, value, err.Error())}
		}
	}
	if !isWildcardName(host) {
		return field.ErrorList{field.Invalid(path, value, "must be a host name or an ipv4 address, with one * as its first or last label at most, for konnect")}
	}
	return nil
}

// checkSNI checks a server name, which is neither an address nor has a port.
func checkSNI(path *field.Path, name string) field.ErrorList {
	if net.ParseIP(name) != nil || !isWildcardName(name) {
		return field.ErrorList{field.Invalid(path, name, "must be a host name, with one * as its first or last label at most, for konnect")}
	}
	return nil
}

// checkIP checks an address or a range of them.
func checkIP(path *field.Path, text *string) field.ErrorList {
	if text == nil {
		return nil
	}
	if _, err := netip.ParseAddr(*text); err == nil {
		return nil
	}
	if _, err := netip.ParsePrefix(*text); err == nil {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *text, "must be an ip address or a cidr range for konnect")}
}

// isWildcardName tells whether name is a host name of which the first or the last
// label may be an asterisk.
func isWildcardName(name string) bool {
	if rest, ok := strings.CutPrefix(name, "*."); ok {
		return isHostName(rest)
	}
	return isHostName(strings.TrimSuffix(name, ".*"))
}

// normalizeTarget returns an address as Konnect stores it: with a port, and IPv6
// in eight groups within brackets.
func normalizeTarget(address string) (string, error) {
	host, port := address, "8000"
	if h, p, err := net.SplitHostPort(address); err == nil {
		host, port = h, p
	} else if strings.HasPrefix(address, "[") && strings.HasSuffix(address, "]") {
		host = address[1 : len(address)-1]
	}
	if strings.HasPrefix(address, "[") && !strings.Contains(host, ":") {
		return "", fmt.Errorf("must have brackets around an ipv6 address only")
	}
	if err := checkPort(port); err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); ip != nil {
		if ip.To4() != nil && !strings.Contains(host, ":") {
			return host + ":" + port, nil
		}
		return "[" + expandIPv6(ip.To16()) + "]:" + port, nil
	}
	if !isHostName(host) {
		return "", fmt.Errorf("must be a host name or an ip address, with an optional port")
	}
	return host + ":" + port, nil
}

func checkPort(text string) error {
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > 65535 || strconv.Itoa(number) != text {
		return errPort
	}
	return nil
}

var errPort = errors.New("the port must be 1 to 65535")

func expandIPv6(ip net.IP) string {
	groups := make([]string, 8)
	for i := range groups {
		groups[i] = fmt.Sprintf("%02x%02x", ip[2*i], ip[2*i+1])
	}
	return strings.Join(groups, ":")
}

func isHostName(host string) bool { return hostName.MatchString(host) }

var hostName = regexp.MustCompile(`^` + hostLabel + `(?:\.` + hostLabel + `)*\.?$`)

const hostLabel = `[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?`
