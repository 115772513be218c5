package konnect

import (
	"errors"
	"fmt"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/resolve"
)

// WithFallbackAuth lets the client's own token and server stand for a
// KonnectAPIAuthConfiguration that a control plane names and that neither the batch nor
// the source holds, so that files can be used where their credentials are not. It is
// for programs of one tenant; every use is a warning (WarningFallbackAuth).
//
// It does not stand for one that is there and cannot be used, nor for one in another
// namespace without a KongReferenceGrant, whether that is there or not.
func WithFallbackAuth() Option {
	return Option{func(c *config) error {
		c.fallbackAuth = true
		return nil
	}}
}

// fallsBack reports whether a problem of resolve is about an auth object for which the
// client's own server and token stand, and if so notes and warns of it. Resolve looks for
// nothing that is not granted, and so says of nothing else that it is missing.
func (b *batch) fallsBack(problem error, notes *notes) bool {
	missing, ok := errors.AsType[*resolve.MissingError](problem)
	if !ok || missing.To.Kind != crd.APIAuthKind || missing.To.Name == "" {
		return false
	}
	if i := b.of(missing.From); i == nil || !i.isControlPlane() {
		return false
	}
	b.auth.standIns[missing.From] = missing.To
	notes.warn(Warning{
		Key: missing.From, Field: missing.Field, Code: WarningFallbackAuth,
		Message: fmt.Sprintf("%s is not there, and the client's own token and server are used in its place", missing.To),
	})
	return true
}
