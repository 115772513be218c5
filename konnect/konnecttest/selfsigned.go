package konnecttest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// KeyPair is a certificate with its private key, in PEM.
type KeyPair struct{ Certificate, PrivateKey string }

// SelfSigned makes a certificate for tests: valid for a day, for these DNS names, with a new
// key of the curve P-256. Each call makes another one.
func SelfSigned(dnsNames ...string) KeyPair {
	return newKeyPair(x509.Certificate{DNSNames: dnsNames, Subject: pkix.Name{CommonName: "konnecttest"}})
}

// SelfSignedCA is SelfSigned for the certificate of an authority.
func SelfSignedCA(commonName string) KeyPair {
	return newKeyPair(x509.Certificate{
		Subject: pkix.Name{CommonName: commonName}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
}

// newKeyPair panics only where there is no randomness.
func newKeyPair(template x509.Certificate) KeyPair {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(fmt.Sprintf("konnecttest: make a key: %v", err))
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore = time.Now().Add(-time.Hour)
	template.NotAfter = template.NotBefore.Add(25 * time.Hour)
	certificate, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		panic(fmt.Sprintf("konnecttest: make a certificate: %v", err))
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(fmt.Sprintf("konnecttest: encode a key: %v", err))
	}
	encode := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return KeyPair{Certificate: encode("CERTIFICATE", certificate), PrivateKey: encode("PRIVATE KEY", private)}
}
