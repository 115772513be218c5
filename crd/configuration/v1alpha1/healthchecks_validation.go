package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

const maxHealthThreshold = 100

func (h *Healthchecks) validate(errs *constraint.Errors, spec *field.Path) {
	if h == nil {
		return
	}
	path := spec.Child("healthchecks")
	required(errs, path, "threshold", h.Threshold)
	inRange := h.Threshold == nil || *h.Threshold >= 0 && *h.Threshold <= maxHealthThreshold
	errs.Rule(path, inRange, "threshold must be between 0 and 100")
	h.Active.validate(errs, path)
	h.Passive.validate(errs, path)
}

func (a *ActiveHealthchecks) validate(errs *constraint.Errors, healthchecks *field.Path) {
	if a == nil {
		return
	}
	path := healthchecks.Child("active")
	required(errs, path, "concurrency", a.Concurrency)
	required(errs, path, "http_path", a.HTTPPath)
	required(errs, path, "https_verify_certificate", a.HTTPSVerifyCertificate)
	required(errs, path, "timeout", a.Timeout)
	required(errs, path, "type", a.Type)
	if h := a.Healthy; h != nil {
		at := path.Child("healthy")
		required(errs, at, "interval", h.Interval)
		required(errs, at, "successes", h.Successes)
	}
	if u := a.Unhealthy; u != nil {
		at := path.Child("unhealthy")
		required(errs, at, "http_failures", u.HTTPFailures)
		required(errs, at, "interval", u.Interval)
		required(errs, at, "tcp_failures", u.TCPFailures)
		required(errs, at, "timeouts", u.Timeouts)
	}
}

func (p *PassiveHealthchecks) validate(errs *constraint.Errors, healthchecks *field.Path) {
	if p == nil {
		return
	}
	path := healthchecks.Child("passive")
	required(errs, path, "type", p.Type)
	if h := p.Healthy; h != nil {
		required(errs, path.Child("healthy"), "successes", h.Successes)
	}
	if u := p.Unhealthy; u != nil {
		at := path.Child("unhealthy")
		required(errs, at, "http_failures", u.HTTPFailures)
		required(errs, at, "tcp_failures", u.TCPFailures)
		required(errs, at, "timeouts", u.Timeouts)
	}
}

func required[T any](errs *constraint.Errors, parent *field.Path, name string, value *T) {
	if value == nil {
		errs.Required(parent, name)
	}
}
