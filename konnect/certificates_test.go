package konnect_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// certificateInPlane is a certificate in a control plane.
func certificateInPlane(pair konnecttest.KeyPair) []crd.Object {
	return []crd.Object{plane("cp").MustBuild(),
		builder.NewCertificate("shop").ControlPlane("cp").KeyPair(pair.Certificate, pair.PrivateKey).MustBuild()}
}

func authorityInPlane(certificate string) []crd.Object {
	return []crd.Object{plane("cp").MustBuild(), builder.NewCACertificate("trusted").ControlPlane("cp").Cert(certificate).MustBuild()}
}

// How a certificate and its key are written is no difference, whatever Konnect answers.
func TestCertificatesAreComparedAsCertificates(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	own := signed(key, func(*x509.Certificate) {})
	older, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	other := konnecttest.KeyPair{
		Certificate: "subject=CN = shop\n" + strings.ReplaceAll(strings.TrimSpace(own.Certificate), "\n", "\r\n"),
		PrivateKey:  inPEM("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}) + inPEM("EC PRIVATE KEY", older),
	}
	for name, opts := range certificateWorlds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, certificateInPlane(own), opts...)
			w.settled(certificateInPlane(other))
			assert.Empty(t, w.ensure(certificateInPlane(other)).Warnings)

			w = newWorld(t, authorityInPlane(lastingAuthority), opts...)
			w.settled(authorityInPlane(strings.ReplaceAll(strings.TrimSpace(lastingAuthority), "\n", "\r\n")))
		})
	}
}

// certificateWorlds are what the API's documents leave open.
func certificateWorlds() map[string][]konnecttest.Option {
	return map[string][]konnecttest.Option{
		"returned as sent":  nil,
		"trimmed":           {konnecttest.WithTrimmedPEM()},
		"keys withheld":     {konnecttest.WithPrivateKeysWithheld()},
		"mismatch accepted": {konnecttest.WithKeyMismatch()},
		"with SNIs":         {konnecttest.WithCertificateSNIs(konnecttest.SNIsExpanded)},
	}
}

func TestRenewalIsOneWrite(t *testing.T) {
	t.Parallel()
	for name, opts := range certificateWorlds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pairs := newPairs()()
			w := newWorld(t, certificateInPlane(pairs.own), opts...)
			report := w.ensure(certificateInPlane(pairs.other))
			assert.Equal(t, []konnect.Action{konnect.ActionUnchanged, konnect.ActionUpdated}, actions(report))
			assert.Equal(t, 1, w.server.Writes())
			assert.Equal(t, w.last().KonnectID, report.Changes[1].KonnectID)
			assert.Empty(t, report.Warnings)
			assert.Equal(t, konnect.Field{Path: "cert", From: shown(pairs.own.Certificate), To: shown(pairs.other.Certificate)}, report.Changes[1].Fields[0])
			stored := w.server.Entities(w.last().ControlPlane, "certificates")
			require.Len(t, stored, 1)
			assert.Equal(t, strings.TrimSpace(pairs.other.PrivateKey), strings.TrimSpace(must[string](stored[0]["key"])))
			w.settled(certificateInPlane(pairs.other))
		})
	}
}

// A key that Konnect returns is compared, though it is never shown.
func TestWrongKeysAreMended(t *testing.T) {
	t.Parallel()
	pairs := newPairs()()
	w := newWorld(t, certificateInPlane(pairs.own), konnecttest.WithKeyMismatch())
	w.modify(w.last(), func(entity map[string]any) { entity["key"] = pairs.other.PrivateKey })
	change, err := w.plan(certificateInPlane(pairs.own))
	require.NoError(t, err)
	assert.Equal(t, []konnect.Field{{Path: "key", From: crd.Redacted, To: crd.Redacted}}, change.Fields)
	w.ensure(certificateInPlane(pairs.own))
	assert.Equal(t, 1, w.server.Writes())
	w.settled(certificateInPlane(pairs.own))
}

// References to a vault are kept as they are. Where Konnect does not return one, nothing
// tells whether it is there.
func TestCertificatesInVaults(t *testing.T) {
	t.Parallel()
	pair := konnecttest.SelfSigned("a.example.com")
	for reason, given := range map[string]konnecttest.KeyPair{
		"both":     {Certificate: "{vault://env/cert}\n", PrivateKey: "{vault://env/key}"},
		"the key":  {Certificate: pair.Certificate, PrivateKey: "{vault://env/key}"},
		"the cert": {Certificate: "{vault://env/cert}", PrivateKey: pair.PrivateKey},
	} {
		for name, opts := range certificateWorlds() {
			t.Run(reason+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, certificateInPlane(given), opts...)
				w.settled(certificateInPlane(given))
				stored := w.server.Entities(w.last().ControlPlane, "certificates")[0]
				assert.Equal(t, strings.TrimSpace(given.PrivateKey), strings.TrimSpace(must[string](stored["key"])))

				var codes []konnect.WarningCode
				for _, warning := range w.ensure(certificateInPlane(given)).Warnings {
					codes = append(codes, warning.Code)
				}
				if name == "keys withheld" {
					assert.Equal(t, []konnect.WarningCode{konnect.WarningSecretNotVerifiable}, codes)
				} else {
					assert.Empty(t, codes)
				}
			})
		}
	}
}

