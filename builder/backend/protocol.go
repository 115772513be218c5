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
	hints := map[string]string{
		"http": "http", "https": "https", "grpc": "grpc", "grpcs": "grpcs", "tcp": "tcp", "tls": "tls",
		// HTTP/2 and what a browser makes of gRPC: Kong speaks HTTP/1.1 where it is not gRPC.
		"http2": "http", "h2c": "http", "grpc-web": "http",
		// Kong passes WebSockets on over http; its ws and wss serve routes of these protocols only.
		"ws": "http", "wss": "https", "kubernetes.io/ws": "http", "kubernetes.io/wss": "https",
	}
	if port.AppProtocol != nil {
		name := strings.ToLower(*port.AppProtocol)
		switch protocol, known := hints[name]; {
		case known:
			return protocol
		case name != "" && !strings.Contains(name, "/"):
			return "tcp" // an IANA name, such as postgresql
		}
	}
	first, _, _ := strings.Cut(port.Name, "-")
	return cmp.Or(hints[port.Name], hints[first], defaultProtocol)
}
