package konnecttest_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pair is a certificate of its own with its keys, in PEM.
type pair struct {
	Cert, Key, Public string
	der               []byte
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// leaf has a key of an elliptic curve.
func leaf(t testing.TB) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return selfSigned(t, key, x509.Certificate{NotAfter: time.Now().Add(time.Hour)})
}

func rsaLeaf(t testing.TB) pair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return selfSigned(t, key, x509.Certificate{NotAfter: time.Now().Add(time.Hour)})
}

func authority(t testing.TB, notAfter time.Time) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return selfSigned(t, key, x509.Certificate{NotAfter: notAfter, IsCA: true, BasicConstraintsValid: true})
}

func selfSigned(t testing.TB, key crypto.Signer, template x509.Certificate) pair {
	t.Helper()
	template.SerialNumber, template.Subject = big.NewInt(1), pkix.Name{CommonName: "example"}
	template.NotBefore = template.NotAfter.Add(-time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	return pair{Cert: block("CERTIFICATE", der), Key: block("PRIVATE KEY", private), Public: block("PUBLIC KEY", public), der: der}
}
