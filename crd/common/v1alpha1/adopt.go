package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// Values of AdoptOptions.From and AdoptOptions.Mode.
const (
	AdoptFromKonnect = "konnect"

	AdoptModeMatch    = "match"
	AdoptModeOverride = "override"
)

// AdoptOptions takes over an entity that exists already instead of creating one.
// They can be neither added nor removed later.
//
// +kubebuilder:validation:XValidation:rule="self.from == oldSelf.from",message="from is immutable"
// +kubebuilder:validation:XValidation:rule="self.from != 'konnect' || has(self.konnect)",message="konnect must be set when from is konnect"
// +kubebuilder:validation:XValidation:rule="!has(self.konnect) || self.konnect.id == oldSelf.konnect.id",message="konnect.id is immutable"
type AdoptOptions struct {
	// From is where the entity is: konnect.
	//
	// +kubebuilder:validation:Enum=konnect
	From string `json:"from"`

	// Mode is match (the entity is never written, and a difference is a failure)
	// or override (the entity is made to be as the spec says); empty means override.
	//
	// +optional
	// +kubebuilder:validation:Enum=match;override
	Mode string `json:"mode,omitempty" crd:"nonempty"`

	// Konnect names the entity; required with from: konnect.
	//
	// +optional
	Konnect *AdoptKonnectOptions `json:"konnect,omitempty"`
}

// AdoptKonnectOptions names an entity in Konnect.
type AdoptKonnectOptions struct {
	// ID is the Konnect ID of the entity, 1 to 36 characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=36
	ID string `json:"id"`
}

// KonnectID returns the ID of the entity to adopt; empty when there is none.
func (o *AdoptOptions) KonnectID() string {
	if o == nil || o.Konnect == nil {
		return ""
	}
	return o.Konnect.ID
}

// IsMatch tells whether the entity must match the spec and is never written.
func (o *AdoptOptions) IsMatch() bool { return o != nil && o.Mode == AdoptModeMatch }

// Validate checks the options, which are at spec.adopt. A nil o is valid.
func (o *AdoptOptions) Validate(spec *field.Path) field.ErrorList {
	if o == nil {
		return nil
	}
	var errs constraint.Errors
	o.check(&errs, spec.Child("adopt"))
	return errs.List()
}

func (o *AdoptOptions) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, o.From != AdoptFromKonnect || o.Konnect != nil, "konnect must be set when from is konnect")
}

// ValidateUpdate checks what must not change of the options at spec.adopt. Either
// may be nil, but not one alone.
func (o *AdoptOptions) ValidateUpdate(old *AdoptOptions, spec *field.Path) field.ErrorList {
	var errs constraint.Errors
	errs.Rule(spec, (o == nil) == (old == nil), "adopt must be neither added nor removed")
	errs.Add(o.ValidateChange(old, spec)...)
	return errs.List()
}

// ValidateChange checks what must not change of options that are there before and after.
func (o *AdoptOptions) ValidateChange(old *AdoptOptions, spec *field.Path) field.ErrorList {
	var errs constraint.Errors
	if o == nil || old == nil {
		return errs.List()
	}
	path := spec.Child("adopt")
	errs.Rule(path, o.From == old.From, "from is immutable")
	if o.Konnect != nil {
		errs.Rule(path, old.Konnect != nil && o.Konnect.ID == old.Konnect.ID, "konnect.id is immutable")
	}
	return errs.List()
}
