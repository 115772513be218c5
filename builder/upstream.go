package builder

import (
	"time"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Upstream builds a KongUpstream. ControlPlane is required.
type Upstream struct {
	base[configurationv1alpha1.KongUpstream]
}

// NewUpstream starts a KongUpstream; name is spec.name too, which services use
// as their host.
func NewUpstream(name string) *Upstream {
	u := &Upstream{}
	start(&u.base, name)
	return u.SpecName(name)
}

// Healthchecks sets spec.healthchecks as it stands. Threshold,
// ActiveHealthchecks and PassiveHealthchecks set its parts and fill in what the
// CRD requires.
func (u *Upstream) Healthchecks(checks configurationv1alpha1.Healthchecks) *Upstream {
	u.obj.Spec.Healthchecks = checks.DeepCopy()
	return u
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

// HostHeader sets spec.host_header, which is sent to the targets in place of the
// service's host.
func (u *Upstream) HostHeader(host string) *Upstream {
	u.obj.Spec.HostHeader = &host
	return u
}

// Slots sets spec.slots of the balancer, 10 to 65536.
func (u *Upstream) Slots(slots int) *Upstream {
	u.obj.Spec.Slots = new(int64(slots))
	return u
}

// UseSrvName sets spec.use_srv_name: whether the Host header comes from DNS SRV records.
func (u *Upstream) UseSrvName(use bool) *Upstream {
	u.obj.Spec.UseSrvName = &use
	return u
}

// ClientCertificateRef sets spec.clientCertificateRef to a KongCertificate; see
// Ref. It excludes ClientCertificate.
func (u *Upstream) ClientCertificateRef(ref commonv1alpha1.NamespacedRef) *Upstream {
	u.obj.Spec.ClientCertificateRef = ref.DeepCopy()
	return u
}

// ClientCertificate sets spec.client_certificate to a certificate by its Konnect
// ID. It excludes ClientCertificateRef.
func (u *Upstream) ClientCertificate(id string) *Upstream {
	u.obj.Spec.ClientCertificate = &configurationv1alpha1.UpstreamClientCertificate{ID: &id}
	return u
}