func TestCertificatesAreChecked(t *testing.T) {
	t.Parallel()
	pairs := newPairs()()
	own, other, alt := pairs.own, pairs.other, pairs.alt
	base := func() *builder.Certificate { return builder.NewCertificate("shop").ControlPlane("cp") }
	authority := func(cert string) crd.Object {
		return builder.NewCACertificate("shop").ControlPlane("cp").Cert(cert).MustBuild()
	}
	expired := signed(nil, func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.NotAfter = true, true, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	})
	for reason, c := range map[string]struct {
		obj  crd.Object
		want []string // the ends of its problems
	}{
		"a good pair": {base().KeyPair(own.Certificate, own.PrivateKey).MustBuild(), nil},
		"a chain":     {base().KeyPair(own.Certificate+pairs.authority.Certificate, own.PrivateKey).MustBuild(), nil},
		"a good alternative": {
			base().KeyPair(own.Certificate, own.PrivateKey).KeyPairAlt(alt.Certificate, alt.PrivateKey).MustBuild(), nil,
		},
		"no PEM": {base().KeyPair("x", "y").MustBuild(), []string{
			"spec.cert: Invalid value: must be a certificate in PEM", "spec.key: Invalid value: must be a private key in PEM",
		}},
		"nearly a reference": {base().KeyPair("{vault://env/cert", own.PrivateKey).MustBuild(), []string{
			"spec.cert: Invalid value: must be a reference to a vault, such as {vault://env/name}, and nothing else",
		}},
		"the key of another": {base().KeyPair(own.Certificate, other.PrivateKey).MustBuild(), []string{
			"spec.key: Invalid value: must be the key of the certificate, and is that of another one",
		}},
		"the two in one field": {base().KeyPair(own.Certificate+own.PrivateKey, own.PrivateKey).MustBuild(), []string{
			"spec.cert: Invalid value: must hold certificates only, and has a block of another type after 1 of them",
		}},
		"an alternative of the same type": {
			base().KeyPair(own.Certificate, own.PrivateKey).KeyPairAlt(other.Certificate, other.PrivateKey).MustBuild(),
			[]string{"spec.cert_alt: Invalid value: must have a key of another type than the first certificate, RSA beside ECDSA, and both have ECDSA"},
		},
		"an alternative without its key": {base().KeyPair(own.Certificate, own.PrivateKey).CertAlt(alt.Certificate).MustBuild(), []string{
			"spec: Required value: cert_alt and key_alt go together, and one is missing",
		}},
		"a good authority": {authority(pairs.authority.Certificate), nil},
		"no authority": {authority(own.Certificate), []string{
			"spec.cert: Invalid value: must be the certificate of an authority: its basic constraints do not say CA",
		}},
		"two authorities": {authority(pairs.authority.Certificate + pairs.newAuthority.Certificate), []string{
			"spec.cert: Invalid value: must be one certificate, and is 2; make an object of each",
		}},
		"an authority in a vault": {authority("{vault://env/ca}"), []string{
			"spec.cert: Invalid value: must be a certificate, as konnect takes no reference to a vault here",
		}},
		"an authority that has expired": {authority(expired.Certificate), []string{
			"spec.cert: Invalid value: the certificate expired on 2026-01-02T03:04:05Z, and konnect takes none that has",
		}},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			objects := []crd.Object{plane("cp").MustBuild(), c.obj}
			_, err := newClient(t, server).Ensure(t.Context(), objects)
			if c.want == nil {
				require.NoError(t, err)
				return
			}
			var refused *konnect.BatchError
			require.ErrorAs(t, err, &refused)
			var got []string
			for _, p := range refused.Problems {
				assert.Equal(t, crd.KeyOf(c.obj), p.Key)
				got = append(got, p.Err.Error())
			}
			assert.Equal(t, c.want, got)
			assert.Zero(t, server.Writes())
			assert.NotContains(t, err.Error(), "BEGIN")
		})
	}
}

