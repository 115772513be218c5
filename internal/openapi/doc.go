// Package openapi holds a test of the in-memory Konnect against the published OpenAPI
// document. It is a module of its own so that the core does not depend on a validator.
package openapi
