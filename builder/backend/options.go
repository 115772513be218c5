package backend

import (
	"maps"
	"regexp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// Option changes what FromService makes.
type Option func(*options)

type options struct {
	controlPlane *commonv1alpha1.ControlPlaneRef
	namespace    string
	ports        []string
	portInName   bool
	prefix       string
	protocol     string
	families     []corev1.IPFamily
	weight       *int
	tags         []string
	labels       map[string]string
	service      []func(*builder.Service)
	upstream     []func(*builder.Upstream)
}

// WithControlPlane places everything in a KonnectGatewayControlPlane of the
// Service's namespace.
func WithControlPlane(name string) Option { return WithControlPlaneIn("", name) }

// WithControlPlaneIn is like WithControlPlane for another namespace, which needs a
// KongReferenceGrant there.
func WithControlPlaneIn(namespace, name string) Option {
	return func(o *options) {
		o.controlPlane = &commonv1alpha1.ControlPlaneRef{
			Type:                 commonv1alpha1.ControlPlaneRefKonnectNamespacedRef,
			KonnectNamespacedRef: &commonv1alpha1.KonnectNamespacedRef{Name: name, Namespace: namespace},
		}
	}
}

// WithNamespace places the objects of FromServices in a namespace, whatever those of the
// Services are, which then may differ. Without owner references: these cannot cross
// namespaces, so that objects to clean up are found by labels.
func WithNamespace(namespace string) Option { return func(o *options) { o.namespace = namespace } }

// WithPorts selects ports of the Service by name or number; a number selects every
// port that has it. Without it all ports are taken. Names do not depend on what is
// selected.
func WithPorts(ports ...string) Option {
	return func(o *options) { o.ports = append(o.ports, ports...) }
}

// WithPortInName names the objects <service>.<port> for a single port too, so that
// they stay what they are when the Service gets a second one.
func WithPortInName() Option { return func(o *options) { o.portInName = true } }

// WithNamePrefix puts prefix before the name of the Service in all names, in
// Kubernetes and in Konnect, such as for two clusters that share a control plane.
// It is a DNS label or the beginning of one.
func WithNamePrefix(prefix string) Option { return func(o *options) { o.prefix = prefix } }

// WithProtocol sets the protocol of all selected ports: grpc, grpcs, http, https,
// tcp, tls, tls_passthrough, ws or wss for TCP ports, udp for UDP ports.
func WithProtocol(protocol string) Option { return func(o *options) { o.protocol = protocol } }

// WithIPFamilies takes the addresses of these families in place of those of the
// Service's first. With both, a pod of a dual-stack Service is two targets.
func WithIPFamilies(families ...corev1.IPFamily) Option {
	return func(o *options) { o.families = append(o.families, families...) }
}

// WithWeight sets the weight of ready endpoints, 0 to 65535, which is 100 without it.
func WithWeight(weight int) Option { return func(o *options) { o.weight = &weight } }

// WithTags adds Konnect tags to all objects.
func WithTags(tags ...string) Option {
	return func(o *options) { o.tags = append(o.tags, tags...) }
}

// WithLabels adds labels to all objects. LabelServiceName stays what it is.
func WithLabels(labels map[string]string) Option {
	return func(o *options) {
		if o.labels == nil {
			o.labels = make(map[string]string, len(labels))
		}
		maps.Copy(o.labels, labels)
	}
}

// WithService configures each KongService before FromService sets what it derives:
// names, control plane, host, protocol and port.
func WithService(configure func(*builder.Service)) Option {
	return func(o *options) { o.service = append(o.service, configure) }
}

// WithUpstream configures each KongUpstream, such as its health checks, before
// FromService sets names and control plane. spec.host_header is
// <service>.<namespace>.svc unless set here or unless targets are host names,
// which Kong sends by itself.
func WithUpstream(configure func(*builder.Upstream)) Option {
	return func(o *options) { o.upstream = append(o.upstream, configure) }
}

const (
	defaultWeight = 100
	maxWeight     = 65535
)

// weightOf returns the weight of a target whose endpoint is in the state.
func (o *options) weightOf(s state) int {
	switch {
	case s != ready:
		return 0
	case o.weight != nil:
		return *o.weight
	default:
		return defaultWeight
	}
}

var labelStart = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// checkOptions notes mistakes in the options, each under the option's name.
func (t *translation) checkOptions() {
	o := &t.options
	if o.controlPlane == nil {
		t.add(field.Required(field.NewPath("WithControlPlane"), "a backend needs a control plane"))
	}
	if o.prefix != "" && !labelStart.MatchString(o.prefix) {
		t.add(field.Invalid(field.NewPath("WithNamePrefix"), o.prefix, "must be the beginning of a dns label"))
	}
	if o.protocol != "" && !slices.Contains(protocols(), o.protocol) {
		t.add(field.NotSupported(field.NewPath("WithProtocol"), o.protocol, protocols()))
	}
	for _, family := range o.families {
		if family != corev1.IPv4Protocol && family != corev1.IPv6Protocol {
			t.add(field.NotSupported(field.NewPath("WithIPFamilies"), family, []corev1.IPFamily{corev1.IPv4Protocol, corev1.IPv6Protocol}))
		}
	}
	if o.weight != nil && (*o.weight < 0 || *o.weight > maxWeight) {
		t.add(field.Invalid(field.NewPath("WithWeight"), *o.weight, validation.InclusiveRangeError(0, maxWeight)))
	}
}
