package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// KonnectEntityStatus identifies a Konnect entity in a status.
type KonnectEntityStatus struct {
	// ID is the entity's Konnect ID; empty while it does not exist.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id,omitempty"`

	// ServerURL is the URL of the Konnect region that holds the entity.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=512
	ServerURL string `json:"serverURL,omitempty"`

	// OrganizationID is the Konnect organisation that holds the entity.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=256
	OrganizationID string `json:"organizationID,omitempty"`
}

// NewKonnectEntityStatus takes the entity's own part of status.
func NewKonnectEntityStatus(status crd.KonnectStatus) KonnectEntityStatus {
	return KonnectEntityStatus{ID: status.ID, ServerURL: status.ServerURL, OrganizationID: status.OrganizationID}
}

// KonnectStatus returns s as the part of a status that all kinds share.
func (s KonnectEntityStatus) KonnectStatus() crd.KonnectStatus {
	return crd.KonnectStatus{ID: s.ID, ServerURL: s.ServerURL, OrganizationID: s.OrganizationID}
}

// Validate checks the lengths of s, which is at path.
func (s KonnectEntityStatus) Validate(path *field.Path) field.ErrorList {
	var errs constraint.Errors
	s.check(&errs, path)
	return errs.List()
}
