package backend

import (
	"cmp"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Labels of all objects that FromService makes.
const (
	// LabelServiceName holds the name of the Service, which is in the same
	// namespace: a controller finds by it what it has made, and what is left over.
	LabelServiceName = "konnectkit/service-name"
	// LabelManagedBy is "konnectkit" unless WithLabels says otherwise.
	LabelManagedBy = "app.kubernetes.io/managed-by"
)

// Backend is what one port of a Service becomes.
type Backend struct {
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
	names := t.namesOf(p)
	external := t.external()
	host := names.upstream
	if external {
		host = externalHost(t.service)
	}
	service := builder.NewService(names.object)
	for _, configure := range t.options.service {
		configure(service)
	}
	service.Namespace(t.namespace).SpecName(names.service).ControlPlaneRef(*t.options.controlPlane).
		Host(host).Protocol(p.protocol).Port(int(p.number))
	for _, tag := range t.options.tags {
		service.Tag(tag)
	}
	var backend Backend
	var err error
	if backend.Service, err = finish(t, service); err != nil || external {
		return backend, err
	}
	if backend.Upstream, err = t.upstream(names, p); err != nil {
		return backend, err
	}
	backend.Targets, err = t.targets(names, p)
	return backend, err
}

func (t *translation) upstream(names names, p port) (*configurationv1alpha1.KongUpstream, error) {
	upstream := builder.NewUpstream(names.object)
	if !p.hasHostNames() {
		// Servers expect the name that clients in the cluster use, in Host and SNI.
		upstream.HostHeader(t.service.Name + "." + t.namespace + ".svc")
	}
	for _, configure := range t.options.upstream {
		configure(upstream)
	}
	upstream.Namespace(t.namespace).SpecName(names.upstream).ControlPlaneRef(*t.options.controlPlane)
	for _, tag := range t.options.tags {
		upstream.Tag(tag)
	}
	return finish(t, upstream)
}

func (t *translation) targets(names names, p port) ([]*configurationv1alpha1.KongTarget, error) {
	var targets []*configurationv1alpha1.KongTarget
	for _, e := range slices.SortedFunc(maps.Keys(p.endpoints), endpoint.compare) {
		target := builder.NewTarget(names.target(e)).Namespace(t.namespace).Upstream(names.object).
			HostPort(e.host(), int(e.port)).Weight(t.options.weightOf(p.endpoints[e])).Tags(t.options.tags...)
		built, err := finish(t, target)
		if err != nil {
			return nil, err
		}
		targets = append(targets, built)
	}
	return targets, nil
}

// finish builds an object and adds what ties it to the Service.
func finish[T crd.Object](t *translation, b interface{ Build() (T, error) }) (T, error) {
	obj, err := b.Build()
	if err != nil {
		return obj, err
	}
	labels := map[string]string{LabelManagedBy: "konnectkit"}
	maps.Copy(labels, obj.GetLabels())
	maps.Copy(labels, t.options.labels)
	labels[LabelServiceName] = t.service.Name
	obj.SetLabels(labels)
	if t.service.UID != "" {
		obj.SetOwnerReferences([]metav1.OwnerReference{
			*metav1.NewControllerRef(t.service, corev1.SchemeGroupVersion.WithKind("Service")),
		})
	}
	if errs := obj.Validate(); len(errs) > 0 {
		return obj, &builder.Error{Key: crd.KeyOf(obj), Errors: errs}
	}
	return obj, nil
}
