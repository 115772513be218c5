// Package applyconfiguration and those below it hold apply configurations of the kinds
// of crd: what server-side apply sends to a cluster. They are generated and have the
// shape of client-go's: a constructor a kind that takes name and namespace, one
// With… method a field, and Extract… to read back what a field manager owns.
//
//   - crd/applyconfiguration/configuration/v1: KongConsumer, KongPlugin,
//     KongClusterPlugin
//   - crd/applyconfiguration/configuration/v1alpha1: KongService, KongRoute,
//     KongUpstream, KongTarget, KongKeySet, KongKey, KongVault,
//     KongDataPlaneClientCertificate, KongPluginBinding,
//     KongReferenceGrant,
//     KongCredentialACL, KongCredentialAPIKey, KongCredentialBasicAuth,
//     KongCredentialHMAC, KongCredentialJWT, KongCertificate,
//     KongCACertificate, KongSNI
//   - crd/applyconfiguration/configuration/v1beta1: KongConsumerGroup
//   - crd/applyconfiguration/konnect/v1alpha1: KonnectAPIAuthConfiguration, and
//     KonnectGatewayControlPlane of the old version
//   - crd/applyconfiguration/konnect/v1alpha2: KonnectGatewayControlPlane
//   - crd/applyconfiguration/common/v1alpha1: references and adoption, which they share
//
// They are a module of their own, because they need client-go, and the core does not.
//
// # Apply configurations or builders
//
// A builder (package builder) makes a whole object: it is checked by Build, and is what
// Client.Ensure, manifest.Encode and Create on a cluster take. An apply configuration is
// a part of an object, for a cluster alone: it says what one field manager wants, leaves
// everything else as it is, and is checked by the API server. Use a builder when your
// program owns the object, or there is no cluster; use an apply configuration when the
// object is in a cluster and has other owners too, such as an operator that writes its
// status. An object as a builder makes it should not be applied: it has every required
// field, zero or not, so its manager would own them all.
//
// A field that an earlier Apply of the same manager set and a later one leaves out is
// released: it is removed unless another manager owns it too. A field that another
// manager owns is a conflict, unless the caller forces ownership. A list or map without
// elements counts as left out. controller-runtime's Apply stores the server's answer in
// the configuration, so build a new one for every call.
//
// # Fields that the types do not know
//
// An operator newer than this module may store fields that the Go types do not have.
// Decoding drops them, so Update writes the object back without them. Apply and merge
// patches (client.MergeFrom of controller-runtime) send only what is wanted or has
// changed, and leave the others as they are, with three exceptions:
//
//   - A list that a merge patch changes is replaced as a whole, and so is one that is
//     applied. Only lists of conditions and the IDs of CA certificates in a status merge
//     when they are applied.
//   - So is a struct that is atomic, such as a reference to a Secret or a member.
//   - Extract… returns known fields only, so that applying its result releases unknown
//     ones that the same manager has applied.
//
// [github.com/konnectkit/konnectkit/crd/manifest.UnknownFields] tells what decoding
// would drop, for a program that has to Update.
package applyconfiguration
