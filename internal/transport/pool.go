package transport

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"sync"
)

// Pool shares one Transport, and with it the rate budget and the connections, among all that use the same
// credential on the same origin. The zero value is ready; it is safe for concurrent use.
type Pool struct {
	mu sync.Mutex
	m  map[poolKey]*Transport
}

type poolKey struct{ origin, prefix, token string }

// Transport returns the one for cfg's Origin and TokenKey, which must not be empty. The first call's
// cfg makes it; later ones only find it.
func (p *Pool) Transport(cfg Config) (*Transport, error) {
	if cfg.TokenKey == "" {
		return nil, errors.New("transport: token key is required to share a transport")
	}
	t, err := New(cfg)
	if err != nil {
		return nil, err
	}
	key := poolKey{t.origin, t.prefix, cfg.TokenKey}
	p.mu.Lock()
	defer p.mu.Unlock()
	if shared, ok := p.m[key]; ok {
		return shared, nil
	}
	if p.m == nil {
		p.m = make(map[poolKey]*Transport)
	}
	p.m[key] = t
	return t, nil
}

// OriginLimit is the rate budget of one Transport.
type OriginLimit struct {
	Origin string
	LimitState
}

// Limits returns the rate budgets of all transports, by origin.
func (p *Pool) Limits() []OriginLimit {
	p.mu.Lock()
	defer p.mu.Unlock()
	var limits []OriginLimit
	for _, key := range slices.SortedFunc(maps.Keys(p.m), poolKey.compare) {
		limits = append(limits, OriginLimit{Origin: key.origin, LimitState: p.m[key].Limit()})
	}
	return limits
}

func (k poolKey) compare(other poolKey) int {
	return cmp.Or(cmp.Compare(k.origin, other.origin), cmp.Compare(k.prefix, other.prefix), cmp.Compare(k.token, other.token))
}

// CloseIdleConnections closes those of all transports.
func (p *Pool) CloseIdleConnections() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.m {
		t.CloseIdleConnections()
	}
}

// HashToken is a key for [Config].TokenKey that does not hold the token.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
