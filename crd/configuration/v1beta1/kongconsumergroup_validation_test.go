package v1beta1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/configuration/v1beta1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

type rule[T any] struct {
	Reason string
	Change func(T)
	Want   []string
}

type transition[T any] struct {
	Reason      string
	Before, Now func(T)
	Want        []string
}

type group = *v1beta1.KongConsumerGroup

func controlPlane(name string) *commonv1alpha1.ControlPlaneRef {
	return &commonv1alpha1.ControlPlaneRef{
		Type:                 commonv1alpha1.ControlPlaneRefKonnectNamespacedRef,
		KonnectNamespacedRef: &commonv1alpha1.KonnectNamespacedRef{Name: name},
	}
}

func validGroup() group {
	return &v1beta1.KongConsumerGroup{
		ObjectMeta: metav1.ObjectMeta{Name: "gold", Namespace: "kong"},
		Spec:       v1beta1.KongConsumerGroupSpec{ControlPlaneRef: controlPlane("cp"), Name: new("gold")},
	}
}

func TestKongConsumerGroupDefault(t *testing.T) {
	t.Parallel()
	g := &v1beta1.KongConsumerGroup{Spec: v1beta1.KongConsumerGroupSpec{ControlPlaneRef: &commonv1alpha1.ControlPlaneRef{}}}
	ruletest.Defaults(t, g)
	assert.Equal(t, "kic", g.Spec.ControlPlaneRef.Type)
	assert.Equal(t, crd.PendingConditions(), g.Status.Conditions)
}

func TestKongConsumerGroupValidate(t *testing.T) {
	t.Parallel()
	adopt := func(id string) *commonv1alpha1.AdoptOptions {
		return &commonv1alpha1.AdoptOptions{From: "konnect", Konnect: &commonv1alpha1.AdoptKonnectOptions{ID: id}}
	}
	ruletest.Validate(t, validGroup, map[string]rule[group]{
		"no metadata.name": {"metadata is checked", func(g group) { g.Name = "" }, []string{"metadata.name: Required value"}},
		"no spec":          {"all of it is optional", func(g group) { g.Spec = v1beta1.KongConsumerGroupSpec{} }, nil},
		"empty name":       {"the CRD takes it", func(g group) { g.Spec.Name = new("") }, nil},
		"letters":          {"of all scripts", func(g group) { g.Spec.Name = new("Ünï²._~-") }, nil},
		"space":            {"and no spaces", func(g group) { g.Spec.Name = new("a b") }, []string{"spec.name: Invalid value"}},
		"long name":        {"128 characters, not bytes", func(g group) { g.Spec.Name = new(ruletest.Long(128)) }, nil},
		"too long name":    {"129 are too many", func(g group) { g.Spec.Name = new(ruletest.Long(129)) }, []string{"spec.name: Too long"}},
		"kic":              {"it may belong to an ingress controller", func(g group) { g.Spec.ControlPlaneRef = &commonv1alpha1.ControlPlaneRef{} }, nil},
		"adopt":            {"with a control plane in Konnect", func(g group) { g.Spec.Adopt = adopt("a") }, nil},
		"adopt without":    {"not without one", func(g group) { g.Spec.Adopt, g.Spec.ControlPlaneRef = adopt("a"), nil }, []string{"spec: Invalid value"}},
		"bad adopt":        {"adopt is checked", func(g group) { g.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
		"tags":             {"tags are checked", func(g group) { g.Spec.Tags = commonv1alpha1.Tags{""} }, []string{"spec.tags: Invalid value"}},
		"entity":           {"so is the entity", func(g group) { g.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, []string{"status.konnect.id: Too long"}},
	})
}

func TestKongConsumerGroupValidateUpdate(t *testing.T) {
	t.Parallel()
	programmed := func(g group) {
		g.Status.Conditions = []metav1.Condition{ruletest.Condition(crd.ConditionProgrammed, metav1.ConditionTrue)}
	}
	move := func(name string) func(group) {
		return func(g group) { g.Spec.ControlPlaneRef = controlPlane(name) }
	}
	leave := func(g group) { g.Spec.ControlPlaneRef = nil }
	ruletest.ValidateUpdate[crd.Object](t, validGroup, map[string]transition[group]{
		"renamed":         {"the name may change", programmed, func(g group) { g.Spec.Name = new("b") }, nil},
		"moved while new": {"as long as nothing is there", nil, move("b"), nil},
		"moved":           {"not after that", programmed, move("b"), []string{"spec.controlPlaneRef: Invalid value"}},
		"removed":         {"it is required once set", nil, leave, []string{"spec.controlPlaneRef: Invalid value"}},
		"added":           {"it may come later, whatever there is", func(g group) { leave(g); programmed(g) }, move("b"), nil},
	})
}
