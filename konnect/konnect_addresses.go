package konnect

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Texts that name hosts and endpoints.

// address is a host with an optional port, taken apart.
type address struct {
	form addressForm
	// host is an IPv4 address without zeros in front, an IPv6 address without
	// brackets, or a name.
	host string
	// port is empty for none.
	port string
	// embedded is IPv4 within IPv6, which Konnect takes in targets alone.
	embedded bool
}

type addressForm int

const (
	hostNameForm addressForm = iota
	ipv4Form
	ipv6Form
)

var (
	errAddressParts = errors.New("must be a host with an optional port, without a scheme and a path")
	errNotAddress   = errors.New("must be a host name or an ip address, with an optional port")
	errNotIPv4      = errors.New("has only digits and dots, which make it an ipv4 address, and must be a whole one of four numbers up to 255")
	errNotIPv6      = errors.New("must be a host name or an ip address: more than one colon make it an ipv6 address, which has brackets where a port follows")
	errBrackets     = errors.New("must have brackets around an ipv6 address only")
	errEmbedded     = errors.New("must not have an ipv4 address within an ipv6 one for konnect")
	errPort         = errors.New("the port must be 1 to 65535")
)

// parseAddress reads an address as the gateway does: more than one colon make it
// IPv6, nothing but digits and dots make it IPv4.
func parseAddress(text string) (address, error) {
	if strings.ContainsAny(text, "/?#") {
		return address{}, errAddressParts
	}
	if strings.HasPrefix(text, "[") || strings.Count(text, ":") > 1 {
		return parseIPv6(text)
	}
	host, port, hasPort := strings.Cut(text, ":")
	if hasPort {
		if err := checkPort(port); err != nil {
			return address{}, err
		}
	}
	switch {
	case host != "" && strings.Trim(host, "0123456789.") == "":
		host, err := normalizeIPv4(host)
		return address{form: ipv4Form, host: host, port: port}, err
	case !hostName.MatchString(host):
		return address{}, errNotAddress
	default:
		return address{form: hostNameForm, host: host, port: port}, nil
	}
}

func parseIPv6(text string) (address, error) {
	host, port := text, ""
	if inner, hasBracket := strings.CutPrefix(text, "["); hasBracket {
		var closed, hasPort bool
		if host, port, closed = strings.Cut(inner, "]"); !closed {
			return address{}, errNotIPv6
		}
		if !strings.Contains(host, ":") {
			return address{}, errBrackets
		}
		if port, hasPort = strings.CutPrefix(port, ":"); port != "" && !hasPort {
			return address{}, errNotIPv6
		} else if hasPort && checkPort(port) != nil {
			return address{}, errPort
		}
	}
	if net.ParseIP(host) == nil {
		return address{}, errNotIPv6
	}
	return address{form: ipv6Form, host: host, port: port, embedded: strings.Contains(host, ".")}, nil
}

// normalizeIPv4 takes the zeros in front of numbers away.
func normalizeIPv4(text string) (string, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 4 {
		return "", errNotIPv4
	}
	for i, part := range parts {
		number, err := strconv.Atoi(part)
		if err != nil || len(part) > 3 || number > 255 {
			return "", errNotIPv4
		}
		parts[i] = strconv.Itoa(number)
	}
	return strings.Join(parts, "."), nil
}

func checkPort(text string) error {
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > 65535 || strconv.Itoa(number) != text {
		return errPort
	}
	return nil
}

// normalizeHost returns a host with an optional port in the form that is sent: an
// IPv4 address without zeros in front, anything else as it is.
func normalizeHost(text string) string {
	a, err := parseAddress(text)
	if err != nil || a.form != ipv4Form {
		return text
	}
	if a.port == "" {
		return a.host
	}
	return a.host + ":" + a.port
}

func normalizeHosts(texts []string) []string {
	if texts == nil {
		return nil
	}
	normalized := make([]string, len(texts))
	for i, text := range texts {
		normalized[i] = normalizeHost(text)
	}
	return normalized
}

// normalizeTarget returns an address as Konnect stores it in targets: with a port,
// and IPv6 in eight groups within brackets.
func normalizeTarget(text string) (string, error) {
	a, err := parseAddress(text)
	if err != nil {
		return "", err
	}
	if a.port == "" {
		a.port = "8000"
	}
	if a.form == ipv6Form {
		a.host = "[" + expandIPv6(net.ParseIP(a.host).To16()) + "]"
	}
	return a.host + ":" + a.port, nil
}

