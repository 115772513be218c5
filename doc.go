// Package konnectkit is the root of a library that provisions Kong Konnect from
// the Kong operator's custom resources, with or without a Kubernetes cluster.
// The root holds no code. Start here:
//
//   - [github.com/konnectkit/konnectkit/konnect] makes Konnect hold what objects
//     say: Client.Ensure, Plan, Apply and Delete. Most programs need only it and
//     one source of objects.
//   - [github.com/konnectkit/konnectkit/builder] builds objects in Go: fluent,
//     typed, all mistakes reported together.
//   - [github.com/konnectkit/konnectkit/builder/backend] makes them from a
//     Kubernetes Service and its EndpointSlices: a KongService, a KongUpstream and
//     a KongTarget for each endpoint.
//   - [github.com/konnectkit/konnectkit/builder/ingress] and
//     [github.com/konnectkit/konnectkit/builder/gatewayapi] make them from
//     Ingresses and from routes of the Gateway API, with their Services.
//   - [github.com/konnectkit/konnectkit/crd/manifest] reads objects from YAML and
//     JSON, strictly, and writes them; it holds the CRDs too.
//   - [github.com/konnectkit/konnectkit/crd/manifest/deck] writes objects as files
//     of decK, and reads them from those.
//   - [github.com/konnectkit/konnectkit/crd/manifest/terraform] writes import blocks
//     of Terraform for what objects stand for.
//   - [github.com/konnectkit/konnectkit/konnect/konnecttest] is an in-memory
//     Konnect for tests, with fault injection and a log of requests.
//
// Below them:
//
//   - [github.com/konnectkit/konnectkit/crd] defines Object, what all kinds have in
//     common; the typed structs are in crd/configuration (v1, v1alpha1 and
//     v1beta1) and crd/konnect (v1alpha1 and v1alpha2), wire-compatible with the
//     operator's CRDs v2.2.3; crd/core wraps the core Secret; crd/scheme adds
//     all of them to a runtime.Scheme; the module crd/applyconfiguration has
//     apply configurations of them for server-side apply.
//   - [github.com/konnectkit/konnectkit/resolve] is the graph of references among
//     objects: order, grants, control planes, pictures; and Source, where objects
//     outside a batch are looked up.
//   - [github.com/konnectkit/konnectkit/resolve/routing] tells which route takes a
//     request, and why, as gateways decide it.
//
// Packages import downwards only: crd, then builder and resolve, then konnect,
// then programs. The runnable programs are under examples.
package konnectkit
