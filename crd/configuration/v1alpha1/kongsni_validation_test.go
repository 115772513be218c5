package v1alpha1_test

import (
	"testing"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func validSNI() *v1alpha1.KongSNI {
	return &v1alpha1.KongSNI{
		ObjectMeta: meta("sni"),
		Spec:       v1alpha1.KongSNISpec{CertificateRef: commonv1alpha1.NamespacedRef{Name: "c"}, Name: "a.example.com"},
	}
}

func TestKongSNI(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongSNI
	ruletest.Validate(t, validSNI, map[string]rule[K]{
		"no name":        {"it is required", func(k K) { k.Spec.Name = "" }, []string{"spec.name: Required value"}},
		"no certificate": {"it is required", func(k K) { k.Spec.CertificateRef.Name = "" }, []string{"spec.certificateRef.name: Required value"}},
		"bad adopt":      {"adopt is checked", func(k K) { k.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
	})
	ruletest.ValidateUpdate(t, validSNI, map[string]transition[K]{
		"moved":      {"until it is Programmed", nil, func(k K) { k.Spec.CertificateRef.Name = "b" }, nil},
		"moved late": {"not after that", func(k K) { k.Status.Conditions = programmed() }, func(k K) { k.Spec.CertificateRef.Name = "b" }, []string{"spec.certificateRef: Invalid value"}},
	})
}
