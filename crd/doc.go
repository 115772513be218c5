// Package crd defines what every object of a batch has in common: a Kubernetes
// object that also knows its references, defaults, validation, conditions and
// Konnect status.
//
// The typed structs are in the packages below it: crd/configuration/v1
// (KongConsumer, KongPlugin, KongClusterPlugin), crd/configuration/v1beta1 (KongConsumerGroup), crd/configuration/v1alpha1
// (KongService, KongRoute, KongUpstream, KongTarget, KongKeySet, KongKey, KongVault,
// KongPluginBinding, KongDataPlaneClientCertificate, KongReferenceGrant,
// KongCredentialACL, KongCredentialAPIKey, KongCredentialBasicAuth, KongCredentialHMAC,
// KongCredentialJWT, KongCertificate, KongCACertificate, KongSNI),
// crd/konnect/v1alpha1 (KonnectAPIAuthConfiguration), crd/konnect/v1alpha2
// (KonnectGatewayControlPlane) and crd/core (Secret). Apply configurations of them,
// for server-side apply, are in the module crd/applyconfiguration.
//
// # Objects in a cluster
//
// An operator newer than this module may store fields that the structs do not have.
// An Update writes the object back without them. A merge patch or server-side apply
// leaves them alone, except within a list that it replaces; the documentation of
// crd/applyconfiguration has the details. manifest.UnknownFields names them.
package crd
