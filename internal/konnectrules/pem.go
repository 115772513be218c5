package konnectrules

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// vaultReference is a whole value that stands for a secret in a vault.
var vaultReference = regexp.MustCompile(`^\{vault://[^{}]+\}\s*$`)

// IsVaultReference reports whether a value only says where it is, so that a data plane
// looks it up.
func IsVaultReference(value string) bool { return vaultReference.MatchString(value) }

// NormalizePEM returns a text in PEM as it is written anew, without what is around its
// blocks and without headers; another text without the space around it.
func NormalizePEM(text string) string {
	var out strings.Builder
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		out.Write(pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes}))
	}
	if out.Len() == 0 {
		return strings.TrimSpace(text)
	}
	return out.String()
}

// ParseCertificates reads a text of nothing but certificates, the first being the leaf.
// What is wrong is said without showing any of it.
func ParseCertificates(text string) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("must hold certificates only, and has a block of another type after %d of them", len(chain))
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of the text cannot be read", len(chain)+1)
		}
		chain = append(chain, certificate)
	}
	if len(chain) == 0 {
		return nil, errors.New("must be a certificate in PEM")
	}
	return chain, nil
}

// CertificateDigest returns the SHA-256 of the leaf of a text of certificates in hex, by
// which two ways of writing are one; the digest of the text where there is none.
func CertificateDigest(text string) string {
	raw := []byte(strings.TrimSpace(text))
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// ParsePrivateKey reads a private key in PEM that is not encrypted. What is wrong is said
// without showing any of it.
func ParsePrivateKey(text string) (crypto.Signer, error) {
	block, rest := pem.Decode([]byte(text))
	for block != nil && block.Type == "EC PARAMETERS" { // openssl writes the name of the curve before the key
		block, rest = pem.Decode(rest)
	}
	if block == nil {
		return nil, errors.New("must be a private key in PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		if signer, ok := key.(crypto.Signer); ok {
			return signer, nil
		}
	}
	return nil, errors.New("must be a private key in PEM that is not encrypted, of RSA, an elliptic curve or Ed25519")
}

// ParsePublicKey reads a public key in PEM, which may be that of a certificate. What is
// wrong is said without showing any of it, as it may be a private key.
func ParsePublicKey(text string) (crypto.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("must be a public key in PEM")
	}
	if key, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PublicKey(block.Bytes); err == nil {
		return key, nil
	}
	if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
		return certificate.PublicKey, nil
	}
	return nil, errors.New("must be a public key in PEM")
}