func expandIPv6(ip net.IP) string {
	groups := make([]string, 8)
	for i := range groups {
		groups[i] = fmt.Sprintf("%02x%02x", ip[2*i], ip[2*i+1])
	}
	return strings.Join(groups, ":")
}

// parseHost is parseAddress for all that is no target.
func parseHost(text string) (address, error) {
	a, err := parseAddress(text)
	if err == nil && a.embedded {
		return address{}, errEmbedded
	}
	return a, err
}

// checkHost checks the host of a service, which has a port and a path of its own.
func checkHost(path *field.Path, host string) field.ErrorList {
	a, err := parseHost(host)
	switch {
	case utf8.RuneCountInString(host) > 256:
		return field.ErrorList{field.TooLong(path, host, 256)}
	case errors.Is(err, errAddressParts):
		return field.ErrorList{field.Invalid(path, host, "must be a host alone: spec.protocol, spec.port and spec.path hold the rest, or spec.url the whole")}
	case errors.Is(err, errPort), err == nil && a.port != "":
		return field.ErrorList{field.Invalid(path, host, "must be a host alone: spec.port holds the port")}
	case err != nil:
		return field.ErrorList{field.Invalid(path, host, err.Error())}
	default:
		return nil
	}
}

// checkHostPort checks a host with an optional port.
func checkHostPort(path *field.Path, text *string) field.ErrorList {
	if text == nil {
		return nil
	}
	if _, err := parseHost(*text); err != nil {
		return field.ErrorList{field.Invalid(path, *text, err.Error())}
	}
	return nil
}

// checkUpstreamName checks the host name that an upstream stands for.
func checkUpstreamName(path *field.Path, name string) field.ErrorList {
	a, err := parseAddress(name)
	switch {
	case name == "":
		return field.ErrorList{field.Required(path, "konnect needs a name")}
	case errors.Is(err, errNotIPv4), err == nil && a.form != hostNameForm:
		return field.ErrorList{field.Invalid(path, name, "must be a host name for konnect: only digits and dots, or colons, make it an ip address")}
	case err != nil, a.port != "":
		return field.ErrorList{field.Invalid(path, name, "must be a host name for konnect, without scheme, port and path")}
	default:
		return nil
	}
}

// checkRouteHost checks a host of a route: one wildcard and a port are allowed.
func checkRouteHost(path *field.Path, text string) field.ErrorList {
	plain, wild := text, strings.Count(text, "*")
	if wild > 0 {
		plain = strings.ReplaceAll(text, "*", wildcardLabel)
	}
	host, _, _ := strings.Cut(text, ":")
	_, err := parseHost(plain)
	switch {
	case errors.Is(err, errAddressParts):
		return field.ErrorList{field.Invalid(path, text, err.Error()+"; spec.protocols and spec.paths match those")}
	case err != nil:
		return field.ErrorList{field.Invalid(path, text, err.Error())}
	case wild > 1, wild == 1 && !strings.HasPrefix(host, "*.") && !strings.HasSuffix(host, ".*"):
		return field.ErrorList{field.Invalid(path, text, "konnect allows one * as the first or the last label")}
	default:
		return nil
	}
}

// checkSNI checks a server name, which is neither an address nor has a port.
func checkSNI(path *field.Path, name string) field.ErrorList {
	a, err := parseAddress(strings.ReplaceAll(name, "*", wildcardLabel))
	switch {
	case err != nil, a.form != hostNameForm, a.port != "":
		return field.ErrorList{field.Invalid(path, name, "must be a host name for konnect, neither an ip address nor with a port")}
	case strings.Count(name, "*") > 1, strings.Contains(strings.TrimSuffix(strings.TrimPrefix(name, "*"), "*"), "*"):
		return field.ErrorList{field.Invalid(path, name, "konnect allows one * as the first or the last character")}
	default:
		return nil
	}
}

// wildcardLabel stands for an asterisk while the rest of a name is checked.
const wildcardLabel = "wildcard"

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

var hostName = regexp.MustCompile(`^` + hostLabel + `(?:\.` + hostLabel + `)*\.?$`)

// hostLabel may begin with a dash, as labels of encoded names do.
const hostLabel = `[A-Za-z0-9_-]*[A-Za-z0-9_]`
