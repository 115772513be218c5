package v1alpha1_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func validCertificate() *v1alpha1.KongCertificate {
	return &v1alpha1.KongCertificate{
		ObjectMeta: meta("certificate"),
		Spec: v1alpha1.KongCertificateSpec{
			ControlPlaneRef: controlPlane("cp"), Type: v1alpha1.CertificateTypeInline,
			Cert: new("cert"), Key: new(crd.SecretString("private-key-example")),
		},
	}
}

func validCACertificate() *v1alpha1.KongCACertificate {
	return &v1alpha1.KongCACertificate{
		ObjectMeta: meta("authority"),
		Spec: v1alpha1.KongCACertificateSpec{
			ControlPlaneRef: controlPlane("cp"), Type: v1alpha1.CertificateTypeInline, Cert: new("cert"),
		},
	}
}

func TestCertificateDefaults(t *testing.T) {
	t.Parallel()
	cert := &v1alpha1.KongCertificate{Spec: v1alpha1.KongCertificateSpec{ControlPlaneRef: &commonv1alpha1.ControlPlaneRef{}}}
	ruletest.Defaults(t, cert)
	assert.Equal(t, "kic", cert.Spec.ControlPlaneRef.Type)
	assert.Equal(t, "inline", cert.Spec.Type)
	assert.Equal(t, crd.PendingConditions(), cert.Status.Conditions)
	authority := &v1alpha1.KongCACertificate{Spec: v1alpha1.KongCACertificateSpec{Type: v1alpha1.CertificateTypeSecretRef}}
	ruletest.Defaults(t, authority)
	assert.Equal(t, "secretRef", authority.Spec.Type)
}

func TestKongCertificateValidate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongCertificate
	fromSecret := func(k K) {
		k.Spec.Type, k.Spec.Cert, k.Spec.Key = v1alpha1.CertificateTypeSecretRef, nil, nil
		k.Spec.SecretRef = &commonv1alpha1.NamespacedRef{Name: "pair"}
	}
	ruletest.Validate(t, validCertificate, map[string]rule[K]{
		"no name":          {"metadata is checked", func(k K) { k.Name = "" }, []string{"metadata.name: Required value"}},
		"anything":         {"the CRD does not look into it", func(k K) { k.Spec.Cert = new("x") }, nil},
		"no certificate":   {"it is required inline", func(k K) { k.Spec.Cert = nil }, []string{"spec: Invalid value"}},
		"empty key":        {"so is the key", func(k K) { k.Spec.Key = new(crd.SecretString("")) }, []string{"spec: Invalid value"}},
		"alternative":      {"one part is enough for the CRD", func(k K) { k.Spec.CertAlt = new("x") }, nil},
		"other type":       {"there are two", func(k K) { k.Spec.Type = "file" }, []string{"spec.type: Unsupported value"}},
		"secret":           {"in place of the two", fromSecret, nil},
		"no secret":        {"it is required then", func(k K) { fromSecret(k); k.Spec.SecretRef = nil }, []string{"spec: Invalid value"}},
		"nameless secret":  {"the reference is checked", func(k K) { fromSecret(k); k.Spec.SecretRef.Name = "" }, []string{"spec.secretRef.name: Required value"}},
		"nameless other":   {"and the other", func(k K) { fromSecret(k); k.Spec.SecretRefAlt = &commonv1alpha1.NamespacedRef{} }, []string{"spec.secretRefAlt.name: Required value"}},
		"both":             {"one or the other", func(k K) { fromSecret(k); k.Spec.Cert = new("") }, []string{"spec: Invalid value"}},
		"alternative both": {"for the alternative too", func(k K) { fromSecret(k); k.Spec.KeyAlt = new(crd.SecretString("x")) }, []string{"spec: Invalid value"}},
		"no control plane": {"it is required", func(k K) { k.Spec.ControlPlaneRef = nil }, []string{"spec.controlPlaneRef: Required value"}},
		"adopt without":    {"not without a control plane", func(k K) { k.Spec.Adopt, k.Spec.ControlPlaneRef = adopt("a"), nil }, []string{"spec.controlPlaneRef: Required value", "spec: Invalid value"}},
		"tags":             {"tags are checked", func(k K) { k.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"entity":           {"so is the entity", func(k K) { k.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, []string{"status.konnect.id: Too long"}},
	})
}

func TestKongCACertificateValidate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongCACertificate
	fromSecret := func(k K) {
		k.Spec.Type, k.Spec.Cert = v1alpha1.CertificateTypeSecretRef, nil
		k.Spec.SecretRef = &commonv1alpha1.NamespacedRef{Name: "authority"}
	}
	ruletest.Validate(t, validCACertificate, map[string]rule[K]{
		"empty":         {"a certificate is required inline", func(k K) { k.Spec.Cert = new("") }, []string{"spec: Invalid value"}},
		"other type":    {"there are two", func(k K) { k.Spec.Type = "file" }, []string{"spec.type: Unsupported value"}},
		"secret":        {"in its place", fromSecret, nil},
		"no secret":     {"it is required then", func(k K) { fromSecret(k); k.Spec.SecretRef = nil }, []string{"spec: Invalid value"}},
		"both":          {"one or the other", func(k K) { fromSecret(k); k.Spec.Cert = new("x") }, []string{"spec: Invalid value"}},
		"adopt without": {"not without a control plane", func(k K) { k.Spec.Adopt, k.Spec.ControlPlaneRef = adopt("a"), nil }, []string{"spec.controlPlaneRef: Required value", "spec: Invalid value"}},
	})
}

func TestCertificatesValidateUpdate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongCertificate
	ruletest.ValidateUpdate(t, validCertificate, map[string]transition[K]{
		"renewed": {"it may change", nil, func(k K) { k.Spec.Cert = new("b") }, nil},
		"moved": {"not once it is Programmed", func(k K) { k.Status.Conditions = programmed() },
			func(k K) { k.Spec.ControlPlaneRef = controlPlane("b") }, []string{"spec.controlPlaneRef: Invalid value"}},
		"adopt": {"it cannot be added", nil, func(k K) { k.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
	})
	type A = *v1alpha1.KongCACertificate
	ruletest.ValidateUpdate(t, validCACertificate, map[string]transition[A]{
		"moved": {"not once it is Programmed", func(k A) { k.Status.Conditions = programmed() },
			func(k A) { k.Spec.ControlPlaneRef = controlPlane("b") }, []string{"spec.controlPlaneRef: Invalid value"}},
	})
}

// The Secrets of certificates are in the core group.
func TestCertificatesReferToSecrets(t *testing.T) {
	t.Parallel()
	cert := &v1alpha1.KongCertificate{ObjectMeta: meta("certificate")}
	cert.Spec.SecretRef = &commonv1alpha1.NamespacedRef{Name: "a"}
	cert.Spec.SecretRefAlt = &commonv1alpha1.NamespacedRef{Name: "b", Namespace: new("other")}
	assert.Equal(t, []crd.Reference{
		{Field: "spec.secretRef", To: crd.Key{Kind: "Secret", Namespace: "kong", Name: "a"}},
		{Field: "spec.secretRefAlt", To: crd.Key{Kind: "Secret", Namespace: "other", Name: "b"}},
	}, cert.References())
}

func TestKeysOfCertificatesAreNotPrinted(t *testing.T) {
	t.Parallel()
	cert := validCertificate()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.NotContains(t, fmt.Sprintf(verb, cert)+fmt.Sprintf(verb, cert.Spec)+fmt.Sprintf(verb, cert.Spec.Key), "private-key-example")
	}
}
