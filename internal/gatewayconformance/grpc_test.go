package gatewayconformance_test

import (
	"net"
	"net/http"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	pb "sigs.k8s.io/gateway-api/conformance/echo-basic/grpcechoserver"
	"sigs.k8s.io/gateway-api/conformance/utils/grpc"

	"github.com/konnectkit/konnectkit/resolve/routing"
)

const echoService = "/gateway_api_conformance.echo_basic.grpcecho.GrpcEcho/"

// grpcClient answers for the backends of routes, which it finds in both priorities: the data plane does not
// speak gRPC.
type grpcClient struct{ *world }

func (c grpcClient) Close() {}

// SendRPC finds the backend of a call.
func (c grpcClient) SendRPC(t *testing.T, address string, expected grpc.ExpectedResponse, _ time.Duration) (*grpc.Response, error) {
	t.Helper()
	c.sync()
	c.record(t.Name(), "")
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	method := "EchoThree"
	switch {
	case expected.EchoRequest != nil:
		method = "Echo"
	case expected.EchoTwoRequest != nil:
		method = "EchoTwo"
	}
	request := routing.Request{Method: http.MethodPost, Protocol: "grpc", Host: address, Path: echoService + method, Header: http.Header{}}
	if m := expected.RequestMetadata; m != nil {
		if m.Authority != "" {
			request.Host = m.Authority
		}
		for name, value := range m.Metadata {
			request.Header.Set(name, value)
		}
	}
	p, err := c.planeAt(host)
	if err != nil {
		return nil, err
	}
	match, found, err := p.match(request)
	if err != nil {
		return nil, err
	}
	if !found {
		return &grpc.Response{Code: codes.Unimplemented}, nil
	}
	pod := c.podOf(match.Route.Service)
	return &grpc.Response{Code: codes.OK, Response: &pb.EchoResponse{Assertions: &pb.Assertions{
		FullyQualifiedMethod: echoService + method, Context: &pb.Context{Namespace: pod.Namespace, Pod: pod.Name},
	}}}, nil
}
