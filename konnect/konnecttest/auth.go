package konnecttest

import (
	"strings"
	"sync"
)

// caller is who a token stands for.
type caller struct {
	organization string
	system       bool // a system account, which has no user
}

type tokens struct {
	mu      sync.RWMutex
	callers map[string]*caller
}

func newTokens(organizations map[string]string) *tokens {
	t := &tokens{callers: map[string]*caller{}}
	for token, organization := range organizations {
		t.add(token, organization)
	}
	return t
}

func (t *tokens) add(token, organization string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.callers[token] = &caller{organization: organization, system: strings.HasPrefix(token, "spat_")}
}

// caller finds who an Authorization header stands for.
func (t *tokens) caller(header string) (*caller, bool) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, false
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	c, ok := t.callers[strings.TrimSpace(token)]
	return c, ok
}

// AddToken makes a running server accept a further token, as WithToken does.
func (s *Server) AddToken(token, organizationID string) { s.tokens.add(token, organizationID) }

// RevokeToken makes the server refuse a token from now on.
func (s *Server) RevokeToken(token string) {
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock()
	delete(s.tokens.callers, token)
}
