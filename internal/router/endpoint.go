package router

import (
	"fmt"
	"net/netip"
	"strings"
)

// endpointRule is a compiled Endpoint.
type endpointRule struct {
	raw Endpoint
	// addr and network are invalid where the address does not matter.
	addr    netip.Addr
	network netip.Prefix
}

func endpointRules(endpoints []Endpoint) ([]endpointRule, error) {
	rules := make([]endpointRule, len(endpoints))
	for i, e := range endpoints {
		rules[i].raw = e
		var err error
		switch {
		case e.IP == "":
		case strings.Contains(e.IP, "/"):
			rules[i].network, err = netip.ParsePrefix(e.IP)
			rules[i].network = rules[i].network.Masked()
		default:
			rules[i].addr, err = netip.ParseAddr(e.IP)
		}
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a range of them: %w", e.IP, err)
		}
	}
	return rules, nil
}

// matches reports whether an address and port of a request are meant; the zero value
// is an address that is not known.
func (e *endpointRule) matches(at netip.AddrPort) bool {
	if e.raw.Port != 0 && e.raw.Port != int(at.Port()) {
		return false
	}
	switch {
	case e.addr.IsValid():
		return e.addr == at.Addr()
	case e.network.IsValid():
		return e.network.Contains(at.Addr())
	default:
		return true
	}
}

func anyEndpoint(rules []endpointRule, at netip.AddrPort) bool {
	for i := range rules {
		if rules[i].matches(at) {
			return true
		}
	}
	return false
}
