package v1alpha1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func validVault() *v1alpha1.KongVault {
	return &v1alpha1.KongVault{
		ObjectMeta: metav1.ObjectMeta{Name: "vault"},
		Spec:       v1alpha1.KongVaultSpec{ControlPlaneRef: controlPlane("cp"), Backend: "env", Prefix: "env-vault"},
	}
}

func TestKongVaultLiesInNoNamespace(t *testing.T) {
	t.Parallel()
	vault := validVault()
	vault.Namespace = "kong" // which an API server drops
	assert.Equal(t, crd.Key{Group: crd.ConfigurationGroup, Kind: "KongVault", Name: "vault"}, crd.KeyOf(vault))
	assert.Empty(t, vault.References()[0].To.Namespace, "the vault has none that could stand for it")
	vault.Spec.ControlPlaneRef.KonnectNamespacedRef.Namespace = "gateways"
	assert.Equal(t, "gateways", vault.References()[0].To.Namespace)
	vault.Default()
	assert.Empty(t, vault.Namespace)
}

func TestKongVaultDefault(t *testing.T) {
	t.Parallel()
	vault := &v1alpha1.KongVault{Spec: v1alpha1.KongVaultSpec{ControlPlaneRef: &commonv1alpha1.ControlPlaneRef{}}}
	ruletest.Defaults(t, vault)
	assert.Equal(t, "kic", vault.Spec.ControlPlaneRef.Type)
	assert.Empty(t, vault.Status.Conditions, "a status has no default")
	vault.SetKonnectStatus(crd.KonnectStatus{ID: "a"})
	vault.Default()
	assert.Equal(t, crd.PendingConditions(), vault.Status.Conditions, "but its conditions have")
}

func TestKongVaultValidate(t *testing.T) {
	t.Parallel()
	type V = *v1alpha1.KongVault
	ruletest.Validate(t, validVault, map[string]rule[V]{
		"no name":          {"metadata is checked", func(v V) { v.Name = "" }, []string{"metadata.name: Required value"}},
		"no backend":       {"it is required", func(v V) { v.Spec.Backend = "" }, []string{"spec.backend: Required value"}},
		"no prefix":        {"it is required", func(v V) { v.Spec.Prefix = "" }, []string{"spec.prefix: Required value"}},
		"any of both":      {"the CRD has no further rules", func(v V) { v.Spec.Backend, v.Spec.Prefix = "a b", "A_" }, nil},
		"any config":       {"the CRD leaves its form open", func(v V) { v.Spec.Config = `["a"]` }, nil},
		"no control plane": {"an ingress controller has none", func(v V) { v.Spec.ControlPlaneRef = nil }, nil},
		"kic":              {"so it may be said", func(v V) { v.Spec.ControlPlaneRef = &commonv1alpha1.ControlPlaneRef{} }, nil},
		"adopt":            {"with a control plane in Konnect", func(v V) { v.Spec.Adopt = adopt("a") }, nil},
		"adopt without":    {"not without one", func(v V) { v.Spec.Adopt, v.Spec.ControlPlaneRef = adopt("a"), nil }, []string{"spec: Invalid value"}},
		"bad adopt":        {"adopt is checked", func(v V) { v.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
		"tags":             {"tags are checked", func(v V) { v.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"entity":           {"so is the entity", func(v V) { v.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, []string{"status.konnect.id: Too long"}},
	})
}

func TestKongVaultValidateUpdate(t *testing.T) {
	t.Parallel()
	type V = *v1alpha1.KongVault
	ruletest.ValidateUpdate(t, validVault, map[string]transition[V]{
		"backend":       {"it may change", nil, func(v V) { v.Spec.Backend = "b" }, nil},
		"prefix":        {"it may not", nil, func(v V) { v.Spec.Prefix = "b" }, []string{"spec.prefix: Invalid value"}},
		"control plane": {"until the vault is Programmed", nil, func(v V) { v.Spec.ControlPlaneRef = controlPlane("b") }, nil},
		"moved":         {"not after that", func(v V) { v.Status.Conditions = programmed() }, func(v V) { v.Spec.ControlPlaneRef = controlPlane("b") }, []string{"spec.controlPlaneRef: Invalid value"}},
		"removed":       {"it cannot be taken away", nil, func(v V) { v.Spec.ControlPlaneRef = nil }, []string{"spec.controlPlaneRef: Invalid value"}},
		"adopt":         {"it cannot be added", nil, func(v V) { v.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
	})
}
