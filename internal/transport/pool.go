package transport

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Pool shares connections and rate budget among all Transports of the same credential on the same origin.
// What has not been used for an hour is forgotten, unless the server has asked for a pause that is not over.
// The zero value is ready; it is safe for concurrent use.
type Pool struct {
	mu sync.Mutex
	m  map[poolKey]*shared
}

type poolKey struct{ origin, prefix, token string }

// shared is what Transports of one credential on one origin have in common.
type shared struct {
	base    http.RoundTripper
	ownBase bool // made here, so that nobody else has connections in it
	budget  *budget
	// Of the pool's lock:
	underWay int
	lastUsed time.Time
}

// forgottenAfter lets go of tokens that were rotated, and keeps what was learned of a limit for
// a program that comes back every few minutes.
const forgottenAfter = time.Hour

// Transport returns one for cfg that shares with others of the same Origin and TokenKey, which must not be empty.
// Retry, Logger, Observe, Token, UserAgent and Timeout are its own.
func (p *Pool) Transport(cfg Config) (*Transport, error) {
	if cfg.TokenKey == "" {
		return nil, errors.New("transport: token key is required to share a transport")
	}
	t, err := newTransport(cfg, p)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.find(t).lastUsed = time.Now()
	return t, nil
}

// enter returns what t shares, and keeps it until leave.
func (p *Pool) enter(t *Transport) *shared {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.find(t)
	s.underWay++
	return s
}

func (p *Pool) leave(s *shared) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.underWay--
	s.lastUsed = time.Now()
}

// find makes what is not there; the caller locks.
func (p *Pool) find(t *Transport) *shared {
	if s := p.m[t.key]; s != nil {
		return s
	}
	p.forget()
	if p.m == nil {
		p.m = make(map[poolKey]*shared)
	}
	s := &shared{base: t.cfg.Base, budget: newBudget(t.cfg.MaxConcurrency), lastUsed: time.Now()}
	if s.base == nil {
		s.base, s.ownBase = defaultBase(t.cfg.MaxConcurrency), true
	}
	p.m[t.key] = s
	return s
}

// forget drops what was not used for long; the caller locks.
func (p *Pool) forget() {
	now := time.Now()
	for key, s := range p.m {
		if s.underWay > 0 || now.Sub(s.lastUsed) < forgottenAfter || s.budget.resting() {
			continue
		}
		delete(p.m, key)
		if s.ownBase {
			closeIdle(s.base)
		}
	}
}

func closeIdle(base http.RoundTripper) {
	if c, ok := base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// OriginLimit is the rate budget of one credential.
type OriginLimit struct {
	Origin string
	LimitState
}

// Limits returns the rate budgets of all credentials that are not forgotten, by origin.
func (p *Pool) Limits() []OriginLimit {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget()
	var limits []OriginLimit
	for _, key := range slices.SortedFunc(maps.Keys(p.m), poolKey.compare) {
		limits = append(limits, OriginLimit{Origin: key.origin, LimitState: p.m[key].budget.state()})
	}
	return limits
}

func (k poolKey) compare(other poolKey) int {
	return cmp.Or(cmp.Compare(k.origin, other.origin), cmp.Compare(k.prefix, other.prefix), cmp.Compare(k.token, other.token))
}

// CloseIdleConnections closes those of all Transports.
func (p *Pool) CloseIdleConnections() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.m {
		closeIdle(s.base)
	}
}

// HashToken is a key for [Config].TokenKey that does not hold the token.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
