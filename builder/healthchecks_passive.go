package builder

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// PassiveChecks builds the passive health checks of an upstream, for
// Upstream.PassiveHealthchecks. Numbers that the CRD requires and no method sets
// are Konnect's defaults, with which nothing is counted: Healthy and Unhealthy
// turn the checks on.
type PassiveChecks struct {
	mistakes

	checks configurationv1alpha1.PassiveHealthchecks
}

// PassiveHTTPChecks watches http traffic.
func PassiveHTTPChecks() *PassiveChecks { return newPassiveChecks("http") }

// PassiveHTTPSChecks watches https traffic.
func PassiveHTTPSChecks() *PassiveChecks { return newPassiveChecks("https") }

// PassiveTCPChecks watches TCP traffic.
func PassiveTCPChecks() *PassiveChecks { return newPassiveChecks("tcp") }

// PassiveGRPCChecks watches gRPC traffic.
func PassiveGRPCChecks() *PassiveChecks { return newPassiveChecks("grpc") }

func newPassiveChecks(kind string) *PassiveChecks {
	return &PassiveChecks{checks: configurationv1alpha1.PassiveHealthchecks{Type: &kind}}
}

// passivePath is the path of a field of a section of the passive checks.
func passivePath(section, name string) *field.Path {
	return field.NewPath("spec", "healthchecks", "passive", section, name)
}

// Type sets type: tcp, http, https, grpc or grpcs.
func (p *PassiveChecks) Type(kind string) *PassiveChecks {
	p.checks.Type = &kind
	return p
}

// Healthy sets how many successes make a target healthy, 0 to 255; 0 leaves it
// unhealthy.
func (p *PassiveChecks) Healthy(successes int) *PassiveChecks { return p.HealthySuccesses(successes) }

// HealthySuccesses sets healthy.successes; Healthy is short for it.
func (p *PassiveChecks) HealthySuccesses(successes int) *PassiveChecks {
	p.healthy().Successes = p.number(passivePath("healthy", "successes"), successes, 0, maxCount)
	return p
}

// HealthyHTTPStatuses replaces healthy.http_statuses, those that count as a success.
func (p *PassiveChecks) HealthyHTTPStatuses(statuses ...int) *PassiveChecks {
	p.healthy().HTTPStatuses = p.statuses(passivePath("healthy", "http_statuses"), statuses)
	return p
}

// Unhealthy sets how many failures of any sort (an HTTP status, a TCP error, a
// timeout) make a target unhealthy, 0 to 255; 0 leaves it healthy.
func (p *PassiveChecks) Unhealthy(failures int) *PassiveChecks {
	return p.UnhealthyHTTPFailures(failures).UnhealthyTCPFailures(failures).UnhealthyTimeouts(failures)
}

// UnhealthyHTTPStatuses replaces unhealthy.http_statuses, those that count as a failure.
func (p *PassiveChecks) UnhealthyHTTPStatuses(statuses ...int) *PassiveChecks {
	p.unhealthy().HTTPStatuses = p.statuses(passivePath("unhealthy", "http_statuses"), statuses)
	return p
}

// UnhealthyHTTPFailures sets unhealthy.http_failures, 0 to 255.
func (p *PassiveChecks) UnhealthyHTTPFailures(failures int) *PassiveChecks {
	p.unhealthy().HTTPFailures = p.number(passivePath("unhealthy", "http_failures"), failures, 0, maxCount)
	return p
}

// UnhealthyTCPFailures sets unhealthy.tcp_failures, 0 to 255.
func (p *PassiveChecks) UnhealthyTCPFailures(failures int) *PassiveChecks {
	p.unhealthy().TCPFailures = p.number(passivePath("unhealthy", "tcp_failures"), failures, 0, maxCount)
	return p
}

// UnhealthyTimeouts sets unhealthy.timeouts, 0 to 255.
func (p *PassiveChecks) UnhealthyTimeouts(timeouts int) *PassiveChecks {
	p.unhealthy().Timeouts = p.number(passivePath("unhealthy", "timeouts"), timeouts, 0, maxCount)
	return p
}

func (p *PassiveChecks) healthy() *configurationv1alpha1.PassiveHealthy {
	if p.checks.Healthy == nil {
		p.checks.Healthy = &configurationv1alpha1.PassiveHealthy{Successes: new(int64(0))}
	}
	return p.checks.Healthy
}

func (p *PassiveChecks) unhealthy() *configurationv1alpha1.PassiveUnhealthy {
	if p.checks.Unhealthy == nil {
		p.checks.Unhealthy = &configurationv1alpha1.PassiveUnhealthy{
			HTTPFailures: new(int64(0)), TCPFailures: new(int64(0)), Timeouts: new(int64(0)),
		}
	}
	return p.checks.Unhealthy
}