func TestCertificatesThatExpireAreWarnedOf(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	pair := signed(nil, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = start, start.Add(100*day) })
	for reason, c := range map[string]struct {
		now  time.Time
		want string
	}{
		"not yet":      {start.Add(-time.Second), `certificate "CN=shop" is not valid before 2026-01-01T00:00:00Z`},
		"now":          {start, ""},
		"for a while":  {start.Add(90 * day), ""},
		"not for long": {start.Add(90*day + time.Second), `certificate "CN=shop" expires on 2026-04-11T00:00:00Z, and less than a tenth of its time is left; renew it`},
		"not any more": {start.Add(101 * day), `certificate "CN=shop" expired on 2026-04-11T00:00:00Z; renew it`},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, konnecttest.Start(t), konnect.ClockForTest(c.now))
			report, err := client.Ensure(t.Context(), certificateInPlane(pair))
			require.NoError(t, err)
			if c.want == "" {
				assert.Empty(t, report.Warnings)
				return
			}
			require.Len(t, report.Warnings, 1)
			assert.Equal(t, konnect.Warning{
				Key: report.Changes[1].Key, Field: "spec.cert", Code: konnect.WarningCertificateValidity, Message: c.want,
			}, report.Warnings[0])
		})
	}
}

func TestServersThatAreAuthoritiesAreWarnedOf(t *testing.T) {
	t.Parallel()
	report, err := newClient(t, konnecttest.Start(t)).Ensure(t.Context(), certificateInPlane(konnecttest.SelfSignedCA("all in one")))
	require.NoError(t, err)
	require.Len(t, report.Warnings, 1)
	assert.Equal(t, konnect.WarningCertificateOfAuthority, report.Warnings[0].Code)
}

// An authority that has expired stays while nothing is to be written: it must not stop all
// others.
func TestExpiredAuthoritiesStay(t *testing.T) {
	t.Parallel()
	pair := signed(nil, func(c *x509.Certificate) {
		c.Subject, c.IsCA, c.BasicConstraintsValid = pkix.Name{CommonName: "authority"}, true, true
	})
	w := newWorld(t, authorityInPlane(pair.Certificate))
	later := newClient(t, w.server, konnect.ClockForTest(time.Now().Add(400*24*time.Hour)))
	report, err := later.Ensure(t.Context(), authorityInPlane(pair.Certificate))
	require.NoError(t, err)
	require.Len(t, report.Warnings, 1)
	assert.Equal(t, konnect.WarningCertificateValidity, report.Warnings[0].Code)

	w.modify(w.last(), func(entity map[string]any) { entity["tags"] = append(entity["tags"].([]any), "more") }) //nolint:forcetypeassert // they are
	_, err = later.Ensure(t.Context(), authorityInPlane(pair.Certificate))
	require.ErrorContains(t, err, "konnect takes none that has")
	assert.Zero(t, w.server.Writes())
}

// Two objects cannot stand for one CA certificate, in whatever way it is written.
func TestOneObjectForEachAuthority(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	objects := append(authorityInPlane(lastingAuthority),
		builder.NewCACertificate("twin").ControlPlane("cp").Cert("the same:\n"+lastingAuthority).MustBuild())
	_, err := newClient(t, server).Ensure(t.Context(), objects)
	require.ErrorContains(t, err, "what it has for cert_digest is that of KongCACertificate default/trusted too")
	assert.Zero(t, server.Writes())
}

func TestCertificateKeysAreNeverShown(t *testing.T) {
	t.Parallel()
	pairs := newPairs()()
	for name, opts := range certificateWorlds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t, opts...)
			w := watch(t, konnect.WithServerURL(server.URL), konnect.WithToken(server.Token))
			w.ensure(certificateInPlane(pairs.own))
			w.ensure(certificateInPlane(pairs.other))
			w.ensure(certificateInPlane(konnecttest.KeyPair{Certificate: pairs.own.Certificate, PrivateKey: pairs.other.PrivateKey}))
			w.ensure(certificateInPlane(konnecttest.KeyPair{Certificate: pairs.own.Certificate, PrivateKey: "x" + pairs.own.PrivateKey[40:]}))
			text := w.text.String()
			for _, pair := range []konnecttest.KeyPair{pairs.own, pairs.other} {
				block, _ := pem.Decode([]byte(pair.PrivateKey))
				require.NotNil(t, block)
				line := strings.Split(pair.PrivateKey, "\n")[2] // the first one is nearly the same for all keys
				for _, secret := range []string{line, base64.StdEncoding.EncodeToString([]byte(line)), string(block.Bytes)} {
					assert.NotContains(t, text, secret)
				}
			}
		})
	}
}
