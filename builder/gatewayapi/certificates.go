package gatewayapi

import (
	"cmp"

	"k8s.io/apimachinery/pkg/util/validation/field"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/optional"
)

// certificates makes those of the listeners that end TLS, and the names they are for. A
// name is in a control plane once: the listener that comes first has it.
func (e *emitter) certificates() {
	names := map[string]bool{}
	for _, l := range e.listeners {
		if l.refused != "" {
			e.warn(l, l.path, l.refused+", so that nothing is attached to it")
			continue
		}
		if l.spec.TLS == nil || l.passthrough || l.protocol != gatewayv1.HTTPSProtocolType && l.protocol != gatewayv1.TLSProtocolType {
			continue
		}
		at := l.path.Child("tls", "certificateRefs")
		if len(l.spec.TLS.Options) > 0 {
			e.warn(l, l.path.Child("tls", "options"), "has no effect")
		}
		for i := range l.spec.TLS.CertificateRefs {
			secret, problem := e.certificateOf(l, &l.spec.TLS.CertificateRefs[i])
			switch {
			case problem != "":
				e.warn(l, at.Index(i), problem)
			case i > 0:
				e.warn(l, at.Index(i), "a name has one certificate, that of the first reference")
			default:
				e.certificate(l, secret, names)
			}
		}
	}
}

func (p *plane) warn(l *listener, at *field.Path, message string) {
	p.warnings = append(p.warnings, Warning{Key: l.of.key, Field: at.String(), Message: message})
}

// certificateOf returns the Secret that a listener names, or why it cannot be had.
func (e *emitter) certificateOf(l *listener, ref *gatewayv1.SecretObjectReference) (secret crd.Key, problem string) {
	secret = crd.Key{Kind: crd.SecretKind, Namespace: cmp.Or(string(optional.Value(ref.Namespace)), l.of.key.Namespace), Name: string(ref.Name)}
	certificate := crd.Key{Group: crd.ConfigurationGroup, Kind: "KongCertificate", Namespace: e.key.Namespace}
	switch {
	case optional.Value(ref.Group) != "" || cmp.Or(optional.Value(ref.Kind), crd.SecretKind) != crd.SecretKind:
		return secret, "only a Secret can be named"
	case !e.cluster.permits(l.of.key, secret):
		return secret, "no ReferenceGrant in " + secret.Namespace + " lets Gateways of " + l.of.key.Namespace + " refer to " + secret.String()
	case !e.cluster.permitsKong(certificate, secret):
		return secret, "no KongReferenceGrant in " + secret.Namespace + " lets KongCertificates of " + e.key.Namespace + " refer to " + secret.String()
	case !e.cluster.secrets[place{secret.Namespace, secret.Name}]:
		return secret, secret.String() + " does not exist"
	default:
		return secret, ""
	}
}

// certificate makes one, and the names that it is for.
func (e *emitter) certificate(l *listener, secret crd.Key, names map[string]bool) {
	base := "gateway." + l.of.key.Namespace + "." + l.of.key.Name + "." + l.name
	sni := cmp.Or(string(l.hostname), "*")
	if names[sni] {
		e.warn(l, l.path.Child("hostname"), sni+" has the certificate of another listener")
		return
	}
	names[sni] = true
	name := e.name("KongCertificate", base, base)
	certificate := builder.NewCertificate(name).Namespace(e.key.Namespace).ControlPlane(e.key.Name).Labels(source.Labels(l.of.key))
	if secret.Namespace == e.key.Namespace {
		certificate.Secret(secret.Name)
	} else {
		certificate.SecretIn(secret.Namespace, secret.Name)
	}
	build(e.store, certificate)
	build(e.store, builder.NewSNI(e.name("KongSNI", base, base)).Namespace(e.key.Namespace).Labels(source.Labels(l.of.key)).
		SpecName(sni).Certificate(name))
}
