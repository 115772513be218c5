// Package v1alpha1 holds what several kinds share: references, adoption,
// tags and the Konnect part of a status.
//
// +kubebuilder:object:generate=true
package v1alpha1
