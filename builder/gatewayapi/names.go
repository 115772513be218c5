package gatewayapi

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// checkNames refuses what an API server would not have taken, and no object can be called.
func (r *route) checkNames() {
	metadata, spec := field.NewPath("metadata"), field.NewPath("spec")
	for _, problem := range validation.IsDNS1123Label(r.key.Namespace) {
		r.refuseAll(everywhere, metadata.Child("namespace"), problem)
	}
	for _, problem := range validation.IsDNS1123Subdomain(r.key.Name) {
		r.refuseAll(everywhere, metadata.Child("name"), problem)
	}
	for i, name := range r.hostnames {
		if problem := hostnameProblem(name); problem != "" {
			r.refuseAll(everywhere, spec.Child("hostnames").Index(i), problem)
		}
	}
	for _, rule := range r.rules {
		if rule.name == "" {
			continue
		}
		for _, problem := range validation.IsDNS1123Subdomain(rule.name) {
			rule.unsupported(rule.path.Child("name"), problem)
		}
	}
}

// hostnameProblem says why a hostname is none; empty where it is one.
func hostnameProblem(name gatewayv1.Hostname) string {
	if len(validation.IsDNS1123Subdomain(strings.TrimPrefix(string(lowerHost(name)), "*."))) > 0 {
		return "must be a host name, or one with *. before it, without a port"
	}
	return ""
}

// problem says why nothing can be attached to a listener that an API server would not have
// taken; empty where something can.
func (l *listener) problem() string {
	switch {
	case len(validation.IsDNS1123Label(l.of.key.Namespace)) > 0, len(validation.IsDNS1123Subdomain(l.of.key.Name)) > 0:
		return "is of a Gateway whose name or namespace no object can have"
	case len(validation.IsDNS1123Subdomain(l.name)) > 0:
		return "has a name that is no DNS subdomain"
	case l.hostname != "" && hostnameProblem(gatewayv1.Hostname(l.hostname)) != "":
		return "has a hostname that is none: it " + hostnameProblem(gatewayv1.Hostname(l.hostname))
	case len(validation.IsValidPortNum(int(l.port))) > 0:
		return "has a port that is not from 1 to 65535"
	default:
		return ""
	}
}
