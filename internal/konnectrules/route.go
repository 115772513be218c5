package konnectrules

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/optional"
)

// protocolFamily is a set of protocols that one route may mix, with the matchers
// that it may use and of which it needs one.
type protocolFamily struct {
	protocols []string
	// matchers are allowed and one of them is needed; overTLS only with one of tls.
	matchers, overTLS, tls []string
	// extra matchers are allowed as well, but are not enough.
	extra []string
}

var protocolFamilies = []protocolFamily{
	{[]string{"http", "https"}, []string{"methods", "hosts", "headers", "paths"}, []string{"snis"}, []string{"https"}, nil},
	{[]string{"grpc", "grpcs"}, []string{"hosts", "headers", "paths"}, []string{"snis"}, []string{"grpcs"}, nil},
	{[]string{"ws", "wss"}, []string{"hosts", "headers", "paths"}, []string{"snis"}, []string{"wss"}, nil},
	{[]string{"tcp", "tls", "udp"}, []string{"sources", "destinations"}, []string{"snis"}, []string{"tls"}, nil},
	{[]string{"tls_passthrough"}, []string{"snis"}, nil, nil, []string{"sources", "destinations"}},
}

// CheckRoute returns what Konnect refuses of a KongRoute that its CRD takes.
func CheckRoute(r *configurationv1alpha1.KongRoute) field.ErrorList {
	spec, path := r.Spec, field.NewPath("spec")
	problems := append(CheckID(path.Child("id"), spec.ID), CheckName(path.Child("name"), spec.Name)...)
	problems = append(problems, CheckEnum(path.Child("path_handling"), spec.PathHandling, []string{"v0", "v1"})...)
	if code := spec.HTTPSRedirectStatusCode; code != nil && !slices.Contains([]int64{301, 302, 307, 308, 426}, *code) {
		problems = append(problems, field.NotSupported(path.Child("https_redirect_status_code"), *code, []string{"301", "302", "307", "308", "426"}))
	}
	problems = append(problems, CheckRoutePaths(path.Child("paths"), spec.Paths)...)
	problems = append(problems, CheckRouteHeaders(path.Child("headers"), spec.Headers)...)
	for i, host := range spec.Hosts {
		problems = append(problems, CheckRouteHost(path.Child("hosts").Index(i), host)...)
	}
	for i, name := range spec.SNIs {
		problems = append(problems, CheckSNI(path.Child("snis").Index(i), name)...)
	}
	if optional.Value(spec.RegexPriority) < 0 {
		problems = append(problems, field.Invalid(path.Child("regex_priority"), *spec.RegexPriority, "must be at least 0 for konnect"))
	}
	problems = append(problems, CheckMethods(path.Child("methods"), spec.Methods)...)
	endpoint := func(path *field.Path, e configurationv1alpha1.RouteEndpoint) {
		if e.IP == nil && e.Port == nil {
			problems = append(problems, field.Required(path, "konnect needs an ip or a port"))
		}
		problems = append(problems, CheckIP(path.Child("ip"), e.IP)...)
		problems = append(problems, CheckRange(path.Child("port"), e.Port, 0, 65535)...)
	}
	for i, source := range spec.Sources {
		endpoint(path.Child("sources").Index(i), source)
	}
	for i, destination := range spec.Destinations {
		endpoint(path.Child("destinations").Index(i), destination)
	}
	return append(problems, checkProtocols(path, spec)...)
}

// DefaultRouteProtocol is that of a route which names none, when it is created.
const DefaultRouteProtocol = "https"

// checkProtocols checks what the protocols ask of the other fields. Without
// protocols a route is created with https.
func checkProtocols(path *field.Path, spec configurationv1alpha1.KongRouteSpec) field.ErrorList {
	if len(spec.Protocols) == 0 {
		spec.Protocols, spec.StripPath = []string{DefaultRouteProtocol}, nil
	}
	var problems field.ErrorList
	for i, protocol := range spec.Protocols {
		problems = append(problems, CheckEnum(path.Child("protocols").Index(i), &protocol, serviceProtocols)...)
		if slices.Contains(spec.Protocols[:i], protocol) {
			problems = append(problems, field.Duplicate(path.Child("protocols").Index(i), protocol))
		}
	}
	if len(problems) > 0 {
		return problems
	}
	i := slices.IndexFunc(protocolFamilies, func(f protocolFamily) bool {
		return !slices.ContainsFunc(spec.Protocols, func(p string) bool { return !slices.Contains(f.protocols, p) })
	})
	if i < 0 {
		return field.ErrorList{field.Invalid(path.Child("protocols"), spec.Protocols,
			"must be of one family: http and https; grpc and grpcs; ws and wss; tcp, tls and udp; or tls_passthrough")}
	}
	problems = checkMatchers(path, spec, protocolFamilies[i])
	if SpeaksGRPC(spec.Protocols) && optional.Value(spec.StripPath) {
		problems = append(problems, field.Invalid(path.Child("strip_path"), true, "konnect allows only false with grpc and grpcs"))
	}
	return problems
}

func checkMatchers(path *field.Path, spec configurationv1alpha1.KongRouteSpec, family protocolFamily) field.ErrorList {
	allowed := slices.Clone(family.matchers)
	if slices.ContainsFunc(spec.Protocols, func(p string) bool { return slices.Contains(family.tls, p) }) {
		allowed = append(allowed, family.overTLS...)
	}
	used := map[string]bool{
		"methods": len(spec.Methods) > 0, "hosts": len(spec.Hosts) > 0, "headers": len(spec.Headers) > 0,
		"paths": len(spec.Paths) > 0, "snis": len(spec.SNIs) > 0, "sources": len(spec.Sources) > 0,
		"destinations": len(spec.Destinations) > 0,
	}
	var problems field.ErrorList
	protocols := strings.Join(spec.Protocols, ", ")
	for _, name := range []string{"methods", "hosts", "headers", "paths", "snis", "sources", "destinations"} {
		if used[name] && !slices.Contains(allowed, name) && !slices.Contains(family.extra, name) {
			problems = append(problems, field.Forbidden(path.Child(name), "konnect does not allow it with protocols "+protocols))
		}
	}
	if !slices.ContainsFunc(allowed, func(name string) bool { return used[name] }) {
		problems = append(problems, field.Required(path, "konnect needs one of "+strings.Join(allowed, ", ")+" with protocols "+protocols))
	}
	return problems
}

// SpeaksGRPC reports whether one of the protocols is gRPC's.
func SpeaksGRPC[P ~string](protocols []P) bool {
	return slices.ContainsFunc(protocols, func(p P) bool { return p == "grpc" || p == "grpcs" })
}
