package kinds_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// inPEM is a block that holds what x509 has made.
func inPEM(t *testing.T, kind string, der []byte, err error) string {
	t.Helper()
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestKeyRules(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	privatePEM := inPEM(t, "PRIVATE KEY", der, err)
	der, err = x509.MarshalPKIXPublicKey(public)
	publicPEM := inPEM(t, "PUBLIC KEY", der, err)

	type spec = configurationv1alpha1.KongKeySpec
	jwk := func(text string) func(*spec) {
		return func(s *spec) { s.JWK = new(crd.SecretString(text)) }
	}
	pair := func(private, public string) func(*spec) {
		return func(s *spec) {
			s.JWK, s.PEM = nil, &configurationv1alpha1.PEMKeyPair{PrivateKey: new(crd.SecretString(private)), PublicKey: public}
		}
	}
	rules := []rule[spec]{
		{reason: "RSA", change: jwk(`{"kty":"RSA","kid":"1","n":"AQAB","e":"AQAB"}`)},
		{reason: "an elliptic curve", change: jwk(`{"kty":"EC","kid":"1","crv":"P-256","x":"AA","y":"AA"}`)},
		{reason: "Ed25519, with its private part", change: jwk(`{"kty":"OKP","kid":"1","crv":"Ed25519","x":"AA","d":"not-to-be-seen"}`)},
		{reason: "a reference", change: jwk("{vault://env/jwk}")},
		{reason: "a pair", change: pair(privatePEM, publicPEM)},
		{reason: "a pair of references", change: pair("{vault://env/a}", "{vault://env/b}")},
		{reason: "any name", change: func(s *spec) { s.Name = new("a b/é") }},
		{reason: "an empty name", change: func(s *spec) { s.Name = new("") }, refused: "spec.name"},
		{reason: "a JWK and a pair", change: func(s *spec) { own := s.JWK; pair(privatePEM, publicPEM)(s); s.JWK = own }, refused: "spec.pem"},
		{reason: "no JSON", change: jwk("not-to-be-seen"), refused: "spec.jwk"},
		{reason: "a list", change: jwk(`[]`), refused: "spec.jwk"},
		{reason: "null", change: jwk(`null`), refused: "spec.jwk"},
		{reason: "empty", change: jwk(""), refused: "spec.jwk"},
		{reason: "another kid", change: jwk(`{"kty":"RSA","kid":"2","n":"AQAB","e":"AQAB"}`), refused: "spec.jwk"},
		{reason: "a shared key", change: jwk(`{"kty":"oct","kid":"1","k":"not-to-be-seen"}`), refused: "spec.jwk"},
		{reason: "half a key", change: jwk(`{"kty":"EC","kid":"1","x":"AA"}`), refused: "spec.jwk"},
		{reason: "no private key", change: pair("not-to-be-seen", publicPEM), refused: "spec.pem.private_key"},
		{reason: "a public key in its place", change: pair(publicPEM, publicPEM), refused: "spec.pem.private_key"},
		{reason: "no public key", change: pair(privatePEM, "x"), refused: "spec.pem.public_key"},
		{reason: "a private key in its place", change: pair(privatePEM, privatePEM), refused: "spec.pem.public_key"},
		{reason: "a set by another word than its ID", change: func(s *spec) {
			s.KeySetRef = &configurationv1alpha1.KeySetRef{Type: "konnectID", KonnectID: new("tokens")}
		}, refused: "spec.keySetRef.konnectID"},
	}
	var cases []ruleCase
	for _, r := range rules {
		obj := builder.NewKey("key").ControlPlane("cp").KID("1").JWK(`{"kty":"RSA","kid":"1","n":"AQAB","e":"AQAB"}`).MustBuild()
		r.change(&obj.Spec)
		for _, problem := range checked(obj) {
			require.NotContains(t, problem.Error(), "not-to-be-seen", r.reason)
			require.NotContains(t, problem.Error(), "-----", r.reason)
		}
		cases = append(cases, ruleCase{r.reason, r.refused, r.server, obj})
	}
	checkRules(t, validatorOf("key"), cases)
}
