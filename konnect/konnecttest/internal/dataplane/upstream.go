package dataplane

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// upstreamEntity is an upstream as the control plane has it.
type upstreamEntity struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Algorithm    string `json:"algorithm"`
	Slots        int    `json:"slots"`
	HostHeader   string `json:"host_header"`
	HashOn       string `json:"hash_on"`
	HashFallback string `json:"hash_fallback"`
	hashInputs
	ClientCertificate *reference   `json:"client_certificate"`
	Healthchecks      healthchecks `json:"healthchecks"`
}

type hashInputs struct {
	OnHeader           string `json:"hash_on_header"`
	FallbackHeader     string `json:"hash_fallback_header"`
	OnQueryArg         string `json:"hash_on_query_arg"`
	FallbackQueryArg   string `json:"hash_fallback_query_arg"`
	OnURICapture       string `json:"hash_on_uri_capture"`
	FallbackURICapture string `json:"hash_fallback_uri_capture"`
}

type targetEntity struct {
	Target   string     `json:"target"`
	Weight   *int       `json:"weight"`
	Failover bool       `json:"failover"`
	Upstream *reference `json:"upstream"`
}

// upstream is a name that stands for targets.
type upstream struct {
	entity upstreamEntity
	*balancer
	missing []string
	// made is what it was made of, by which a newer state knows whether it is still the same.
	made string
}

// newUpstreams keeps those that have not changed, with what they have counted.
func newUpstreams(d *decoder, known map[string]*upstream) map[string]*upstream {
	out := map[string]*upstream{}
	targets := map[string][]targetEntity{}
	for _, target := range decode[targetEntity](d, "targets") {
		targets[target.Upstream.id()] = append(targets[target.Upstream.id()], target)
	}
	for _, entity := range decode[upstreamEntity](d, "upstreams") {
		made, err := json.Marshal([]any{entity, targets[entity.ID]})
		if err != nil {
			d.problems = append(d.problems, fmt.Errorf("upstream %s: %w", entity.Name, err))
			continue
		}
		if old := known[entity.Name]; old != nil && old.made == string(made) {
			out[entity.Name] = old
			continue
		}
		out[entity.Name] = newUpstream(entity, targets[entity.ID], string(made))
	}
	return out
}

func newUpstream(entity upstreamEntity, targets []targetEntity, made string) *upstream {
	u := &upstream{entity: entity, made: made}
	note := func(format string, args ...any) {
		u.missing = append(u.missing, "upstream "+entity.Name+": "+fmt.Sprintf(format, args...))
	}
	algorithm := roundRobin
	switch entity.Algorithm {
	case "", "round-robin":
	case "consistent-hashing":
		algorithm = consistentHashing
		for _, input := range []string{entity.HashOn, entity.HashFallback} {
			if input == "cookie" {
				note("hash_on cookie")
			}
		}
	case "least-connections":
		algorithm = leastConnections
	default:
		note("algorithm %s", entity.Algorithm)
	}
	if entity.ClientCertificate != nil {
		note("client_certificate")
	}
	if entity.Healthchecks.Active.probes() {
		note("active health checks")
	}
	peers := make([]*peer, 0, len(targets))
	for _, target := range targets {
		if target.Failover {
			note("target %s: failover", target.Target)
		}
		p, err := newPeer(target)
		if err != nil {
			note("%v", err)
			continue
		}
		peers = append(peers, p)
	}
	u.balancer = newBalancer(algorithm, entity.Slots, peers, entity.Healthchecks)
	return u
}

func newPeer(target targetEntity) (*peer, error) {
	host, port, err := net.SplitHostPort(target.Target)
	if err != nil {
		return nil, fmt.Errorf("target %s has no port", target.Target)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("target %s: the port is no number", target.Target)
	}
	p := &peer{address: target.Target, host: host, port: number, weight: 100}
	if strings.Contains(host, ":") {
		p.host = "[" + host + "]"
	}
	if target.Weight != nil {
		p.weight = *target.Weight
	}
	return p, nil
}

// unsupported lists what is not simulated of the upstream and where it leads.
func (u *upstream) unsupported(in *network) []string {
	out := slices.Clone(u.missing)
	for _, p := range u.peers {
		if !in.reaches(p.address) {
			out = append(out, "upstream "+u.entity.Name+": "+unreachable(p.address))
		}
	}
	return out
}

// key is what decides about the target of a request where targets are chosen by hash.
func (u *upstream) key(x *exchange) string {
	e := u.entity
	if key, ok := x.input(e.HashOn, e.OnHeader, e.OnQueryArg, e.OnURICapture); ok {
		return key
	}
	key, _ := x.input(e.HashFallback, e.FallbackHeader, e.FallbackQueryArg, e.FallbackURICapture)
	return key
}

// input is what a request has to be hashed, if it has it.
func (x *exchange) input(kind, header, argument, capture string) (string, bool) {
	switch kind {
	case "ip":
		return x.client, true
	case "header":
		values := x.in.Header.Values(header)
		return strings.Join(values, ", "), len(values) > 0
	case "path":
		return x.query.Path, true
	case "query_arg":
		values := slices.Sorted(slices.Values(x.in.URL.Query()[argument]))
		return strings.Join(values, ","), len(values) > 0
	case "uri_capture":
		value, ok := x.match.Captures[capture]
		return value, ok
	case "consumer":
		return x.consumer, x.consumer != ""
	default:
		return "", false
	}
}
