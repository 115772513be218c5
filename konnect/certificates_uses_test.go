package konnect_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

// mutual is a service and an upstream that show a certificate, the service trusting two
// authorities.
func mutual(pairs pairs) []crd.Object {
	return []crd.Object{
		builder.NewUpstream("pool").ControlPlane("cp").ClientCertificate("client").MustBuild(),
		builder.NewService("shop").ControlPlane("cp").Protocol("https").Host("pool").
			ClientCertificate("client").CACertificateRefs(builder.Ref("old"), builder.Ref("new")).MustBuild(),
		builder.NewCACertificate("old").ControlPlane("cp").Cert(pairs.authority.Certificate).MustBuild(),
		builder.NewCACertificate("new").ControlPlane("cp").Cert(pairs.newAuthority.Certificate).MustBuild(),
		builder.NewCertificate("client").ControlPlane("cp").KeyPair(pairs.own.Certificate, pairs.own.PrivateKey).MustBuild(),
		plane("cp").MustBuild(),
	}
}

func statusOf(obj crd.Object, kind string) string {
	for _, c := range obj.GetConditions() {
		if c.Type == kind {
			return string(c.Status) + " " + c.Reason + ": " + c.Message
		}
	}
	return ""
}

func TestServicesAndUpstreamsUseCertificates(t *testing.T) {
	t.Parallel()
	pairs := newPairs()()
	objects := mutual(pairs)
	w := newWorld(t, objects)
	w.settled(mutual(pairs))

	client, old, next := objects[4].GetKonnectStatus().ID, objects[2].GetKonnectStatus().ID, objects[3].GetKonnectStatus().ID
	pool, shop := must[*configurationv1alpha1.KongUpstream](objects[0]), must[*configurationv1alpha1.KongService](objects[1])
	assert.Equal(t, client, pool.Status.Konnect.CertificateID)
	assert.Equal(t, client, shop.Status.Konnect.CertificateID)
	assert.ElementsMatch(t, []string{old, next}, shop.Status.Konnect.CACertificateIDs)
	for _, obj := range []crd.Object{pool, shop} {
		assert.Equal(t, "True Valid: Referenced KongCertificate default/client programmed", statusOf(obj, crd.ConditionCertificateRefValid))
	}
	assert.Contains(t, statusOf(shop, crd.ConditionCACertificateRefsValid), "True Valid: ")

	without := mutual(pairs)
	must[*configurationv1alpha1.KongService](without[1]).Spec.CACertificateRefs = nil
	must[*configurationv1alpha1.KongService](without[1]).Spec.ClientCertificateRef = nil
	w.server.ResetLog()
	w.ensure(without)
	assert.Equal(t, 1, w.server.Writes())
	stored := w.server.Entity(pool.Status.Konnect.ControlPlaneID, "services", "shop")
	assert.Nil(t, stored["client_certificate"])
	assert.Empty(t, stored["ca_certificates"])
	assert.Empty(t, must[*configurationv1alpha1.KongService](without[1]).Status.Konnect.CertificateID)
}

// What is used goes after what uses it, in a Delete and in a prune.
func TestCertificatesInUseGoLast(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]func(*testing.T, *world, pairs){
		"delete": func(t *testing.T, w *world, pairs pairs) {
			t.Helper()
			_, err := newClient(t, w.server).Delete(t.Context(), mutual(pairs))
			require.NoError(t, err)
		},
		"prune": func(t *testing.T, w *world, _ pairs) {
			t.Helper()
			client := newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner))
			_, err := client.Ensure(t.Context(), []crd.Object{plane("cp").MustBuild()}, konnect.WithPrune())
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pairs := newPairs()()
			w := newWorld(t, mutual(pairs))
			gone(t, w, pairs)
			var order []string
			for _, r := range w.server.Requests() {
				if r.Method == http.MethodDelete && strings.Contains(r.Path, "core-entities") {
					order = append(order, strings.Split(r.Path, "/")[5])
				}
			}
			require.Len(t, order, 5)
			assert.Less(t, slices.Index(order, "services"), slices.Index(order, "ca_certificates"))
			assert.Less(t, slices.Index(order, "services"), slices.Index(order, "certificates"))
			assert.Less(t, slices.Index(order, "upstreams"), slices.Index(order, "certificates"))
		})
	}
}

