package backend

import (
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// maker makes the objects of one backend.
type maker struct {
	namespace string
	options   *options
	names     names
	// label is the key and value that say what the objects were made of.
	label  [2]string
	owners []metav1.OwnerReference
}

// balanced makes a service with an upstream, whose targets have the weights.
func (m maker) balanced(b *Backend, p port, hostHeader string, weights map[endpoint]int) error {
	var err error
	if b.Service, err = m.service(m.names.upstream, p); err != nil {
		return err
	}
	if b.Upstream, err = m.upstream(hostHeader, weights); err != nil {
		return err
	}
	b.Targets, err = m.targets(weights)
	return err
}

func (m maker) service(host string, p port) (*configurationv1alpha1.KongService, error) {
	service := builder.NewService(m.names.object)
	for _, configure := range m.options.service {
		configure(service)
	}
	service.Namespace(m.namespace).SpecName(m.names.service).ControlPlaneRef(*m.options.controlPlane).
		Host(host).Protocol(p.protocol).Port(int(p.number))
	for _, tag := range m.options.tags {
		service.Tag(tag)
	}
	return finish(m, service)
}

func (m maker) upstream(hostHeader string, weights map[endpoint]int) (*configurationv1alpha1.KongUpstream, error) {
	upstream := builder.NewUpstream(m.names.object)
	isName := func(e endpoint) bool { return !e.ip.IsValid() }
	if hostHeader != "" && !slices.ContainsFunc(slices.Collect(maps.Keys(weights)), isName) {
		upstream.HostHeader(hostHeader)
	}
	for _, configure := range m.options.upstream {
		configure(upstream)
	}
	upstream.Namespace(m.namespace).SpecName(m.names.upstream).ControlPlaneRef(*m.options.controlPlane)
	for _, tag := range m.options.tags {
		upstream.Tag(tag)
	}
	return finish(m, upstream)
}

func (m maker) targets(weights map[endpoint]int) ([]*configurationv1alpha1.KongTarget, error) {
	var targets []*configurationv1alpha1.KongTarget
	for _, e := range slices.SortedFunc(maps.Keys(weights), endpoint.compare) {
		target := builder.NewTarget(m.names.target(e)).Namespace(m.namespace).Upstream(m.names.object).
			HostPort(e.host(), int(e.port)).Weight(weights[e]).Tags(m.options.tags...)
		built, err := finish(m, target)
		if err != nil {
			return nil, err
		}
		targets = append(targets, built)
	}
	return targets, nil
}

// finish builds an object and adds what ties it to what it was made of.
func finish[T crd.Object](m maker, b interface{ Build() (T, error) }) (T, error) {
	obj, err := b.Build()
	if err != nil {
		return obj, err
	}
	labels := map[string]string{LabelManagedBy: "konnectkit"}
	maps.Copy(labels, obj.GetLabels())
	maps.Copy(labels, m.options.labels)
	labels[m.label[0]] = m.label[1]
	obj.SetLabels(labels)
	var owners []metav1.OwnerReference
	for _, owner := range m.owners {
		owners = append(owners, *owner.DeepCopy())
	}
	if len(owners) > 0 {
		obj.SetOwnerReferences(owners)
	}
	if errs := commonv1alpha1.ValidateMetadata(obj); len(errs) > 0 {
		return obj, &builder.Error{Key: crd.KeyOf(obj), Errors: errs}
	}
	return obj, nil
}
