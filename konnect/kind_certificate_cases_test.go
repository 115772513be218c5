package konnect_test

import (
	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

func certificateCase() kindCase {
	pairs := newPairs()
	base := func() *builder.Certificate {
		own := pairs().own
		return builder.NewCertificate("shop").ControlPlane("cp").KeyPair(own.Certificate, own.PrivateKey)
	}
	// What comes from a certificate is known only once it is made.
	c := kindCase{
		kind:  "KongCertificate",
		given: []string{"cert", "key", "tags"},
		full: func() []crd.Object {
			alt := pairs().alt
			return []crd.Object{plane("cp").MustBuild(), base().KeyPairAlt(alt.Certificate, alt.PrivateKey).Tags("b", "a").MustBuild()}
		},
		minimal: func() []crd.Object { return []crd.Object{plane("cp").MustBuild(), base().MustBuild()} },
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1alpha1.KongCertificate](obj).Spec.Adopt = adoptOptions(id, mode)
		},
	}
	c.drifts = []drift{
		{field: "cert", value: pairs().other.Certificate, from: shown(pairs().other.Certificate), to: shown(pairs().own.Certificate)},
		{field: "cert_alt", value: "{vault://env/alt}", to: shown(pairs().alt.Certificate)},
		{field: "tags", value: list("a"), to: marked("KongCertificate", "shop", "a", "b")},
	}
	return c
}

func caCertificateCase() kindCase {
	pairs := newPairs()
	base := func() *builder.CACertificate {
		return builder.NewCACertificate("trusted").ControlPlane("cp").Cert(pairs().authority.Certificate)
	}
	return kindCase{
		kind:    "KongCACertificate",
		given:   []string{"cert", "tags"},
		full:    func() []crd.Object { return []crd.Object{plane("cp").MustBuild(), base().Tags("b", "a").MustBuild()} },
		minimal: func() []crd.Object { return []crd.Object{plane("cp").MustBuild(), base().MustBuild()} },
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1alpha1.KongCACertificate](obj).Spec.Adopt = adoptOptions(id, mode)
		},
		drifts: []drift{
			{field: "cert", value: pairs().newAuthority.Certificate, from: shown(pairs().newAuthority.Certificate), to: shown(pairs().authority.Certificate)},
			{field: "tags", value: list("a"), to: marked("KongCACertificate", "trusted", "a", "b")},
		},
	}
}
