package ingress

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// certificates makes those of the hosts that an Ingress lists under tls.
func (p *plane) certificates(i *subject) {
	for n, tls := range i.object.Spec.TLS {
		at := field.NewPath("spec", "tls").Index(n)
		of := name{i.result.Key.Namespace, tls.SecretName}
		if tls.SecretName == "" {
			p.warn(i, at, "has no effect without a secretName")
			continue
		}
		certificate, err := p.certificate(of)
		if err != nil {
			i.result.refuse(field.Invalid(at.Child("secretName"), tls.SecretName, err.Error()))
			continue
		}
		if len(tls.Hosts) == 0 {
			p.site(i, at.Child("hosts"), "*", of, certificate) // all names, as a default
		}
		for m, host := range tls.Hosts {
			p.site(i, at.Child("hosts").Index(m), strings.ToLower(host), of, certificate)
		}
	}
}

// site gives a host its certificate. The oldest Ingress has it.
func (p *plane) site(i *subject, at *field.Path, host string, of name, certificate crd.Object) {
	if wrong := konnectrules.CheckSNI(at, host); len(wrong) > 0 {
		i.result.refuse(wrong...)
		return
	}
	if other, taken := p.sites[host]; taken {
		if other != of {
			i.result.refuse(field.Forbidden(at, fmt.Sprintf("%s has the certificate of Secret %s, from an older Ingress", host, other)))
		}
		return
	}
	sni, err := build(p, i.result.Key, builder.NewSNI(p.name(siteName(host))).
		Certificate(certificate.GetName()).SpecName(host))
	if err != nil {
		i.result.refuse(field.Invalid(at, host, reasons(err).Error()))
		return
	}
	p.sites[host] = of
	p.keep(certificate)
	p.keep(sni)
}

// siteName returns a host as a name can have it.
func siteName(host string) string {
	if !strings.Contains(host, "*") {
		return host
	}
	return strings.ReplaceAll(host, "*", "wildcard") + "-" + source.Hash(host)
}

// certificate returns the one in a Secret.
func (p *plane) certificate(of name) (*configurationv1alpha1.KongCertificate, error) {
	return fromSecret(p, "KongCertificate", of, builder.NewCertificate(p.name(of.namespace, of.name)).ControlPlane(p.key.Name))
}

func (n name) secret() crd.Key {
	return crd.Key{Kind: crd.SecretKind, Namespace: n.namespace, Name: n.name}
}

// authority returns the certificate of an authority in a Secret.
func (p *plane) authority(of name) (*configurationv1alpha1.KongCACertificate, error) {
	return fromSecret(p, "KongCACertificate", of, builder.NewCACertificate(p.name(of.namespace, of.name)).ControlPlane(p.key.Name))
}

// fromSecret builds an object of what is in a Secret, which a reference of that kind leads to.
func fromSecret[B interface {
	object[B, T]
	Secret(name string) B
	SecretIn(namespace, name string) B
}, T crd.Object](p *plane, kind string, of name, b B) (T, error) {
	var none T
	if err := p.cluster.secret(kind, p.key.Namespace, of); err != nil {
		return none, err
	}
	if of.namespace == p.key.Namespace {
		b.Secret(of.name)
	} else {
		b.SecretIn(of.namespace, of.name)
	}
	made, err := build(p, of.secret(), b)
	if err != nil {
		return none, reasons(err)
	}
	return made, nil
}

// secure gives a KongService the certificates that annotations of its Service name.
func (p *plane) secure(s *service, to *configurationv1alpha1.KongService, settings *serviceSettings) error {
	if settings.clientCert != "" {
		certificate, err := p.certificate(name{s.of.Namespace, settings.clientCert})
		if err != nil {
			return fmt.Errorf("metadata.annotations[%sclient-cert]: %w", prefix, err)
		}
		to.Spec.ClientCertificateRef = &commonv1alpha1.NamespacedRef{Name: certificate.Name}
		s.objects = append(s.objects, certificate)
	}
	for _, secret := range settings.caSecrets {
		authority, err := p.authority(name{s.of.Namespace, secret})
		if err != nil {
			return fmt.Errorf("metadata.annotations[%sca-certificates-secrets]: %w", prefix, err)
		}
		to.Spec.CACertificateRefs = append(to.Spec.CACertificateRefs, commonv1alpha1.NamespacedRef{Name: authority.Name})
		s.objects = append(s.objects, authority)
	}
	return nil
}
