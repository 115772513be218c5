package konnectrules

import (
	"errors"
	"net/netip"
	"regexp"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// parseHost is parseAddress for all that is no target.
func parseHost(text string) (address, error) {
	a, err := parseAddress(text)
	if err == nil && a.embedded {
		return address{}, errEmbedded
	}
	return a, err
}

// CheckHost checks the host of a service, which has a port and a path of its own.
func CheckHost(path *field.Path, host string) field.ErrorList {
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

// CheckHostPort checks a host with an optional port; nil is fine.
func CheckHostPort(path *field.Path, text *string) field.ErrorList {
	if text == nil {
		return nil
	}
	if _, err := parseHost(*text); err != nil {
		return field.ErrorList{field.Invalid(path, *text, err.Error())}
	}
	return nil
}

// CheckUpstreamName checks the host name that an upstream stands for.
func CheckUpstreamName(path *field.Path, name string) field.ErrorList {
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

// CheckRouteHost checks a host of a route: one wildcard and a port are allowed.
func CheckRouteHost(path *field.Path, text string) field.ErrorList {
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

// CheckSNI checks a server name, which is neither an address nor has a port.
func CheckSNI(path *field.Path, name string) field.ErrorList {
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

// CheckIP checks an address or a range of them; nil is fine.
func CheckIP(path *field.Path, text *string) field.ErrorList {
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
