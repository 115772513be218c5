package backend

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Labels of all objects that this package makes, by which a controller finds what it
// has made, and what is left over.
const (
	// LabelServiceName holds the name of the Service that FromService was given, which
	// is in the same namespace.
	LabelServiceName = "konnectkit/service-name"
	// LabelBackendName holds the name that FromServices was given.
	LabelBackendName = "konnectkit/backend-name"
	// LabelManagedBy is "konnectkit" unless WithLabels says otherwise.
	LabelManagedBy = source.LabelManagedBy
)

// Backend is what one port of a Service becomes, or what several Services become together.
type Backend struct {
	// Port is that of the Service. It is zero for an ExternalName Service without ports,
	// and for FromServices.
	Port    corev1.ServicePort
	Service *configurationv1alpha1.KongService
	// Upstream is nil for an ExternalName Service.
	Upstream *configurationv1alpha1.KongUpstream
	// Targets are sorted by address: IPv4, IPv6, then host names.
	Targets []*configurationv1alpha1.KongTarget
}

// Objects returns the objects of b, those that others refer to first.
func (b Backend) Objects() []crd.Object {
	objects := []crd.Object{b.Service}
	if b.Upstream != nil {
		objects = append(objects, b.Upstream)
	}
	for _, target := range b.Targets {
		objects = append(objects, target)
	}
	return objects
}

// Backends are those of one Service, sorted by name.
type Backends []Backend

// Objects returns the objects of all backends.
func (b Backends) Objects() []crd.Object {
	var objects []crd.Object
	for _, backend := range b {
		objects = append(objects, backend.Objects()...)
	}
	return objects
}

// FromService makes one Backend for each port of service, with the endpoints that
// endpointSlices have for it. WithControlPlane or WithControlPlaneIn is required.
//
// The objects are in the namespace of service, carry the labels of this package
// and, where service has a UID, an owner reference to it. They have the defaults
// of the CRD, pass Validate and share nothing with the arguments, which are only read.
//
// What cannot be translated is an *builder.Error with all mistakes; its key is
// that of service, and the fields of a slice follow endpointSlices[its name].
func FromService(service *corev1.Service, endpointSlices []discoveryv1.EndpointSlice, opts ...Option) (Backends, error) {
	t := &translation{service: service, namespace: crd.NamespaceOf(service)}
	for _, opt := range opts {
		opt(&t.options)
	}
	t.checkOptions()
	t.checkNames()
	ports := t.ports()
	t.findEndpoints(ports, endpointSlices)
	if len(t.errs) > 0 {
		return nil, &builder.Error{Key: crd.Key{Kind: "Service", Namespace: t.namespace, Name: service.Name}, Errors: t.errs}
	}
	backends := make(Backends, 0, len(ports))
	for _, p := range ports {
		backend, err := t.build(p)
		if err != nil {
			return nil, err
		}
		backends = append(backends, backend)
	}
	slices.SortFunc(backends, func(a, b Backend) int { return cmp.Compare(a.Service.Name, b.Service.Name) })
	return backends, nil
}

// build makes the objects of one port.
func (t *translation) build(p port) (Backend, error) {
	with := maker{
		namespace: t.namespace, options: &t.options, names: t.namesOf(p),
		label: [2]string{LabelServiceName, t.service.Name},
	}
	if t.service.UID != "" {
		with.owners = []metav1.OwnerReference{*metav1.NewControllerRef(t.service, corev1.SchemeGroupVersion.WithKind("Service"))}
	}
	backend := Backend{Port: *p.of.DeepCopy()}
	if t.external() {
		var err error
		backend.Service, err = with.service(externalHost(t.service), p)
		return backend, err
	}
	weights := make(map[endpoint]int, len(p.endpoints))
	for e, s := range p.endpoints {
		weights[e] = t.options.weightOf(s)
	}
	err := with.balanced(&backend, p, t.hostHeader(), weights)
	return backend, err
}

// hostHeader is the name that clients in the cluster use; servers expect it in Host and SNI.
func (t *translation) hostHeader() string { return t.service.Name + "." + t.namespace + ".svc" }
