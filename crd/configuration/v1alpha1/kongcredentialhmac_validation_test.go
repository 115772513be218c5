package v1alpha1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func validCredentialHMAC() *v1alpha1.KongCredentialHMAC {
	return &v1alpha1.KongCredentialHMAC{
		ObjectMeta: meta("credential"),
		Spec:       v1alpha1.KongCredentialHMACSpec{ConsumerRef: consumer("alice"), Username: "alice"},
	}
}

func TestKongCredentialHMACDefault(t *testing.T) {
	t.Parallel()
	credential := &v1alpha1.KongCredentialHMAC{}
	ruletest.Defaults(t, credential)
	assert.Equal(t, crd.PendingConditions(), credential.Status.Conditions)
}

func TestKongCredentialHMACValidate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongCredentialHMAC
	ruletest.Validate(t, validCredentialHMAC, map[string]rule[K]{
		"no name":      {"metadata is checked", func(c K) { c.Name = "" }, []string{"metadata.name: Required value"}},
		"no consumer":  {"the CRD takes an empty name", func(c K) { c.Spec.ConsumerRef.Name = "" }, nil},
		"any id":       {"the CRD has no rules for it", func(c K) { c.Spec.ID = new("a b") }, nil},
		"empty secret": {"nor for that", func(c K) { c.Spec.Secret = new(crd.SecretString("")) }, nil},
		"bad adopt":    {"adopt is checked", func(c K) { c.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
		"tags":         {"tags are checked", func(c K) { c.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"entity":       {"so is the entity", func(c K) { c.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, []string{"status.konnect.id: Too long"}},
	})
}

func TestKongCredentialHMACValidateUpdate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongCredentialHMAC
	isProgrammed := func(c K) { c.Status.Conditions = programmed() }
	another := func(c K) { c.Spec.ConsumerRef = consumer("bob") }
	ruletest.ValidateUpdate(t, validCredentialHMAC, map[string]transition[K]{
		"spec":     {"it may change", isProgrammed, func(c K) { c.Spec.Secret = new(crd.SecretString("other")) }, nil},
		"consumer": {"until the credential is Programmed", nil, another, nil},
		"moved":    {"not after that", isProgrammed, another, []string{"spec.consumerRef: Invalid value"}},
		"adopt":    {"it cannot be added", nil, func(c K) { c.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
	})
}
