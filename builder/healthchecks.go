package builder

import (
	"math"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// ActiveChecks builds the active health checks of an upstream, for
// Upstream.ActiveHealthchecks. Numbers that the CRD requires and no method sets
// are Konnect's defaults, with which nothing is probed: Interval, Healthy and
// Unhealthy turn the checks on. Durations are whole numbers of milliseconds.
type ActiveChecks struct {
	mistakes

	checks configurationv1alpha1.ActiveHealthchecks
}

// ActiveHTTPChecks probes path of every target over http.
func ActiveHTTPChecks(path string) *ActiveChecks { return newActiveChecks("http").HTTPPath(path) }

// ActiveHTTPSChecks probes path of every target over https.
func ActiveHTTPSChecks(path string) *ActiveChecks { return newActiveChecks("https").HTTPPath(path) }

// ActiveTCPChecks opens a connection to every target.
func ActiveTCPChecks() *ActiveChecks { return newActiveChecks("tcp") }

// ActiveGRPCChecks calls the gRPC health service of every target.
func ActiveGRPCChecks() *ActiveChecks { return newActiveChecks("grpc") }

// newActiveChecks starts from Konnect's defaults for what the CRD requires.
func newActiveChecks(kind string) *ActiveChecks {
	return &ActiveChecks{checks: configurationv1alpha1.ActiveHealthchecks{
		Type:                   &kind,
		Concurrency:            new(int64(10)),
		Timeout:                new(1.0),
		HTTPPath:               new("/"),
		HTTPSVerifyCertificate: new(true),
	}}
}

// activePath is the path of a field of the active checks.
func activePath(names ...string) *field.Path {
	return field.NewPath("spec", "healthchecks", "active").Child(names[0], names[1:]...)
}

// Type sets type: tcp, http, https, grpc or grpcs.
func (a *ActiveChecks) Type(kind string) *ActiveChecks {
	a.checks.Type = &kind
	return a
}

// Concurrency sets concurrency: how many targets are probed at once.
func (a *ActiveChecks) Concurrency(targets int) *ActiveChecks {
	a.checks.Concurrency = a.number(activePath("concurrency"), targets, 1, math.MaxInt32)
	return a
}

// Timeout sets timeout of a probe, at most 65535 seconds.
func (a *ActiveChecks) Timeout(timeout time.Duration) *ActiveChecks {
	a.checks.Timeout = a.seconds(activePath("timeout"), timeout)
	return a
}

// HTTPPath sets http_path of http and https probes.
func (a *ActiveChecks) HTTPPath(path string) *ActiveChecks {
	a.checks.HTTPPath = &path
	return a
}

// HTTPSVerifyCertificate sets https_verify_certificate of https probes.
func (a *ActiveChecks) HTTPSVerifyCertificate(verify bool) *ActiveChecks {
	a.checks.HTTPSVerifyCertificate = &verify
	return a
}

// HTTPSSNI sets https_sni, the server name of https probes.
func (a *ActiveChecks) HTTPSSNI(name string) *ActiveChecks {
	a.checks.HTTPSSNI = &name
	return a
}

// Headers replaces headers of http and https probes.
func (a *ActiveChecks) Headers(headers map[string][]string) *ActiveChecks {
	a.checks.Headers = headersOf(headers)
	return a
}

// Header sets one of headers.
func (a *ActiveChecks) Header(name string, values ...string) *ActiveChecks {
	a.checks.Headers = with(a.checks.Headers, name, listOf(values))
	return a
}

// Interval sets the time between probes, of healthy and unhealthy targets alike,
// at most 65535 seconds; 0 turns probing off.
func (a *ActiveChecks) Interval(interval time.Duration) *ActiveChecks {
	return a.HealthyInterval(interval).UnhealthyInterval(interval)
}

// Healthy sets how many successes in a row make a target healthy, 0 to 255; 0
// leaves it unhealthy.
func (a *ActiveChecks) Healthy(successes int) *ActiveChecks { return a.HealthySuccesses(successes) }

// HealthySuccesses sets healthy.successes; Healthy is short for it.
func (a *ActiveChecks) HealthySuccesses(successes int) *ActiveChecks {
	a.healthy().Successes = a.number(activePath("healthy", "successes"), successes, 0, maxCount)
	return a
}

// HealthyInterval sets healthy.interval, the time between probes of healthy targets.
func (a *ActiveChecks) HealthyInterval(interval time.Duration) *ActiveChecks {
	a.healthy().Interval = a.seconds(activePath("healthy", "interval"), interval)
	return a
}

// HealthyHTTPStatuses replaces healthy.http_statuses, those that count as a success.
func (a *ActiveChecks) HealthyHTTPStatuses(statuses ...int) *ActiveChecks {
	a.healthy().HTTPStatuses = a.statuses(activePath("healthy", "http_statuses"), statuses)
	return a
}

// Unhealthy sets how many failures of any sort (an HTTP status, a TCP error, a
// timeout) make a target unhealthy, 0 to 255; 0 leaves it healthy.
func (a *ActiveChecks) Unhealthy(failures int) *ActiveChecks {
	return a.UnhealthyHTTPFailures(failures).UnhealthyTCPFailures(failures).UnhealthyTimeouts(failures)
}

// UnhealthyInterval sets unhealthy.interval, the time between probes of unhealthy targets.
func (a *ActiveChecks) UnhealthyInterval(interval time.Duration) *ActiveChecks {
	a.unhealthy().Interval = a.seconds(activePath("unhealthy", "interval"), interval)
	return a
}

// UnhealthyHTTPStatuses replaces unhealthy.http_statuses, those that count as a failure.
func (a *ActiveChecks) UnhealthyHTTPStatuses(statuses ...int) *ActiveChecks {
	a.unhealthy().HTTPStatuses = a.statuses(activePath("unhealthy", "http_statuses"), statuses)
	return a
}

// UnhealthyHTTPFailures sets unhealthy.http_failures, 0 to 255.
func (a *ActiveChecks) UnhealthyHTTPFailures(failures int) *ActiveChecks {
	a.unhealthy().HTTPFailures = a.number(activePath("unhealthy", "http_failures"), failures, 0, maxCount)
	return a
}

// UnhealthyTCPFailures sets unhealthy.tcp_failures, 0 to 255.
func (a *ActiveChecks) UnhealthyTCPFailures(failures int) *ActiveChecks {
	a.unhealthy().TCPFailures = a.number(activePath("unhealthy", "tcp_failures"), failures, 0, maxCount)
	return a
}

// UnhealthyTimeouts sets unhealthy.timeouts, 0 to 255.
func (a *ActiveChecks) UnhealthyTimeouts(timeouts int) *ActiveChecks {
	a.unhealthy().Timeouts = a.number(activePath("unhealthy", "timeouts"), timeouts, 0, maxCount)
	return a
}

func (a *ActiveChecks) healthy() *configurationv1alpha1.ActiveHealthy {
	if a.checks.Healthy == nil {
		a.checks.Healthy = &configurationv1alpha1.ActiveHealthy{Interval: new(0.0), Successes: new(int64(0))}
	}
	return a.checks.Healthy
}

func (a *ActiveChecks) unhealthy() *configurationv1alpha1.ActiveUnhealthy {
	if a.checks.Unhealthy == nil {
		a.checks.Unhealthy = &configurationv1alpha1.ActiveUnhealthy{
			Interval: new(0.0), HTTPFailures: new(int64(0)), TCPFailures: new(int64(0)), Timeouts: new(int64(0)),
		}
	}
	return a.checks.Unhealthy
}

// maxCount is the highest number of successes or failures that Konnect counts.
const maxCount = 255

// statuses returns HTTP statuses as the CRD types hold them, and notes those
// outside 100 to 999.
func (m *mistakes) statuses(path *field.Path, statuses []int) []int64 {
	var list []int64
	for i, status := range statuses {
		list = append(list, *m.number(path.Index(i), status, 100, 999))
	}
	return list
}
