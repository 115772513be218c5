package kinds

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/optional"
)

// source is a value of an object of certificates, in its spec or in a Secret.
type source struct {
	// field of the object that holds the value or leads to it, and where it is from there;
	// empty for the field itself.
	field, at string
	text      string
	// given is false for a value that is not there, missing where one is needed.
	given, missing bool
}

// inSpec is a value in a field of the spec.
func inSpec[T ~string](at string, value *T) source {
	return source{field: at, text: string(optional.Value(value)), given: value != nil}
}

// inSecret is a value under a key of the Secret that a field leads to. Where there is
// none, nothing is known.
func inSecret(at string, target Target, key string) source {
	s := source{field: at}
	secret, ok := target(at).(interface {
		crd.Object
		Value(key string) (crd.SecretString, bool)
	})
	if !ok {
		return s
	}
	value, given := secret.Value(key)
	s.at, s.text, s.given, s.missing = fmt.Sprintf("%s of %s", key, crd.KeyOf(secret)), value.Reveal(), given, !given
	return s
}

// keyPair is a certificate with its private key.
type keyPair struct{ cert, key source }

func keyPairIn(at string, target Target) keyPair {
	return keyPair{inSecret(at, target, "tls.crt"), inSecret(at, target, "tls.key")}
}

// invalid notes what is wrong with a value, without showing it.
func (f *Findings) invalid(s source, problem string) {
	if s.at != "" {
		problem = s.at + ": " + problem
	}
	f.Problems = append(f.Problems, field.Invalid(pathOf(s.field), field.OmitValueType{}, problem))
}

func (f *Findings) hint(s source, code, message string) {
	f.Hints = append(f.Hints, Hint{Field: s.field, Code: code, Message: message})
}

func pathOf(dotted string) *field.Path {
	names := strings.Split(dotted, ".")
	return field.NewPath(names[0], names[1:]...)
}

// check notes what Konnect refuses about a key pair, and returns the type of its key;
// empty where that is not known, as with a reference to a vault.
func (p keyPair) check(found *Findings, now time.Time) string {
	for _, s := range []source{p.cert, p.key} {
		if s.missing {
			found.invalid(s, "the Secret has no such key")
		}
	}
	chain, key := p.cert.certificates(found), p.key.privateKey(found)
	if chain == nil {
		return ""
	}
	found.expiry(p.cert, chain, now)
	if chain[0].IsCA && len(chain) == 1 {
		found.hint(p.cert, "certificate-of-authority", "this is the certificate of an authority, which some clients refuse from a server; "+
			"give one that the authority has signed")
	}
	public, known := chain[0].PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if key != nil && known && !public.Equal(key.Public()) {
		found.invalid(p.key, "must be the key of the certificate, and is that of another one")
	}
	return chain[0].PublicKeyAlgorithm.String()
}

// certificates reads a chain; nil for none, or for a reference to a vault.
func (s source) certificates(found *Findings) []*x509.Certificate {
	if !s.given || konnectrules.IsVaultReference(s.text) {
		return nil
	}
	chain, err := konnectrules.ParseCertificates(s.text)
	if err != nil {
		found.invalid(s, s.orReference(err))
		return nil
	}
	return chain
}

func (s source) privateKey(found *Findings) crypto.Signer {
	if !s.given || konnectrules.IsVaultReference(s.text) {
		return nil
	}
	key, err := konnectrules.ParsePrivateKey(s.text)
	if err != nil {
		found.invalid(s, s.orReference(err))
		return nil
	}
	return key
}

// orReference is what is wrong with a value that looks like a reference to a vault.
func (s source) orReference(err error) string {
	if strings.HasPrefix(strings.TrimSpace(s.text), "{vault:") {
		return "must be a reference to a vault, such as {vault://env/name}, and nothing else"
	}
	return err.Error()
}

// checkAuthority notes what Konnect refuses about the certificate of an authority.
func (s source) checkAuthority(found *Findings, now time.Time) {
	if s.missing {
		found.invalid(s, "the Secret has no such key")
	}
	if !s.given {
		return
	}
	chain, err := konnectrules.ParseCertificates(s.text)
	switch {
	case err != nil && konnectrules.IsVaultReference(s.text):
		found.invalid(s, "must be a certificate, as konnect takes no reference to a vault here")
	case err != nil:
		found.invalid(s, err.Error())
	case len(chain) > 1:
		found.invalid(s, fmt.Sprintf("must be one certificate, and is %d; make an object of each", len(chain)))
	case !chain[0].BasicConstraintsValid || !chain[0].IsCA:
		found.invalid(s, "must be the certificate of an authority: its basic constraints do not say CA")
	default:
		found.expiry(s, chain, now)
		if now.After(chain[0].NotAfter) {
			found.Unwritable = field.Invalid(pathOf(s.field), field.OmitValueType{},
				"the certificate expired on "+date(chain[0].NotAfter)+", and konnect takes none that has")
		}
	}
}

// expiry notes certificates that are not valid now, or not for long.
func (f *Findings) expiry(s source, chain []*x509.Certificate, now time.Time) {
	for _, c := range chain {
		left, lifetime := c.NotAfter.Sub(now), c.NotAfter.Sub(c.NotBefore)
		name := fmt.Sprintf("certificate %q ", c.Subject)
		switch {
		case now.Before(c.NotBefore):
			f.hint(s, "certificate-validity", name+"is not valid before "+date(c.NotBefore))
		case left < 0:
			f.hint(s, "certificate-validity", name+"expired on "+date(c.NotAfter)+"; renew it")
		case left < lifetime/10:
			f.hint(s, "certificate-validity", name+"expires on "+date(c.NotAfter)+", and less than a tenth of its time is left; renew it")
		}
	}
}

func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// describeCertificates is a chain as it is compared and shown: the digest of each
// certificate, which tells it from all others, with what people know it by.
func describeCertificates(text string) any {
	chain, err := konnectrules.ParseCertificates(text)
	if err != nil {
		return strings.TrimSpace(text)
	}
	described := make([]any, len(chain))
	for i, c := range chain {
		sum := sha256.Sum256(c.Raw)
		described[i] = fmt.Sprintf("%s until %s, sha256 %s", c.Subject, date(c.NotAfter), hex.EncodeToString(sum[:]))
	}
	return described
}

// keyForm is a private key as it is compared: its public part, which belongs to no other.
// What is neither a key nor a reference to a vault says nothing, and is empty.
func keyForm(key string) string {
	if konnectrules.IsVaultReference(key) {
		return strings.TrimSpace(key)
	}
	private, err := konnectrules.ParsePrivateKey(key)
	if err != nil {
		return ""
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(der)
	return publicKey + hex.EncodeToString(sum[:])
}

const publicKey = "public key "

// goesWith returns what tells that an entity has the desired key though it is not returned:
// it has the certificate, with which no other key goes.
func goesWith(cert, key string) func(desired, observed canon.Object) bool {
	return func(desired, observed canon.Object) bool {
		chain, isChain := desired[cert].([]any)
		form, _ := desired[key].(string)
		return isChain && strings.HasPrefix(form, publicKey) && canon.Text(chain) == canon.Text(observed[cert])
	}
}
