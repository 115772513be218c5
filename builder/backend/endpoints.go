package backend

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
)

// endpoint is an address with a port: ip, or name where it is none.
type endpoint struct {
	ip   netip.Addr
	name string
	port int32
}

func (e endpoint) host() string {
	if e.ip.IsValid() {
		return e.ip.String()
	}
	return e.name
}

// compare sorts IPv4, IPv6, then host names.
func (e endpoint) compare(other endpoint) int {
	return cmp.Or(cmp.Compare(e.name, other.name), e.ip.Compare(other.ip), cmp.Compare(e.port, other.port))
}

// state says how much traffic an endpoint may get; more is greater.
type state int

const (
	out state = iota
	draining
	ready
)

func (t *translation) stateOf(conditions discoveryv1.EndpointConditions) state {
	is := func(condition *bool, unset bool) bool {
		if condition == nil {
			return unset
		}
		return *condition
	}
	switch {
	case t.service.Spec.PublishNotReadyAddresses || is(conditions.Ready, true):
		return ready
	case is(conditions.Terminating, false) && is(conditions.Serving, true):
		return draining
	default:
		return out
	}
}

// findEndpoints fills in the endpoints of the ports.
func (t *translation) findEndpoints(ports []port, endpointSlices []discoveryv1.EndpointSlice) {
	if t.external() {
		host := externalHost(t.service)
		for _, problem := range validation.IsDNS1123Subdomain(host) {
			t.add(field.Invalid(field.NewPath("spec", "externalName"), t.service.Spec.ExternalName, problem))
		}
		return
	}
	for i := range ports {
		ports[i].endpoints = map[endpoint]state{}
	}
	own := t.ownSlices(endpointSlices)
	families := t.families(own)
	for _, slice := range own {
		path := field.NewPath("endpointSlices").Key(slice.Name)
		if t.counts(path, slice.AddressType, families) {
			t.addSlice(path, slice, ports)
		}
	}
	for _, p := range ports {
		serveWhileNoneReady(p.endpoints)
	}
}

// ownSlices returns the Service's slices sorted by name, for mistakes to come in order.
func (t *translation) ownSlices(endpointSlices []discoveryv1.EndpointSlice) []*discoveryv1.EndpointSlice {
	var own []*discoveryv1.EndpointSlice
	for i := range endpointSlices {
		slice := &endpointSlices[i]
		if slice.Labels[discoveryv1.LabelServiceName] == t.service.Name && crd.NamespaceOf(slice) == t.namespace {
			own = append(own, slice)
		}
	}
	slices.SortFunc(own, func(a, b *discoveryv1.EndpointSlice) int { return cmp.Compare(a.Name, b.Name) })
	return own
}

// families returns the IP families whose addresses count.
func (t *translation) families(own []*discoveryv1.EndpointSlice) []corev1.IPFamily {
	if len(t.options.families) > 0 {
		return t.options.families
	}
	if families := t.service.Spec.IPFamilies; len(families) > 0 {
		return families[:1]
	}
	for _, slice := range own {
		if slice.AddressType == discoveryv1.AddressTypeIPv4 {
			return []corev1.IPFamily{corev1.IPv4Protocol}
		}
	}
	return []corev1.IPFamily{corev1.IPv6Protocol}
}

// counts tells whether slices of an address type are looked at.
func (t *translation) counts(path *field.Path, addressType discoveryv1.AddressType, families []corev1.IPFamily) bool {
	switch addressType {
	case discoveryv1.AddressTypeIPv4, discoveryv1.AddressTypeIPv6:
		return slices.Contains(families, corev1.IPFamily(addressType))
	case discoveryv1.AddressTypeFQDN:
		return true
	default:
		t.add(field.NotSupported(path.Child("addressType"), addressType,
			[]discoveryv1.AddressType{discoveryv1.AddressTypeIPv4, discoveryv1.AddressTypeIPv6, discoveryv1.AddressTypeFQDN}))
		return false
	}
}

// addSlice adds the endpoints of a slice to the ports that it has.
func (t *translation) addSlice(path *field.Path, slice *discoveryv1.EndpointSlice, ports []port) {
	found := map[endpoint]state{} // without a port as yet
	for i, member := range slice.Endpoints {
		if s := t.stateOf(member.Conditions); s != out {
			if e, ok := t.address(path.Child("endpoints").Index(i).Child("addresses"), slice.AddressType, member.Addresses); ok {
				found[e] = max(found[e], s)
			}
		}
	}
	for i, sp := range slice.Ports {
		if sp.Port == nil {
			continue
		}
		if *sp.Port < 1 || *sp.Port > 65535 {
			t.add(field.Invalid(path.Child("ports").Index(i).Child("port"), *sp.Port, validation.InclusiveRangeError(1, 65535)))
			continue
		}
		for _, p := range ports {
			if p.isPort(sp) {
				for e, s := range found {
					e.port = *sp.Port
					p.endpoints[e] = max(p.endpoints[e], s)
				}
			}
		}
	}
}

// isPort tells whether a slice means p by a port of its own.
func (p port) isPort(sp discoveryv1.EndpointPort) bool {
	name, transport := "", corev1.ProtocolTCP
	if sp.Name != nil {
		name = *sp.Name
	}
	if sp.Protocol != nil && *sp.Protocol != "" {
		transport = *sp.Protocol
	}
	return name == p.name && transport == p.transport
}

// address reads the first of an endpoint's addresses; false after noting a mistake.
func (t *translation) address(path *field.Path, addressType discoveryv1.AddressType, addresses []string) (endpoint, bool) {
	if len(addresses) == 0 {
		t.add(field.Required(path, "an endpoint needs an address"))
		return endpoint{}, false
	}
	path, text := path.Index(0), addresses[0]
	if addressType == discoveryv1.AddressTypeFQDN {
		name := strings.ToLower(strings.TrimSuffix(text, "."))
		errs := validation.IsFullyQualifiedDomainName(path, name)
		t.errs = append(t.errs, errs...)
		if ip, err := netip.ParseAddr(name); err == nil {
			return endpoint{ip: ip}, true // the same target as in a slice of IP addresses
		}
		return endpoint{name: name}, len(errs) == 0
	}
	ip, err := netip.ParseAddr(text)
	isFamily := ip.Is4()
	if addressType == discoveryv1.AddressTypeIPv6 {
		isFamily = ip.Is6() && !ip.Is4In6() && ip.Zone() == ""
	}
	if err != nil || !isFamily {
		t.add(field.Invalid(path, text, "must be an "+string(addressType)+" address"))
		return endpoint{}, false
	}
	return endpoint{ip: ip}, true
}

// serveWhileNoneReady lets draining endpoints serve where there are no others.
func serveWhileNoneReady(endpoints map[endpoint]state) {
	for _, s := range endpoints {
		if s == ready {
			return
		}
	}
	for e := range endpoints {
		endpoints[e] = ready
	}
}
