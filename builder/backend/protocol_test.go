package backend_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"

	"github.com/konnectkit/konnectkit/builder/backend"
)

func TestProtocol(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reason string
		port   corev1.ServicePort
		option string
		want   string
	}{
		"nothing":              {"most services speak http", corev1.ServicePort{}, "", "http"},
		"name":                 {"the port's name tells", corev1.ServicePort{Name: "https"}, "", "https"},
		"name with more":       {"up to the first dash", corev1.ServicePort{Name: "grpc-internal-api"}, "", "grpc"},
		"grpc-web":             {"which is http", corev1.ServicePort{Name: "grpc-web"}, "", "http"},
		"http2":                {"kong speaks http/1.1 to it", corev1.ServicePort{Name: "http2"}, "", "http"},
		"tls":                  {"tls is a protocol of services", corev1.ServicePort{Name: "tls"}, "", "tls"},
		"grpcs":                {"so is grpcs", corev1.ServicePort{Name: "grpcs"}, "", "grpcs"},
		"tcp":                  {"and tcp", corev1.ServicePort{Name: "tcp-store"}, "", "tcp"},
		"no prefix":            {"words that only begin so say nothing", corev1.ServicePort{Name: "httpsome"}, "", "http"},
		"other name":           {"nor do others", corev1.ServicePort{Name: "web"}, "", "http"},
		"udp by name":          {"a name does not change the transport", corev1.ServicePort{Name: "udp"}, "", "http"},
		"appProtocol":          {"it is meant for this", corev1.ServicePort{Name: "http", AppProtocol: new("https")}, "", "https"},
		"appProtocol in caps":  {"some clouds write it so", corev1.ServicePort{AppProtocol: new("HTTPS")}, "", "https"},
		"unknown appProtocol":  {"a name of IANA that kong does not speak is tcp", corev1.ServicePort{Name: "http", AppProtocol: new("postgresql")}, "", "tcp"},
		"vendor's appProtocol": {"the name decides", corev1.ServicePort{Name: "grpc", AppProtocol: new("example.com/x")}, "", "grpc"},
		"h2c":                  {"it may be grpc or not", corev1.ServicePort{Name: "grpc", AppProtocol: new("kubernetes.io/h2c")}, "", "grpc"},
		"h2c alone":            {"it may be grpc or not", corev1.ServicePort{AppProtocol: new("kubernetes.io/h2c")}, "", "http"},
		"empty appProtocol":    {"as if unset", corev1.ServicePort{Name: "tls", AppProtocol: new("")}, "", "tls"},
		"websocket":            {"kong passes it on over http", corev1.ServicePort{AppProtocol: new("kubernetes.io/ws")}, "", "http"},
		"secure websocket":     {"and over https", corev1.ServicePort{AppProtocol: new("kubernetes.io/wss")}, "", "https"},
		"udp":                  {"whatever it carries", corev1.ServicePort{Name: "http", Protocol: corev1.ProtocolUDP, AppProtocol: new("http")}, "", "udp"},
		"option":               {"the option wins", corev1.ServicePort{Name: "https", AppProtocol: new("https")}, "ws", "ws"},
		"option for udp":       {"which may only repeat it", corev1.ServicePort{Protocol: corev1.ProtocolUDP}, "udp", "udp"},
		"tls_passthrough":      {"by option only", corev1.ServicePort{Name: "tls"}, "tls_passthrough", "tls_passthrough"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.port.Port = 80
			b := fromService(t, echo(tt.port), nil, backend.WithProtocol(tt.option))[0]
			assert.Equal(t, tt.want, *b.Service.Spec.Protocol, tt.reason)
			assert.Equal(t, int64(80), *b.Service.Spec.Port)
		})
	}
}
