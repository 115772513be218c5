package konnectrules

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"

	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/internal/optional"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// CheckControlPlane returns what Konnect refuses of a control plane that its CRD takes.
// Labels with reserved keys are refused too.
func CheckControlPlane(c *konnectv1alpha2.KonnectGatewayControlPlane, reserved func(string) bool) field.ErrorList {
	var problems field.ErrorList
	spec := field.NewPath("spec")
	switch {
	case len(c.Spec.Members) > 256:
		problems = append(problems, field.TooMany(spec.Child("members"), len(c.Spec.Members), 256))
	case len(c.Spec.Members) > 0 && !c.IsMirror() && c.ClusterType() != konnectv1alpha2.ClusterTypeControlPlaneGroup:
		problems = append(problems, field.Forbidden(spec.Child("members"), "only a control plane group has members"))
	}
	request, path := c.Spec.CreateControlPlaneRequest, spec.Child("createControlPlaneRequest")
	if request == nil {
		return problems
	}
	if n := utf8.RuneCountInString(request.Name); n < 2 || n > 256 || strings.TrimSpace(request.Name) == "" {
		problems = append(problems, field.Invalid(path.Child("name"), request.Name, "must be 2 to 256 characters, not all blank, for konnect"))
	}
	if utf8.RuneCountInString(optional.Value(request.Description)) > 2048 {
		problems = append(problems, field.TooLong(path.Child("description"), "", 2048))
	}
	problems = append(problems, CheckEnum(path.Child("auth_type"), request.AuthType, []string{"pinned_client_certs", "pki_client_certs"})...)
	return append(append(problems, checkProxyURLs(path.Child("proxy_urls"), request.ProxyURLs)...), checkLabels(path.Child("labels"), request.Labels, reserved)...)
}

func checkProxyURLs(path *field.Path, urls []konnectv1alpha2.ProxyURL) field.ErrorList {
	var problems field.ErrorList
	if len(urls) > 5 {
		problems = append(problems, field.TooMany(path, len(urls), 5))
	}
	for i, u := range urls {
		path := path.Index(i)
		if n := utf8.RuneCountInString(u.Host); n < 1 || n > 120 {
			problems = append(problems, field.Invalid(path.Child("host"), u.Host, "must be 1 to 120 characters for konnect"))
		}
		if u.Port < 1 {
			problems = append(problems, field.Invalid(path.Child("port"), u.Port, "must be at least 1 for konnect"))
		}
		if n := utf8.RuneCountInString(u.Protocol); n < 1 || n > 32 {
			problems = append(problems, field.Invalid(path.Child("protocol"), u.Protocol, "must be 1 to 32 characters for konnect"))
		}
		if slices.Contains(urls[:i], u) {
			problems = append(problems, field.Duplicate(path, u.Host))
		}
	}
	return problems
}

func checkLabels(path *field.Path, labels map[string]string, reserved func(string) bool) field.ErrorList {
	var problems field.ErrorList
	pattern := regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$`)
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		path := path.Key(printable.Line(key))
		switch {
		case reserved(key):
			problems = append(problems, field.Invalid(path, key, "is reserved for the marks of konnectkit"))
		case strings.HasPrefix(key, "kuma"):
			problems = append(problems, field.Invalid(path, key, "must not start with kuma for konnect"))
		case !pattern.MatchString(labels[key]):
			problems = append(problems, field.Invalid(path, labels[key], "konnect accepts letters, digits, dots, dashes and underscores, with a letter or digit at both ends"))
		}
	}
	return problems
}
