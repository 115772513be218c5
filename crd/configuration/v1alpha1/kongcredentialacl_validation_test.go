package v1alpha1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func validCredentialACL() *v1alpha1.KongCredentialACL {
	return &v1alpha1.KongCredentialACL{
		ObjectMeta: meta("credential"),
		Spec:       v1alpha1.KongCredentialACLSpec{ConsumerRef: consumer("alice"), Group: "gold"},
	}
}

func TestKongCredentialACLDefault(t *testing.T) {
	t.Parallel()
	credential := &v1alpha1.KongCredentialACL{}
	ruletest.Defaults(t, credential)
	assert.Equal(t, crd.PendingConditions(), credential.Status.Conditions)
}

func TestKongCredentialACLValidate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongCredentialACL
	ruletest.Validate(t, validCredentialACL, map[string]rule[K]{
		"no name":     {"metadata is checked", func(c K) { c.Name = "" }, []string{"metadata.name: Required value"}},
		"no consumer": {"the CRD takes an empty name", func(c K) { c.Spec.ConsumerRef.Name = "" }, nil},
		"no group":    {"the CRD takes an empty one", func(c K) { c.Spec.Group = "" }, nil},
		"bad adopt":   {"adopt is checked", func(c K) { c.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
		"tags":        {"tags are checked", func(c K) { c.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"entity":      {"so is the entity", func(c K) { c.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, []string{"status.konnect.id: Too long"}},
	})
}

func TestKongCredentialACLValidateUpdate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongCredentialACL
	isProgrammed := func(c K) { c.Status.Conditions = programmed() }
	another := func(c K) { c.Spec.ConsumerRef = consumer("bob") }
	ruletest.ValidateUpdate(t, validCredentialACL, map[string]transition[K]{
		"spec":     {"it may change", isProgrammed, func(c K) { c.Spec.Group = "silver" }, nil},
		"consumer": {"until the credential is Programmed", nil, another, nil},
		"moved":    {"not after that", isProgrammed, another, []string{"spec.consumerRef: Invalid value"}},
		"adopt":    {"it cannot be added", nil, func(c K) { c.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
	})
}
