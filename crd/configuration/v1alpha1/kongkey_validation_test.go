package v1alpha1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func validKey() *v1alpha1.KongKey {
	return &v1alpha1.KongKey{
		ObjectMeta: meta("key"),
		Spec:       v1alpha1.KongKeySpec{ControlPlaneRef: controlPlane("cp"), KID: "1", JWK: new(crd.SecretString("any text"))},
	}
}

func keySet(kind string, id *string, named *commonv1alpha1.NameRef) *v1alpha1.KeySetRef {
	return &v1alpha1.KeySetRef{Type: kind, KonnectID: id, NamespacedRef: named}
}

func TestKongKeyReferences(t *testing.T) {
	t.Parallel()
	key := validKey()
	key.Spec.KeySetRef = keySet("namespacedRef", nil, &commonv1alpha1.NameRef{Name: "set"})
	set := crd.Key{Group: crd.ConfigurationGroup, Kind: "KongKeySet", Namespace: crd.NamespaceOf(key), Name: "set"}
	refs := key.References()
	assert.Len(t, refs, 2)
	assert.Equal(t, crd.Reference{Field: v1alpha1.KeySetRefField, To: set, Role: crd.RoleParent}, refs[1])
	key.Spec.KeySetRef.Type = "konnectID"
	assert.Len(t, key.References(), 1, "the other field does not count")
	key.SetKonnectStatus(crd.KonnectStatus{ID: "a", ControlPlaneID: "b", ParentID: "c"})
	assert.Equal(t, "c", key.Status.Konnect.KeySetID)
}

func TestKongKeyValidate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongKey
	pair := func(private crd.SecretString, public string) func(K) {
		return func(k K) { k.Spec.JWK, k.Spec.PEM = nil, &v1alpha1.PEMKeyPair{PrivateKey: &private, PublicKey: public} }
	}
	set := func(kind string, id *string, named *commonv1alpha1.NameRef) func(K) {
		return func(k K) { k.Spec.KeySetRef = keySet(kind, id, named) }
	}
	ruletest.Validate(t, validKey, map[string]rule[K]{
		"no name":          {"metadata is checked", func(k K) { k.Name = "" }, []string{"metadata.name: Required value"}},
		"no kid":           {"it is required", func(k K) { k.Spec.KID = "" }, []string{"spec.kid: Required value"}},
		"no key":           {"one is required", func(k K) { k.Spec.JWK = nil }, []string{"spec: Invalid value"}},
		"a pair":           {"in place of a JWK", pair("a", "b"), nil},
		"half a pair":      {"the CRD wants both", pair("a", ""), []string{"spec.pem.public_key: Required value"}},
		"the other half":   {"the CRD wants both", pair("", "b"), []string{"spec.pem.private_key: Required value"}},
		"both":             {"the CRD takes them", func(k K) { pair("a", "b")(k); k.Spec.JWK = new(crd.SecretString("c")) }, nil},
		"no control plane": {"that of the set may do", func(k K) { k.Spec.ControlPlaneRef = nil }, nil},
		"kic":              {"kic is not supported", func(k K) { k.Spec.ControlPlaneRef = &commonv1alpha1.ControlPlaneRef{} }, []string{"spec: Invalid value"}},
		"adopt":            {"with a control plane in Konnect", func(k K) { k.Spec.Adopt = adopt("a") }, nil},
		"adopt without":    {"not without one", func(k K) { k.Spec.Adopt, k.Spec.ControlPlaneRef = adopt("a"), nil }, []string{"spec: Invalid value"}},
		"bad adopt":        {"adopt is checked", func(k K) { k.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
		"tags":             {"tags are checked", func(k K) { k.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"a set":            {"by name", set("namespacedRef", nil, &commonv1alpha1.NameRef{Name: "a"}), nil},
		"a set's ID":       {"by ID", set("konnectID", new("a"), nil), nil},
		"both for a set":   {"the type tells which counts", set("konnectID", new("a"), &commonv1alpha1.NameRef{Name: "a"}), nil},
		"no set":           {"the type asks for it", set("namespacedRef", new("a"), nil), []string{"spec.keySetRef: Invalid value"}},
		"no set's ID":      {"the type asks for it", set("konnectID", nil, &commonv1alpha1.NameRef{Name: "a"}), []string{"spec.keySetRef: Invalid value"}},
		"a nameless set":   {"a name is needed", set("namespacedRef", nil, &commonv1alpha1.NameRef{}), []string{"spec.keySetRef.namespacedRef.name: Required value"}},
		"another type":     {"there are two", set("a", nil, nil), []string{"spec.keySetRef.type: Unsupported value"}},
		"entity":           {"so is the entity", func(k K) { k.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, []string{"status.konnect.id: Too long"}},
	})
}

func TestKongKeyValidateUpdate(t *testing.T) {
	t.Parallel()
	type K = *v1alpha1.KongKey
	ruletest.ValidateUpdate(t, validKey, map[string]transition[K]{
		"kid":           {"it may change", nil, func(k K) { k.Spec.KID = "b" }, nil},
		"control plane": {"until the key is Programmed", nil, func(k K) { k.Spec.ControlPlaneRef = controlPlane("b") }, nil},
		"moved":         {"not after that", func(k K) { k.Status.Conditions = programmed() }, func(k K) { k.Spec.ControlPlaneRef = controlPlane("b") }, []string{"spec.controlPlaneRef: Invalid value"}},
		"removed":       {"it cannot be taken away", nil, func(k K) { k.Spec.ControlPlaneRef = nil }, []string{"spec.controlPlaneRef: Invalid value"}},
		"without": {
			"the rule of the CRD looks at it", func(k K) { k.Spec.ControlPlaneRef, k.Status.Conditions = nil, programmed() },
			func(k K) { k.Spec.KID = "b" }, []string{"spec.controlPlaneRef: Invalid value"},
		},
		"adopt": {"it cannot be added", nil, func(k K) { k.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
	})
}
