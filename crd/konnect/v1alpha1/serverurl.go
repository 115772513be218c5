package v1alpha1

import (
	"net"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// validateServerURL checks that value, which is not empty, is an https URL or a
// host name as the CRD understands them. Anything with a colon behind a leading
// letter is a URL to it: localhost:8080 has the scheme localhost and is refused.
func validateServerURL(errs *constraint.Errors, path *field.Path, value string) {
	// The same parser decides in an API server what counts as a URL.
	if _, err := url.ParseRequestURI(value); err != nil {
		if !hostPattern().MatchString(value) {
			errs.Add(field.Invalid(path, withoutUserInfo(value), "must be an https URL or a host name"))
		}
		return
	}
	parsed, err := url.Parse(value)
	if err != nil || parsed.Scheme != "https" {
		message := "must have the scheme https, or none"
		if parsed != nil && isLoopback(parsed.Hostname()) && hostPattern().MatchString(parsed.Host) {
			message += "; a loopback address is spoken to in plain http where it stands alone: " + parsed.Host
		}
		errs.Add(field.Invalid(path, withoutUserInfo(value), message))
	}
}

func isLoopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

// withoutUserInfo leaves out of an error what may be a token: all before the
// last @, and any query.
func withoutUserInfo(value string) string {
	value, _, _ = strings.Cut(value, "?")
	return value[strings.LastIndex(value, "@")+1:]
}

// hostPattern returns the CRD's pattern for host names. Any character may stand
// between two labels, not only a dot, so 127.0.0.1:8080 counts as a host name.
var hostPattern = sync.OnceValue(func() *regexp.Regexp {
	const label = `([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])`
	return regexp.MustCompile(`^(` + label + `.)*` + label + `$`)
})
