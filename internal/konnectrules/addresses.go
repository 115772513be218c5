package konnectrules

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

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

// NormalizeHost returns a host with an optional port in the form that is sent: an
// IPv4 address without zeros in front, anything else as it is.
func NormalizeHost(text string) string {
	a, err := parseAddress(text)
	if err != nil || a.form != ipv4Form {
		return text
	}
	if a.port == "" {
		return a.host
	}
	return a.host + ":" + a.port
}

// NormalizeHosts is NormalizeHost for a list; nil stays nil.
func NormalizeHosts(texts []string) []string {
	if texts == nil {
		return nil
	}
	normalized := make([]string, len(texts))
	for i, text := range texts {
		normalized[i] = NormalizeHost(text)
	}
	return normalized
}

// NormalizeTarget returns an address as Konnect stores it in targets: with a port,
// and IPv6 in eight groups within brackets.
func NormalizeTarget(text string) (string, error) {
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
