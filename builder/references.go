package builder

import commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"

// adopt is spec.adopt for the entity of a Konnect ID.
func adopt(mode, id string) *commonv1alpha1.AdoptOptions {
	return &commonv1alpha1.AdoptOptions{
		From:    commonv1alpha1.AdoptFromKonnect,
		Mode:    mode,
		Konnect: &commonv1alpha1.AdoptKonnectOptions{ID: id},
	}
}

// controlPlane refers to a KonnectGatewayControlPlane.
func controlPlane(namespace, name string) commonv1alpha1.ControlPlaneRef {
	return commonv1alpha1.ControlPlaneRef{
		Type:                 commonv1alpha1.ControlPlaneRefKonnectNamespacedRef,
		KonnectNamespacedRef: &commonv1alpha1.KonnectNamespacedRef{Name: name, Namespace: namespace},
	}
}

// Ref refers to an object of the referrer's namespace.
func Ref(name string) commonv1alpha1.NamespacedRef { return commonv1alpha1.NamespacedRef{Name: name} }

// RefIn refers to an object of another namespace, which needs a
// KongReferenceGrant there.
func RefIn(namespace, name string) commonv1alpha1.NamespacedRef {
	return commonv1alpha1.NamespacedRef{Name: name, Namespace: &namespace}
}

// refsOf copies references; none makes nil.
func refsOf(refs []commonv1alpha1.NamespacedRef) []commonv1alpha1.NamespacedRef {
	var copies []commonv1alpha1.NamespacedRef
	for _, ref := range refs {
		copies = append(copies, *ref.DeepCopy())
	}
	return copies
}
