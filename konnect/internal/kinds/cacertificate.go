package kinds

import (
	"time"

	"github.com/Kong/sdk-konnect-go/models/components"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// caCertificate is KongCACertificate: core-entities/ca_certificates. Its natural key is the
// digest of the certificate, which Konnect computes too.
func caCertificate() *Kind {
	describe := func(c canon.Object) {
		if text, _ := c["cert"].(string); text != "" {
			c["cert"] = describeCertificates(text)
		}
	}
	return of(Kind{
		Collection: "ca_certificates",
		Called:     [][]string{{"cert"}},
		References: []Reference{{Field: "spec.secretRef", Missing: crd.ConditionSecretRefValid}},
		Referrer:   Referrer{Condition: crd.ConditionCACertificateRefsValid, Noun: "KongCACertificate"},
		Identity:   Identity{Unique: [][]string{{"cert_digest"}}, Field: "spec.cert"},
		Writes:     Writes{Refused: []string{"cert_digest", "metadata"}},
		Fields:     []canon.Field{{Name: "cert"}, {Name: "tags", Set: true}},
	}, typed[*configurationv1alpha1.KongCACertificate]{
		value: func(c *configurationv1alpha1.KongCACertificate, _ string, target func(string) crd.Object) string {
			if cert := authorityOf(c, target); cert.given {
				return konnectrules.CertificateDigest(cert.text)
			}
			return ""
		},
		checkResolved: func(c *configurationv1alpha1.KongCACertificate, target Target, now time.Time) *Findings {
			found := &Findings{}
			authorityOf(c, target).checkAuthority(found, now)
			return found
		},
		payload: func(c *configurationv1alpha1.KongCACertificate, in Inputs) (any, error) {
			cert := authorityOf(c, func(field string) crd.Object { return in.Objects[field] })
			return components.CACertificate{Cert: cert.text, Tags: in.Tags}, nil
		},
		normalize: describe,
		project:   func(c canon.Object) canon.Object { describe(c); return c },
	})
}

// authorityOf is the certificate of an authority.
func authorityOf(c *configurationv1alpha1.KongCACertificate, target Target) source {
	if c.Spec.Type == configurationv1alpha1.CertificateTypeSecretRef {
		return inSecret("spec.secretRef", target, "ca.crt")
	}
	return inSpec("spec.cert", c.Spec.Cert)
}
