package konnect

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
)

// serviceKind binds KongService to core-entities/services.
func serviceKind() binding {
	return &kind[*configurationv1alpha1.KongService]{
		traits: traits{
			groupKind:         schema.GroupKind{Group: crd.ConfigurationGroup, Kind: "KongService"},
			collection:        "services",
			plugins:           true,
			nameField:         "spec.name",
			nameKey:           "name",
			referrerCondition: crd.ConditionServiceRefValid,
			noun:              "KongService",
			fields: []canon.Field{
				{Name: "name"},
				{Name: "protocol", Default: "http"},
				{Name: "host"},
				{Name: "port", Default: 80},
				{Name: "path"},
				{Name: "retries", Default: 5},
				{Name: "connect_timeout", Default: 60000},
				{Name: "read_timeout", Default: 60000},
				{Name: "write_timeout", Default: 60000},
				{Name: "enabled", Default: true},
				{Name: "tls_verify"},
				{Name: "tls_verify_depth"},
				{Name: "client_certificate", Subset: true},
				{Name: "ca_certificates", Set: true},
				{Name: "tags", Set: true},
			},
		},
		name:    func(o *configurationv1alpha1.KongService) string { return deref(o.Spec.Name) },
		specID:  func(o *configurationv1alpha1.KongService) *string { return o.Spec.ID },
		check:   checkService,
		warn:    warnService,
		payload: servicePayload,
		// A path that is given as none: a url says so.
		normalize: func(service canon.Object) {
			if service["path"] == "" {
				service["path"] = nil
			}
		},
	}
}

func servicePayload(s *configurationv1alpha1.KongService, in inputs) (any, error) {
	spec := s.Spec
	payload := components.Service{
		Name:           spec.Name,
		Host:           normalizeHost(spec.Host),
		Protocol:       (*components.ServiceProtocol)(spec.Protocol),
		Port:           spec.Port,
		Path:           spec.Path,
		Retries:        spec.Retries,
		ConnectTimeout: spec.ConnectTimeout,
		ReadTimeout:    spec.ReadTimeout,
		WriteTimeout:   spec.WriteTimeout,
		Enabled:        spec.Enabled,
		TLSVerify:      spec.TLSVerify,
		TLSVerifyDepth: spec.TLSVerifyDepth,
		Tags:           in.tags,
	}
	spreadURL(spec.URL, &payload)
	if in.givenOnly && spec.URL != nil && payload.Path == nil {
		payload.Path = new("")
	}
	carryService(in.observed, &payload)
	return payload, nil
}

// spreadURL replaces protocol, host, port and path by the parts of a url. The url
// itself is not sent, because servers take it apart in their own ways.
func spreadURL(text *string, payload *components.Service) {
	if text == nil {
		return
	}
	parts, err := parseServiceURL(*text)
	if err != nil {
		payload.URL = text // refused by checkService
		return
	}
	payload.Protocol, payload.Host = (*components.ServiceProtocol)(&parts.protocol), normalizeHost(parts.host)
	payload.Port, payload.Path = new(int64(parts.port)), nil
	if parts.path != "" {
		payload.Path = &parts.path
	}
}

// carryService keeps the subject alternative names, which the CRD does not know,
// as long as the service speaks TLS.
func carryService(observed canon.Object, payload *components.Service) {
	names, ok := observed["tls_sans"].(map[string]any)
	if !ok || payload.Protocol == nil || !isTLS(string(*payload.Protocol)) {
		return
	}
	payload.TLSSans = &components.TLSSans{Dnsnames: stringsOf(names["dnsnames"]), Uris: stringsOf(names["uris"])}
}

// isTLS tells whether a service of the protocol may have TLS settings.
func isTLS(protocol string) bool { return protocol == "https" || protocol == "tls" }

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
	problems := append(checkID(path.Child("id"), spec.ID), checkName(path.Child("name"), spec.Name)...)
	protocol := deref(spec.Protocol)
	if spec.URL != nil {
		parts, err := parseServiceURL(*spec.URL)
		if err != nil {
			return append(problems, field.Invalid(path.Child("url"), crd.Redacted, err.Error()))
		}
		protocol = parts.protocol
		problems = append(problems, checkServiceURL(path.Child("url"), parts)...)
	} else {
		problems = append(problems, checkEnum(path.Child("protocol"), spec.Protocol, serviceProtocols)...)
		problems = append(problems, checkRange(path.Child("port"), spec.Port, 0, 65535)...)
		problems = append(problems, checkHost(path.Child("host"), spec.Host)...)
		problems = append(problems, checkServicePath(path.Child("path"), protocol, spec.Path)...)
	}
	problems = append(problems, checkRange(path.Child("retries"), spec.Retries, 0, 32767)...)
	problems = append(problems, checkRange(path.Child("connect_timeout"), spec.ConnectTimeout, 1, maxTimeout)...)
	problems = append(problems, checkRange(path.Child("read_timeout"), spec.ReadTimeout, 1, maxTimeout)...)
	problems = append(problems, checkRange(path.Child("write_timeout"), spec.WriteTimeout, 1, maxTimeout)...)
	problems = append(problems, checkRange(path.Child("tls_verify_depth"), spec.TLSVerifyDepth, 0, 64)...)
	return append(problems, checkServiceTLS(path, spec, protocol)...)
}

// warnService tells which fields beside a url are lost.
func warnService(s *configurationv1alpha1.KongService) []Warning {
	spec := s.Spec
	if spec.URL == nil {
		return nil
	}
	parts, err := parseServiceURL(*spec.URL)
	if err != nil {
		return nil // refused by checkService
	}
	var warnings []Warning
	compare := func(name string, isSet bool, own, used any) {
		if isSet && own != used {
			warnings = append(warnings, Warning{
				Field: "spec." + name, Code: WarningURLOverridesFields,
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
	problems := checkEnum(path, &u.protocol, serviceProtocols)
	problems = append(problems, checkRange(path, &u.port, 0, 65535)...)
	problems = append(problems, checkHost(path, u.host)...)
	if u.path != "" {
		problems = append(problems, checkServicePath(path, u.protocol, &u.path)...)
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
