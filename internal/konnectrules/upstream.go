package konnectrules

import (
	"slices"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/optional"
)

// CheckUpstream returns what Konnect refuses of a KongUpstream that its CRD takes.
func CheckUpstream(u *configurationv1alpha1.KongUpstream) field.ErrorList {
	spec, path := u.Spec, field.NewPath("spec")
	problems := CheckUpstreamName(path.Child("name"), optional.Value(spec.Name))
	selectors := []string{"none", "consumer", "ip", "header", "cookie", "path", "query_arg", "uri_capture"}
	problems = append(problems, CheckEnum(path.Child("algorithm"), spec.Algorithm,
		[]string{"round-robin", "consistent-hashing", "least-connections", "latency", "sticky-sessions"})...)
	problems = append(problems, CheckEnum(path.Child("hash_on"), spec.HashOn, selectors)...)
	problems = append(problems, CheckEnum(path.Child("hash_fallback"), spec.HashFallback, selectors)...)
	problems = append(problems, checkHashFallback(path, spec)...)
	problems = append(problems, checkHashKeys(path, spec)...)
	problems = append(problems, CheckHostPort(path.Child("host_header"), spec.HostHeader)...)
	if certificate := spec.ClientCertificate; certificate != nil {
		problems = append(problems, CheckID(path.Child("client_certificate", "id"), certificate.ID)...)
	}
	if spec.Healthchecks != nil {
		problems = append(problems, checkHealthchecks(path.Child("healthchecks"), spec.Healthchecks)...)
	}
	return problems
}

// checkHashFallback refuses a fallback that can never be reached or adds nothing.
func checkHashFallback(path *field.Path, spec configurationv1alpha1.KongUpstreamSpec) field.ErrorList {
	on, fallback := optional.Value(spec.HashOn), optional.Value(spec.HashFallback)
	path = path.Child("hash_fallback")
	switch {
	case fallback == "" || fallback == "none":
		return nil
	case on == "" || on == "none" || on == "cookie":
		return field.ErrorList{field.Invalid(path, fallback, "konnect allows only none where hash_on is none or cookie")}
	case on == fallback && slices.Contains([]string{"consumer", "ip", "path"}, on):
		return field.ErrorList{field.Invalid(path, fallback, "must differ from hash_on for konnect")}
	case on == fallback && sameHashKey(spec):
		return field.ErrorList{field.Invalid(path, fallback, "must not look at the same value as hash_on for konnect")}
	default:
		return nil
	}
}

// checkHashKeys checks the names and paths of what is hashed.
func checkHashKeys(path *field.Path, spec configurationv1alpha1.KongUpstreamSpec) field.ErrorList {
	var problems field.ErrorList
	anything := func(*field.Path, string) field.ErrorList { return nil }
	for _, key := range []struct {
		name  string
		value *string
		check func(*field.Path, string) field.ErrorList
	}{
		{"hash_on_header", spec.HashOnHeader, CheckHeaderName},
		{"hash_on_cookie", spec.HashOnCookie, CheckCookieName},
		{"hash_on_query_arg", spec.HashOnQueryArg, anything},
		{"hash_on_uri_capture", spec.HashOnURICapture, anything},
		{"hash_fallback_header", spec.HashFallbackHeader, CheckHeaderName},
		{"hash_fallback_query_arg", spec.HashFallbackQueryArg, anything},
		{"hash_fallback_uri_capture", spec.HashFallbackURICapture, anything},
		{"sticky_sessions_cookie", spec.StickySessionsCookie, anything},
	} {
		if key.value == nil {
			continue
		}
		if n := utf8.RuneCountInString(*key.value); n < 1 || n > 1024 {
			problems = append(problems, field.Invalid(path.Child(key.name), *key.value, "must be 1 to 1024 characters for konnect"))
			continue
		}
		problems = append(problems, key.check(path.Child(key.name), *key.value)...)
	}
	if value := spec.HashOnCookiePath; value != nil {
		problems = append(problems, CheckPath(path.Child("hash_on_cookie_path"), *value)...)
	}
	if value := spec.StickySessionsCookiePath; value != nil {
		problems = append(problems, CheckPath(path.Child("sticky_sessions_cookie_path"), *value)...)
	}
	return problems
}

