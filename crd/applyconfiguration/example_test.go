package applyconfiguration_test

import (
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/konnectkit/konnectkit/crd/applyconfiguration"
	commonac "github.com/konnectkit/konnectkit/crd/applyconfiguration/common/v1alpha1"
	configurationac "github.com/konnectkit/konnectkit/crd/applyconfiguration/configuration/v1alpha1"
	konnectac "github.com/konnectkit/konnectkit/crd/applyconfiguration/konnect/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	crdscheme "github.com/konnectkit/konnectkit/crd/scheme"
)

// With controller-runtime the next step is:
//
//	err := c.Apply(ctx, route, client.FieldOwner("team-a"))
//
// Apply stores the server's answer in the configuration, so build a new one for the next.
func Example() {
	route := configurationac.KongRoute("route", "kong").
		WithLabels(map[string]string{"team": "a"}).
		WithSpec(configurationac.KongRouteSpec().
			WithServiceRef(configurationac.ServiceRef().
				WithType(configurationv1alpha1.ServiceRefNamespacedRef).
				WithNamespacedRef(commonac.NamespacedRef().WithName("service"))).
			WithPaths("/echo").
			WithStripPath(false))
	sent, err := json.MarshalIndent(route, "", "  ")
	if err != nil {
		panic(err)
	}
	fmt.Println(string(sent))
	// Output:
	// {
	//   "kind": "KongRoute",
	//   "apiVersion": "configuration.konghq.com/v1alpha1",
	//   "metadata": {
	//     "name": "route",
	//     "namespace": "kong",
	//     "labels": {
	//       "team": "a"
	//     }
	//   },
	//   "spec": {
	//     "serviceRef": {
	//       "type": "namespacedRef",
	//       "namespacedRef": {
	//         "name": "service"
	//       }
	//     },
	//     "paths": [
	//       "/echo"
	//     ],
	//     "strip_path": false
	//   }
	// }
}

// Extract returns what one field manager owns of an object that was read from a cluster.
func Example_extract() {
	route := &configurationv1alpha1.KongRoute{
		ObjectMeta: metav1.ObjectMeta{
			Name: "route", Namespace: "kong",
			ManagedFields: []metav1.ManagedFieldsEntry{{
				Manager: "team-a", Operation: metav1.ManagedFieldsOperationApply, FieldsType: "FieldsV1",
				APIVersion: configurationv1alpha1.GroupVersion.String(),
				FieldsV1:   metav1.NewFieldsV1(`{"f:spec": {"f:paths": {}}}`),
			}},
		},
		Spec: configurationv1alpha1.KongRouteSpec{Paths: []string{"/echo"}, Methods: []string{"GET"}},
	}
	mine, err := configurationac.ExtractKongRoute(route, "team-a")
	if err != nil {
		panic(err)
	}
	fmt.Println(mine.Spec.Paths, mine.Spec.Methods)
	// Output: [/echo] []
}

// A token is sent to the cluster in clear, and shown to nobody else.
func Example_secret() {
	auth := konnectac.KonnectAPIAuthConfiguration("auth", "kong").
		WithSpec(konnectac.KonnectAPIAuthConfigurationSpec().
			WithType(konnectv1alpha1.APIAuthTypeToken).
			WithToken("kpat_example").
			WithServerURL("us.api.konghq.com"))
	fmt.Println(auth.Spec.Token)
	// Output: [redacted]
}

// With controller-runtime's fake client:
//
//	fake.NewClientBuilder().WithScheme(scheme).WithTypeConverters(applyconfiguration.NewTypeConverter(scheme))
func ExampleNewTypeConverter() {
	scheme := runtime.NewScheme()
	if err := crdscheme.AddToScheme(scheme); err != nil {
		panic(err)
	}
	typed, err := applyconfiguration.NewTypeConverter(scheme).ObjectToTyped(&configurationv1alpha1.KongRoute{
		TypeMeta: metav1.TypeMeta{APIVersion: configurationv1alpha1.GroupVersion.String(), Kind: "KongRoute"},
		Spec:     configurationv1alpha1.KongRouteSpec{Paths: []string{"/a", "/b"}},
	})
	if err != nil {
		panic(err)
	}
	fields, err := typed.ToFieldSet()
	if err != nil {
		panic(err)
	}
	fmt.Println(fields)
	// Output:
	// .apiVersion
	// .kind
	// .metadata
	// .status
	// .spec.paths
}
