package gatewayapi

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder/backend"
	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// balanced is the backend of rules, or why there is none; its KongService is put into the
// store by those that need it as it is.
type balanced struct {
	service *configurationv1alpha1.KongService
	err     error
}

// balance makes what spreads the requests of a rule over its backends. All rules with one
// and the same port of a Service share it; a rule with several backends has its own.
func (e *emitter) balance(r *rule) *balanced {
	shares := r.destination.shares
	name, of, standsFor := r.base(), r.of.key, r.id()
	if len(shares) == 1 {
		service := shares[0].Service
		of = crd.Key{Kind: "Service", Namespace: crd.NamespaceOf(service), Name: service.Name}
		name = "service." + of.Namespace + "." + of.Name + "." + shares[0].Port + r.of.family.suffix(shares[0])
		standsFor = name
	}
	name = e.name("KongUpstream", name, standsFor)
	if known := e.backends[name]; known != nil {
		return known
	}
	for _, share := range shares {
		e.warnAnnotations(share.Service)
	}
	made, err := backend.FromServices(name, shares, e.backendOptions(r, of)...)
	if err == nil {
		e.put(made.Upstream, nil)
	}
	for _, target := range made.Targets {
		e.put(target, nil)
	}
	e.backends[name] = &balanced{made.Service, err}
	return e.backends[name]
}

// warnAnnotations tells of Kong's annotations of a Service, which are for Ingresses.
func (e *emitter) warnAnnotations(service *corev1.Service) {
	for name := range service.Annotations {
		if strings.HasPrefix(name, annotationPrefix) {
			e.warnings = append(e.warnings, Warning{
				Key:     crd.Key{Kind: "Service", Namespace: crd.NamespaceOf(service), Name: service.Name},
				Field:   field.NewPath("metadata", "annotations").Key(name).String(),
				Message: "has no effect on what routes of the Gateway API send to the Service",
			})
		}
	}
}

func (e *emitter) backendOptions(r *rule, of crd.Key) []backend.Option {
	return []backend.Option{
		backend.WithNamespace(e.key.Namespace), backend.WithControlPlane(e.key.Name), backend.WithLabels(source.Labels(of)),
		backend.WithProtocol(r.of.family.speaks(r.destination.shares[0])),
	}
}

// speaks returns the protocol of the family that a port is spoken to with: over TLS where the
// port says so.
func (f family) speaks(share backend.Share) string {
	plain, secure := string(f), string(f)+"s"
	switch hint := protocolHint(share); {
	case f == tlsFamily:
		return string(tcpFamily) // what TLS carries, or TLS itself as it is
	case f == tcpFamily || f == udpFamily:
		return plain
	case slices.Contains([]string{"https", "grpcs", "tls"}, hint):
		return secure
	default:
		return plain
	}
}

// suffix keeps what one family speaks with a port apart from what others speak with it, and
// ports of one number apart.
func (f family) suffix(share backend.Share) string {
	if protocol := f.speaks(share); protocol != protocolHint(share) || f == udpFamily {
		return "-" + protocol
	}
	return ""
}

// protocolHint returns what a port says of itself.
func protocolHint(share backend.Share) string {
	for _, port := range share.Service.Spec.Ports {
		if strconv.Itoa(int(port.Port)) == share.Port {
			return backend.ProtocolOf(port)
		}
	}
	return ""
}
