package konnecttest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"regexp"
	"strings"
	"time"
)

// vaultReference is a whole value that stands for a secret in a vault.
var vaultReference = regexp.MustCompile(`^\{vault://[^{}]+\}\s*$`)

func isReference(s string) bool { return vaultReference.MatchString(s) }

// normalisePEM stores fields without the white space around them, where the server does so.
func (set *settings) normalisePEM(names ...string) func(object) {
	return func(values object) {
		for _, name := range names {
			if s, ok := values[name].(string); ok && set.certificates.trimmed {
				values[name] = strings.TrimSpace(s)
			}
		}
	}
}

// parseCertificates reads a text of certificates alone, the first being the leaf.
func parseCertificates(text string) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, errors.New("a block of another type")
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		out = append(out, certificate)
	}
	if len(out) == 0 {
		return nil, errors.New("no PEM block")
	}
	return out, nil
}

// parsePrivateKey reads an unencrypted key in one of the usual forms; OpenSSL passes over
// the parameters of a curve before it.
func parsePrivateKey(text string) (crypto.Signer, error) {
	block, rest := pem.Decode([]byte(text))
	if block != nil && block.Type == "EC PARAMETERS" {
		block, _ = pem.Decode(rest)
	}
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("a key that cannot sign")
	}
	return signer, nil
}

// plainCertificateFault is for a certificate that no vault has.
func plainCertificateFault(text string) string {
	if _, err := parseCertificates(text); err != nil {
		return "invalid certificate: invalid PEM-encoded value"
	}
	return ""
}

// certificateFault, privateKeyFault and publicKeyFault return what is wrong with a PEM text,
// "" for nothing. The first two take references to vaults.
func certificateFault(text string) string {
	if _, err := parseCertificates(text); err != nil && !isReference(text) {
		return "invalid certificate: invalid PEM-encoded value"
	}
	return ""
}

func privateKeyFault(text string) string {
	if _, err := parsePrivateKey(text); err != nil && !isReference(text) {
		return "invalid key: must be an unencrypted private key in PEM"
	}
	return ""
}

func publicKeyFault(text string) string {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return "invalid key"
	}
	if _, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
		return ""
	}
	if _, err := x509.ParsePKCS1PublicKey(block.Bytes); err == nil {
		return ""
	}
	if _, err := x509.ParseCertificate(block.Bytes); err == nil {
		return ""
	}
	return "invalid key"
}

// keyFits reports whether a key is that of the leaf of a certificate. What cannot be told,
// with references or broken texts, fits.
func keyFits(certificate, key string) bool {
	chain, err := parseCertificates(certificate)
	if err != nil {
		return true
	}
	private, err := parsePrivateKey(key)
	if err != nil {
		return true
	}
	switch public := private.Public().(type) {
	case *rsa.PublicKey:
		return public.Equal(chain[0].PublicKey)
	case *ecdsa.PublicKey:
		return public.Equal(chain[0].PublicKey)
	case ed25519.PublicKey:
		return public.Equal(chain[0].PublicKey)
	}
	return true
}

// sameAlgorithm reports whether two certificates are known to have keys of one type.
func sameAlgorithm(a, b string) bool {
	first, err := parseCertificates(a)
	if err != nil {
		return false
	}
	second, err := parseCertificates(b)
	return err == nil && first[0].PublicKeyAlgorithm == second[0].PublicKeyAlgorithm
}

// authorityFault is for the one certificate of an authority, which is a certificate.
func authorityFault(text string, now time.Time) string {
	chain, err := parseCertificates(text)
	switch {
	case err != nil:
		return "" // a fault of the field
	case len(chain) > 1:
		return "please submit only one certificate at a time"
	case !chain[0].BasicConstraintsValid || !chain[0].IsCA:
		return `certificate does not appear to be a CA because it is missing the "CA" basic constraint`
	case now.After(chain[0].NotAfter):
		return `certificate expired, "Not After" time is in the past`
	}
	return ""
}

// digest is the SHA-256 of the first certificate of a text in hexadecimal; "" for none.
func digest(text string) string {
	chain, err := parseCertificates(text)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(chain[0].Raw)
	return hex.EncodeToString(sum[:])
}
