package konnect_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// lastingAuthority is a certificate that does not expire; nobody has its key any more.
const lastingAuthority = `-----BEGIN CERTIFICATE-----
MIIBcjCCARegAwIBAgIBATAKBggqhkjOPQQDAjAfMR0wGwYDVQQDExRhdXRob3Jp
dHkgdGhhdCBsYXN0czAgFw0wMDAxMDEwMDAwMDBaGA85OTk5MTIzMTIzNTk1OVow
HzEdMBsGA1UEAxMUYXV0aG9yaXR5IHRoYXQgbGFzdHMwWTATBgcqhkjOPQIBBggq
hkjOPQMBBwNCAAQEHFP1ioJOhYp3AiM5lSncripl82Yi53r9KXqLXY0lNBtSLVht
0tv2H9Ltcp4uOiIdYf4CYfsB6L9GgqaR8laao0IwQDAOBgNVHQ8BAf8EBAMCAgQw
DwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUe1nES/gm0Iasjeuwk7bZNTkEw2Yw
CgYIKoZIzj0EAwIDSQAwRgIhAOujhc8fT7FmHW98jGr3b8cshz6pHfTqJV6K5vWY
7KvAAiEAo4wOikgwRXhQpgtNg9bdE6ndPOLD40oNiK6hQJTkWe8=
-----END CERTIFICATE-----
`

// pairs are key pairs of a test; those of alt have another type of key.
type pairs struct {
	own, other, alt         konnecttest.KeyPair
	authority, newAuthority konnecttest.KeyPair
}

// newPairs makes them when they are first needed.
func newPairs() func() pairs {
	return sync.OnceValue(func() pairs {
		_, edwards, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			panic(err)
		}
		return pairs{
			own: konnecttest.SelfSigned("a.example.com"), other: konnecttest.SelfSigned("b.example.com"),
			alt:       signed(edwards, func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "alt"} }),
			authority: konnecttest.SelfSignedCA("authority"), newAuthority: konnecttest.SelfSignedCA("new authority"),
		}
	})
}

// signed makes a certificate that is valid for a year, or as change says, with a key; nil
// for a new one.
func signed(key crypto.Signer, change func(*x509.Certificate)) konnecttest.KeyPair {
	if key == nil {
		var err error
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			panic(err)
		}
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "shop"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour),
	}
	change(template)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return konnecttest.KeyPair{Certificate: inPEM("CERTIFICATE", der), PrivateKey: inPEM("PRIVATE KEY", private)}
}

func inPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// shown is a certificate as plans and reports show it.
func shown(certificate string) []any {
	block, _ := pem.Decode([]byte(certificate))
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(block.Bytes)
	return list(fmt.Sprintf("%s until %s, sha256 %s", parsed.Subject, parsed.NotAfter.UTC().Format(time.RFC3339), hex.EncodeToString(sum[:])))
}
