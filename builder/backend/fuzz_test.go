package backend_test

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/backend"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// inMemory answers requests without a socket.
type inMemory struct{ http.Handler }

func (m inMemory) RoundTrip(req *http.Request) (*http.Response, error) {
	incoming := req.Clone(req.Context())
	incoming.Body = http.NoBody // plans only read
	recorder := httptest.NewRecorder()
	m.ServeHTTP(recorder, incoming)
	return recorder.Result(), nil
}

// Whatever is translated passes the rules of the CRD and of Konnect, has names and
// addresses of its own, and does not depend on the order of the input.
func FuzzFromService(f *testing.F) {
	f.Add("echo", "kong", "", "http", "", "IPv4", "10.0.0.1", "10.0.0.2", "", int32(80), int32(8080), uint16(0), uint64(1))
	f.Add("echo", "", "a-b", "grpc-x", "kubernetes.io/h2c", "IPv6", "2001:db8::1", "2001:DB8:0::1", "", int32(1), int32(65535), uint16(1), uint64(2))
	f.Add("e", "k", "", "dns", "dns", "FQDN", "db.example.com", "Db.example.com.", "", int32(53), int32(53), uint16(2), uint64(3))
	f.Add("e", "k", "", "", "postgresql", "FQDN", "10.0.0.1", "1.2", "example.com.", int32(0), int32(0), uint16(4), uint64(4))
	f.Add("e", "k", "", "sip", "", "IPv4", "010.0.0.1", "::ffff:10.0.0.1", "1.2.3.4", int32(-1), int32(65536), uint16(0xfffb), uint64(5))

	server := konnecttest.NewServer()
	client, err := konnect.NewClient(konnect.WithServerURL("http://127.0.0.1:1"), konnect.WithToken(server.Token),
		konnect.WithHTTPClient(&http.Client{Transport: inMemory{server}}))
	require.NoError(f, err)
	f.Cleanup(client.Close)

	f.Fuzz(func(t *testing.T, name, namespace, prefix, portName, appProtocol, addressType, address, other, external string,
		port, targetPort int32, flags uint16, seed uint64,
	) {
		has := func(bit int) bool { return flags&(1<<bit) != 0 }
		transport := corev1.Protocol("")
		if has(1) {
			transport = corev1.ProtocolUDP
		}
		service := echo(corev1.ServicePort{Name: portName, Port: port, AppProtocol: &appProtocol, Protocol: transport})
		service.Name, service.Namespace, service.UID = name, namespace, "uid"
		if has(0) {
			service.Spec.Ports = append(service.Spec.Ports, corev1.ServicePort{Name: "second", Port: targetPort})
		}
		if has(2) {
			service.Spec.Type, service.Spec.ExternalName = corev1.ServiceTypeExternalName, external
		}
		if has(3) {
			service.Spec.Ports = nil
		}
		service.Spec.PublishNotReadyAddresses = has(4)
		conditions := discoveryv1.EndpointConditions{Ready: new(has(5)), Serving: new(has(6)), Terminating: new(has(7))}
		member := slice("a", discoveryv1.AddressType(addressType),
			discoveryv1.EndpointPort{Name: &portName, Port: &targetPort, Protocol: &transport},
			ready(address), ready(other), endpoint(other, conditions))
		member.Namespace, member.Labels = namespace, map[string]string{discoveryv1.LabelServiceName: name}
		slices := []discoveryv1.EndpointSlice{member, *member.DeepCopy()}
		slices[1].Name, slices[1].AddressType = "b", discoveryv1.AddressTypeFQDN

		opts := []backend.Option{inGateway, backend.WithNamePrefix(prefix)}
		if has(8) {
			opts = append(opts, backend.WithPortInName())
		}
		if has(9) {
			opts = append(opts, backend.WithIPFamilies(corev1.IPv4Protocol, corev1.IPv6Protocol))
		}
		backends, err := backend.FromService(service, slices, opts...)
		shuffle(rand.New(rand.NewPCG(seed, seed)), service, slices)
		again, errAgain := backend.FromService(service, slices, opts...)
		if err != nil {
			require.Error(t, errAgain)
			require.Nil(t, backends)
			require.ErrorContains(t, err, "build ")
			return
		}
		require.NoError(t, errAgain)
		require.Equal(t, backends, again)
		objects := backends.Objects()
		for _, obj := range objects {
			require.Empty(t, obj.Validate())
		}
		objects = append(objects, builder.NewGatewayControlPlane("gateway").Namespace(crd.NamespaceOf(service)).MustBuild())
		server.ResetLog()
		_, err = client.Plan(t.Context(), objects)
		require.NoError(t, err, "names and addresses are unique, and konnect takes them")
	})
}
