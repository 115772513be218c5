package v1alpha1_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

// expectation is what a value must lead to.
type expectation struct {
	reason string
	got    field.ErrorList
	want   []string
}

func check(t *testing.T, cases map[string]expectation) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, ruletest.Summaries(c.got), "%s: %v", c.reason, c.got)
		})
	}
}

func spec() *field.Path { return field.NewPath("spec") }

func TestTags(t *testing.T) {
	t.Parallel()
	many := v1alpha1.Tags(strings.Split(strings.Repeat("a,", 20)+"a", ","))
	check(t, map[string]expectation{
		"none":     {"tags are optional", v1alpha1.Tags(nil).Validate(spec()), nil},
		"most":     {"20 tags are allowed", many[:20].Validate(spec()), nil},
		"too many": {"21 are not", many.Validate(spec()), []string{"spec.tags: Too many"}},
		"empty":    {"a tag has at least 1 character", v1alpha1.Tags{"a", ""}.Validate(spec()), []string{"spec.tags: Invalid value"}},
		"long":     {"128 characters, not bytes", v1alpha1.Tags{ruletest.Long(128)}.Validate(spec()), nil},
		"too long": {"129 are too many", v1alpha1.Tags{ruletest.Long(129)}.Validate(spec()), []string{"spec.tags: Invalid value"}},
	})
}

func TestControlPlaneRef(t *testing.T) {
	t.Parallel()
	ref := func(kind string, to *v1alpha1.KonnectNamespacedRef) field.ErrorList {
		return (&v1alpha1.ControlPlaneRef{Type: kind, KonnectNamespacedRef: to}).Validate(spec())
	}
	to := func(name, namespace string) *v1alpha1.KonnectNamespacedRef {
		return &v1alpha1.KonnectNamespacedRef{Name: name, Namespace: namespace}
	}
	const konnect = v1alpha1.ControlPlaneRefKonnectNamespacedRef
	const path = "spec.controlPlaneRef"
	check(t, map[string]expectation{
		"nil":            {"whether it is required is up to the kind", (*v1alpha1.ControlPlaneRef)(nil).Validate(spec()), nil},
		"valid":          {"a namespace is allowed", ref(konnect, to("cp", "kong")), nil},
		"no namespace":   {"and optional", ref(konnect, to("cp", "")), nil},
		"no ref":         {"the type asks for it", ref(konnect, nil), []string{path + ": Invalid value"}},
		"unset":          {"the default is kic, of which the kind decides", ref("", nil), nil},
		"unset with ref": {"a ref does not set the type", ref("", to("cp", "")), []string{path + ": Invalid value"}},
		"kic":            {"some kinds take it", ref("kic", nil), nil},
		"kic with ref":   {"and takes no ref", ref("kic", to("cp", "")), []string{path + ": Invalid value"}},
		"konnectID":      {"it was never made public", ref("konnectID", nil), []string{path + ".type: Unsupported value"}},
		"no name":        {"a name is required", ref(konnect, to("", "")), []string{path + ".konnectNamespacedRef.name: Required value"}},
		"long":           {"253 characters", ref(konnect, to(ruletest.Long(253), ruletest.Long(253))), nil},
		"too long name":  {"254 are too many", ref(konnect, to(ruletest.Long(254), "")), []string{path + ".konnectNamespacedRef.name: Too long"}},
		"too long namespace": {
			"for a namespace too", ref(konnect, to("cp", ruletest.Long(254))), []string{path + ".konnectNamespacedRef.namespace: Too long"},
		},
	})
}

func TestControlPlaneRefEqual(t *testing.T) {
	t.Parallel()
	one := &v1alpha1.ControlPlaneRef{Type: "kic"}
	other := &v1alpha1.ControlPlaneRef{KonnectNamespacedRef: &v1alpha1.KonnectNamespacedRef{Name: "a"}}
	same := &v1alpha1.ControlPlaneRef{Type: "kic", KonnectNamespacedRef: &v1alpha1.KonnectNamespacedRef{Name: "a"}}
	assert.True(t, one.Equal(&v1alpha1.ControlPlaneRef{}), "kic is the default")
	assert.True(t, other.Equal(same), "targets are compared by value")
	assert.False(t, one.Equal(other))
	assert.False(t, one.Equal(nil))
	assert.True(t, (*v1alpha1.ControlPlaneRef)(nil).Equal(nil))
	assert.False(t, one.IsKonnect())
	assert.True(t, one.IsKIC())
	assert.False(t, (*v1alpha1.ControlPlaneRef)(nil).IsKIC(), "nothing is referred to")
	assert.False(t, (*v1alpha1.ControlPlaneRef)(nil).IsKonnect())
	one.Type = v1alpha1.ControlPlaneRefKonnectNamespacedRef
	assert.True(t, one.IsKonnect())
	assert.False(t, one.IsKIC())
}

