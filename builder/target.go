package builder

import (
	"net"
	"strconv"

	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Target builds a KongTarget. Upstream and one of Address, Target and HostPort are required.
type Target struct {
	base[configurationv1alpha1.KongTarget]
}

// Address is Target by another name.
func (t *Target) Address(address string) *Target { return t.Target(address) }

// Target sets spec.target: a host name or an IP address, with a port unless it is 8000.
func (t *Target) Target(address string) *Target {
	if problem := addressProblem(address); problem != "" {
		t.add(field.Invalid(field.NewPath("spec", "target"), address, problem))
	}
	t.obj.Spec.Target = address
	return t
}

// HostPort is like Target for a host and a port apart; an IPv6 address comes without brackets.
func (t *Target) HostPort(host string, port int) *Target {
	return t.Target(net.JoinHostPort(host, strconv.Itoa(port)))
}
