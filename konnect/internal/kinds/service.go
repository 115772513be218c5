package kinds

import (
	"github.com/Kong/sdk-konnect-go/models/components"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// service is KongService: core-entities/services.
func service() *Kind {
	return of(Kind{
		Collection: "services",
		References: []Reference{
			{Field: "spec.clientCertificateRef", JSON: "client_certificate", To: "certificates"},
			{Field: "spec.caCertificateRefs", JSON: "ca_certificates", To: "ca_certificates", Many: true},
		},
		Identity: Identity{Name: "name", Unique: [][]string{{"name"}}, Field: "spec.name", Parks: "name", ByName: true},
		Plugins:  true,
		Referrer: Referrer{Condition: crd.ConditionServiceRefValid, Noun: "KongService"},
		Fields: []canon.Field{
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
	}, typed[*configurationv1alpha1.KongService]{
		name:    func(s *configurationv1alpha1.KongService) string { return deref(s.Spec.Name) },
		specID:  func(s *configurationv1alpha1.KongService) *string { return s.Spec.ID },
		check:   checkService,
		warn:    warnService,
		payload: servicePayload,
		// A path that is given as none: a url says so.
		normalize: func(service canon.Object) {
			if service["path"] == "" {
				service["path"] = nil
			}
		},
	})
}

func servicePayload(s *configurationv1alpha1.KongService, in Inputs) (any, error) {
	spec := s.Spec
	payload := components.Service{
		Name:           spec.Name,
		Host:           konnectrules.NormalizeHost(spec.Host),
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
		Tags:           in.Tags,
	}
	spreadURL(spec.URL, &payload)
	if in.GivenOnly && spec.URL != nil && payload.Path == nil {
		payload.Path = new("")
	}
	carryService(in.Observed, &payload)
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
	payload.Protocol, payload.Host = (*components.ServiceProtocol)(&parts.protocol), konnectrules.NormalizeHost(parts.host)
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
