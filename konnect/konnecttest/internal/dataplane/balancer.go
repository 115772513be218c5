package dataplane

import (
	"cmp"
	"slices"
	"strconv"
	"sync"
)

type algorithm int

const (
	roundRobin algorithm = iota
	consistentHashing
	leastConnections
)

const (
	fewestPoints    = 1000
	pointsPerTarget = 160
)

// balancer chooses among targets.
type balancer struct {
	algorithm algorithm
	checks    healthchecks
	peers     []*peer // those that have a weight
	continuum []*peer // of consistent hashing; nil where no target is placed

	mu sync.Mutex
}

// peer is a target. All below weight changes under the lock of its balancer.
type peer struct {
	address string // host:port
	host    string
	port    int
	weight  int

	credit int // round-robin: what the target is owed
	busy   int // requests under way
	health health
}

func newBalancer(a algorithm, slots int, peers []*peer, checks healthchecks) *balancer {
	b := &balancer{algorithm: a, checks: checks}
	for _, p := range peers {
		if p.weight > 0 {
			b.peers = append(b.peers, p)
		}
	}
	if a == consistentHashing {
		b.continuum = continuum(max(slots, fewestPoints), b.peers, len(peers))
	}
	return b
}

// continuum places each target at points in proportion to its weight, which its address
// alone decides: all data planes come to the same.
func continuum(size int, peers []*peer, targets int) []*peer {
	total := 0
	for _, p := range peers {
		total += p.weight
	}
	out := make([]*peer, size)
	sorted := slices.SortedFunc(slices.Values(peers), func(a, b *peer) int {
		return cmp.Or(cmp.Compare(a.host, b.host), cmp.Compare(a.port, b.port))
	})
	for _, p := range sorted {
		// In the order of the gateway's own arithmetic, which rounds.
		entries := max(int(float64(p.weight)/float64(total)*float64(targets)*pointsPerTarget), 1)
		for i := 1; i <= min(entries, size); i++ {
			at := xxHash32(p.host+"::"+strconv.Itoa(p.port)+" "+strconv.Itoa(i)) % uint32(size)
			if out[at] == nil {
				out[at] = p
			} else {
				entries++
			}
		}
	}
	return out
}

// take chooses a target for one try of a request; nil where none is there or too few are healthy.
func (b *balancer) take(key string) *peer {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.healthy() {
		return nil
	}
	var p *peer
	switch b.algorithm {
	case consistentHashing:
		p = b.hashed(key)
	case leastConnections:
		p = b.leastBusy()
	default:
		p = b.next()
	}
	if p != nil {
		p.busy++
	}
	return p
}

// next gives each target its weight in credit and takes the one that has most: after as many
// requests as all weights make, divided by their greatest divisor, shares are exact.
func (b *balancer) next() *peer {
	var best *peer
	total := 0
	for _, p := range b.peers {
		if p.health.down {
			continue
		}
		total += p.weight
		p.credit += p.weight
		if best == nil || p.credit > best.credit {
			best = p
		}
	}
	if best != nil {
		best.credit -= total
	}
	return best
}

func (b *balancer) leastBusy() *peer {
	var best *peer
	for _, p := range b.peers {
		if p.health.down {
			continue
		}
		// (busy+1)/weight without a fraction
		if best == nil || (p.busy+1)*best.weight < (best.busy+1)*p.weight {
			best = p
		}
	}
	return best
}

// hashed goes down from where the key is placed to the first target.
func (b *balancer) hashed(key string) *peer {
	size := len(b.continuum)
	start := int(xxHash32(key) % uint32(size))
	for i := range size {
		if p := b.continuum[(start-i+size)%size]; p != nil && !p.health.down {
			return p
		}
	}
	return nil
}

// done says that a try has ended.
func (b *balancer) done(p *peer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p.busy--
}
