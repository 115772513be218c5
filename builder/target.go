package builder

import (
	"net"
	"strconv"

	"k8s.io/apimachinery/pkg/util/validation/field"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Target builds a KongTarget. Upstream and one of Address, Target and HostPort
// are required.
type Target struct {
	base[configurationv1alpha1.KongTarget]
}

// NewTarget starts a KongTarget; name is the object's alone, since targets have
// an address in place of a name.
func NewTarget(name string) *Target {
	t := &Target{}
	start(&t.base, name)
	return t
}

// Upstream sets spec.upstreamRef to a KongUpstream of the same namespace.
func (t *Target) Upstream(name string) *Target { return t.UpstreamRef(Ref(name)) }

// UpstreamIn is like Upstream for another namespace, which needs a
// KongReferenceGrant there.
func (t *Target) UpstreamIn(namespace, name string) *Target {
	return t.UpstreamRef(RefIn(namespace, name))
}

// UpstreamRef sets spec.upstreamRef as it stands; Upstream is short for it.
func (t *Target) UpstreamRef(ref commonv1alpha1.NamespacedRef) *Target {
	t.obj.Spec.UpstreamRef = *ref.DeepCopy()
	return t
}

// Address is Target by another name.
func (t *Target) Address(address string) *Target { return t.Target(address) }

// Target sets spec.target: a host name or an IP address, with a port unless it
// is 8000.
func (t *Target) Target(address string) *Target {
	if problem := addressProblem(address); problem != "" {
		t.add(field.Invalid(field.NewPath("spec", "target"), address, problem))
	}
	t.obj.Spec.Target = address
	return t
}

// HostPort is like Target for a host and a port apart; an IPv6 address comes
// without brackets.
func (t *Target) HostPort(host string, port int) *Target {
	return t.Target(net.JoinHostPort(host, strconv.Itoa(port)))
}

// Weight sets spec.weight, 0 to 65535; 0 takes the target out of use.
func (t *Target) Weight(weight int) *Target {
	t.obj.Spec.Weight = &weight
	return t
}

// finish reports a missing address, which the CRD lets pass as an empty one.
func (t *Target) finish(obj *configurationv1alpha1.KongTarget) field.ErrorList {
	return missing(obj.Spec.Target, field.NewPath("spec", "target"))
}
