// Package v1alpha1 holds the API group configuration.konghq.com/v1alpha1:
// KongService, KongRoute, KongUpstream, KongTarget, KongKeySet, KongKey, KongCredentialACL,
// KongCredentialAPIKey, KongCredentialBasicAuth, KongCredentialHMAC, KongCredentialJWT, KongVault,
// KongPluginBinding, KongCertificate, KongCACertificate, KongSNI,
// KongDataPlaneClientCertificate and KongReferenceGrant.
//
// +kubebuilder:object:generate=true
// +groupName=configuration.konghq.com
package v1alpha1
