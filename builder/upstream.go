package builder

import (
	"time"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Upstream builds a KongUpstream. ControlPlane is required. Services use it by having
// its spec.name as their host.
type Upstream struct {
	base[configurationv1alpha1.KongUpstream]
}

// Threshold sets spec.healthchecks.threshold: the percentage of weight that must
// be healthy for the upstream to count as such, 0 to 100.
func (u *Upstream) Threshold(percent float64) *Upstream {
	u.healthchecks().Threshold = &percent
	return u
}

// ActiveHealthchecks sets spec.healthchecks.active; nil removes it.
func (u *Upstream) ActiveHealthchecks(checks *ActiveChecks) *Upstream {
	if checks == nil {
		if section := u.obj.Spec.Healthchecks; section != nil {
			section.Active = nil
		}
		return u
	}
	u.errs = append(u.errs, checks.errs...)
	u.healthchecks().Active = checks.checks.DeepCopy()
	return u
}

// ActiveHTTP probes path of every target over http each 5 seconds: 2 successes
// in a row make a target healthy, 3 failures unhealthy. ActiveHealthchecks with
// ActiveHTTPChecks gives other numbers.
func (u *Upstream) ActiveHTTP(path string) *Upstream {
	return u.ActiveHealthchecks(ActiveHTTPChecks(path).Interval(5 * time.Second).Healthy(2).Unhealthy(3))
}

// PassiveHealthchecks sets spec.healthchecks.passive; nil removes it.
func (u *Upstream) PassiveHealthchecks(checks *PassiveChecks) *Upstream {
	if checks == nil {
		if section := u.obj.Spec.Healthchecks; section != nil {
			section.Passive = nil
		}
		return u
	}
	u.errs = append(u.errs, checks.errs...)
	u.healthchecks().Passive = checks.checks.DeepCopy()
	return u
}

// healthchecks returns the section, created with the threshold that the CRD
// requires at Konnect's default.
func (u *Upstream) healthchecks() *configurationv1alpha1.Healthchecks {
	if u.obj.Spec.Healthchecks == nil {
		u.obj.Spec.Healthchecks = &configurationv1alpha1.Healthchecks{Threshold: new(0.0)}
	}
	return u.obj.Spec.Healthchecks
}

// ClientCertificate sets spec.clientCertificateRef to a KongCertificate of the same
// namespace.
func (u *Upstream) ClientCertificate(name string) *Upstream { return u.ClientCertificateRef(Ref(name)) }

// ClientCertificateID sets spec.client_certificate to a certificate by its Konnect
// ID. It excludes ClientCertificateRef.
func (u *Upstream) ClientCertificateID(id string) *Upstream {
	u.obj.Spec.ClientCertificate = &configurationv1alpha1.UpstreamClientCertificate{ID: &id}
	return u
}
