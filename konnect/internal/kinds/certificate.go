package kinds

import (
	"time"

	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

// certificate is KongCertificate: core-entities/certificates. A certificate is told by its
// digest and a key by its public part, so that it does not matter how they are written.
func certificate() *Kind {
	return of(Kind{
		Collection: "certificates",
		Called:     [][]string{{"cert"}},
		References: []Reference{
			{Field: "spec.secretRef", Missing: crd.ConditionSecretRefValid}, {Field: "spec.secretRefAlt", Missing: crd.ConditionSecretRefValid},
		},
		Stored: []Stored{
			{
				Field: "spec.secretRef", Keys: map[string]string{"tls.crt": "cert", "tls.key": "key"},
				With: map[string]string{"spec.type": configurationv1alpha1.CertificateTypeSecretRef},
			},
			{Field: "spec.secretRefAlt", Keys: map[string]string{"tls.crt": "cert_alt", "tls.key": "key_alt"}},
		},
		Referrer: Referrer{Condition: crd.ConditionCertificateRefValid, Noun: "KongCertificate"},
		Carried:  []string{"description"},
		Writes:   Writes{Refused: []string{"metadata", "snis"}},
		WriteOnly: []secrets.Field{
			{Name: "key", Implied: goesWith("cert", "key")}, {Name: "key_alt", Implied: goesWith("cert_alt", "key_alt")},
		},
		Fields: []canon.Field{{Name: "cert"}, {Name: "cert_alt"}, {Name: "tags", Set: true}},
	}, typed[*configurationv1alpha1.KongCertificate]{
		checkResolved: func(c *configurationv1alpha1.KongCertificate, target Target, now time.Time) *Findings {
			main, alt := keyPairs(c, target)
			found := &Findings{}
			mainKind, altKind := main.check(found, now), alt.check(found, now)
			if cert, key := alt.cert, alt.key; cert.given != key.given && cert.at == "" {
				found.Problems = append(found.Problems, field.Required(pathOf("spec"), "cert_alt and key_alt go together, and one is missing"))
			}
			if mainKind != "" && mainKind == altKind {
				found.invalid(alt.cert, "must have a key of another type than the first certificate, RSA beside ECDSA, and both have "+altKind)
			}
			return found
		},
		payload: func(c *configurationv1alpha1.KongCertificate, in Inputs) (any, error) {
			main, alt := keyPairs(c, func(field string) crd.Object { return in.Objects[field] })
			payload := components.CertificateRequest2{Cert: main.cert.text, Key: main.key.text, Tags: in.Tags}
			if alt.cert.given {
				payload.CertAlt, payload.KeyAlt = &alt.cert.text, &alt.key.text
			}
			return payload, nil
		},
		normalize: normalizeKeyPairs,
		project:   func(c canon.Object) canon.Object { normalizeKeyPairs(c); return c },
	})
}

// keyPairs are the values of a certificate, and of the alternative one.
func keyPairs(c *configurationv1alpha1.KongCertificate, target Target) (main, alt keyPair) {
	spec := c.Spec
	if spec.Type == configurationv1alpha1.CertificateTypeSecretRef {
		return keyPairIn("spec.secretRef", target), keyPairIn("spec.secretRefAlt", target)
	}
	return keyPair{inSpec("spec.cert", spec.Cert), inSpec("spec.key", spec.Key)},
		keyPair{inSpec("spec.cert_alt", spec.CertAlt), inSpec("spec.key_alt", spec.KeyAlt)}
}

// normalizeKeyPairs brings certificates and keys to the form in which they are compared.
func normalizeKeyPairs(c canon.Object) {
	for _, name := range []string{"cert", "cert_alt"} {
		if text, ok := c[name].(string); ok {
			c[name] = describeCertificates(text)
		}
	}
	for _, name := range []string{"key", "key_alt"} {
		if text, ok := c[name].(string); ok {
			c[name] = keyForm(text)
		}
	}
}
