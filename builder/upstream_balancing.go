package builder

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// RoundRobin balances by weight alone.
func (u *Upstream) RoundRobin() *Upstream { return u.Algorithm("round-robin") }

// LeastConnections prefers the target with the fewest connections for its weight.
func (u *Upstream) LeastConnections() *Upstream { return u.Algorithm("least-connections") }

// Latency prefers the target that answers fastest.
func (u *Upstream) Latency() *Upstream { return u.Algorithm("latency") }

// StickySessions keeps a client at its target by a cookie. An empty path leaves
// that of the cookie to Konnect, which uses /.
func (u *Upstream) StickySessions(cookie, path string) *Upstream {
	u.Algorithm("sticky-sessions").StickySessionsCookie(cookie)
	u.obj.Spec.StickySessionsCookiePath = nil
	if path != "" {
		u.StickySessionsCookiePath(path)
	}
	return u
}

// ConsistentHashingOnConsumer hashes the consumer.
func (u *Upstream) ConsistentHashingOnConsumer() *Upstream { return u.consistentHashing("consumer") }

// ConsistentHashingOnIP hashes the client's address.
func (u *Upstream) ConsistentHashingOnIP() *Upstream { return u.consistentHashing("ip") }

// ConsistentHashingOnHeader hashes a request header.
func (u *Upstream) ConsistentHashingOnHeader(header string) *Upstream {
	return u.consistentHashing("header").HashOnHeader(header)
}

// ConsistentHashingOnCookie hashes a cookie, which is set where it is missing,
// for the path / unless HashOnCookiePath names another.
func (u *Upstream) ConsistentHashingOnCookie(cookie string) *Upstream {
	return u.consistentHashing("cookie").HashOnCookie(cookie)
}

// ConsistentHashingOnPath hashes the path of the request.
func (u *Upstream) ConsistentHashingOnPath() *Upstream { return u.consistentHashing("path") }

// ConsistentHashingOnQueryArg hashes a query argument.
func (u *Upstream) ConsistentHashingOnQueryArg(argument string) *Upstream {
	return u.consistentHashing("query_arg").HashOnQueryArg(argument)
}

// ConsistentHashingOnURICapture hashes a named capture of the route's path.
func (u *Upstream) ConsistentHashingOnURICapture(capture string) *Upstream {
	return u.consistentHashing("uri_capture").HashOnURICapture(capture)
}

// consistentHashing selects what is hashed and clears what belonged to another choice.
func (u *Upstream) consistentHashing(on string) *Upstream {
	spec := &u.obj.Spec
	spec.HashOnHeader, spec.HashOnQueryArg, spec.HashOnURICapture = nil, nil, nil
	return u.Algorithm("consistent-hashing").HashOn(on)
}

// FallbackToConsumer hashes the consumer where the first choice is missing.
func (u *Upstream) FallbackToConsumer() *Upstream { return u.fallback("consumer") }

// FallbackToIP hashes the client's address where the first choice is missing.
func (u *Upstream) FallbackToIP() *Upstream { return u.fallback("ip") }

// FallbackToHeader hashes a request header where the first choice is missing.
func (u *Upstream) FallbackToHeader(header string) *Upstream {
	return u.fallback("header").HashFallbackHeader(header)
}

// FallbackToCookie hashes a cookie where the first choice is missing, for the
// path / unless HashOnCookiePath names another.
func (u *Upstream) FallbackToCookie(cookie string) *Upstream {
	return u.fallback("cookie").HashOnCookie(cookie)
}

// FallbackToPath hashes the path of the request where the first choice is missing.
func (u *Upstream) FallbackToPath() *Upstream { return u.fallback("path") }

// FallbackToQueryArg hashes a query argument where the first choice is missing.
func (u *Upstream) FallbackToQueryArg(argument string) *Upstream {
	return u.fallback("query_arg").HashFallbackQueryArg(argument)
}

// FallbackToURICapture hashes a named capture of the route's path where the
// first choice is missing.
func (u *Upstream) FallbackToURICapture(capture string) *Upstream {
	return u.fallback("uri_capture").HashFallbackURICapture(capture)
}

// fallback selects what is hashed and clears what belonged to another choice.
func (u *Upstream) fallback(to string) *Upstream {
	spec := &u.obj.Spec
	spec.HashFallbackHeader, spec.HashFallbackQueryArg, spec.HashFallbackURICapture = nil, nil, nil
	return u.HashFallback(to)
}

// finish gives a hashed cookie the path that the CRD requires.
func (u *Upstream) finish(obj *configurationv1alpha1.KongUpstream) field.ErrorList {
	spec := &obj.Spec
	hashed := spec.HashOn != nil && *spec.HashOn == "cookie" || spec.HashFallback != nil && *spec.HashFallback == "cookie"
	if hashed && spec.HashOnCookiePath == nil {
		spec.HashOnCookiePath = new("/")
	}
	return nil
}
