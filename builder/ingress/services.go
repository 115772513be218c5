package ingress

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/backend"
	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// servicePort is a port of a Service, as an Ingress names it.
type servicePort struct {
	name
	port networkingv1.ServiceBackendPort
}

// service is what a port of a Service becomes, or why it cannot.
type service struct {
	// name is that of the KongService.
	name    string
	objects []crd.Object
	plugins []boundPlugin
	of      crd.Key
	err     error
}

// backend returns what a backend becomes; nil after a problem.
func (p *plane) backend(i *subject, at *field.Path, b networkingv1.IngressBackend) *service {
	if b.Service == nil {
		i.result.refuse(field.Invalid(at.Child("resource"), resourceName(b.Resource), "only a Service can be a backend"))
		return nil
	}
	wanted := servicePort{name{i.result.Key.Namespace, b.Service.Name}, b.Service.Port}
	s := p.services[wanted]
	if s == nil {
		s = p.translate(wanted)
		p.services[wanted] = s
	}
	if s.err != nil {
		i.result.refuse(field.Invalid(at.Child("service"), b.Service.Name, s.err.Error()))
		return nil
	}
	return s
}

func resourceName(ref *corev1.TypedLocalObjectReference) string {
	if ref == nil {
		return ""
	}
	return ref.Kind + " " + ref.Name
}

// translate makes the objects of a port of a Service.
func (p *plane) translate(wanted servicePort) *service {
	found := p.cluster.services[wanted.name]
	if found == nil {
		return &service{err: fmt.Errorf("there is no Service %s", wanted.name)}
	}
	s := &service{of: crd.Key{Kind: "Service", Namespace: wanted.namespace, Name: found.Name}}
	settings, err := readService(found)
	if err == nil {
		err = p.make(s, found, wanted.port, settings)
	}
	if err != nil {
		s.err = fmt.Errorf("%s: %w", s.of, err)
	}
	return s
}

// readService reads the annotations of a Service.
func readService(s *corev1.Service) (*serviceSettings, error) {
	var problems []error
	settings, known := &serviceSettings{}, serviceAnnotations()
	for _, key := range slices.Sorted(maps.Keys(s.Annotations)) {
		if read := known[key]; read != nil {
			if err := read(settings, s.Annotations[key]); err != nil {
				problems = append(problems, fmt.Errorf("metadata.annotations[%s]: %w", key, err))
			}
		}
	}
	return settings, joined(problems)
}

// joined puts errors into one line.
func joined(problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	texts := make([]string, len(problems))
	for i, problem := range problems {
		texts[i] = problem.Error()
	}
	return errors.New(strings.Join(texts, "; "))
}

// make makes the KongService, the KongUpstream and the KongTargets.
func (p *plane) make(s *service, of *corev1.Service, wanted networkingv1.ServiceBackendPort, settings *serviceSettings) error {
	alone, err := onlyPort(of, wanted)
	if err != nil {
		return err
	}
	alone.UID = "" // owner references do not cross namespaces
	if settings.direct {
		alone.Spec.Type, alone.Spec.ExternalName = corev1.ServiceTypeExternalName, of.Name+"."+crd.NamespaceOf(of)+".svc"
	}
	opts := []backend.Option{
		backend.WithControlPlane(p.key.Name), backend.WithPortInName(), backend.WithTags(settings.tags...),
		backend.WithLabels(source.Labels(s.of)), backend.WithProtocol(cmp.Or(settings.protocol, spoken(alone.Spec.Ports[0]))),
	}
	for _, configure := range settings.service {
		opts = append(opts, backend.WithService(func(b *builder.Service) { configure(b) }))
	}
	if settings.hostHeader != "" {
		opts = append(opts, backend.WithUpstream(func(b *builder.Upstream) { b.HostHeader(settings.hostHeader) }))
	}
	made, err := backend.FromService(alone, p.cluster.endpointSlices[name{crd.NamespaceOf(of), of.Name}], opts...)
	if err != nil {
		return reasons(err)
	}
	if made[0].Upstream == nil && settings.hostHeader != "" {
		return fmt.Errorf("metadata.annotations[%shost-header]: needs an upstream, which a Service without endpoints of its own has not", prefix)
	}
	p.move(made[0])
	s.name, s.objects = made[0].Service.Name, made[0].Objects()
	if err := p.secure(s, made[0].Service, settings); err != nil {
		return err
	}
	if wrong := konnectrules.CheckService(made[0].Service); len(wrong) > 0 {
		return reasons(&builder.Error{Errors: wrong})
	}
	s.plugins, err = p.plugins(s.of.Namespace, settings.plugins)
	return err
}

// spoken returns the protocol that a port says it speaks, of those that routes of an Ingress lead to.
func spoken(port corev1.ServicePort) string {
	switch protocol := backend.ProtocolOf(port); protocol {
	case "http", "https", "grpc", "grpcs":
		return protocol
	case "tls":
		return "https"
	default:
		return "http"
	}
}

// reasons returns the mistakes of a builder in one line.
func reasons(err error) error {
	wrong, ok := errors.AsType[*builder.Error](err)
	if !ok {
		return err
	}
	var problems []error
	for _, problem := range wrong.Errors {
		problems = append(problems, problem)
	}
	return joined(problems)
}

// onlyPort returns a copy of a Service with the port that is wanted alone. An external
// name has every port.
func onlyPort(of *corev1.Service, wanted networkingv1.ServiceBackendPort) (*corev1.Service, error) {
	alone := *of
	for _, port := range of.Spec.Ports {
		if port.Protocol != corev1.ProtocolUDP && (wanted.Name != "" && port.Name == wanted.Name || wanted.Name == "" && port.Port == wanted.Number) {
			alone.Spec.Ports = []corev1.ServicePort{port}
			return &alone, nil
		}
	}
	if of.Spec.Type == corev1.ServiceTypeExternalName && wanted.Number > 0 {
		alone.Spec.Ports = []corev1.ServicePort{{Port: wanted.Number}}
		return &alone, nil
	}
	if wanted.Name != "" {
		return nil, fmt.Errorf("has no port %q", wanted.Name)
	}
	return nil, fmt.Errorf("has no port %s", strconv.Itoa(int(wanted.Number)))
}

// move puts what was made in the namespace of a Service into that of the control plane,
// where the names of both tell it apart.
func (p *plane) move(b backend.Backend) {
	from := crd.NamespaceOf(b.Service)
	moved := func(name string) string { return p.name(from, name) }
	for _, object := range b.Objects() {
		object.SetNamespace(p.key.Namespace)
		object.SetName(moved(object.GetName()))
		labels := object.GetLabels()
		delete(labels, backend.LabelServiceName) // which is about a Service of the same namespace
	}
	for _, target := range b.Targets {
		target.Spec.UpstreamRef.Name = moved(target.Spec.UpstreamRef.Name)
	}
}

// use keeps what a Service has become, once a route needs it.
func (p *plane) use(s *service) {
	if p.objects[p.keyOfKong("KongService", s.name)] != nil {
		return
	}
	for _, object := range s.objects {
		p.keep(object)
	}
	for _, plugin := range s.plugins {
		p.bind(s.of, s.name, plugin, func(b *builder.PluginBinding) { b.Service(s.name) })
	}
}
