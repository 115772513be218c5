package backend

import (
	"cmp"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
)

// Share is the part that a port of a Service has in the traffic of an upstream.
type Share struct {
	// Service is in the namespace of all other shares, unless there is WithNamespace.
	Service *corev1.Service
	// EndpointSlices may hold those of other Services, which are ignored.
	EndpointSlices []discoveryv1.EndpointSlice
	// Port by name or number; empty where the Service has no other.
	Port string
	// Weight in proportion to those of the other shares, 0 to 1000000. The targets of a
	// share of weight 0 get nothing.
	Weight int
}

// maxShare is the greatest weight of a share, that of the Gateway API.
const maxShare = 1_000_000

// FromServices makes one Backend of several Services, such as two versions of a program:
// a KongService and a KongUpstream called name, a DNS subdomain, with the endpoints of all shares as
// targets. Options are those of FromService but WithPorts, WithPortInName and WithWeight.
// The objects carry LabelBackendName, and owner references to all Services with a UID.
// A FromService in the same control plane must not make objects of that name.
//
// Traffic is split by the weights of the shares, however many endpoints each has: the
// ready endpoints of a share have equal parts of it. The same address in several shares
// is one target, with the sum of its parts. Weights of targets are integers; what that
// rounds off, at most half a unit a target, is nothing for up to 10 endpoints a share
// while the shares, without their common divisor, add up to 26 at most.
// A change of endpoints changes the weights of its own share alone, and none where there is
// but one share, whose ready endpoints have the weight 100. A share
// without ready endpoints has nothing to give its part to, and the others get it; where
// all weights are 0, Kong answers 503.
//
// spec.host_header is set as FromService does it if all shares are of one Service, and
// else left to WithUpstream. Ports of all shares need the same protocol; the KongService
// has the number of the first.
//
// What cannot be translated is an *builder.Error with all mistakes, of which the fields
// begin with shares[its index]; its key is that of the KongUpstream.
func FromServices(name string, shares []Share, opts ...Option) (Backend, error) {
	m := &mixture{name: name, shares: shares}
	for _, opt := range opts {
		opt(&m.options)
	}
	m.namespace = m.options.namespace
	m.check()
	for i, share := range shares {
		m.take(i, share)
	}
	if len(m.errs) > 0 {
		key := crd.Key{Group: "configuration.konghq.com", Kind: "KongUpstream", Namespace: m.namespace, Name: name}
		return Backend{}, &builder.Error{Key: key, Errors: m.errs}
	}
	with := maker{
		namespace: m.namespace, options: &m.options, names: m.names(),
		label: [2]string{LabelBackendName, source.Fit(name, validation.LabelValueMaxLength)}, owners: m.owners(),
	}
	var backend Backend
	if err := with.balanced(&backend, m.ports[0], m.hostHeader(), m.weights()); err != nil {
		return Backend{}, err
	}
	return backend, nil
}

// mixture is one call of FromServices.
type mixture struct {
	name      string
	namespace string
	shares    []Share
	options   options
	// ports are those of the shares, with their endpoints.
	ports []port
	errs  field.ErrorList
}

func (m *mixture) add(errs ...*field.Error) { m.errs = append(m.errs, errs...) }

// check notes mistakes in the name and the options.
func (m *mixture) check() {
	for _, problem := range validation.IsDNS1123Subdomain(m.name) {
		m.add(field.Invalid(field.NewPath("name"), m.name, problem))
	}
	if len(m.shares) == 0 {
		m.add(field.Required(field.NewPath("shares"), "a backend needs a Service"))
	}
	options := &translation{options: m.options}
	options.checkOptions()
	m.add(options.errs...)
	for _, option := range []struct {
		name  string
		given bool
	}{{"WithPortInName", m.options.portInName}, {"WithPorts", len(m.options.ports) > 0}, {"WithWeight", m.options.weight != nil}} {
		if option.given {
			m.add(field.Forbidden(field.NewPath(option.name), "is not for several Services, whose shares say it"))
		}
	}
}

// take translates one share.
func (m *mixture) take(index int, share Share) {
	path := field.NewPath("shares").Index(index)
	if share.Weight < 0 || share.Weight > maxShare {
		m.add(field.Invalid(path.Child("weight"), share.Weight, validation.InclusiveRangeError(0, maxShare)))
	}
	if share.Service == nil {
		m.add(field.Required(path.Child("service"), "a share needs a Service"))
		return
	}
	t := &translation{service: share.Service, namespace: crd.NamespaceOf(share.Service), options: m.options}
	if share.Port != "" {
		t.options.ports = []string{share.Port}
	}
	if m.namespace = cmp.Or(m.namespace, t.namespace); t.namespace != m.namespace && m.options.namespace == "" {
		m.add(field.Invalid(path.Child("service", "metadata", "namespace"), t.namespace, "must be that of the first share, "+m.namespace))
	}
	t.checkNames()
	ports := t.ports()
	t.findEndpoints(ports, share.EndpointSlices)
	for _, mistake := range t.errs {
		moved := *mistake
		moved.Field = placeIn(path, mistake.Field)
		m.add(&moved)
	}
	switch {
	case len(t.errs) > 0:
	case len(ports) > 1:
		m.add(field.Required(path.Child("port"), fmt.Sprintf("the Service has %d ports", len(ports))))
	default:
		m.takePort(path, t, ports[0])
	}
}

// placeIn returns where in a share a mistake is that FromService would have in a field.
func placeIn(share *field.Path, at string) string {
	switch {
	case at == "WithPorts":
		return share.Child("port").String()
	case strings.HasPrefix(at, "endpointSlices["):
		return share.String() + "." + at
	default:
		return share.Child("service").String() + "." + at
	}
}

// takePort keeps the port of a share; for an external name, that is its one endpoint.
func (m *mixture) takePort(path *field.Path, t *translation, p port) {
	if t.external() {
		p.endpoints = map[endpoint]state{{name: externalHost(t.service), port: p.number}: ready}
	}
	if len(m.ports) > 0 && p.protocol != m.ports[0].protocol {
		m.add(field.Invalid(path.Child("port"), p.protocol, "must have the protocol of the first share, "+m.ports[0].protocol))
	}
	m.ports = append(m.ports, p)
}

func (m *mixture) names() names {
	base := m.options.prefix + m.name
	return names{
		object:   source.Fit(base, source.MaxObjectName),
		service:  source.Fit(m.namespace+"."+base, source.MaxKonnectName),
		upstream: source.Fit(base+"."+m.namespace+".svc", maxHostName),
	}
}

// hostHeader is the name of the one Service of all shares; empty where there are several.
func (m *mixture) hostHeader() string {
	first := m.shares[0].Service
	for _, share := range m.shares {
		if share.Service.Name != first.Name || crd.NamespaceOf(share.Service) != crd.NamespaceOf(first) {
			return ""
		}
	}
	return (&translation{service: first, namespace: crd.NamespaceOf(first)}).hostHeader()
}

// owners refers to all Services, where they are in the namespace of the objects. None of them is the controller: the objects go with
// the last.
func (m *mixture) owners() []metav1.OwnerReference {
	if m.options.namespace != "" {
		return nil
	}
	var owners []metav1.OwnerReference
	known := map[string]bool{}
	for _, share := range m.shares {
		if s := share.Service; s.UID != "" && !known[string(s.UID)] {
			known[string(s.UID)] = true
			owners = append(owners, metav1.OwnerReference{APIVersion: "v1", Kind: "Service", Name: s.Name, UID: s.UID})
		}
	}
	return owners
}
