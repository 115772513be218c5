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
	return func(c *config) error {
		c.fallbackAuth = true
		return nil
	}
}

// fallsBack reports whether a problem of resolve is about credentials that those of the
// client stand for, and if so notes and warns of it. Resolve looks for nothing that is
// not granted, and so says of nothing else that it is missing.
func (s *session) fallsBack(problem error) bool {
	missing, ok := errors.AsType[*resolve.MissingError](problem)
	if !ok || !s.client.config.fallbackAuth || missing.To.Kind != crd.APIAuthKind || missing.To.Name == "" {
		return false
	}
	if m := s.byKey[missing.From]; m == nil || !m.isControlPlane() {
		return false
	}
	s.fallbacks[missing.From] = missing.To
	s.warn(Warning{
		Key: missing.From, Field: missing.Field, Code: WarningFallbackAuth,
		Message: fmt.Sprintf("%s is not there, and the client's own token and server are used in its place", missing.To),
	})
	return true
}

// tokenName names the token that a control plane uses, for errors about it.
func (s *session) tokenName(control *member) string {
	auth, named := follow(control.node)
	switch {
	case !named:
		return "the client's own token"
	case auth == nil:
		return fmt.Sprintf("the client's own token, in place of %s", s.fallbacks[control.key])
	}
	if secret, ok := follow(auth); ok && secret != nil {
		return fmt.Sprintf("the token of %s, from %s", auth.Key, secret.Key)
	}
	return fmt.Sprintf("the token of %s", auth.Key)
}

// namingToken names the token in an error that says that Konnect does not accept it.
func (s *session) namingToken(m *member, err error) error {
	if m.control == nil || !errors.Is(err, ErrUnauthorized) {
		return err
	}
	return fmt.Errorf("konnect does not accept %s: %w", s.tokenName(m.control), err)
}
