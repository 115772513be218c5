// Package v1alpha2 holds the API group konnect.konghq.com/v1alpha2:
// KonnectGatewayControlPlane.
//
// +kubebuilder:object:generate=true
// +groupName=konnect.konghq.com
package v1alpha2