func TestNamespacedRef(t *testing.T) {
	t.Parallel()
	path := field.NewPath("spec", "ref")
	check(t, map[string]expectation{
		"valid":    {"a namespace may be empty", v1alpha1.NamespacedRef{Name: "a", Namespace: new("")}.Validate(path), nil},
		"no name":  {"a name is required", v1alpha1.NamespacedRef{Namespace: new("a")}.Validate(path), []string{"spec.ref.name: Required value"}},
		"long":     {"253 characters", v1alpha1.NamespacedRef{Name: ruletest.Long(253), Namespace: new(ruletest.Long(253))}.Validate(path), nil},
		"too long": {"254 are too many", v1alpha1.NamespacedRef{Name: ruletest.Long(254), Namespace: new(ruletest.Long(254))}.Validate(path), []string{"spec.ref.name: Too long", "spec.ref.namespace: Too long"}},
	})
	ref := v1alpha1.NamespacedRef{Name: "a", Namespace: new("b")}
	assert.True(t, ref.Equal(v1alpha1.NamespacedRef{Name: "a", Namespace: new("b")}))
	assert.False(t, ref.Equal(v1alpha1.NamespacedRef{Name: "a"}))
	assert.False(t, v1alpha1.NamespacedRef{Name: "a", Namespace: new("")}.Equal(v1alpha1.NamespacedRef{Name: "a"}), "unset is not empty")
}

func adopt(mode, id string) *v1alpha1.AdoptOptions {
	return &v1alpha1.AdoptOptions{From: "konnect", Mode: mode, Konnect: &v1alpha1.AdoptKonnectOptions{ID: id}}
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	check(t, map[string]expectation{
		"nil":        {"it is optional", (*v1alpha1.AdoptOptions)(nil).Validate(spec()), nil},
		"match":      {"a mode", adopt("match", "a").Validate(spec()), nil},
		"override":   {"a mode", adopt("override", "a").Validate(spec()), nil},
		"no mode":    {"the mode is optional", adopt("", "a").Validate(spec()), nil},
		"bad mode":   {"there is no other", adopt("merge", "a").Validate(spec()), []string{"spec.adopt.mode: Unsupported value"}},
		"no from":    {"from is required", (&v1alpha1.AdoptOptions{Konnect: &v1alpha1.AdoptKonnectOptions{ID: "a"}}).Validate(spec()), []string{"spec.adopt.from: Required value"}},
		"bad from":   {"there is no other", (&v1alpha1.AdoptOptions{From: "disk"}).Validate(spec()), []string{"spec.adopt.from: Unsupported value"}},
		"no konnect": {"from asks for it", (&v1alpha1.AdoptOptions{From: "konnect"}).Validate(spec()), []string{"spec.adopt: Invalid value"}},
		"no id":      {"an ID has at least 1 character", adopt("", "").Validate(spec()), []string{"spec.adopt.konnect.id: Required value"}},
		"long id":    {"36 characters", adopt("", ruletest.Long(36)).Validate(spec()), nil},
		"too long":   {"37 are too many", adopt("", ruletest.Long(37)).Validate(spec()), []string{"spec.adopt.konnect.id: Too long"}},
	})
}

