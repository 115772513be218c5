package builder

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

const maxPort = 65535

// serviceURL is what the URL of a service expands to.
type serviceURL struct {
	protocol, host, path string
	// port is nil when the URL names none and its protocol has no usual one.
	port *int64
	// rejected is set for a URL that is a mistake, against which nothing is compared.
	rejected bool
}

// parseServiceURL expands raw. A mistake comes with a serviceURL whose host is
// not empty, so that Build does not ask for a host on top.
func parseServiceURL(raw string) (*serviceURL, *field.Error) {
	path := field.NewPath("spec", "url")
	rejected := &serviceURL{host: crd.Redacted, rejected: true}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Hostname() == "" {
		shown := raw
		if strings.ContainsAny(raw, "@?#") {
			shown = crd.Redacted
		}
		// The error of url.Parse is left out because it may quote a password.
		return rejected, field.Invalid(path, shown, "must be an absolute URL such as http://host:8080/path")
	}
	shown := (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return rejected, field.Invalid(path, shown, "must not have user info, a query or a fragment")
	}
	if !slices.Contains(protocols(), u.Scheme) {
		return rejected, field.Invalid(path, shown, "the scheme must be one of "+strings.Join(protocols(), ", "))
	}
	port, ok := portOf(u)
	if !ok {
		return rejected, field.Invalid(path, shown, "the port must be between 0 and 65535")
	}
	return &serviceURL{protocol: u.Scheme, host: u.Hostname(), path: u.EscapedPath(), port: port}, nil
}

// protocols are those of a service that a URL can have as its scheme.
func protocols() []string {
	return []string{"grpc", "grpcs", "http", "https", "tcp", "tls", "udp", "ws", "wss"}
}

// portOf returns the port of u, nil when it is not known, false when it is none.
func portOf(u *url.URL) (*int64, bool) {
	switch {
	case u.Port() != "":
		port, err := strconv.ParseUint(u.Port(), 10, 16)
		return new(int64(port)), err == nil
	case u.Scheme == "http":
		return new(int64(80)), true
	case u.Scheme == "https":
		return new(int64(443)), true
	default:
		return nil, true
	}
}

// contradictions lists the fields of spec that u would silently replace by
// something else.
func (u *serviceURL) contradictions(spec *configurationv1alpha1.KongServiceSpec) field.ErrorList {
	if u.rejected {
		return nil
	}
	var errs field.ErrorList
	differs := func(name string, value, inURL any) {
		detail := fmt.Sprintf("contradicts spec.url, which replaces it with %q", fmt.Sprint(inURL))
		errs = append(errs, field.Invalid(field.NewPath("spec", name), value, detail))
	}
	if spec.Host != u.host {
		differs("host", spec.Host, u.host)
	}
	if spec.Protocol != nil && *spec.Protocol != u.protocol {
		differs("protocol", *spec.Protocol, u.protocol)
	}
	if spec.Path != nil && *spec.Path != u.path {
		differs("path", *spec.Path, u.path)
	}
	switch {
	case spec.Port == nil || u.port != nil && *u.port == *spec.Port:
	case u.port == nil:
		differs("port", *spec.Port, "the default")
	default:
		differs("port", *spec.Port, *u.port)
	}
	return errs
}

// hostProblem says what is wrong with host as a host name or an IP address;
// empty when nothing is, and for no host at all.
func hostProblem(host string) string {
	if _, err := netip.ParseAddr(host); err != nil && strings.ContainsAny(host, ":/@?# \t\r\n") {
		return "must be a host name or an IP address alone; Port takes the port, URL a whole URL"
	}
	return ""
}

// addressProblem says what is wrong with address as host[:port]; empty when nothing is.
func addressProblem(address string) string {
	const form = "must be a host name or an IP address with an optional port, such as 10.0.0.1:8000"
	if _, err := netip.ParseAddr(address); err == nil {
		return ""
	}
	host, hasPort := address, strings.Contains(address, ":")
	if inner, ok := strings.CutPrefix(address, "["); ok && strings.HasSuffix(inner, "]") {
		host, hasPort = strings.TrimSuffix(inner, "]"), false
		if ip, err := netip.ParseAddr(host); err != nil || !ip.Is6() {
			return form
		}
	}
	if hasPort {
		var port string
		var err error
		if host, port, err = net.SplitHostPort(address); err != nil {
			return form
		}
		if _, err = strconv.ParseUint(port, 10, 16); err != nil {
			return "the port must be between 0 and 65535"
		}
	}
	if host == "" || strings.ContainsAny(host, "/@?# \t\r\n") {
		return form
	}
	return ""
}

// rangeProblem says what is wrong with ip as an address or a CIDR range.
func rangeProblem(ip string) string {
	if _, err := netip.ParseAddr(ip); err == nil {
		return ""
	}
	if _, err := netip.ParsePrefix(ip); err == nil {
		return ""
	}
	return "must be an IP address or a CIDR range such as 10.0.0.0/8"
}
