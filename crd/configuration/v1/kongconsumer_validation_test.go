package v1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	v1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
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

type consumer = *v1.KongConsumer

func controlPlane(name string) *commonv1alpha1.ControlPlaneRef {
	return &commonv1alpha1.ControlPlaneRef{
		Type:                 commonv1alpha1.ControlPlaneRefKonnectNamespacedRef,
		KonnectNamespacedRef: &commonv1alpha1.KonnectNamespacedRef{Name: name},
	}
}

func adopt(id string) *commonv1alpha1.AdoptOptions {
	return &commonv1alpha1.AdoptOptions{From: "konnect", Konnect: &commonv1alpha1.AdoptKonnectOptions{ID: id}}
}

func validConsumer() consumer {
	return &v1.KongConsumer{
		ObjectMeta: metav1.ObjectMeta{Name: "alice", Namespace: "kong"},
		Username:   new("alice"),
		Spec:       v1.KongConsumerSpec{ControlPlaneRef: controlPlane("cp")},
	}
}

func TestKongConsumerDefault(t *testing.T) {
	t.Parallel()
	c := &v1.KongConsumer{Spec: v1.KongConsumerSpec{ControlPlaneRef: &commonv1alpha1.ControlPlaneRef{}}}
	ruletest.Defaults(t, c)
	assert.Equal(t, "kic", c.Spec.ControlPlaneRef.Type)
	assert.Equal(t, crd.PendingConditions(), c.Status.Conditions)
}

func TestKongConsumerValidate(t *testing.T) {
	t.Parallel()
	ruletest.Validate(t, validConsumer, map[string]rule[consumer]{
		"no metadata.name":   {"metadata is checked", func(c consumer) { c.Name = "" }, []string{"metadata.name: Required value"}},
		"neither name":       {"one of them is needed", func(c consumer) { c.Username = nil }, []string{"username: Invalid value"}},
		"custom ID":          {"it is enough", func(c consumer) { c.Username, c.CustomID = nil, new("42") }, nil},
		"both names":         {"they are independent", func(c consumer) { c.CustomID = new("a b") }, nil},
		"empty username":     {"it is there for the CRD", func(c consumer) { c.Username = new("") }, nil},
		"letters":            {"of all scripts", func(c consumer) { c.Username = new("Ünï ² [x]") }, nil},
		"two spaces":         {"only single ones", func(c consumer) { c.Username = new("a  b") }, []string{"username: Invalid value"}},
		"marks":              {"a few only", func(c consumer) { c.Username = new("a:b") }, []string{"username: Invalid value"}},
		"long username":      {"128 characters, not bytes", func(c consumer) { c.Username = new(ruletest.Long(128)) }, nil},
		"too long":           {"129 are too many", func(c consumer) { c.Username = new(ruletest.Long(129)) }, []string{"username: Too long"}},
		"letters of custom":  {"ASCII only", func(c consumer) { c.CustomID = new("é") }, []string{"custom_id: Invalid value"}},
		"too long custom ID": {"it has the same limit", func(c consumer) { c.CustomID = new(ruletest.Long(129)) }, []string{"custom_id: Too long", "custom_id: Invalid value"}},
		"group twice":        {"a set", func(c consumer) { c.ConsumerGroups = []string{"a", "b", "a"} }, []string{"consumerGroups[2]: Duplicate value"}},
		"credential twice":   {"a set", func(c consumer) { c.Credentials = []string{"a", "a"} }, []string{"credentials[1]: Duplicate value"}},
		"no control plane":   {"it may belong elsewhere", func(c consumer) { c.Spec = v1.KongConsumerSpec{} }, nil},
		"kic":                {"or to an ingress controller", func(c consumer) { c.Spec.ControlPlaneRef = &commonv1alpha1.ControlPlaneRef{} }, nil},
		"adopt":              {"with a control plane in Konnect", func(c consumer) { c.Spec.Adopt = adopt("a") }, nil},
		"adopt without":      {"not without one", func(c consumer) { c.Spec.Adopt, c.Spec.ControlPlaneRef = adopt("a"), nil }, []string{"spec: Invalid value"}},
		"bad adopt":          {"adopt is checked", func(c consumer) { c.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
		"tags":               {"tags are checked", func(c consumer) { c.Spec.Tags = commonv1alpha1.Tags{""} }, []string{"spec.tags: Invalid value"}},
		"entity":             {"so is the entity", func(c consumer) { c.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, []string{"status.konnect.id: Too long"}},
	})
}

func TestKongConsumerValidateUpdate(t *testing.T) {
	t.Parallel()
	programmed := func(c consumer) {
		c.Status.Conditions = []metav1.Condition{ruletest.Condition(crd.ConditionProgrammed, metav1.ConditionTrue)}
	}
	move := func(name string) func(consumer) {
		return func(c consumer) { c.Spec.ControlPlaneRef = controlPlane(name) }
	}
	leave := func(c consumer) { c.Spec = v1.KongConsumerSpec{} }
	ruletest.ValidateUpdate[crd.Object](t, validConsumer, map[string]transition[consumer]{
		"renamed":           {"both names may change", programmed, func(c consumer) { c.Username, c.CustomID = nil, new("a") }, nil},
		"moved while new":   {"as long as nothing is there", nil, move("b"), nil},
		"moved":             {"not after that", programmed, move("b"), []string{"spec.controlPlaneRef: Invalid value"}},
		"removed":           {"it is required once set", nil, leave, []string{"spec.controlPlaneRef: Invalid value"}},
		"added":             {"it may come later", leave, move("b"), nil},
		"added after":       {"not to something programmed", func(c consumer) { leave(c); programmed(c) }, move("b"), []string{"spec.controlPlaneRef: Invalid value"}},
		"adopt added":       {"that is decided at the start", nil, func(c consumer) { c.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
		"adopt comes along": {"with a spec that was not there", leave, func(c consumer) { c.Spec.Adopt = adopt("a") }, nil},
		"without reference": {"nothing looks at conditions then", func(c consumer) { leave(c); c.SetKonnectStatus(crd.KonnectStatus{ID: "a"}) }, leave, nil},
	})
}

func TestKongConsumerReferences(t *testing.T) {
	t.Parallel()
	c := validConsumer()
	c.ConsumerGroups = []string{"gold"}
	refs := c.References()
	assert.Len(t, refs, 2)
	assert.Equal(t, "KonnectGatewayControlPlane kong/cp", refs[0].To.String())
	assert.Equal(t, "consumerGroups[0]", refs[1].Field)
	assert.Equal(t, "KongConsumerGroup kong/gold", refs[1].To.String())
}
