package gatewayapi

import (
	"strings"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// hostname is a host in lower case; one that begins with *. stands for all hosts that end
// in the rest, and the empty one for all hosts.
type hostname string

func lowerHost(name gatewayv1.Hostname) hostname { return hostname(strings.ToLower(string(name))) }

func (h hostname) isWildcard() bool { return strings.HasPrefix(string(h), "*.") }

// isPlain reports whether h is a single host.
func (h hostname) isPlain() bool { return h != "" && !h.isWildcard() }

// covers reports whether all hosts of other are hosts of h.
func (h hostname) covers(other hostname) bool {
	switch {
	case h == "" || h == other:
		return true
	case !h.isWildcard() || other == "":
		return false
	default:
		suffix := string(h[1:])
		return strings.HasSuffix(string(other), suffix) && len(strings.TrimPrefix(string(other), "*")) > len(suffix)
	}
}

// meet returns the hosts that are those of both; false where there are none. Of two
// hostnames that meet, one covers the other.
func (h hostname) meet(other hostname) (hostname, bool) {
	switch {
	case h.covers(other):
		return other, true
	case other.covers(h):
		return h, true
	default:
		return "", false
	}
}

// wider returns the wildcards that cover h, the longest first, and the empty hostname.
func (h hostname) wider() []hostname {
	if h == "" {
		return nil
	}
	var wider []hostname
	for rest := strings.TrimPrefix(string(h), "*."); ; {
		_, after, more := strings.Cut(rest, ".")
		if !more {
			break
		}
		wider = append(wider, hostname("*."+after))
		rest = after
	}
	return append(wider, "")
}

// specificity orders hostnames as the Gateway API does: plain ones, then longer ones.
func (h hostname) specificity() int {
	const plain = 1 << 16
	if h.isPlain() {
		return plain + len(h)
	}
	return len(h)
}

// hostSet answers which hostnames meet those that it holds.
type hostSet struct{ held, wider map[hostname]bool }

func newHostSet() *hostSet { return &hostSet{held: map[hostname]bool{}, wider: map[hostname]bool{}} }

func (s *hostSet) add(h hostname) {
	s.held[h] = true
	for _, wider := range h.wider() {
		s.wider[wider] = true
	}
}

func (s *hostSet) meets(h hostname) bool {
	if s.held[h] || s.wider[h] {
		return true
	}
	for _, wider := range h.wider() {
		if s.held[wider] {
			return true
		}
	}
	return false
}
