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

func validTarget() *v1alpha1.KongTarget {
	return &v1alpha1.KongTarget{
		ObjectMeta: meta("target"),
		Spec:       v1alpha1.KongTargetSpec{UpstreamRef: commonv1alpha1.NamespacedRef{Name: "upstream"}, Target: "10.0.0.1:8080"},
	}
}

func TestKongTargetDefault(t *testing.T) {
	t.Parallel()
	target := &v1alpha1.KongTarget{}
	ruletest.Defaults(t, target)
	assert.Equal(t, 100, *target.Spec.Weight)
	assert.Equal(t, crd.PendingConditions(), target.Status.Conditions)

	target = &v1alpha1.KongTarget{Spec: v1alpha1.KongTargetSpec{Weight: new(0)}}
	ruletest.Defaults(t, target)
	assert.Equal(t, 0, *target.Spec.Weight, "a target without weight is out of use")
}

func TestKongTargetValidate(t *testing.T) {
	t.Parallel()
	type T = *v1alpha1.KongTarget
	ruletest.Validate(t, validTarget, map[string]rule[T]{
		"no name":         {"metadata is checked", func(o T) { o.Name = "" }, []string{"metadata.name: Required value"}},
		"no upstream":     {"it is required", func(o T) { o.Spec.UpstreamRef = commonv1alpha1.NamespacedRef{} }, []string{"spec.upstreamRef.name: Required value"}},
		"unnamed":         {"by name", func(o T) { o.Spec.UpstreamRef = commonv1alpha1.NamespacedRef{Namespace: new("a")} }, []string{"spec.upstreamRef.name: Required value"}},
		"empty target":    {"the CRD takes it", func(o T) { o.Spec.Target = "" }, nil},
		"Konnect's rules": {"they are not the CRD's", func(o T) { o.Spec.Target = "a b:99999" }, nil},
		"no weight":       {"0 at least", func(o T) { o.Spec.Weight = new(0) }, nil},
		"negative weight": {"less is not", func(o T) { o.Spec.Weight = new(-1) }, []string{"spec.weight: Invalid value"}},
		"weight":          {"65535 at most", func(o T) { o.Spec.Weight = new(65535) }, nil},
		"too heavy":       {"65536 is too much", func(o T) { o.Spec.Weight = new(65536) }, []string{"spec.weight: Invalid value"}},
		"adopt":           {"adopt needs no control plane", func(o T) { o.Spec.Adopt = adopt("a") }, nil},
		"bad adopt":       {"adopt is checked", func(o T) { o.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
		"tags":            {"tags are checked", func(o T) { o.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"status":          {"conditions are checked", func(o T) { o.Status.Conditions = programmed(); o.Status.Conditions[0].Type = "" }, []string{"status.conditions[0].type: Required value"}},
		"entity":          {"so is the entity", func(o T) { o.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, []string{"status.konnect.id: Too long"}},
	})
	bare := validTarget()
	assert.Equal(t, []string{"spec.weight: Required value"}, ruletest.Summaries(bare.Validate()), "without Default a weight is missing")
}

func TestKongTargetValidateUpdate(t *testing.T) {
	t.Parallel()
	type T = *v1alpha1.KongTarget
	ruletest.ValidateUpdate(t, validTarget, map[string]transition[T]{
		"target":    {"most fields may change", nil, func(o T) { o.Spec.Target = "b" }, nil},
		"invalid":   {"the rules for new objects hold too", nil, func(o T) { o.Spec.Weight = new(-1) }, []string{"spec.weight: Invalid value"}},
		"upstream":  {"it is immutable", nil, func(o T) { o.Spec.UpstreamRef.Name = "b" }, []string{"spec.upstreamRef: Invalid value"}},
		"namespace": {"even if the same is meant", nil, func(o T) { o.Spec.UpstreamRef.Namespace = new("kong") }, []string{"spec.upstreamRef: Invalid value"}},
		"adopt":     {"it cannot be added", nil, func(o T) { o.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
	})
}

func ExampleKongTarget_Default() {
	target := validTarget()
	target.Default()
	fmt.Println(*target.Spec.Weight, target.Kind)
	// Output: 100 KongTarget
}
