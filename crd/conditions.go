package crd

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Condition types of the kinds of this module. The operator sets all but Observed.
const (
	ConditionProgrammed                = "Programmed"
	ConditionAPIAuthResolvedRef        = "APIAuthResolvedRef"
	ConditionAPIAuthValid              = "APIAuthValid"
	ConditionControlPlaneRefValid      = "ControlPlaneRefValid"
	ConditionServiceRefValid           = "KongServiceRefValid"
	ConditionUpstreamRefValid          = "KongUpstreamRefValid"
	ConditionKeySetRefValid            = "KeySetRefValid"
	ConditionConsumerRefValid          = "KongConsumerRefValid"
	ConditionCredentialSecretRefsValid = "CredentialSecretRefsValid"
	ConditionConsumerGroupRefsValid    = "KongConsumerGroupRefsValid"
	ConditionCertificateRefValid       = "KongCertificateRefValid"
	ConditionPluginRefValid            = "PluginRefValid"
	ConditionSecretRefValid            = "SecretRefValid"
	ConditionCACertificateRefsValid    = "KongCACertificateRefsValid"
	ConditionResolvedRefs              = "ResolvedRefs"
	ConditionMirrored                  = "Mirrored"
	ConditionAdopted                   = "Adopted"
	ConditionMembersReferenceResolved  = "MembersReferenceResolved"
	// ConditionObserved is True while the status names an entity that the object only
	// observes (see ManagementPolicyObserve), which does not make it the object's own.
	ConditionObserved = "Observed"
)

// IsProgrammed tells whether obj's condition Programmed is True for its present
// generation.
func IsProgrammed(obj Object) bool {
	c := meta.FindStatusCondition(obj.GetConditions(), ConditionProgrammed)
	return c != nil && c.Status == metav1.ConditionTrue && c.ObservedGeneration == obj.GetGeneration()
}

// PendingConditions returns the conditions that the CRD schema gives a new object.
func PendingConditions() []metav1.Condition {
	return []metav1.Condition{{
		Type:               ConditionProgrammed,
		Status:             metav1.ConditionUnknown,
		Reason:             "Pending",
		Message:            "Waiting for controller",
		LastTransitionTime: metav1.Unix(0, 0),
	}}
}
