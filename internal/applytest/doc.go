// Package applytest holds tests of the apply configurations, and of what happens to
// fields that the Go types do not know, against a real API server. It is a module of
// its own, so that crd/applyconfiguration does not depend on controller-runtime.
package applytest
