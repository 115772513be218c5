// Package conformance holds tests that the types of this module and a real API server
// agree: what they accept, which fields they name, what they fill in and what they store.
//
// The suite runs with the CRDs that this module publishes and, where they are there,
// with the official ones. Every request is put to both sides: to a kube-apiserver, and to
// manifest.Decode followed by Validate or ValidateUpdate. What they may disagree about is
// listed in differences_test.go, with the reason.
//
// The random requests are the same in every run. To look for more:
//
//	go test . -cases 20000 -seed 0
package conformance
