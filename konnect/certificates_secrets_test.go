package konnect_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

// tlsSecret is a Secret as cert-manager writes it.
func tlsSecret(namespace, name string, pair konnecttest.KeyPair, authority string) crd.Object {
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Type: corev1.SecretTypeTLS,
		Data: map[string][]byte{"tls.crt": []byte(pair.Certificate), "tls.key": []byte(pair.PrivateKey)},
	}
	if authority != "" {
		secret.Data["ca.crt"] = []byte(authority)
	}
	return core.NewSecret(secret)
}

// fromSecrets is a certificate and an authority that are in Secrets.
func fromSecrets(main, alt konnecttest.KeyPair, authority string) []crd.Object {
	return []crd.Object{
		builder.NewCertificate("shop").ControlPlane("cp").Secret("pair").SecretAlt("pair-alt").MustBuild(),
		builder.NewCACertificate("trusted").ControlPlane("cp").Secret("pair").MustBuild(),
		tlsSecret("default", "pair", main, authority), tlsSecret("default", "pair-alt", alt, ""),
		plane("cp").MustBuild(),
	}
}

func TestCertificatesFromSecrets(t *testing.T) {
	t.Parallel()
	for name, opts := range certificateWorlds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pairs := newPairs()()
			server := konnecttest.Start(t, opts...)
			ensure := func(objects []crd.Object) *konnect.Report {
				server.ResetLog()
				report, err := newClient(t, server).Ensure(t.Context(), objects)
				require.NoError(t, err)
				assert.Empty(t, report.Warnings)
				return report
			}
			objects := fromSecrets(pairs.own, pairs.alt, pairs.authority.Certificate)
			ensure(objects)
			assert.Equal(t, 3, server.Writes())
			assert.True(t, crd.IsProgrammed(objects[0]))
			ensure(fromSecrets(pairs.own, pairs.alt, pairs.authority.Certificate))
			assert.Zero(t, server.Writes())

			// The certificate in the spec is the same one.
			inline := []crd.Object{
				builder.NewCertificate("shop").ControlPlane("cp").KeyPair(pairs.own.Certificate, pairs.own.PrivateKey).
					KeyPairAlt(pairs.alt.Certificate, pairs.alt.PrivateKey).MustBuild(),
				plane("cp").MustBuild(),
			}
			ensure(inline)
			assert.Zero(t, server.Writes())

			ensure(fromSecrets(pairs.other, pairs.alt, pairs.authority.Certificate))
			assert.Equal(t, 1, server.Writes(), "renewed")
			ensure(fromSecrets(pairs.other, pairs.alt, pairs.newAuthority.Certificate))
			assert.Equal(t, 1, server.Writes(), "another authority")
		})
	}
}

