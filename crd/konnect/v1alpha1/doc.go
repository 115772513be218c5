// Package v1alpha1 holds the API group konnect.konghq.com/v1alpha1:
// KonnectAPIAuthConfiguration, and the old version of KonnectGatewayControlPlane,
// which is decoded and converted only.
//
// +kubebuilder:object:generate=true
// +groupName=konnect.konghq.com
package v1alpha1
