package dataplane

import "slices"

// healthchecks are those of an upstream.
type healthchecks struct {
	Threshold float64      `json:"threshold"`
	Active    activeChecks `json:"active"`
	Passive   struct {
		Healthy   healthyRule   `json:"healthy"`
		Unhealthy unhealthyRule `json:"unhealthy"`
	} `json:"passive"`
}

type activeChecks struct {
	Healthy struct {
		Interval float64 `json:"interval"`
	} `json:"healthy"`
	Unhealthy struct {
		Interval float64 `json:"interval"`
	} `json:"unhealthy"`
}

func (a activeChecks) probes() bool { return a.Healthy.Interval > 0 || a.Unhealthy.Interval > 0 }

// In rules, a limit of 0 counts nothing.
type healthyRule struct {
	Statuses  []int `json:"http_statuses"`
	Successes int   `json:"successes"`
}

type unhealthyRule struct {
	Statuses     []int `json:"http_statuses"`
	HTTPFailures int   `json:"http_failures"`
	TCPFailures  int   `json:"tcp_failures"`
	Timeouts     int   `json:"timeouts"`
}

// health is what passive checks know of a target.
type health struct {
	down bool
	// wavering is true where something has been counted against the state that it is in.
	wavering                         bool
	successes, http, tcp, timeoutsIn int
}

// failed is what became of a try.
type failed int

const (
	failedConnection failed = iota
	failedByTimeout
)

// answered counts the status of an answer.
func (b *balancer) answered(p *peer, status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	healthy, unhealthy := b.checks.Passive.Healthy, b.checks.Passive.Unhealthy
	switch {
	case slices.Contains(healthy.Statuses, status):
		p.health.success(healthy.Successes)
	case slices.Contains(unhealthy.Statuses, status):
		p.health.failure(&p.health.http, unhealthy.HTTPFailures)
	}
}

// lost counts a try without an answer.
func (b *balancer) lost(p *peer, how failed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	unhealthy := b.checks.Passive.Unhealthy
	if how == failedByTimeout {
		p.health.failure(&p.health.timeoutsIn, unhealthy.Timeouts)
	} else {
		p.health.failure(&p.health.tcp, unhealthy.TCPFailures)
	}
}

// success forgets failures, also where it is not the last that is needed.
func (h *health) success(limit int) {
	if limit == 0 || !h.down && !h.wavering {
		return
	}
	h.http, h.tcp, h.timeoutsIn = 0, 0, 0
	h.wavering = true
	if h.successes++; h.successes >= limit {
		*h = health{}
	}
}

func (h *health) failure(count *int, limit int) {
	if limit == 0 || h.down && !h.wavering {
		return
	}
	h.successes, h.wavering = 0, true
	if *count++; *count >= limit {
		*h = health{down: true}
	}
}

// healthy reports whether the weight of targets that can be used is above the threshold.
func (b *balancer) healthy() bool {
	total, up := 0, 0
	for _, p := range b.peers {
		total += p.weight
		if !p.health.down {
			up += p.weight
		}
	}
	return total > 0 && float64(up)/float64(total)*100 > b.checks.Threshold
}
