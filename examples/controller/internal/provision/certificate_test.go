package provision_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestCertificateOfASecret follows a Secret of kubernetes.io/tls: a renewal is one write.
func TestCertificateOfASecret(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, _, _ := w.howTo()
	data := func(pair konnecttest.KeyPair) map[string][]byte {
		return map[string][]byte{corev1.TLSCertKey: []byte(pair.Certificate), corev1.TLSPrivateKeyKey: []byte(pair.PrivateKey)}
	}
	first, second := konnecttest.SelfSigned("a.example.com"), konnecttest.SelfSigned("a.example.com")
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "pair", Namespace: w.namespace, Labels: map[string]string{provision.CredentialLabel: "certificate"}},
		Type:       corev1.SecretTypeTLS, Data: data(first),
	}
	certificate := builder.NewCertificate("certificate").Namespace(w.namespace).ControlPlane("gateway-control-plane").Secret("pair").MustBuild()
	w.create(auth, controlPlane, certificate)
	w.condition(certificate, crd.ConditionProgrammed, metav1.ConditionFalse, "")
	w.create(secret)
	w.programmed(controlPlane, certificate)
	id := controlPlane.GetKonnectStatus().ID
	entity := func() map[string]any { return w.konnect.Entity(id, "certificates", certificate.Status.Konnect.ID) }
	assert.Equal(t, first.Certificate, entity()["cert"])

	writes := w.konnect.Writes()
	secret.Data = data(second)
	require.NoError(t, w.client.Update(t.Context(), secret))
	w.eventually(func() error {
		if entity()["cert"] != second.Certificate {
			return errors.New("the certificate is still the old one")
		}
		return nil
	})
	assert.Equal(t, second.PrivateKey, entity()["key"])
	assert.Equal(t, writes+1, w.konnect.Writes())

	w.delete(secret, certificate, controlPlane)
	w.gone(certificate, controlPlane)
	assert.Empty(t, w.konnect.ControlPlanes())
}