func TestAdoptUpdate(t *testing.T) {
	t.Parallel()
	none := (*v1alpha1.AdoptOptions)(nil)
	bare := &v1alpha1.AdoptOptions{From: "konnect"}
	check(t, map[string]expectation{
		"none":           {"nothing to keep", none.ValidateUpdate(nil, spec()), nil},
		"same":           {"nothing changed", adopt("match", "a").ValidateUpdate(adopt("match", "a"), spec()), nil},
		"mode":           {"the mode may change", adopt("match", "a").ValidateUpdate(adopt("override", "a"), spec()), nil},
		"added":          {"it cannot be added", adopt("", "a").ValidateUpdate(nil, spec()), []string{"spec: Invalid value"}},
		"removed":        {"or removed", none.ValidateUpdate(adopt("", "a"), spec()), []string{"spec: Invalid value"}},
		"id":             {"the ID is immutable", adopt("", "a").ValidateUpdate(adopt("", "b"), spec()), []string{"spec.adopt: Invalid value"}},
		"id added":       {"it cannot be added to what had none", adopt("", "a").ValidateUpdate(bare, spec()), []string{"spec.adopt: Invalid value"}},
		"konnect absent": {"the rule looks at the new value only when it is there", bare.ValidateUpdate(adopt("", "a"), spec()), nil},
		"from":           {"from is immutable", (&v1alpha1.AdoptOptions{From: "x"}).ValidateUpdate(bare, spec()), []string{"spec.adopt: Invalid value"}},
	})
}

func TestConditions(t *testing.T) {
	t.Parallel()
	with := func(change func(*metav1.Condition)) field.ErrorList {
		c := ruletest.Condition("Programmed", metav1.ConditionTrue)
		change(&c)
		return v1alpha1.ValidateConditions([]metav1.Condition{c}, field.NewPath("status"))
	}
	var eight []metav1.Condition
	for i := range 9 {
		eight = append(eight, ruletest.Condition(fmt.Sprint("Type", i), metav1.ConditionFalse))
	}
	twice := []metav1.Condition{eight[0], eight[1], eight[0]}
	const path = "status.conditions[0]"
	status := field.NewPath("status")
	check(t, map[string]expectation{
		"none":             {"no conditions are no error", v1alpha1.ValidateConditions(nil, status), nil},
		"most":             {"8 conditions", v1alpha1.ValidateConditions(eight[:8], status), nil},
		"too many":         {"9 are too many", v1alpha1.ValidateConditions(eight, status), []string{"status.conditions: Too many"}},
		"twice":            {"one per type", v1alpha1.ValidateConditions(twice, status), []string{"status.conditions[2]: Duplicate value"}},
		"prefixed type":    {"a type may have a domain", with(func(c *metav1.Condition) { c.Type = "konghq.com/Ready" }), nil},
		"bad type":         {"letters and digits at both ends", with(func(c *metav1.Condition) { c.Type = "-a" }), []string{path + ".type: Invalid value"}},
		"no type":          {"a type is required", with(func(c *metav1.Condition) { c.Type = "" }), []string{path + ".type: Required value"}},
		"long type":        {"316 characters", with(func(c *metav1.Condition) { c.Type = strings.Repeat("a", 316) }), nil},
		"too long type":    {"317 are too many", with(func(c *metav1.Condition) { c.Type = strings.Repeat("a", 317) }), []string{path + ".type: Too long"}},
		"unknown":          {"a status", with(func(c *metav1.Condition) { c.Status = "Unknown" }), nil},
		"bad status":       {"there is no other", with(func(c *metav1.Condition) { c.Status = "true" }), []string{path + ".status: Unsupported value"}},
		"no status":        {"a status is required", with(func(c *metav1.Condition) { c.Status = "" }), []string{path + ".status: Required value"}},
		"reason":           {"colons, commas and underscores within", with(func(c *metav1.Condition) { c.Reason = "A:b,c_" }), nil},
		"bad reason":       {"no spaces", with(func(c *metav1.Condition) { c.Reason = "a b" }), []string{path + ".reason: Invalid value"}},
		"no reason":        {"a reason is required", with(func(c *metav1.Condition) { c.Reason = "" }), []string{path + ".reason: Required value"}},
		"long reason":      {"1024 characters", with(func(c *metav1.Condition) { c.Reason = strings.Repeat("a", 1024) }), nil},
		"too long reason":  {"1025 are too many", with(func(c *metav1.Condition) { c.Reason = strings.Repeat("a", 1025) }), []string{path + ".reason: Too long"}},
		"no message":       {"a message may be empty", with(func(c *metav1.Condition) { c.Message = "" }), nil},
		"long message":     {"32768 characters", with(func(c *metav1.Condition) { c.Message = ruletest.Long(32768) }), nil},
		"too long message": {"32769 are too many", with(func(c *metav1.Condition) { c.Message = ruletest.Long(32769) }), []string{path + ".message: Too long"}},
		"no time":          {"a time is required", with(func(c *metav1.Condition) { c.LastTransitionTime = metav1.Time{} }), []string{path + ".lastTransitionTime: Required value"}},
		"generation":       {"0 is a generation", with(func(c *metav1.Condition) { c.ObservedGeneration = 0 }), nil},
		"bad generation":   {"less is not", with(func(c *metav1.Condition) { c.ObservedGeneration = -1 }), []string{path + ".observedGeneration: Invalid value"}},
	})
	assert.True(t, v1alpha1.ConditionIsTrue([]metav1.Condition{ruletest.Condition("a", "False"), ruletest.Condition("b", "True")}, "b"))
	assert.False(t, v1alpha1.ConditionIsTrue([]metav1.Condition{ruletest.Condition("a", "False"), ruletest.Condition("b", "True")}, "a"))
}

