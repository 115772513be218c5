package konnectrules

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/optional"
)

var serviceProtocols = []string{"grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", "udp", "ws", "wss"}

const maxTimeout = 2147483646

// CheckService returns what Konnect refuses of a KongService that its CRD takes.
func CheckService(s *configurationv1alpha1.KongService) field.ErrorList {
	spec, path := s.Spec, field.NewPath("spec")
	problems := append(CheckID(path.Child("id"), spec.ID), CheckName(path.Child("name"), spec.Name)...)
	protocol := optional.Value(spec.Protocol)
	if spec.URL != nil { // its parts stand for the fields beside it
		path := path.Child("url")
		parts, err := ParseServiceURL(*spec.URL)
		if err != nil {
			return append(problems, field.Invalid(path, crd.Redacted, err.Error()))
		}
		protocol = parts.Protocol
		problems = append(problems, CheckEnum(path, &parts.Protocol, serviceProtocols)...)
		problems = append(problems, CheckRange(path, &parts.Port, 0, 65535)...)
		problems = append(problems, CheckHost(path, parts.Host)...)
		if parts.Path != "" {
			problems = append(problems, CheckServicePath(path, protocol, &parts.Path)...)
		}
	} else {
		problems = append(problems, CheckEnum(path.Child("protocol"), spec.Protocol, serviceProtocols)...)
		problems = append(problems, CheckRange(path.Child("port"), spec.Port, 0, 65535)...)
		problems = append(problems, CheckHost(path.Child("host"), spec.Host)...)
		problems = append(problems, CheckServicePath(path.Child("path"), protocol, spec.Path)...)
	}
	problems = append(problems, CheckRange(path.Child("retries"), spec.Retries, 0, 32767)...)
	problems = append(problems, CheckRange(path.Child("connect_timeout"), spec.ConnectTimeout, 1, maxTimeout)...)
	problems = append(problems, CheckRange(path.Child("read_timeout"), spec.ReadTimeout, 1, maxTimeout)...)
	problems = append(problems, CheckRange(path.Child("write_timeout"), spec.WriteTimeout, 1, maxTimeout)...)
	problems = append(problems, CheckRange(path.Child("tls_verify_depth"), spec.TLSVerifyDepth, 0, 64)...)
	if IsTLS(protocol) {
		return problems
	}
	for _, f := range []struct {
		name  string
		isSet bool
	}{
		{"tls_verify", spec.TLSVerify != nil}, {"tls_verify_depth", spec.TLSVerifyDepth != nil},
		{"clientCertificateRef", spec.ClientCertificateRef != nil}, {"caCertificateRefs", len(spec.CACertificateRefs) > 0},
	} {
		if f.isSet {
			problems = append(problems, field.Forbidden(path.Child(f.name), "konnect allows it with protocol https or tls only"))
		}
	}
	return problems
}

// IsTLS reports whether a service of the protocol may have TLS settings.
func IsTLS(protocol string) bool { return protocol == "https" || protocol == "tls" }
