package v1alpha1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func validCredentialJWT() *v1alpha1.KongCredentialJWT {
	return &v1alpha1.KongCredentialJWT{
		ObjectMeta: meta("credential"),
		Spec:       v1alpha1.KongCredentialJWTSpec{ConsumerRef: consumer("alice"), Algorithm: "HS256"},
	}
}

func TestKongCredentialJWTDefault(t *testing.T) {
	t.Parallel()
	credential := &v1alpha1.KongCredentialJWT{}
	ruletest.Defaults(t, credential)
	assert.Equal(t, "HS256", credential.Spec.Algorithm)
	assert.Equal(t, crd.PendingConditions(), credential.Status.Conditions)
}

func TestKongCredentialJWTValidate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongCredentialJWT
	ruletest.Validate(t, validCredentialJWT, map[string]rule[K]{
		"no name":         {"metadata is checked", func(c K) { c.Name = "" }, []string{"metadata.name: Required value"}},
		"no consumer":     {"the CRD takes an empty name", func(c K) { c.Spec.ConsumerRef.Name = "" }, nil},
		"no algorithm":    {"it is HS256", func(c K) { c.Spec.Algorithm = "" }, nil},
		"bad algorithm":   {"it is one of 13", func(c K) { c.Spec.Algorithm = "ES256K" }, []string{"spec.algorithm: Unsupported value", "spec.rsa_public_key: Invalid value"}},
		"public key":      {"elliptic curves need it too", func(c K) { c.Spec.Algorithm = "ES256" }, []string{"spec.rsa_public_key: Invalid value"}},
		"with public key": {"of any form", func(c K) { c.Spec.Algorithm, c.Spec.RSAPublicKey = "EdDSA", new("") }, nil},
		"bad adopt":       {"adopt is checked", func(c K) { c.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
		"tags":            {"tags are checked", func(c K) { c.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"entity":          {"so is the entity", func(c K) { c.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, []string{"status.konnect.id: Too long"}},
	})
}

func TestKongCredentialJWTValidateUpdate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongCredentialJWT
	isProgrammed := func(c K) { c.Status.Conditions = programmed() }
	another := func(c K) { c.Spec.ConsumerRef = consumer("bob") }
	ruletest.ValidateUpdate(t, validCredentialJWT, map[string]transition[K]{
		"spec":     {"it may change", isProgrammed, func(c K) { c.Spec.Key, c.Spec.Algorithm = new("a"), "HS512" }, nil},
		"consumer": {"until the credential is Programmed", nil, another, nil},
		"moved":    {"not after that", isProgrammed, another, []string{"spec.consumerRef: Invalid value"}},
		"adopt":    {"it cannot be added", nil, func(c K) { c.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
	})
}