// A certificate that leaves the batch along with what named it goes after that is written.
func TestCertificatesOutOfUseArePruned(t *testing.T) {
	t.Parallel()
	pairs := newPairs()()
	w := newWorld(t, mutual(pairs))
	left := []crd.Object{
		builder.NewUpstream("pool").ControlPlane("cp").MustBuild(),
		builder.NewService("shop").ControlPlane("cp").Protocol("https").Host("pool").CACertificateRefs(builder.Ref("new")).MustBuild(),
		builder.NewCACertificate("new").ControlPlane("cp").Cert(pairs.newAuthority.Certificate).MustBuild(),
		plane("cp").MustBuild(),
	}
	_, err := newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner)).Ensure(t.Context(), left, konnect.WithPrune())
	require.NoError(t, err)
	assert.Equal(t, 2, w.server.Count(http.MethodPut, ""))
	assert.Equal(t, 2, w.server.Count(http.MethodDelete, ""))
	assert.Empty(t, w.server.Entities(w.last().ControlPlane, "certificates"))
}

// What somebody else's service shows is kept.
func TestCertificatesThatOthersUseStay(t *testing.T) {
	t.Parallel()
	pair := konnecttest.SelfSigned("a.example.com")
	w := newWorld(t, certificateInPlane(pair))
	_, err := w.server.Put(w.last().ControlPlane, "services", map[string]any{
		"name": "theirs", "protocol": "https", "host": "h.example.com", "client_certificate": map[string]any{"id": w.last().KonnectID},
	})
	require.NoError(t, err)
	var refused *konnect.OwnershipError
	objects := certificateInPlane(pair)
	_, err = newClient(t, w.server, konnect.WithSource(resolve.Objects(objects...))).Delete(t.Context(), objects[1:])
	require.ErrorAs(t, err, &refused)
	_, err = newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner)).Ensure(t.Context(), objects[:1], konnect.WithPrune())
	require.ErrorAs(t, err, &refused)
	assert.Zero(t, w.server.Writes())
	assert.NotNil(t, w.stored(w.last()))
}

func TestReferencesToCertificatesAreChecked(t *testing.T) {
	t.Parallel()
	pair := konnecttest.SelfSigned("a.example.com")
	certificate := func(namespace, plane string) crd.Object {
		return builder.NewCertificate("client").Namespace(namespace).ControlPlaneIn("default", plane).KeyPair(pair.Certificate, pair.PrivateKey).MustBuild()
	}
	service := func() *builder.Service {
		return builder.NewService("shop").ControlPlane("cp").Protocol("https").Host("h.example.com")
	}
	grant := func(b *builder.ReferenceGrant) crd.Object { return b.MustBuild() }
	planes := grant(builder.NewReferenceGrant("planes").FromCertificates("shared").ToControlPlanes())
	for reason, c := range map[string]struct {
		objects []crd.Object
		want    string // in the error; empty for none
	}{
		"no such certificate": {[]crd.Object{service().ClientCertificate("none").MustBuild()}, "spec.clientCertificateRef: KongCertificate default/none not found"},
		"no such authority": {
			[]crd.Object{service().CACertificateRefs(builder.Ref("none")).MustBuild()}, "spec.caCertificateRefs[0]: KongCACertificate default/none not found",
		},
		"without TLS": {
			[]crd.Object{service().Protocol("http").ClientCertificate("client").MustBuild(), certificate("default", "cp")},
			"spec.clientCertificateRef: Forbidden: konnect allows it with protocol https or tls only",
		},
		"in another control plane": {
			[]crd.Object{service().ClientCertificate("client").MustBuild(), certificate("default", "other"), plane("other").MustBuild()},
			"spec.clientCertificateRef: KongCertificate default/client is in KonnectGatewayControlPlane default/other, " +
				"and the object in KonnectGatewayControlPlane default/cp",
		},
		"in another namespace": {
			[]crd.Object{service().ClientCertificateIn("shared", "client").MustBuild(), certificate("shared", "cp"), planes},
			"spec.clientCertificateRef: KongCertificate shared/client",
		},
		"in another namespace, granted": {[]crd.Object{
			service().ClientCertificateIn("shared", "client").MustBuild(), certificate("shared", "cp"), planes,
			grant(builder.NewReferenceGrant("certificates").Namespace("shared").FromServices("default").ToCertificates("client")),
		}, ""},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			_, err := newClient(t, server).Ensure(t.Context(), append(c.objects, plane("cp").MustBuild()))
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
			assert.Zero(t, server.Writes())
		})
	}
}
