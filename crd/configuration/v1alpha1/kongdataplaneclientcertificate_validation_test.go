package v1alpha1_test

import (
	"testing"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func validPin() *v1alpha1.KongDataPlaneClientCertificate {
	return &v1alpha1.KongDataPlaneClientCertificate{
		ObjectMeta: meta("pin"),
		Spec:       v1alpha1.KongDataPlaneClientCertificateSpec{ControlPlaneRef: controlPlane("cp"), Cert: "any text"},
	}
}

// inMode is adopt in a mode.
func inMode(mode string) *commonv1alpha1.AdoptOptions {
	options := adopt("a")
	options.Mode = mode
	return options
}

func TestKongDataPlaneClientCertificateValidate(t *testing.T) {
	t.Parallel()
	type C = *v1alpha1.KongDataPlaneClientCertificate
	ruletest.Validate(t, validPin, map[string]rule[C]{
		"no name":          {"metadata is checked", func(c C) { c.Name = "" }, []string{"metadata.name: Required value"}},
		"no certificate":   {"it is required", func(c C) { c.Spec.Cert = "" }, []string{"spec.cert: Required value"}},
		"no control plane": {"it is required", func(c C) { c.Spec.ControlPlaneRef = nil }, []string{"spec.controlPlaneRef: Required value"}},
		"kic":              {"kic is not supported", func(c C) { c.Spec.ControlPlaneRef = &commonv1alpha1.ControlPlaneRef{} }, []string{"spec: Invalid value"}},
		"adopt":            {"in mode match", func(c C) { c.Spec.Adopt = inMode("match") }, nil},
		"another mode":     {"not in another one", func(c C) { c.Spec.Adopt = inMode("override") }, []string{"spec.adopt: Invalid value"}},
		"no mode":          {"nor in none", func(c C) { c.Spec.Adopt = inMode("") }, []string{"spec.adopt: Invalid value"}},
		"entity":           {"so is the entity", func(c C) { c.SetKonnectStatus(crd.KonnectStatus{ID: ruletest.Long(257)}) }, []string{"status.konnect.id: Too long"}},
	})
}

func TestKongDataPlaneClientCertificateValidateUpdate(t *testing.T) {
	t.Parallel()
	type C = *v1alpha1.KongDataPlaneClientCertificate
	ready := func(c C) { c.Status.Conditions = programmed() }
	ruletest.ValidateUpdate(t, validPin, map[string]transition[C]{
		"certificate":     {"until it is Programmed", nil, func(c C) { c.Spec.Cert = "b" }, nil},
		"another then":    {"not after that", ready, func(c C) { c.Spec.Cert = "b" }, []string{"spec.cert: Invalid value"}},
		"control plane":   {"until it is Programmed", nil, func(c C) { c.Spec.ControlPlaneRef = controlPlane("b") }, nil},
		"moved":           {"not after that", ready, func(c C) { c.Spec.ControlPlaneRef = controlPlane("b") }, []string{"spec.controlPlaneRef: Invalid value"}},
		"adopt":           {"it can be added", nil, func(c C) { c.Spec.Adopt = inMode("match") }, nil},
		"adopt something": {"what is adopted stays", func(c C) { c.Spec.Adopt = inMode("match") }, func(c C) { c.Spec.Adopt = inMode("match"); c.Spec.Adopt.Konnect.ID = "b" }, []string{"spec.adopt: Invalid value"}},
		"adopt no more":   {"it can be removed", func(c C) { c.Spec.Adopt = inMode("match") }, func(c C) { c.Spec.Adopt = nil }, nil},
	})
}
