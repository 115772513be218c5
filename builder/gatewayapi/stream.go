package gatewayapi

import (
	"fmt"
	"slices"
	"strconv"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/internal/source"
)

func fromTLSRoute(spec *gatewayv1.TLSRoute) *route {
	r := newRoute(tlsFamily, "TLSRoute", &spec.ObjectMeta, spec.Spec.ParentRefs)
	r.hostnames = spec.Spec.Hostnames
	for _, rule := range spec.Spec.Rules {
		r.addRule(rule.Name).backends = rule.BackendRefs
	}
	return r.withOneRule()
}

func fromTCPRoute(spec *gatewayv1.TCPRoute) *route {
	r := newRoute(tcpFamily, "TCPRoute", &spec.ObjectMeta, spec.Spec.ParentRefs)
	for _, rule := range spec.Spec.Rules {
		r.addRule(rule.Name).backends = rule.BackendRefs
	}
	return r.withOneRule()
}

func fromUDPRoute(spec *gatewayv1.UDPRoute) *route {
	r := newRoute(udpFamily, "UDPRoute", &spec.ObjectMeta, spec.Spec.ParentRefs)
	for _, rule := range spec.Spec.Rules {
		r.addRule(rule.Name).backends = rule.BackendRefs
	}
	return r.withOneRule()
}

// withOneRule refuses all rules but the first, which takes all connections.
func (r *route) withOneRule() *route {
	for _, rule := range r.rules[min(1, len(r.rules)):] {
		rule.unsupported(rule.path, "no connection is left by the first rule, which takes all of them")
	}
	return r
}

// stream is what a stream route matches of one kind of listener.
type stream struct {
	protocol string
	// hosts are server names, for TLS.
	hosts []hostname
	// port is that of the listener; 0 where it does not matter.
	port int32
}

// streamsOf returns what a route matches in a control plane, sorted.
func (p *plane) streamsOf(r *route) []stream {
	var streams []stream
	for _, b := range r.bonds(p.key) {
		s := stream{port: b.port}
		switch {
		case r.family == tlsFamily:
			s.protocol, s.hosts = "tls", b.hosts
			if b.passthrough {
				s.protocol = "tls_passthrough"
			}
			if !p.bindsPorts() {
				s.port = 0
			}
		case b.protocol == gatewayv1.TLSProtocolType:
			s.protocol = "tls"
		default:
			s.protocol = string(r.family)
		}
		i := slices.IndexFunc(streams, func(other stream) bool { return other.protocol == s.protocol && other.port == s.port })
		if i < 0 {
			streams = append(streams, s)
			continue
		}
		streams[i].hosts = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(streams[i].hosts), s.hosts...))))
	}
	slices.SortFunc(streams, func(a, b stream) int {
		return slices.Compare([]string{a.protocol, strconv.Itoa(int(a.port))}, []string{b.protocol, strconv.Itoa(int(b.port))})
	})
	return streams
}

// streams makes the routes of TLS, TCP and UDP. Of two that would take the same connections
// the younger is refused: the gateway has no order for them.
func (e *emitter) streams() {
	type taken struct {
		stream
		by *route
	}
	var all []taken
	for _, r := range e.routes {
		if !r.isStream() || len(r.rules) == 0 || r.rules[0].isRefused(e.key) {
			continue
		}
		rule := r.rules[0]
		streams := e.streamsOf(r)
		for _, s := range streams {
			for _, other := range all {
				if problem := s.clash(other.stream); problem != "" {
					rule.refuse(e.key, rule.path, gatewayv1.RouteReasonUnsupportedValue, problem+" as "+other.by.key.String())
				}
			}
			if s.protocol != "udp" && s.protocol != "tcp" && slices.Contains(s.hosts, "") {
				rule.refuse(e.key, rule.path, gatewayv1.RouteReasonUnsupportedValue, "a route over TLS needs hostnames, of its own or of the listener, for the gateway")
			}
		}
		if rule.destination.failed {
			r.warn(rule.path.Child("backendRefs"), "leads nowhere, so that there is no route, and connections are closed")
			continue
		}
		if rule.isRefused(e.key) {
			continue
		}
		for _, s := range streams {
			all = append(all, taken{s, r})
			e.stream(rule, s)
		}
	}
}

// clash says why the gateway could not tell connections of two streams apart.
func (s stream) clash(other stream) string {
	if s.protocol != other.protocol || s.port != other.port {
		return ""
	}
	if len(s.hosts) == 0 && len(other.hosts) == 0 {
		return fmt.Sprintf("takes the same connections to port %d", s.port)
	}
	for _, host := range s.hosts {
		for _, theirs := range other.hosts {
			if _, meet := host.meet(theirs); meet {
				return "takes connections for " + string(host) + ", some of which are for the same server names"
			}
		}
	}
	return ""
}

// stream makes the route of one.
func (e *emitter) stream(rule *rule, s stream) {
	wanted := rule.base()
	if s.protocol != string(rule.of.family) {
		wanted += "." + slug(s.protocol)
	}
	if s.port != 0 {
		wanted += "." + strconv.Itoa(int(s.port))
	}
	name := e.name("KongRoute", wanted, rule.id()+wanted)
	to := e.balance(rule)
	if to.err != nil {
		rule.fail(to.err)
		return
	}
	e.put(to.service, nil)
	route := builder.NewRoute(name).Namespace(e.key.Namespace).SpecName(e.konnectName(name)).
		Labels(source.Labels(rule.of.key)).Protocols(s.protocol).Service(to.service.Name)
	for _, host := range s.hosts {
		route.SNI(string(host))
	}
	if s.port != 0 {
		route.Destination("", int(s.port))
	}
	build(e.store, route)
}