func TestSecretsOfCertificatesAreChecked(t *testing.T) {
	t.Parallel()
	pairs := newPairs()()
	own, other := pairs.own, pairs.other
	cert := func() *builder.Certificate { return builder.NewCertificate("shop").ControlPlane("cp") }
	empty := core.NewSecret(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pair"}})
	for reason, c := range map[string]struct {
		objects []crd.Object
		source  []crd.Object
		want    []string // the problems; none for success
	}{
		"from the Source": {[]crd.Object{cert().Secret("pair").MustBuild()}, []crd.Object{tlsSecret("default", "pair", own, "")}, nil},
		"not there": {[]crd.Object{cert().Secret("pair").MustBuild()}, nil, []string{
			"resolve KongCertificate default/shop: spec.secretRef: Secret default/pair not found",
		}},
		"the alternative is not there": {[]crd.Object{cert().Secret("pair").SecretAlt("alt").MustBuild(), tlsSecret("default", "pair", own, "")}, nil, []string{
			"resolve KongCertificate default/shop: spec.secretRefAlt: Secret default/alt not found",
		}},
		"nothing in it": {[]crd.Object{cert().Secret("pair").MustBuild(), empty}, nil, []string{
			"spec.secretRef: Invalid value: tls.crt of Secret default/pair: the Secret has no such key",
		}},
		"no authority in it": {
			[]crd.Object{builder.NewCACertificate("shop").ControlPlane("cp").Secret("pair").MustBuild(), tlsSecret("default", "pair", own, "")}, nil,
			[]string{"spec.secretRef: Invalid value: ca.crt of Secret default/pair: the Secret has no such key"},
		},
		"the key of another": {
			[]crd.Object{
				cert().Secret("pair").MustBuild(),
				tlsSecret("default", "pair", konnecttest.KeyPair{Certificate: own.Certificate, PrivateKey: other.PrivateKey}, ""),
			}, nil,
			[]string{"spec.secretRef: Invalid value: tls.key of Secret default/pair: must be the key of the certificate, and is that of another one"},
		},
		"in another namespace": {[]crd.Object{cert().SecretIn("vault", "pair").MustBuild(), tlsSecret("vault", "pair", own, "")}, nil, []string{
			"resolve KongCertificate default/shop: spec.secretRef: Secret vault/pair is not granted: needs a KongReferenceGrant in namespace vault " +
				"from group configuration.konghq.com, kind KongCertificate, namespace default to group core, kind Secret, name pair",
		}},
		"in another namespace, granted": {[]crd.Object{
			cert().SecretIn("vault", "pair").MustBuild(), tlsSecret("vault", "pair", own, ""),
			builder.NewReferenceGrant("pairs").Namespace("vault").FromCertificates("default").ToSecrets("pair").MustBuild(),
		}, nil, nil},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			client := newClient(t, server, konnect.WithSource(resolve.Objects(c.source...)))
			_, err := client.Ensure(t.Context(), append(c.objects, plane("cp").MustBuild()))
			if c.want == nil {
				require.NoError(t, err)
				assert.Equal(t, 2, server.Writes())
				return
			}
			var refused *konnect.BatchError
			require.ErrorAs(t, err, &refused)
			var got []string
			for _, p := range refused.Problems {
				got = append(got, p.Err.Error())
			}
			assert.Equal(t, c.want, got)
			assert.Zero(t, server.Writes())
		})
	}
}

// What is wrong with one certificate is no matter of others in a partial call.
func TestPartialCallsKeepWrongCertificatesApart(t *testing.T) {
	t.Parallel()
	pairs := newPairs()()
	wrong := builder.NewCertificate("wrong").ControlPlane("cp").KeyPair(pairs.own.Certificate, pairs.other.PrivateKey).MustBuild()
	without := builder.NewCertificate("without").ControlPlane("cp").Secret("none").MustBuild()
	service := builder.NewService("s").ControlPlane("cp").Protocol("https").Host("h.example.com").ClientCertificate("wrong").MustBuild()
	server := konnecttest.Start(t)
	_, err := newClient(t, server).Ensure(t.Context(), append(certificateInPlane(pairs.own), wrong, without, service), konnect.WithPartial())
	require.ErrorContains(t, err, "spec.key")
	require.ErrorContains(t, err, "Secret default/none not found")
	assert.Equal(t, 2, server.Writes())
	assert.False(t, crd.IsProgrammed(wrong))
	assert.Contains(t, statusOf(wrong, crd.ConditionProgrammed), "is that of another one")
	assert.Equal(t, "False Invalid: Referenced Secret default/none does not exist", statusOf(without, crd.ConditionSecretRefValid))
	assert.Contains(t, statusOf(service, crd.ConditionCertificateRefValid), "False Invalid: Referenced KongCertificate default/wrong is not programmed yet")
}

// A certificate goes though its Secret is gone already.
func TestCertificatesWithoutTheirSecretsAreDeleted(t *testing.T) {
	t.Parallel()
	pairs := newPairs()()
	server := konnecttest.Start(t)
	_, err := newClient(t, server).Ensure(t.Context(), fromSecrets(pairs.own, pairs.alt, pairs.authority.Certificate))
	require.NoError(t, err)
	objects := fromSecrets(pairs.own, pairs.alt, pairs.authority.Certificate)
	_, err = newClient(t, server, konnect.WithSource(resolve.Objects(objects[4]))).Delete(t.Context(), objects[:2])
	require.NoError(t, err)
	plane := must[string](server.ControlPlanes()[0]["id"])
	assert.Empty(t, server.Entities(plane, "certificates"))
	assert.Empty(t, server.Entities(plane, "ca_certificates"))
}
