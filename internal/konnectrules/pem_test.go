package konnectrules_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// texts are a certificate and the key pair in it, in PEM.
type texts struct{ certificate, private, public string }

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func newTexts(t *testing.T) texts {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	return texts{block("CERTIFICATE", certificate), block("PRIVATE KEY", private), block("PUBLIC KEY", public)}
}

func TestVaultReferences(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"{vault://env/key}": true, "{vault://env/key}\n": true, "{vault://}": false, "{vault://a}{vault://b}": false, "x{vault://a}": false, "": false,
	} {
		assert.Equal(t, want, konnectrules.IsVaultReference(text), text)
	}
}

func TestNormalizePEM(t *testing.T) {
	t.Parallel()
	text := newTexts(t).certificate
	headers := strings.Replace(text, "\n", "\nName: value\n\n", 1)
	for reason, other := range map[string]string{
		"line ends of other systems": strings.ReplaceAll(text, "\n", "\r\n"),
		"no last line end":           strings.TrimSpace(text),
		"a title before it":          "the certificate:\n" + text,
		"headers":                    headers,
	} {
		assert.Equal(t, text, konnectrules.NormalizePEM(other), reason)
		assert.Equal(t, konnectrules.CertificateDigest(text), konnectrules.CertificateDigest(other), reason)
	}
	assert.Equal(t, text+text, konnectrules.NormalizePEM(text+"\n"+text), "a chain")
	assert.Equal(t, "{vault://a/b}", konnectrules.NormalizePEM("{vault://a/b}\n"), "no PEM")
	assert.NotEqual(t, konnectrules.CertificateDigest(text), konnectrules.CertificateDigest(newTexts(t).certificate))
	assert.Equal(t, konnectrules.CertificateDigest("a"), konnectrules.CertificateDigest(" a\n"), "no PEM")
}

func TestParseCertificates(t *testing.T) {
	t.Parallel()
	own, other := newTexts(t), newTexts(t)
	chain, err := konnectrules.ParseCertificates(own.certificate + other.certificate)
	require.NoError(t, err)
	assert.Len(t, chain, 2)
	for reason, text := range map[string]string{
		"no PEM": "x", "nothing": "", "a key beside it": own.certificate + own.private, "no certificate": block("CERTIFICATE", []byte("x")),
	} {
		_, err := konnectrules.ParseCertificates(text)
		require.Error(t, err, reason)
		assert.NotContains(t, err.Error(), "\n", reason)
	}
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	own := newTexts(t)
	private, err := konnectrules.ParsePrivateKey(own.private)
	require.NoError(t, err)
	public, err := konnectrules.ParsePublicKey(own.public)
	require.NoError(t, err)
	assert.Equal(t, private.Public(), public)
	public, err = konnectrules.ParsePublicKey(own.certificate)
	require.NoError(t, err)
	assert.Equal(t, private.Public(), public, "that of a certificate")

	edwards, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	private, err = konnectrules.ParsePrivateKey(block("PRIVATE KEY", der))
	require.NoError(t, err)
	assert.Equal(t, edwards, private.Public())

	_, err = konnectrules.ParsePrivateKey(block("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}) + own.private)
	require.NoError(t, err, "the curve before it")

	for reason, text := range map[string]string{"no PEM": "x", "nothing": "", "a public key": own.public, "encrypted": block("ENCRYPTED PRIVATE KEY", []byte("x"))} {
		_, err := konnectrules.ParsePrivateKey(text)
		assert.Error(t, err, reason)
	}
	for reason, text := range map[string]string{"no PEM": "x", "nothing": "", "a private key": own.private} {
		_, err := konnectrules.ParsePublicKey(text)
		assert.Error(t, err, reason)
	}
}
