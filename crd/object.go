package crd

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Object is a Kubernetes object that can be a member of a batch. The pointer
// types of this module's CRD structs implement it.
type Object interface {
	metav1.Object
	runtime.Object

	// GVK is the group, version and kind of the Go type. It does not depend on
	// apiVersion and kind being filled in.
	GVK() schema.GroupVersionKind

	// References lists what the object refers to, in the order of the fields.
	// The namespace of each target is filled in.
	References() []Reference

	// Default fills in apiVersion, kind and every default of the CRD schema, as
	// an API server does when it stores the object. Konnect's own defaults are
	// left alone.
	Default()

	// Validate checks the rules of the CRD schema for a new object, no more and
	// no less. It expects an object after Default.
	Validate() field.ErrorList

	// ValidateUpdate checks the rules of Validate and the transition rules
	// against the stored object old, which must be of the same type. The status
	// that counts is old's, as on an API server, where an update of an object
	// leaves its status as it is; this object's own is not looked at. An update of
	// the status alone is checked against the object itself, with the new status.
	ValidateUpdate(old Object) field.ErrorList

	// GetConditions returns status.conditions; nil for kinds without a status.
	GetConditions() []metav1.Condition
	// SetConditions replaces status.conditions. Kinds without a status ignore it.
	SetConditions([]metav1.Condition)

	// GetKonnectStatus returns what the status says of the Konnect entity; the
	// zero value for an object that has none yet or a kind that never has one.
	GetKonnectStatus() KonnectStatus
	// SetKonnectStatus records the Konnect entity in the status. A zero ID
	// clears it. Kinds without such a status ignore it.
	SetKonnectStatus(KonnectStatus)
}

// KonnectStatus is the part of a status that identifies a Konnect entity.
type KonnectStatus struct {
	// ID is the entity's Konnect ID; empty while there is none.
	ID string
	// ServerURL is the https URL of the Konnect region, such as https://us.api.konghq.com.
	ServerURL string
	// OrganizationID is the Konnect organisation of the token that was used.
	OrganizationID string
	// ControlPlaneID is the ID of the control plane that holds the entity; empty
	// for control planes themselves.
	ControlPlaneID string
	// ParentID is the ID of the service of a route or the upstream of a target;
	// empty for other kinds.
	ParentID string
}
