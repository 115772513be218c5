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

func validService() *v1alpha1.KongService {
	return &v1alpha1.KongService{
		ObjectMeta: meta("service"),
		Spec:       v1alpha1.KongServiceSpec{ControlPlaneRef: controlPlane("cp"), Host: "example.com", Port: new(int64(1027))},
	}
}

func TestKongServiceDefault(t *testing.T) {
	t.Parallel()
	service := &v1alpha1.KongService{}
	ruletest.Defaults(t, service)
	assert.Nil(t, service.Spec.ControlPlaneRef, "what is not there gets no type")
	assert.Equal(t, crd.PendingConditions(), service.Status.Conditions)

	service = &v1alpha1.KongService{Spec: v1alpha1.KongServiceSpec{ControlPlaneRef: &commonv1alpha1.ControlPlaneRef{}}}
	service.Status.Konnect = &v1alpha1.KongServiceKonnectStatus{}
	ruletest.Defaults(t, service)
	assert.Equal(t, "kic", service.Spec.ControlPlaneRef.Type)
	assert.Nil(t, service.Status.Conditions, "the default is for a status that is not there")
	assert.Nil(t, service.Spec.Port, "Konnect's defaults are left alone")
}

func TestKongServiceValidate(t *testing.T) {
	t.Parallel()
	type S = *v1alpha1.KongService
	entity := func(s S) *v1alpha1.KongServiceKonnectStatus {
		s.Status.Konnect = &v1alpha1.KongServiceKonnectStatus{}
		return s.Status.Konnect
	}
	ruletest.Validate(t, validService, map[string]rule[S]{
		"no name":           {"metadata is checked", func(s S) { s.Name = "" }, []string{"metadata.name: Required value"}},
		"no control plane":  {"it is required", func(s S) { s.Spec.ControlPlaneRef = nil }, []string{"spec.controlPlaneRef: Required value"}},
		"kic":               {"kic is not supported", func(s S) { s.Spec.ControlPlaneRef = &commonv1alpha1.ControlPlaneRef{} }, []string{"spec: Invalid value"}},
		"bad control plane": {"the reference is checked", func(s S) { s.Spec.ControlPlaneRef.KonnectNamespacedRef.Name = "" }, []string{"spec.controlPlaneRef.konnectNamespacedRef.name: Required value"}},
		"empty host":        {"the CRD takes it, as it does from a typed client", func(s S) { s.Spec.Host = "" }, nil},
		"Konnect's rules":   {"they are not the CRD's", func(s S) { s.Spec.Port, s.Spec.Protocol, s.Spec.Name = new(int64(-1)), new("x"), new("a b") }, nil},
		"adopt":             {"with a control plane in Konnect", func(s S) { s.Spec.Adopt = adopt("a") }, nil},
		"bad adopt":         {"adopt is checked", func(s S) { s.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
		"adopt without":     {"not without one", func(s S) { s.Spec.Adopt, s.Spec.ControlPlaneRef = adopt("a"), nil }, []string{"spec.controlPlaneRef: Required value", "spec: Invalid value"}},
		"adopt with kic": {"nor with kic", func(s S) {
			s.Spec.Adopt, s.Spec.ControlPlaneRef = adopt("a"), &commonv1alpha1.ControlPlaneRef{Type: "kic"}
		}, []string{"spec: Invalid value", "spec: Invalid value"}},
		"certificate":         {"a certificate", func(s S) { s.Spec.ClientCertificateRef = &commonv1alpha1.NamespacedRef{Name: "a"} }, nil},
		"bad certificate":     {"needs a name", func(s S) { s.Spec.ClientCertificateRef = &commonv1alpha1.NamespacedRef{} }, []string{"spec.clientCertificateRef.name: Required value"}},
		"CA certificates":     {"each needs a name", func(s S) { s.Spec.CACertificateRefs = []commonv1alpha1.NamespacedRef{{Name: "a"}, {}} }, []string{"spec.caCertificateRefs[1].name: Required value"}},
		"tags":                {"20 at most", func(s S) { s.Spec.Tags = manyTags()[:20] }, nil},
		"too many tags":       {"tags are checked", func(s S) { s.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"status":              {"conditions are checked", func(s S) { s.Status.Conditions = programmed(); s.Status.Conditions[0].Reason = "" }, []string{"status.conditions[0].reason: Required value"}},
		"entity":              {"so is the entity", func(s S) { entity(s).ID = ruletest.Long(257) }, []string{"status.konnect.id: Too long"}},
		"entity at the limit": {"256 characters", func(s S) { entity(s).ID = ruletest.Long(256) }, nil},
		"certificate IDs":     {"they are a set", func(s S) { entity(s).CACertificateIDs = []string{"a", "b", "a", "a"} }, []string{"status.konnect.caCertificateIDs[2]: Duplicate value"}},
		"everything": {
			"all mistakes are reported at once", func(s S) { s.Name, s.Spec.Tags = "", manyTags() },
			[]string{"metadata.name: Required value", "spec.tags: Too many"},
		},
	})
}

func TestKongServiceValidateUpdate(t *testing.T) {
	t.Parallel()
	type S = *v1alpha1.KongService
	wasProgrammed := func(s S) { s.Status.Conditions = programmed() }
	ruletest.ValidateUpdate(t, validService, map[string]transition[S]{
		"host":            {"most fields may change", nil, func(s S) { s.Spec.Host = "b" }, nil},
		"invalid":         {"the rules for new objects hold too", nil, func(s S) { s.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"adopt":           {"it cannot be added", nil, func(s S) { s.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
		"adopt removed":   {"or removed", func(s S) { s.Spec.Adopt = adopt("a") }, nil, []string{"spec: Invalid value"}},
		"adopt ID":        {"or given another ID", func(s S) { s.Spec.Adopt = adopt("a") }, func(s S) { s.Spec.Adopt = adopt("b") }, []string{"spec.adopt: Invalid value"}},
		"control plane":   {"it may change before the entity is there", nil, func(s S) { s.Spec.ControlPlaneRef = controlPlane("b") }, nil},
		"programmed":      {"not after, though a manifest has no status", wasProgrammed, func(s S) { s.Spec.ControlPlaneRef = controlPlane("b") }, []string{"spec.controlPlaneRef: Invalid value"}},
		"programmed same": {"the same one is no change", wasProgrammed, nil, nil},
		"says programmed": {"an update cannot change the status", nil, func(s S) { s.Spec.ControlPlaneRef, s.Status.Conditions = controlPlane("b"), programmed() }, nil},
		"status":          {"nor break its rules", nil, func(s S) { s.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, nil},
		"removed":         {"it is required once set", nil, func(s S) { s.Spec.ControlPlaneRef = nil }, []string{"spec.controlPlaneRef: Required value", "spec.controlPlaneRef: Invalid value"}},
		"no conditions":   {"a status without conditions cannot be judged", func(s S) { s.Status.Konnect = &v1alpha1.KongServiceKonnectStatus{} }, nil, []string{"status: Invalid value"}},
		"ID":              {"the same ID", func(s S) { s.Spec.ID = new("a") }, func(s S) { s.Spec.ID = new("a") }, nil},
		"ID changed":      {"it is immutable", func(s S) { s.Spec.ID = new("a") }, func(s S) { s.Spec.ID = new("b") }, []string{"spec.id: Invalid value"}},
		"ID added":        {"it cannot be added", nil, func(s S) { s.Spec.ID = new("a") }, []string{"spec.id: Invalid value"}},
		"ID removed":      {"or removed", func(s S) { s.Spec.ID = new("a") }, nil, []string{"spec.id: Invalid value"}},
	})
}

func ExampleKongService_Validate() {
	service := &v1alpha1.KongService{
		ObjectMeta: meta("service"),
		Spec:       v1alpha1.KongServiceSpec{Host: "echo.example.com"},
	}
	service.Default()
	for _, err := range service.Validate() {
		fmt.Println(err)
	}
	// Output: spec.controlPlaneRef: Required value
}

func ExampleKongService_ValidateUpdate() {
	stored, service := validService(), validService()
	service.Spec.ID = new("4a1b6f5e-0000-4000-8000-000000000001")
	stored.Default()
	service.Default()
	for _, err := range service.ValidateUpdate(stored) {
		fmt.Println(err)
	}
	// Output: spec.id: Invalid value: is immutable
}
