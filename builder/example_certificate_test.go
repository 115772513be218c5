package builder_test

import (
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
)

// A certificate that gateways take from a vault, under a name, and one in a Secret.
func ExampleNewCertificate() {
	inline := builder.NewCertificate("shop").ControlPlane("gateway").
		KeyPair("{vault://env/shop-cert}", "{vault://env/shop-key}").
		MustBuild()
	fmt.Println(inline.Spec.Type, *inline.Spec.Cert, *inline.Spec.Key)
	secret := builder.NewCertificate("ledger").ControlPlane("gateway").Secret("ledger-tls").MustBuild()
	fmt.Println(secret.Spec.Type, secret.Spec.SecretRef.Name)
	// Output:
	// inline {vault://env/shop-cert} [redacted]
	// secretRef ledger-tls
}

func ExampleNewCACertificate() {
	authority := builder.NewCACertificate("ledger").ControlPlane("gateway").Secret("ledger-ca").MustBuild()
	fmt.Println(authority.Spec.Type, authority.Spec.SecretRef.Name)
	// Output: secretRef ledger-ca
}

func ExampleNewSNI() {
	sni := builder.NewSNI("shop").SpecName("*.shop.example.com").Certificate("shop").MustBuild()
	fmt.Println(sni.Spec.Name, "of", sni.Spec.CertificateRef.Name)
	// Output: *.shop.example.com of shop
}
