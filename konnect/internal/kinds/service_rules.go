package kinds

import (
	"cmp"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

var serviceProtocols = []string{"grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", "udp", "ws", "wss"}

const maxTimeout = 2147483646

func checkService(s *configurationv1alpha1.KongService) field.ErrorList {
	spec, path := s.Spec, field.NewPath("spec")
	problems := append(konnectrules.CheckID(path.Child("id"), spec.ID), konnectrules.CheckName(path.Child("name"), spec.Name)...)
	protocol := deref(spec.Protocol)
	if spec.URL != nil { // its parts stand for the fields beside it
		path := path.Child("url")
		parts, err := konnectrules.ParseServiceURL(*spec.URL)
		if err != nil {
			return append(problems, field.Invalid(path, crd.Redacted, err.Error()))
		}
		protocol = parts.Protocol
		problems = append(problems, konnectrules.CheckEnum(path, &parts.Protocol, serviceProtocols)...)
		problems = append(problems, konnectrules.CheckRange(path, &parts.Port, 0, 65535)...)
		problems = append(problems, konnectrules.CheckHost(path, parts.Host)...)
		if parts.Path != "" {
			problems = append(problems, konnectrules.CheckServicePath(path, protocol, &parts.Path)...)
		}
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
	const reason = "konnect allows it with protocol https or tls only"
	if spec.TLSVerify != nil && !isTLS(protocol) {
		problems = append(problems, field.Forbidden(path.Child("tls_verify"), reason))
	}
	if spec.TLSVerifyDepth != nil && !isTLS(protocol) {
		problems = append(problems, field.Forbidden(path.Child("tls_verify_depth"), reason))
	}
	return problems
}

// warnService tells which fields beside a url are lost.
func warnService(s *configurationv1alpha1.KongService) []Hint {
	spec := s.Spec
	if spec.URL == nil {
		return nil
	}
	parts, err := konnectrules.ParseServiceURL(*spec.URL)
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
	compare("protocol", spec.Protocol != nil, deref(spec.Protocol), parts.Protocol)
	compare("host", spec.Host != "", spec.Host, parts.Host)
	compare("port", spec.Port != nil, deref(spec.Port), int64(parts.Port))
	compare("path", spec.Path != nil, deref(spec.Path), cmp.Or(parts.Path, "none"))
	return warnings
}
