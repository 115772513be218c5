package v1alpha1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func validCredentialBasicAuth() *v1alpha1.KongCredentialBasicAuth {
	return &v1alpha1.KongCredentialBasicAuth{
		ObjectMeta: meta("credential"),
		Spec:       v1alpha1.KongCredentialBasicAuthSpec{ConsumerRef: consumer("alice"), Username: "alice", Password: "example-password"},
	}
}

func TestKongCredentialBasicAuthDefault(t *testing.T) {
	t.Parallel()
	credential := &v1alpha1.KongCredentialBasicAuth{}
	ruletest.Defaults(t, credential)
	assert.Equal(t, crd.PendingConditions(), credential.Status.Conditions)
}

func TestKongCredentialBasicAuthValidate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongCredentialBasicAuth
	ruletest.Validate(t, validCredentialBasicAuth, map[string]rule[K]{
		"no name":     {"metadata is checked", func(c K) { c.Name = "" }, []string{"metadata.name: Required value"}},
		"no consumer": {"the CRD takes an empty name", func(c K) { c.Spec.ConsumerRef.Name = "" }, nil},
		"no password": {"the CRD takes an empty one", func(c K) { c.Spec.Password = "" }, nil},
		"no username": {"nor does it need a name", func(c K) { c.Spec.Username = "" }, nil},
		"bad adopt":   {"adopt is checked", func(c K) { c.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
		"tags":        {"tags are checked", func(c K) { c.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"entity":      {"so is the entity", func(c K) { c.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, []string{"status.konnect.id: Too long"}},
	})
}

func TestKongCredentialBasicAuthValidateUpdate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongCredentialBasicAuth
	isProgrammed := func(c K) { c.Status.Conditions = programmed() }
	another := func(c K) { c.Spec.ConsumerRef = consumer("bob") }
	ruletest.ValidateUpdate(t, validCredentialBasicAuth, map[string]transition[K]{
		"spec":     {"it may change", isProgrammed, func(c K) { c.Spec.Username, c.Spec.Password = "bob", "other" }, nil},
		"consumer": {"until the credential is Programmed", nil, another, nil},
		"moved":    {"not after that", isProgrammed, another, []string{"spec.consumerRef: Invalid value"}},
		"adopt":    {"it cannot be added", nil, func(c K) { c.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
	})
}
