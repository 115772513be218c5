package backend

import (
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder/internal/source"
)

// maxHostName is the most characters of a DNS name.
const maxHostName = validation.DNS1123SubdomainMaxLength

// names are those of one port's objects.
type names struct {
	// object is metadata.name of service and upstream.
	object string
	// service and upstream are the names in Konnect.
	service, upstream string
}

// checkNames notes what of the Service cannot be part of a name. It asks for DNS
// labels, as Kubernetes does, so that parts between dots can be told apart.
func (t *translation) checkNames() {
	metadata := field.NewPath("metadata")
	t.checkLabel(metadata.Child("name"), t.service.Name)
	t.checkLabel(metadata.Child("namespace"), t.namespace)
	for i, p := range t.service.Spec.Ports {
		if p.Name != "" {
			t.checkLabel(portPath(i).Child("name"), p.Name)
		}
	}
}

func (t *translation) checkLabel(path *field.Path, value string) {
	for _, problem := range validation.IsDNS1123Label(value) {
		t.add(field.Invalid(path, value, problem))
	}
}

func (t *translation) namesOf(p port) names {
	base := t.options.prefix + t.service.Name
	n := names{object: base, service: t.namespace + "." + base, upstream: base + "." + t.namespace}
	if p.id != "" {
		if t.options.portInName || len(t.service.Spec.Ports) > 1 {
			n.object += "." + p.id
		}
		n.service += "." + p.id
		n.upstream += "." + p.id
	}
	return names{
		object:   source.Fit(n.object, source.MaxObjectName),
		service:  source.Fit(n.service, source.MaxKonnectName),
		upstream: source.Fit(n.upstream+".svc", maxHostName),
	}
}

// target returns the name of the object that stands for an endpoint. The parts
// before the address hold no dot that could be one of it.
func (n names) target(e endpoint) string {
	address := e.name
	if e.ip.IsValid() {
		address = strings.NewReplacer(".", "-", ":", "-").Replace(e.ip.StringExpanded())
	}
	return source.Fit(n.object+"."+address+"."+strconv.Itoa(int(e.port)), source.MaxObjectName)
}
