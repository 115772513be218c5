package kinds

import (
	"github.com/Kong/sdk-konnect-go/models/components"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/optional"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// upstream is KongUpstream: core-entities/upstreams.
func upstream() *Kind {
	return of(Kind{
		Collection: "upstreams",
		References: []Reference{{Field: "spec.clientCertificateRef", JSON: "client_certificate", To: "certificates"}},
		Identity:   Identity{Name: "name", Unique: [][]string{{"name"}}, Field: "spec.name", Parks: "name", ByName: true},
		Caller:     Caller{Collection: "services", Field: "host"},
		Referrer:   Referrer{Condition: crd.ConditionUpstreamRefValid, Noun: "KongUpstream"},
		Fields: []canon.Field{
			{Name: "name"},
			{Name: "algorithm", Default: "round-robin"},
			{Name: "hash_on", Default: "none"},
			{Name: "hash_on_header"},
			{Name: "hash_on_cookie"},
			{Name: "hash_on_cookie_path", Default: "/"},
			{Name: "hash_on_query_arg"},
			{Name: "hash_on_uri_capture"},
			{Name: "hash_fallback", Default: "none"},
			{Name: "hash_fallback_header"},
			{Name: "hash_fallback_query_arg"},
			{Name: "hash_fallback_uri_capture"},
			{Name: "healthchecks", Set: true, Default: konnectrules.HealthcheckDefaults(), Secret: []string{"active.headers"}},
			{Name: "host_header"},
			{Name: "slots", Default: 10000},
			{Name: "sticky_sessions_cookie"},
			{Name: "sticky_sessions_cookie_path", Default: "/"},
			{Name: "use_srv_name", Default: false},
			{Name: "client_certificate", Subset: true},
			{Name: "tags", Set: true},
		},
	}, typed[*configurationv1alpha1.KongUpstream]{
		name:    func(u *configurationv1alpha1.KongUpstream) string { return optional.Value(u.Spec.Name) },
		check:   konnectrules.CheckUpstream,
		payload: upstreamPayload,
		related: func(u *configurationv1alpha1.KongUpstream, e *wire.Entity) {
			u.Status.Konnect.CertificateID = e.Ref("client_certificate")
		},
	})
}

func upstreamPayload(u *configurationv1alpha1.KongUpstream, in Inputs) (any, error) {
	spec := u.Spec
	payload := components.Upstream{
		Name:                     optional.Value(spec.Name),
		Algorithm:                (*components.UpstreamAlgorithm)(spec.Algorithm),
		HashOn:                   (*components.HashOn)(spec.HashOn),
		HashOnHeader:             spec.HashOnHeader,
		HashOnCookie:             spec.HashOnCookie,
		HashOnCookiePath:         spec.HashOnCookiePath,
		HashOnQueryArg:           spec.HashOnQueryArg,
		HashOnURICapture:         spec.HashOnURICapture,
		HashFallback:             (*components.HashFallback)(spec.HashFallback),
		HashFallbackHeader:       spec.HashFallbackHeader,
		HashFallbackQueryArg:     spec.HashFallbackQueryArg,
		HashFallbackURICapture:   spec.HashFallbackURICapture,
		Slots:                    spec.Slots,
		StickySessionsCookie:     spec.StickySessionsCookie,
		StickySessionsCookiePath: spec.StickySessionsCookiePath,
		UseSrvName:               spec.UseSrvName,
		Tags:                     in.Tags,
	}
	if spec.HostHeader != nil {
		payload.HostHeader = new(konnectrules.NormalizeHost(*spec.HostHeader))
	}
	if hashOn := optional.Value(spec.HashOn); spec.Algorithm == nil && hashOn != "" && hashOn != "none" {
		// What the gateway makes of it; the SDK would send round-robin.
		payload.Algorithm = components.UpstreamAlgorithmConsistentHashing.ToPointer()
	}
	if certificate := spec.ClientCertificate; certificate != nil && certificate.ID != nil {
		payload.ClientCertificate = &components.UpstreamClientCertificate{ID: certificate.ID}
	}
	if checks := spec.Healthchecks; checks != nil {
		payload.Healthchecks = &components.Healthchecks{
			Threshold: checks.Threshold, Active: activeChecks(checks.Active), Passive: passiveChecks(checks.Passive),
		}
	}
	return payload, nil
}

func activeChecks(checks *configurationv1alpha1.ActiveHealthchecks) *components.Active {
	if checks == nil {
		return nil
	}
	active := &components.Active{
		Type:                   (*components.UpstreamType)(checks.Type),
		Concurrency:            checks.Concurrency,
		Timeout:                checks.Timeout,
		HTTPPath:               checks.HTTPPath,
		HTTPSVerifyCertificate: checks.HTTPSVerifyCertificate,
		HTTPSSni:               checks.HTTPSSNI,
		Headers:                checks.Headers,
	}
	if h := checks.Healthy; h != nil {
		active.Healthy = &components.Healthy{HTTPStatuses: h.HTTPStatuses, Interval: h.Interval, Successes: h.Successes}
	}
	if u := checks.Unhealthy; u != nil {
		active.Unhealthy = &components.Unhealthy{
			HTTPStatuses: u.HTTPStatuses, Interval: u.Interval,
			HTTPFailures: u.HTTPFailures, TCPFailures: u.TCPFailures, Timeouts: u.Timeouts,
		}
	}
	return active
}

func passiveChecks(checks *configurationv1alpha1.PassiveHealthchecks) *components.Passive {
	if checks == nil {
		return nil
	}
	passive := &components.Passive{Type: (*components.UpstreamHealthchecksType)(checks.Type)}
	if h := checks.Healthy; h != nil {
		passive.Healthy = &components.UpstreamHealthy{HTTPStatuses: h.HTTPStatuses, Successes: h.Successes}
	}
	if u := checks.Unhealthy; u != nil {
		passive.Unhealthy = &components.UpstreamUnhealthy{
			HTTPStatuses: u.HTTPStatuses,
			HTTPFailures: u.HTTPFailures, TCPFailures: u.TCPFailures, Timeouts: u.Timeouts,
		}
	}
	return passive
}
