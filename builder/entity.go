package builder

import (
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// entity is what the builders of services, routes, upstreams and targets share.
type entity[B any, T object[T]] struct {
	base[B, T]

	tags  *commonv1alpha1.Tags
	adopt **commonv1alpha1.AdoptOptions
}

// Tags replaces spec.tags: at most 20, each 1 to 128 characters long.
func (e *entity[B, T]) Tags(tags ...string) B {
	*e.tags = listOf(tags)
	return e.self
}

// Tag adds one to spec.tags.
func (e *entity[B, T]) Tag(tag string) B {
	*e.tags = append(*e.tags, tag)
	return e.self
}

// Adopt takes over the entity that has this Konnect ID and makes it as the spec
// says, instead of creating one.
func (e *entity[B, T]) Adopt(id string) B { return e.adoptAs(commonv1alpha1.AdoptModeOverride, id) }

// AdoptMatch takes over the entity that has this Konnect ID without ever writing
// to it: a difference from the spec is a failure.
func (e *entity[B, T]) AdoptMatch(id string) B { return e.adoptAs(commonv1alpha1.AdoptModeMatch, id) }

func (e *entity[B, T]) adoptAs(mode, id string) B {
	*e.adopt = &commonv1alpha1.AdoptOptions{
		From:    commonv1alpha1.AdoptFromKonnect,
		Mode:    mode,
		Konnect: &commonv1alpha1.AdoptKonnectOptions{ID: id},
	}
	return e.self
}

// placed adds to entity what services, routes and upstreams share: a name in
// Konnect and a reference to a control plane.
type placed[B any, T object[T]] struct {
	entity[B, T]

	specName        **string
	controlPlaneRef **commonv1alpha1.ControlPlaneRef
}

// SpecName sets spec.name, the name in Konnect, where it is to differ from the
// object's name. An empty name leaves the entity unnamed, which Konnect does not
// accept for upstreams.
func (p *placed[B, T]) SpecName(name string) B {
	*p.specName = nil
	if name != "" {
		*p.specName = &name
	}
	return p.self
}

// ControlPlane sets spec.controlPlaneRef to a KonnectGatewayControlPlane of the
// same namespace.
func (p *placed[B, T]) ControlPlane(name string) B { return p.ControlPlaneIn("", name) }

// ControlPlaneIn is like ControlPlane for another namespace, which needs a
// KongReferenceGrant there.
func (p *placed[B, T]) ControlPlaneIn(namespace, name string) B {
	return p.ControlPlaneRef(commonv1alpha1.ControlPlaneRef{
		Type:                 commonv1alpha1.ControlPlaneRefKonnectNamespacedRef,
		KonnectNamespacedRef: &commonv1alpha1.KonnectNamespacedRef{Name: name, Namespace: namespace},
	})
}

// ControlPlaneRef sets spec.controlPlaneRef as it stands; ControlPlane is short for it.
func (p *placed[B, T]) ControlPlaneRef(ref commonv1alpha1.ControlPlaneRef) B {
	*p.controlPlaneRef = ref.DeepCopy()
	return p.self
}

// Ref refers to an object of the referrer's namespace.
func Ref(name string) commonv1alpha1.NamespacedRef { return commonv1alpha1.NamespacedRef{Name: name} }

// RefIn refers to an object of another namespace, which needs a
// KongReferenceGrant there.
func RefIn(namespace, name string) commonv1alpha1.NamespacedRef {
	return commonv1alpha1.NamespacedRef{Name: name, Namespace: &namespace}
}