func sameHashKey(spec configurationv1alpha1.KongUpstreamSpec) bool {
	pairs := map[string][2]*string{
		"header":      {spec.HashOnHeader, spec.HashFallbackHeader},
		"query_arg":   {spec.HashOnQueryArg, spec.HashFallbackQueryArg},
		"uri_capture": {spec.HashOnURICapture, spec.HashFallbackURICapture},
	}
	pair, ok := pairs[optional.Value(spec.HashOn)]
	return ok && optional.Value(pair[0]) == optional.Value(pair[1])
}

var probeTypes = []string{"tcp", "http", "https", "grpc", "grpcs"}

func checkHealthchecks(path *field.Path, checks *configurationv1alpha1.Healthchecks) field.ErrorList {
	var problems field.ErrorList
	if a := checks.Active; a != nil {
		path := path.Child("active")
		problems = append(problems, CheckEnum(path.Child("type"), a.Type, probeTypes)...)
		problems = append(problems, CheckRange(path.Child("concurrency"), a.Concurrency, 1, 2147483648)...)
		problems = append(problems, CheckRange(path.Child("timeout"), a.Timeout, 0, 65535)...)
		if a.HTTPPath != nil {
			problems = append(problems, CheckPath(path.Child("http_path"), *a.HTTPPath)...)
		}
		problems = append(problems, CheckHeaderNames(path.Child("headers"), a.Headers)...)
		if a.HTTPSSNI != nil {
			problems = append(problems, CheckSNI(path.Child("https_sni"), *a.HTTPSSNI)...)
		}
		if h := a.Healthy; h != nil {
			path := path.Child("healthy")
			problems = append(problems, CheckRange(path.Child("interval"), h.Interval, 0, 65535)...)
			problems = append(problems, checkCounts(path, h.HTTPStatuses, count255{"successes", h.Successes})...)
		}
		if u := a.Unhealthy; u != nil {
			path := path.Child("unhealthy")
			problems = append(problems, CheckRange(path.Child("interval"), u.Interval, 0, 65535)...)
			problems = append(problems, checkCounts(path, u.HTTPStatuses, count255{"http_failures", u.HTTPFailures},
				count255{"tcp_failures", u.TCPFailures}, count255{"timeouts", u.Timeouts})...)
		}
	}
	if p := checks.Passive; p != nil {
		path := path.Child("passive")
		problems = append(problems, CheckEnum(path.Child("type"), p.Type, probeTypes)...)
		if h := p.Healthy; h != nil {
			problems = append(problems, checkCounts(path.Child("healthy"), h.HTTPStatuses, count255{"successes", h.Successes})...)
		}
		if u := p.Unhealthy; u != nil {
			problems = append(problems, checkCounts(path.Child("unhealthy"), u.HTTPStatuses, count255{"http_failures", u.HTTPFailures},
				count255{"tcp_failures", u.TCPFailures}, count255{"timeouts", u.Timeouts})...)
		}
	}
	return problems
}

// count255 is a counter of a health check, which Konnect keeps in 0 to 255.
type count255 struct {
	name  string
	value *int64
}

func checkCounts(path *field.Path, statuses []int64, counts ...count255) field.ErrorList {
	var problems field.ErrorList
	for _, c := range counts {
		problems = append(problems, CheckRange(path.Child(c.name), c.value, 0, 255)...)
	}
	for i, status := range statuses {
		problems = append(problems, CheckRange(path.Child("http_statuses").Index(i), &status, 100, 999)...)
	}
	return problems
}

// HealthcheckDefaults is what Konnect fills in leaf by leaf.
func HealthcheckDefaults() map[string]any {
	return map[string]any{
		"threshold": 0,
		"active": map[string]any{
			"type": "http", "timeout": 1, "concurrency": 10, "http_path": "/", "https_verify_certificate": true,
			"healthy": map[string]any{"http_statuses": []any{200, 302}, "interval": 0, "successes": 0},
			"unhealthy": map[string]any{
				"http_statuses": []any{429, 404, 500, 501, 502, 503, 504, 505},
				"interval":      0, "http_failures": 0, "tcp_failures": 0, "timeouts": 0,
			},
		},
		"passive": map[string]any{
			"type": "http",
			"healthy": map[string]any{
				"http_statuses": []any{
					200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306, 307, 308,
				},
				"successes": 0,
			},
			"unhealthy": map[string]any{
				"http_statuses": []any{429, 500, 503}, "http_failures": 0, "tcp_failures": 0, "timeouts": 0,
			},
		},
	}
}
