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
