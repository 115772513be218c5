package kinds

import (
	"cmp"
	"fmt"

	"github.com/Kong/sdk-konnect-go/models/components"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/implication"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/optional"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// service is KongService: core-entities/services.
func service() *Kind {
	return of(Kind{
		Implies:    []Implication{{Field: crd.PluginsField, In: []string{"plugins"}, Of: implication.Plugins}},
		Collection: "services",
		Called:     [][]string{{"name"}, {"host"}},
		Traffic:    GetsRequests,
		References: []Reference{
			{Field: "spec.clientCertificateRef", JSON: "client_certificate", To: "certificates"},
			{Field: "spec.caCertificateRefs", JSON: "ca_certificates", To: "ca_certificates", Many: true},
		},
		Identity: Identity{Name: "name", Unique: [][]string{{"name"}}, Field: "spec.name", Parks: "name", ByName: true},
		Referrer: Referrer{Condition: crd.ConditionServiceRefValid, Noun: "KongService"},
		Fields: []canon.Field{
			{Name: "name"},
			{Name: "protocol", Default: "http"},
			{Name: "host"},
			{Name: "port", Default: 80},
			{Name: "path", Empty: true}, // as a url says that has none
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
		name:    func(s *configurationv1alpha1.KongService) string { return optional.Value(s.Spec.Name) },
		specID:  func(s *configurationv1alpha1.KongService) *string { return s.Spec.ID },
		check:   konnectrules.CheckService,
		warn:    warnService,
		payload: servicePayload,
		related: func(s *configurationv1alpha1.KongService, e *wire.Entity) {
			konnect := s.Status.Konnect
			if konnect.CertificateID != "" || s.Spec.ClientCertificateRef != nil {
				konnect.CertificateID = e.Ref("client_certificate")
			}
			if konnect.CACertificateIDs != nil || s.Spec.CACertificateRefs != nil {
				konnect.CACertificateIDs = e.Refs("ca_certificates")
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
	// A url is not sent but for one that checkService refuses, because servers take it
	// apart in their own ways.
	if parts, err := konnectrules.ParseServiceURL(optional.Value(spec.URL)); err != nil {
		payload.URL = spec.URL
	} else {
		payload.Protocol, payload.Host = (*components.ServiceProtocol)(&parts.Protocol), konnectrules.NormalizeHost(parts.Host)
		payload.Port, payload.Path = new(int64(parts.Port)), nil
		if parts.Path != "" || in.GivenOnly {
			payload.Path = &parts.Path
		}
	}
	// The CRD does not know subject alternative names. They stay while the service speaks TLS.
	if names, ok := in.Observed["tls_sans"].(map[string]any); ok && konnectrules.IsTLS(string(optional.Value(payload.Protocol))) {
		payload.TLSSans = &components.TLSSans{Dnsnames: canon.Texts(names["dnsnames"]), Uris: canon.Texts(names["uris"])}
	}
	return payload, nil
}

// warnService tells which fields beside a url are lost.
func warnService(s *configurationv1alpha1.KongService) []Hint {
	spec := s.Spec
	if spec.URL == nil {
		return nil
	}
	parts, err := konnectrules.ParseServiceURL(*spec.URL)
	if err != nil {
		return nil // refused by konnectrules.CheckService
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
	compare("protocol", spec.Protocol != nil, optional.Value(spec.Protocol), parts.Protocol)
	compare("host", spec.Host != "", spec.Host, parts.Host)
	compare("port", spec.Port != nil, optional.Value(spec.Port), int64(parts.Port))
	compare("path", spec.Path != nil, optional.Value(spec.Path), cmp.Or(parts.Path, "none"))
	return warnings
}
