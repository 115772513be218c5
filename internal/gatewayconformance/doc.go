// Package gatewayconformance runs the tests of the Gateway API's own conformance suite against
// the translation of routes (builder/gatewayapi), without a cluster: the tests, their manifests, requests and
// expected answers are those of the module sigs.k8s.io/gateway-api/conformance. The cluster is
// controller-runtime's fake client, the controller a few lines of this package, and requests are answered by
// the data plane of the in-memory Konnect that the translated objects were provisioned in.
//
// It is a module of its own, because the suite depends on client-go, controller-runtime and gRPC.
package gatewayconformance
