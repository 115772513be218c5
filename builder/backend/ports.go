package backend

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// translation is one call of FromService: what it is given and what is wrong with it.
type translation struct {
	service   *corev1.Service
	namespace string
	options   options
	errs      field.ErrorList
}

func (t *translation) add(err *field.Error) { t.errs = append(t.errs, err) }

func (t *translation) external() bool { return t.service.Spec.Type == corev1.ServiceTypeExternalName }

// port is a selected port of the Service.
type port struct {
	// id is its name, else its number; empty for an ExternalName Service without ports.
	id string
	// name and transport are what slices know it by.
	name      string
	transport corev1.Protocol
	number    int32
	protocol  string
	endpoints map[endpoint]state
	// of is the Service's own.
	of corev1.ServicePort
}

func portPath(i int) *field.Path { return field.NewPath("spec", "ports").Index(i) }

// ports returns the selected ports, none twice.
func (t *translation) ports() []port {
	if len(t.service.Spec.Ports) == 0 {
		return t.noPorts()
	}
	var ports []port
	seen, selected := map[string]bool{}, map[string]bool{}
	for i, sp := range t.service.Spec.Ports {
		number := strconv.Itoa(int(sp.Port))
		selected[number], selected[sp.Name] = true, true
		if len(t.options.ports) > 0 && !slices.Contains(t.options.ports, number) && (sp.Name == "" || !slices.Contains(t.options.ports, sp.Name)) {
			continue
		}
		p := port{
			id: cmp.Or(sp.Name, number), name: sp.Name, number: sp.Port,
			transport: cmp.Or(sp.Protocol, corev1.ProtocolTCP),
			protocol:  t.protocolOf(portPath(i), sp), of: sp,
		}
		if sp.Port < 1 || sp.Port > 65535 {
			t.add(field.Invalid(portPath(i).Child("port"), sp.Port, validation.InclusiveRangeError(1, 65535)))
		}
		if seen[p.id] {
			t.add(field.Duplicate(portPath(i), p.id))
		}
		seen[p.id] = true
		ports = append(ports, p)
	}
	for _, want := range t.options.ports {
		if want == "" || !selected[want] {
			t.add(field.NotFound(field.NewPath("WithPorts"), want))
		}
	}
	return ports
}

// noPorts is for a Service without ports: an external name has the usual port of
// its protocol, all others have nothing to balance.
func (t *translation) noPorts() []port {
	path := field.NewPath("spec", "ports")
	for _, want := range t.options.ports {
		t.add(field.NotFound(field.NewPath("WithPorts"), want))
	}
	if !t.external() {
		t.add(field.Required(path, "a backend needs a port"))
		return nil
	}
	protocol := cmp.Or(t.options.protocol, "http")
	number := map[string]int32{"http": 80, "ws": 80, "grpc": 80, "https": 443, "wss": 443, "grpcs": 443}[protocol]
	if number == 0 {
		t.add(field.Required(path, "protocol "+protocol+" has no usual port"))
	}
	return []port{{protocol: protocol, number: number}}
}

// externalHost is the external name without the dot that may end it.
func externalHost(service *corev1.Service) string {
	return strings.ToLower(strings.TrimSuffix(service.Spec.ExternalName, "."))
}
