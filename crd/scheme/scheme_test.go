package scheme_test

import (
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"

	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/crd/scheme"
)

func ExampleAddToScheme() {
	known := runtime.NewScheme()
	if err := scheme.AddToScheme(known); err != nil {
		fmt.Println(err)
		return
	}
	for _, kind := range slices.Sorted(maps.Keys(known.KnownTypes(konnectv1alpha2.GroupVersion))) {
		if obj, err := known.New(konnectv1alpha2.GroupVersion.WithKind(kind)); err == nil && kind[:7] == "Konnect" {
			fmt.Printf("%T\n", obj)
		}
	}
	// Output:
	// *v1alpha2.KonnectGatewayControlPlane
	// *v1alpha2.KonnectGatewayControlPlaneList
}

func ExampleKinds() {
	kinds, err := scheme.Kinds()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, kind := range kinds {
		fmt.Printf("%s: %T in %T\n", kind.GroupKind(), kind.New(), kind.NewList())
	}
	// Output:
	// KongCACertificate.configuration.konghq.com: *v1alpha1.KongCACertificate in *v1alpha1.KongCACertificateList
	// KongCertificate.configuration.konghq.com: *v1alpha1.KongCertificate in *v1alpha1.KongCertificateList
	// KongClusterPlugin.configuration.konghq.com: *v1.KongClusterPlugin in *v1.KongClusterPluginList
	// KongConsumer.configuration.konghq.com: *v1.KongConsumer in *v1.KongConsumerList
	// KongConsumerGroup.configuration.konghq.com: *v1beta1.KongConsumerGroup in *v1beta1.KongConsumerGroupList
	// KongCredentialACL.configuration.konghq.com: *v1alpha1.KongCredentialACL in *v1alpha1.KongCredentialACLList
	// KongCredentialAPIKey.configuration.konghq.com: *v1alpha1.KongCredentialAPIKey in *v1alpha1.KongCredentialAPIKeyList
	// KongCredentialBasicAuth.configuration.konghq.com: *v1alpha1.KongCredentialBasicAuth in *v1alpha1.KongCredentialBasicAuthList
	// KongCredentialHMAC.configuration.konghq.com: *v1alpha1.KongCredentialHMAC in *v1alpha1.KongCredentialHMACList
	// KongCredentialJWT.configuration.konghq.com: *v1alpha1.KongCredentialJWT in *v1alpha1.KongCredentialJWTList
	// KongDataPlaneClientCertificate.configuration.konghq.com: *v1alpha1.KongDataPlaneClientCertificate in *v1alpha1.KongDataPlaneClientCertificateList
	// KongKey.configuration.konghq.com: *v1alpha1.KongKey in *v1alpha1.KongKeyList
	// KongKeySet.configuration.konghq.com: *v1alpha1.KongKeySet in *v1alpha1.KongKeySetList
	// KongPlugin.configuration.konghq.com: *v1.KongPlugin in *v1.KongPluginList
	// KongPluginBinding.configuration.konghq.com: *v1alpha1.KongPluginBinding in *v1alpha1.KongPluginBindingList
	// KongReferenceGrant.configuration.konghq.com: *v1alpha1.KongReferenceGrant in *v1alpha1.KongReferenceGrantList
	// KongRoute.configuration.konghq.com: *v1alpha1.KongRoute in *v1alpha1.KongRouteList
	// KongSNI.configuration.konghq.com: *v1alpha1.KongSNI in *v1alpha1.KongSNIList
	// KongService.configuration.konghq.com: *v1alpha1.KongService in *v1alpha1.KongServiceList
	// KongTarget.configuration.konghq.com: *v1alpha1.KongTarget in *v1alpha1.KongTargetList
	// KongUpstream.configuration.konghq.com: *v1alpha1.KongUpstream in *v1alpha1.KongUpstreamList
	// KongVault.configuration.konghq.com: *v1alpha1.KongVault in *v1alpha1.KongVaultList
	// KonnectAPIAuthConfiguration.konnect.konghq.com: *v1alpha1.KonnectAPIAuthConfiguration in *v1alpha1.KonnectAPIAuthConfigurationList
	// KonnectGatewayControlPlane.konnect.konghq.com: *v1alpha2.KonnectGatewayControlPlane in *v1alpha2.KonnectGatewayControlPlaneList
}
