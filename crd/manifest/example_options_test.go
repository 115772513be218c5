package manifest_test

import (
	"fmt"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
)

// A repository holds more than this module can read. What is left out is not lost from
// sight.
func ExampleSkipUnknownKinds() {
	objects, err := manifest.DecodeAll(strings.NewReader(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: echo}
---
apiVersion: configuration.konghq.com/v1alpha1
kind: KongCustomEntity
metadata: {name: session}
---
apiVersion: configuration.konghq.com/v1alpha1
kind: KongService
metadata: {name: echo}
spec: {host: echo.kong.svc}
`), manifest.SkipUnknownKinds(func(s manifest.Skipped) {
		fmt.Println("left out:", s)
	}))
	if err != nil {
		panic(err)
	}
	for _, obj := range objects {
		fmt.Println(crd.KeyOf(obj))
	}
	// Output:
	// left out: document 1, line 2: Deployment echo (apps/v1): foreign kind
	// left out: document 2, line 6: KongCustomEntity session (configuration.konghq.com/v1alpha1): unsupported kind
	// KongService default/echo
}

// A newer operator may have added a field. It is named, and dropped; a KongRoute that
// has one is refused, because it could match more than it should.
func ExampleAllowUnknownFields() {
	report := manifest.AllowUnknownFields(func(p manifest.Problem) { fmt.Println("dropped:", p) })
	objects, err := manifest.DecodeAll(strings.NewReader(`
apiVersion: configuration.konghq.com/v1alpha1
kind: KongService
metadata: {name: echo}
spec:
  host: echo.kong.svc
  warmup: 30s
`), report)
	fmt.Println(len(objects), err)

	_, err = manifest.DecodeAll(strings.NewReader(`
apiVersion: configuration.konghq.com/v1alpha1
kind: KongRoute
metadata: {name: echo}
spec:
  paths: [/echo]
  cookies: [beta]
`), report)
	fmt.Println(err)
	// Output:
	// dropped: document 1, line 7: KongService echo: spec.warmup: unknown field
	// 1 <nil>
	// document 1, line 7: KongRoute echo: spec.cookies: unknown field
}

func ExampleTakeForeignKinds() {
	const text = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
`
	_, err := manifest.DecodeAll(strings.NewReader(text), manifest.TakeForeignKinds(func(f manifest.Foreign) (bool, error) {
		fmt.Println(f.Kind, f.Name, len(f.JSON), "bytes")
		return true, nil
	}))
	fmt.Println(err)
	// Output:
	// Ingress web 80 bytes
	// <nil>
}
