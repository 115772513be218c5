package manifest_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
)

func ExampleDecodeAll() {
	text, err := os.ReadFile("testdata/how-to.yaml")
	if err != nil {
		panic(err)
	}
	objects, err := manifest.DecodeAll(bytes.NewReader(text))
	if err != nil {
		panic(err)
	}
	for _, obj := range objects {
		fmt.Println(crd.KeyOf(obj))
	}
	// Output:
	// KonnectAPIAuthConfiguration kong/konnect-api-auth
	// KonnectGatewayControlPlane kong/gateway-control-plane
	// KongService kong/service
	// KongRoute kong/route
}

func ExampleDecodeAll_problems() {
	_, err := manifest.DecodeAll(strings.NewReader(`
kind: KongRoute
apiVersion: configuration.konghq.com/v1alpha1
metadata:
  name: route
spec:
  path: /echo
  stripPath: false
---
kind: KongService
apiVersion: configuration.konghq.com/v1
`))
	fmt.Println(err)
	// Output:
	// document 1, line 7: KongRoute route: spec.path: unknown field, did you mean paths?
	// document 1, line 8: KongRoute route: spec.stripPath: unknown field, did you mean strip_path?
	// document 2, line 11: KongService: apiVersion: unknown version "configuration.konghq.com/v1", must be configuration.konghq.com/v1alpha1
}

func ExampleDecode() {
	obj, err := manifest.Decode([]byte(`
kind: KongTarget
apiVersion: configuration.konghq.com/v1alpha1
metadata:
  name: target
spec:
  target: 10.0.0.1:8080
  upstreamRef:
    name: upstream
`))
	if err != nil {
		panic(err)
	}
	fmt.Println(crd.KeyOf(obj), len(obj.Validate()))
	// Output: KongTarget default/target 0
}

func ExampleEncode() {
	obj, err := manifest.Decode([]byte(`{
		"apiVersion": "configuration.konghq.com/v1alpha1",
		"kind": "KongRoute",
		"metadata": {"name": "route"},
		"spec": {"paths": ["/echo"], "serviceRef": {"type": "namespacedRef", "namespacedRef": {"name": "service"}}}
	}`))
	if err != nil {
		panic(err)
	}
	if err := manifest.Encode(os.Stdout, obj); err != nil {
		panic(err)
	}
	// Output:
	// apiVersion: configuration.konghq.com/v1alpha1
	// kind: KongRoute
	// metadata:
	//   name: route
	// spec:
	//   paths:
	//   - /echo
	//   serviceRef:
	//     namespacedRef:
	//       name: service
	//     type: namespacedRef
}

// A controller that must not lose what a newer operator has written looks before it
// decodes, and sends a patch instead of an Update where there is something to lose.
func ExampleUnknownFields() {
	unknown, err := manifest.UnknownFields([]byte(`{
		"apiVersion": "configuration.konghq.com/v1alpha1",
		"kind": "KongRoute",
		"metadata": {"name": "route"},
		"spec": {"paths": ["/echo"], "newSetting": true}
	}`))
	if err != nil {
		panic(err)
	}
	fmt.Println(unknown)
	// Output: [spec.newSetting]
}
