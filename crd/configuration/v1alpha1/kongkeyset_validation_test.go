package v1alpha1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func validKeySet() *v1alpha1.KongKeySet {
	return &v1alpha1.KongKeySet{
		ObjectMeta: meta("keyset"),
		Spec:       v1alpha1.KongKeySetSpec{ControlPlaneRef: controlPlane("cp"), Name: "signing"},
	}
}

func TestKongKeySetDefault(t *testing.T) {
	t.Parallel()
	set := &v1alpha1.KongKeySet{Spec: v1alpha1.KongKeySetSpec{ControlPlaneRef: &commonv1alpha1.ControlPlaneRef{}}}
	ruletest.Defaults(t, set)
	assert.Equal(t, "kic", set.Spec.ControlPlaneRef.Type)
	assert.Equal(t, crd.PendingConditions(), set.Status.Conditions)
}

func TestKongKeySetValidate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongKeySet
	ruletest.Validate(t, validKeySet, map[string]rule[K]{
		"no name":          {"metadata is checked", func(k K) { k.Name = "" }, []string{"metadata.name: Required value"}},
		"no spec.name":     {"it is required", func(k K) { k.Spec.Name = "" }, []string{"spec.name: Required value"}},
		"any spec.name":    {"the CRD has no further rules", func(k K) { k.Spec.Name = "a b/c" }, nil},
		"no control plane": {"it is required", func(k K) { k.Spec.ControlPlaneRef = nil }, []string{"spec.controlPlaneRef: Required value"}},
		"kic":              {"kic is not supported", func(k K) { k.Spec.ControlPlaneRef = &commonv1alpha1.ControlPlaneRef{} }, []string{"spec: Invalid value"}},
		"adopt":            {"with a control plane in Konnect", func(k K) { k.Spec.Adopt = adopt("a") }, nil},
		"adopt without":    {"not without one", func(k K) { k.Spec.Adopt, k.Spec.ControlPlaneRef = adopt("a"), nil }, []string{"spec.controlPlaneRef: Required value", "spec: Invalid value"}},
		"bad adopt":        {"adopt is checked", func(k K) { k.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
		"tags":             {"tags are checked", func(k K) { k.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"entity":           {"so is the entity", func(k K) { k.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, []string{"status.konnect.id: Too long"}},
	})
}

func TestKongKeySetValidateUpdate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongKeySet
	ruletest.ValidateUpdate(t, validKeySet, map[string]transition[K]{
		"name":          {"it may change", nil, func(k K) { k.Spec.Name = "b" }, nil},
		"control plane": {"until the set is Programmed", nil, func(k K) { k.Spec.ControlPlaneRef = controlPlane("b") }, nil},
		"moved":         {"not after that", func(k K) { k.Status.Conditions = programmed() }, func(k K) { k.Spec.ControlPlaneRef = controlPlane("b") }, []string{"spec.controlPlaneRef: Invalid value"}},
		"adopt":         {"it cannot be added", nil, func(k K) { k.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
	})
}