func TestKonnectEntityStatus(t *testing.T) {
	t.Parallel()
	entity := func(id, server int) field.ErrorList {
		status := v1alpha1.NewKonnectEntityStatus(crd.KonnectStatus{
			ID: ruletest.Long(id), OrganizationID: ruletest.Long(id), ServerURL: ruletest.Long(server),
		})
		return status.Validate(field.NewPath("status", "konnect"))
	}
	check(t, map[string]expectation{
		"long": {"256 and 512 characters", entity(256, 512), nil},
		"too long": {"one more is too many", entity(257, 513), []string{
			"status.konnect.id: Too long", "status.konnect.organizationID: Too long", "status.konnect.serverURL: Too long",
		}},
	})
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	meta := func(change func(*metav1.ObjectMeta)) field.ErrorList {
		m := &metav1.ObjectMeta{Name: "a.b-c", Namespace: "kong"}
		change(m)
		return v1alpha1.ValidateMetadata(m)
	}
	check(t, map[string]expectation{
		"valid":         {"a name may have dots", meta(func(*metav1.ObjectMeta) {}), nil},
		"no namespace":  {"an API server fills it in", meta(func(m *metav1.ObjectMeta) { m.Namespace = "" }), nil},
		"bad namespace": {"a namespace is one label", meta(func(m *metav1.ObjectMeta) { m.Namespace = "a.b" }), []string{"metadata.namespace: Invalid value"}},
		"no name":       {"a name is required", meta(func(m *metav1.ObjectMeta) { m.Name = "" }), []string{"metadata.name: Required value"}},
		"bad name":      {"names are in lower case", meta(func(m *metav1.ObjectMeta) { m.Name = "A" }), []string{"metadata.name: Invalid value"}},
		"long name":     {"253 characters", meta(func(m *metav1.ObjectMeta) { m.Name = strings.Repeat("a", 253) }), nil},
		"too long name": {"254 are too many", meta(func(m *metav1.ObjectMeta) { m.Name = strings.Repeat("a", 254) }), []string{"metadata.name: Invalid value"}},
		"label":         {"a label", meta(func(m *metav1.ObjectMeta) { m.Labels = map[string]string{"a.b/c": "d"} }), nil},
		"bad label":     {"no spaces in its value", meta(func(m *metav1.ObjectMeta) { m.Labels = map[string]string{"a": "b c"} }), []string{"metadata.labels: Invalid value"}},
		"annotation":    {"an annotation takes any value", meta(func(m *metav1.ObjectMeta) { m.Annotations = map[string]string{"A.b/c": "d e"} }), nil},
		"bad annotation": {
			"but not any key", meta(func(m *metav1.ObjectMeta) { m.Annotations = map[string]string{"a b": ""} }),
			[]string{"metadata.annotations: Invalid value"},
		},
	})
}

func ExampleTags_Validate() {
	tags := v1alpha1.Tags{"team:a", ""}
	fmt.Println(tags.Validate(field.NewPath("spec")).ToAggregate())
	// Output: spec.tags: Invalid value: tag 1 must have 1 to 128 characters
}

func ExampleControlPlaneRef_Validate() {
	ref := &v1alpha1.ControlPlaneRef{Type: v1alpha1.ControlPlaneRefKonnectNamespacedRef}
	fmt.Println(ref.Validate(field.NewPath("spec")).ToAggregate())
	// Output: spec.controlPlaneRef: Invalid value: konnectNamespacedRef must be set when type is konnectNamespacedRef
}
