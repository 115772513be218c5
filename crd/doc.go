// Package crd defines what every object of a batch has in common: a Kubernetes
// object that also knows its references, defaults, validation, conditions and
// Konnect status.
//
// The typed structs are in the packages below it: crd/configuration/v1alpha1
// (KongService, KongRoute, KongUpstream, KongTarget, KongReferenceGrant),
// crd/konnect/v1alpha1 (KonnectAPIAuthConfiguration), crd/konnect/v1alpha2
// (KonnectGatewayControlPlane) and crd/core (Secret).
package crd
