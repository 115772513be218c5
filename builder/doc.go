// Package builder makes the objects of a batch in Go, one fluent builder a kind:
//
//	service, err := builder.NewService("service").
//		Host("echo.kong.svc.cluster.local").Port(1027).
//		ControlPlane("gateway-control-plane").
//		Build()
//
// The argument of a New function is metadata.name, and spec.name too where the
// kind has one and SpecName does not say otherwise. The namespace is "default"
// unless Namespace names another.
//
// A method named after a field of the spec sets that field (SpecName sets
// spec.name). A list or a map is replaced as a whole, and cleared by a call
// without arguments; where a singular form exists (Path beside Paths, Label
// beside Labels) it adds to what is there, as From and To of a grant do. Other
// methods are short forms that set one or more fields.
//
// Mistakes inside a chain are kept. Build reports all of them at once, with
// those that the CRD schema finds, as an *Error; MustBuild panics with it.
// Konnect's own defaults are left to Konnect, except where the CRD requires a
// value (health checks, the path of a hash cookie).
//
// Each Build returns a new object that shares nothing with the builder, with
// earlier results or with the caller's arguments, so that a builder can serve as
// a template. Builders are not safe for concurrent use, but Build alone is.
// Builders come from New functions: Build of a zero value returns an *Error that
// names the function.
package builder
