package kinds

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

var (
	errNotServiceURL   = errors.New("must be a url with scheme and host")
	errServiceURLUser  = errors.New("must not hold a user or password, which konnect drops")
	errServiceURLQuery = errors.New("must not have a query or fragment, which konnect drops")
)

var serviceProtocols = []string{"grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", "udp", "ws", "wss"}

type serviceURL struct {
	protocol, host, path string
	port                 int
}

func parseServiceURL(text string) (serviceURL, error) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() == "" || parsed.Scheme == "" {
		return serviceURL{}, errNotServiceURL
	}
	if parsed.User != nil {
		return serviceURL{}, errServiceURLUser
	}
	if parsed.RawQuery != "" || parsed.Fragment != "" {
		return serviceURL{}, errServiceURLQuery
	}
	u := serviceURL{
		protocol: strings.ToLower(parsed.Scheme),
		host:     parsed.Hostname(),
		path:     pathAsWritten(text),
		port:     80,
	}
	if u.protocol == "https" {
		u.port = 443
	}
	if parsed.Port() != "" {
		if u.port, err = strconv.Atoi(parsed.Port()); err != nil {
			return serviceURL{}, errNotServiceURL
		}
	}
	return u, nil
}

// pathAsWritten returns the path of a url that has neither query nor fragment.
func pathAsWritten(text string) string {
	_, after, _ := strings.Cut(text, "://")
	if i := strings.IndexByte(after, '/'); i >= 0 {
		return after[i:]
	}
	return ""
}

func checkService(s *configurationv1alpha1.KongService) field.ErrorList {
	spec, path := s.Spec, field.NewPath("spec")
	problems := append(konnectrules.CheckID(path.Child("id"), spec.ID), konnectrules.CheckName(path.Child("name"), spec.Name)...)
	protocol := deref(spec.Protocol)
	if spec.URL != nil {
		parts, err := parseServiceURL(*spec.URL)
		if err != nil {
			return append(problems, field.Invalid(path.Child("url"), crd.Redacted, err.Error()))
		}
		protocol = parts.protocol
		problems = append(problems, checkServiceURL(path.Child("url"), parts)...)
	} else {
		problems = append(problems, konnectrules.CheckEnum(path.Child("protocol"), spec.Protocol, serviceProtocols)...)
		problems = append(problems, konnectrules.CheckRange(path.Child("port"), spec.Port, 0, 65535)...)
		problems = append(problems, konnectrules.CheckHost(path.Child("host"), spec.Host)...)
		problems = append(problems, konnectrules.CheckServicePath(path.Child("path"), protocol, spec.Path)...)
	}
	problems = append(problems, konnectrules.CheckRange(path.Child("retries"), spec.Retries, 0, 32767)...)
	problems = append(problems, konnectrules.CheckRange(path.Child("connect_timeout"), spec.ConnectTimeout, 1, maxTimeout)...)
	problems = append(problems, konnectrules.CheckRange(path.Child("read_timeout"), spec.ReadTimeout, 1, maxTimeout)...)
	problems = append(problems, konnectrules.CheckRange(path.Child("write_timeout"), spec.WriteTimeout, 1, maxTimeout)...)
	problems = append(problems, konnectrules.CheckRange(path.Child("tls_verify_depth"), spec.TLSVerifyDepth, 0, 64)...)
	return append(problems, checkServiceTLS(path, spec, protocol)...)
}

// warnService tells which fields beside a url are lost.
func warnService(s *configurationv1alpha1.KongService) []Hint {
	spec := s.Spec
	if spec.URL == nil {
		return nil
	}
	parts, err := parseServiceURL(*spec.URL)
	if err != nil {
		return nil // refused by checkService
	}
	var warnings []Hint
	compare := func(name string, isSet bool, own, used any) {
		if isSet && own != used {
			warnings = append(warnings, Hint{
				Field: "spec." + name, Code: "url-overrides-fields",
				Message: fmt.Sprintf("%v is lost, because spec.url stands for %s %v; leave one of the two out", own, name, used),
			})
		}
	}
	compare("protocol", spec.Protocol != nil, deref(spec.Protocol), parts.protocol)
	compare("host", spec.Host != "", spec.Host, parts.host)
	compare("port", spec.Port != nil, deref(spec.Port), int64(parts.port))
	compare("path", spec.Path != nil, deref(spec.Path), cmp.Or(parts.path, "none"))
	return warnings
}

// checkServiceURL checks the parts of a url, which stand for the fields beside it.
func checkServiceURL(path *field.Path, u serviceURL) field.ErrorList {
	problems := konnectrules.CheckEnum(path, &u.protocol, serviceProtocols)
	problems = append(problems, konnectrules.CheckRange(path, &u.port, 0, 65535)...)
	problems = append(problems, konnectrules.CheckHost(path, u.host)...)
	if u.path != "" {
		problems = append(problems, konnectrules.CheckServicePath(path, u.protocol, &u.path)...)
	}
	return problems
}

// checkServiceTLS refuses TLS settings where the protocol speaks none.
func checkServiceTLS(path *field.Path, spec configurationv1alpha1.KongServiceSpec, protocol string) field.ErrorList {
	if isTLS(protocol) {
		return nil
	}
	var problems field.ErrorList
	const reason = "konnect allows it with protocol https or tls only"
	if spec.TLSVerify != nil {
		problems = append(problems, field.Forbidden(path.Child("tls_verify"), reason))
	}
	if spec.TLSVerifyDepth != nil {
		problems = append(problems, field.Forbidden(path.Child("tls_verify_depth"), reason))
	}
	return problems
}

const maxTimeout = 2147483646
