package v1alpha2

import (
	"cmp"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// Default implements crd.Object.
func (c *KonnectGatewayControlPlane) Default() {
	c.SetGroupVersionKind(c.GVK())
	c.Spec.Source = c.Spec.source()
	if c.Status.Conditions == nil && c.Status.saysSomething() {
		c.Status.Conditions = crd.PendingConditions()
	}
}

// saysSomething tells whether there is a status: the CRD has a default for its
// conditions, but none for the whole.
func (s *KonnectGatewayControlPlaneStatus) saysSomething() bool {
	return s.KonnectEntityStatus != (commonv1alpha1.KonnectEntityStatus{}) || s.ClusterType != "" || s.Endpoints != nil
}

// source is the source with the CRD's default applied.
func (s *KonnectGatewayControlPlaneSpec) source() string { return cmp.Or(s.Source, SourceOrigin) }

func (s *KonnectGatewayControlPlaneSpec) rules(errs *constraint.Errors, path *field.Path) {
	request := s.CreateControlPlaneRequest
	switch s.source() {
	case SourceOrigin:
		errs.Rule(path, request != nil, "createControlPlaneRequest must be set when source is Origin")
		errs.Rule(path, s.Mirror == nil, "mirror must not be set when source is Origin")
	case SourceMirror:
		errs.Rule(path, request == nil, "createControlPlaneRequest must not be set when source is Mirror")
		errs.Rule(path, s.Mirror != nil, "mirror must be set when source is Mirror")
	}
	if request != nil {
		request.validate(errs, path)
		isGroup := request.ClusterType == nil || *request.ClusterType == ClusterTypeControlPlaneGroup
		errs.Rule(path, isGroup || s.Members == nil, "members must not be set unless the control plane is a group")
	}
}

func (c *KonnectGatewayControlPlane) transition(errs *constraint.Errors, before *KonnectGatewayControlPlane) {
	path := field.NewPath("spec")
	errs.Rule(path, c.Spec.source() == before.Spec.source(), "source is immutable")
	errs.Rule(path, sameClusterType(c.Spec.CreateControlPlaneRequest, before.Spec.CreateControlPlaneRequest),
		"createControlPlaneRequest.cluster_type is immutable")
	settled := commonv1alpha1.ConditionIsTrue(before.Status.Conditions, crd.ConditionProgrammed) ||
		commonv1alpha1.ConditionIsTrue(before.Status.Conditions, crd.ConditionAPIAuthValid)
	errs.Rule(path.Child("konnect", "authRef"), !settled || sameAuthRef(c.Spec.Konnect, before.Spec.Konnect),
		"is immutable, and must be set, once the control plane is Programmed or its credentials are valid")
}

// sameClusterType tells whether both requests are absent, or have the same
// cluster type or none.
func sameClusterType(request, old *CreateControlPlaneRequest) bool {
	if request == nil || old == nil {
		return request == old
	}
	return samePointed(request.ClusterType, old.ClusterType)
}

// sameAuthRef is false without an authRef on either side: the CRD's rule cannot
// be evaluated then.
func sameAuthRef(konnect, old *KonnectConfiguration) bool {
	if konnect == nil || old == nil {
		return false
	}
	ref, before := konnect.APIAuthConfigurationRef, old.APIAuthConfigurationRef
	return ref.Name == before.Name && samePointed(ref.Namespace, before.Namespace)
}

func samePointed[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
