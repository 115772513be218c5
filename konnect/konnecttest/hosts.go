package konnecttest

import "strings"

// Each function is for the hosts of one kind of field and returns the fault of a text, ""
// for none.

// parseHost is parseAddress for everything but targets.
func parseHost(s string) (a address, fault string) {
	a, fault = parseAddress(s)
	if fault == "" && a.embedded {
		fault = "must be a valid IPv6 address"
	}
	return a, fault
}

// hostFault is for a host without a port.
func hostFault(host string) string {
	a, fault := parseHost(host)
	return firstFault(fault, a.noPort())
}

// upstreamNameFault refuses addresses: an upstream stands for a hostname.
func upstreamNameFault(name string) string {
	a, fault := parseHost(name)
	return firstFault(fault, a.noIP("must be a hostname, not an IP address"), a.noPort())
}

// hostPortFault is for a host with an optional port, such as host_header.
func hostPortFault(s string) string {
	_, fault := parseHost(s)
	return fault
}

// routeHostFault is for the hosts of a route: one asterisk at most, as the whole first or
// last label.
func routeHostFault(host string) string {
	switch strings.Count(host, "*") {
	case 0:
	case 1:
		if !strings.HasPrefix(host, "*.") && !strings.HasSuffix(host, ".*") {
			return "must have the wildcard as leftmost or rightmost label"
		}
	default:
		return "must not have more than one wildcard"
	}
	return hostPortFault(strings.ReplaceAll(host, "*", wildcardLabel))
}

// wildcardLabel stands for a wildcard when the rest of a host is looked at.
const wildcardLabel = "any"

// sniFault is for one name without a wildcard.
func sniFault(name string) string {
	a, fault := parseHost(name)
	return firstFault(fault, a.noIP("must not be an IP address"), a.noPort())
}

// routeSNIFault is for the SNIs of a route, whose wildcard need not be a whole label.
func routeSNIFault(name string) string {
	switch strings.Count(name, "*") {
	case 0:
	case 1:
		if !strings.HasPrefix(name, "*") && !strings.HasSuffix(name, "*") {
			return "must have the wildcard as leftmost or rightmost character"
		}
	default:
		return "must not have more than one wildcard"
	}
	return sniFault(strings.ReplaceAll(name, "*", wildcardLabel))
}

func (a address) noPort() string {
	if a.port != "" {
		return "must not have a port"
	}
	return ""
}

func (a address) noIP(fault string) string {
	if a.kind != hostName {
		return fault
	}
	return ""
}

func firstFault(faults ...string) string {
	for _, fault := range faults {
		if fault != "" {
			return fault
		}
	}
	return ""
}
