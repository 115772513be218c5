package backend

import (
	"cmp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	defaultProtocol = "http"
	udpProtocol     = "udp"
)

// protocols are those that a service can have in Konnect.
func protocols() []string {
	return []string{"grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", udpProtocol, "ws", "wss"}
}

// ProtocolOf returns the protocol that FromService and FromServices take a port of a
// Service for, unless WithProtocol says another one.
func ProtocolOf(port corev1.ServicePort) string {
	if port.Protocol == corev1.ProtocolUDP {
		return udpProtocol
	}
	return hinted(port)
}

// protocolOf returns the protocol that Kong speaks with the endpoints of a port.
func (t *translation) protocolOf(path *field.Path, port corev1.ServicePort) string {
	wanted := t.options.protocol
	transport := cmp.Or(port.Protocol, corev1.ProtocolTCP)
	switch {
	case transport != corev1.ProtocolTCP && transport != corev1.ProtocolUDP:
		t.add(field.NotSupported(path.Child("protocol"), transport, []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP}))
	case wanted != "" && (wanted == udpProtocol) != (transport == corev1.ProtocolUDP):
		t.add(field.Invalid(path.Child("protocol"), transport, "does not carry "+wanted+"; select other ports"))
	case wanted != "":
		return wanted
	}
	return ProtocolOf(port)
}

// hinted returns the protocol that a TCP port gives away.
func hinted(port corev1.ServicePort) string {
	if port.AppProtocol != nil {
		name := strings.ToLower(*port.AppProtocol)
		switch protocol := hint(name); {
		case protocol != "":
			return protocol
		case name != "" && !strings.Contains(name, "/"):
			return "tcp" // an IANA name, such as postgresql
		}
	}
	first, _, _ := strings.Cut(port.Name, "-")
	return cmp.Or(hint(port.Name), hint(first), defaultProtocol)
}

// hint returns the protocol that a name stands for; empty for names that stand for none.
func hint(name string) string {
	switch name {
	case "http", "https", "grpc", "grpcs", "tcp", "tls":
		return name
	case "http2", "h2c", "grpc-web": // HTTP/2, and gRPC in browsers: Kong speaks HTTP/1.1 where it is not gRPC
		return "http"
	case "ws", "kubernetes.io/ws": // passed on over http: Kong's ws and wss serve routes of these protocols only
		return "http"
	case "wss", "kubernetes.io/wss":
		return "https"
	default:
		return ""
	}
}
