package v1alpha1

import (
	"cmp"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// Values of ControlPlaneRef.Type.
const (
	ControlPlaneRefKonnectNamespacedRef = "konnectNamespacedRef"
	ControlPlaneRefKIC                  = "kic"
)

// ControlPlaneRef refers to the control plane that holds an entity.
//
// +kubebuilder:validation:XValidation:rule="self.type != 'konnectNamespacedRef' || has(self.konnectNamespacedRef)",message="konnectNamespacedRef must be set when type is konnectNamespacedRef"
// +kubebuilder:validation:XValidation:rule="self.type != 'kic' || !has(self.konnectNamespacedRef)",message="konnectNamespacedRef must not be set when type is kic or unset"
type ControlPlaneRef struct {
	// Type is konnectNamespacedRef or kic; empty means kic, the CRD's default.
	// Only konnectNamespacedRef leads to a control plane in Konnect; most kinds accept
	// nothing else.
	//
	// +optional
	// +kubebuilder:validation:Enum=konnectNamespacedRef;kic
	// +kubebuilder:default:=kic
	Type string `json:"type,omitempty" crd:"nonempty"`

	// KonnectNamespacedRef names a KonnectGatewayControlPlane. It is set if and
	// only if Type is konnectNamespacedRef.
	//
	// +optional
	KonnectNamespacedRef *KonnectNamespacedRef `json:"konnectNamespacedRef,omitempty"`
}

// KonnectNamespacedRef names a KonnectGatewayControlPlane.
type KonnectNamespacedRef struct {
	// Name of the object, 1 to 253 characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`

	// Namespace of the object, at most 253 characters; empty means the
	// referrer's. Another namespace needs a KongReferenceGrant there.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Namespace string `json:"namespace,omitempty"`
}

// NamespacedRef names an object of a kind that the field implies.
type NamespacedRef struct {
	// Name of the object, 1 to 253 characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`

	// Namespace of the object, at most 253 characters; unset means the
	// referrer's. Another namespace needs a KongReferenceGrant there.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Namespace *string `json:"namespace,omitempty"`
}

// NameRef names an object of the referrer's namespace and of a kind that the field implies.
type NameRef struct {
	// Name of the object, 1 to 253 characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
}

// LocalRef names an object of the referrer's namespace, of a kind that the field implies.
//
// +structType=atomic
type LocalRef struct {
	// Name of the object. The CRD takes an empty one, which names nothing.
	//
	// +optional
	// +kubebuilder:default:=""
	Name string `json:"name,omitempty"`
}

// Key returns the key of the object of the configuration group that r names for
// a referrer in namespace.
func (r LocalRef) Key(kind, namespace string) crd.Key {
	return crd.Key{Group: crd.ConfigurationGroup, Kind: kind, Namespace: namespace, Name: r.Name}
}

// Reference returns the control plane that r names for an object in namespace,
// false when it names none.
func (r *ControlPlaneRef) Reference(namespace string) (crd.Reference, bool) {
	if r == nil || r.KonnectNamespacedRef == nil {
		return crd.Reference{}, false
	}
	to := crd.Key{
		Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind,
		Namespace: r.KonnectNamespacedRef.Namespace, Name: r.KonnectNamespacedRef.Name,
	}
	if to.Namespace == "" {
		to.Namespace = namespace
	}
	return crd.Reference{Field: "spec.controlPlaneRef.konnectNamespacedRef", To: to, Role: crd.RoleParent}, true
}

// Key returns the key of the object of the configuration group that r names for
// a referrer in namespace.
func (r NamespacedRef) Key(kind, namespace string) crd.Key {
	if r.Namespace != nil && *r.Namespace != "" {
		namespace = *r.Namespace
	}
	return crd.Key{Group: crd.ConfigurationGroup, Kind: kind, Namespace: namespace, Name: r.Name}
}

// Key returns the key of the object of the configuration group that r names for a
// referrer in namespace.
func (r NameRef) Key(kind, namespace string) crd.Key {
	return crd.Key{Group: crd.ConfigurationGroup, Kind: kind, Namespace: namespace, Name: r.Name}
}

// SecretKey returns the key of the core Secret that r names for a referrer in namespace.
func (r NamespacedRef) SecretKey(namespace string) crd.Key {
	key := r.Key(crd.SecretKind, namespace)
	key.Group = ""
	return key
}

// Default sets the type; a nil r stays nil.
func (r *ControlPlaneRef) Default() {
	if r != nil {
		r.Type = r.effectiveType()
	}
}

// effectiveType is the type with the CRD's default applied.
func (r *ControlPlaneRef) effectiveType() string { return cmp.Or(r.Type, ControlPlaneRefKIC) }

// IsKonnect tells whether r refers to a control plane in Konnect; false for nil.
func (r *ControlPlaneRef) IsKonnect() bool {
	return r != nil && r.effectiveType() == ControlPlaneRefKonnectNamespacedRef
}

// IsKIC reports whether r refers to an ingress controller, not to Konnect; false for nil.
func (r *ControlPlaneRef) IsKIC() bool { return r != nil && r.effectiveType() == ControlPlaneRefKIC }

// Validate checks the reference, which is at spec.controlPlaneRef. A nil r is valid;
// whether type kic may be is up to the kind.
func (r *ControlPlaneRef) Validate(spec *field.Path) field.ErrorList {
	if r == nil {
		return nil
	}
	var errs constraint.Errors
	path := spec.Child("controlPlaneRef")
	r.check(&errs, path)
	errs.Rule(path, !r.IsKonnect() || r.KonnectNamespacedRef != nil,
		"konnectNamespacedRef must be set when type is konnectNamespacedRef")
	errs.Rule(path, !r.IsKIC() || r.KonnectNamespacedRef == nil, "konnectNamespacedRef must not be set when type is kic or unset")
	return errs.List()
}

// Equal tells whether r and other are the same once the default type is applied.
func (r *ControlPlaneRef) Equal(other *ControlPlaneRef) bool {
	if r == nil || other == nil {
		return r == other
	}
	return r.effectiveType() == other.effectiveType() && equalPointed(r.KonnectNamespacedRef, other.KonnectNamespacedRef)
}

// Validate checks the reference, which is at path.
func (r NamespacedRef) Validate(path *field.Path) field.ErrorList {
	var errs constraint.Errors
	r.check(&errs, path)
	return errs.List()
}

// Validate checks the reference, which is at path.
func (r NameRef) Validate(path *field.Path) field.ErrorList {
	var errs constraint.Errors
	r.check(&errs, path)
	return errs.List()
}

// Equal tells whether r and other are the same. A namespace that is not set
// differs from an empty one, as it does for an API server.
func (r NamespacedRef) Equal(other NamespacedRef) bool {
	return r.Name == other.Name && equalPointed(r.Namespace, other.Namespace)
}

func equalPointed[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
