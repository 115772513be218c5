// Package backend turns a Kubernetes Service and its EndpointSlices into the
// objects that make Kong balance over the same endpoints:
//
//	Service port   ->  KongService and KongUpstream
//	endpoint       ->  KongTarget
//	ExternalName   ->  KongService alone, whose host is the external name
//
// It is pure: values in, values out, without a client. The same input gives the
// same objects, in whatever order ports, slices and endpoints come, so that a
// controller can call it on every change and hand the result to Ensure.
//
// FromServices makes one backend of several Services, each with a share of the traffic:
//
//	Services with weights  ->  KongService and KongUpstream
//	endpoint of any        ->  KongTarget
//
// # Names
//
// A KongService and its KongUpstream are called like the Service, or
// <service>.<port> where the Service has several ports; <port> is the port's
// name, else its number. The dot keeps port "http" of Service "echo" apart from a
// Service "echo-http". A second port renames the objects of the first,
// and routes must follow; WithPortInName avoids that. In Konnect, where names are unique in a control plane
// and not in a namespace, the service is <namespace>.<service>.<port> and the
// upstream <service>.<namespace>.<port>.svc, which is the service's host too.
//
// A KongTarget is named after its upstream, address and port alone, so that it
// stays what it is when other endpoints come and go:
// echo.10-0-0-1.8080, echo.2001-0db8-0000-0000-0000-0000-0000-0001.8080.
// A name that would be too long is cut and ends in a hash of the whole.
//
// # Endpoints
//
// The slices of other Services, by the label kubernetes.io/service-name and the
// namespace, are ignored: all slices of a namespace will do as input. Of the
// slices that remain:
//
//   - A ready endpoint is a target with full weight; an unset condition counts as
//     ready. With publishNotReadyAddresses every endpoint is ready.
//   - An endpoint that terminates but still serves is a target of weight 0: Kong
//     sends it nothing new, and sticky sessions can end. As with kube-proxy, such
//     endpoints keep their weight while no other is ready.
//   - All other endpoints are left out. A pod that starts is one write, when it
//     gets ready.
//   - Of several addresses of an endpoint, which are one and the same, the first
//     counts. Equal addresses in several slices are one target; the one that is
//     most ready counts.
//   - Only addresses of the Service's first IP family count, since those of the
//     second lead to the same pods; see WithIPFamilies. Where the Service names
//     none, it is IPv4 if a slice has it. Host names (addressType FQDN) always count.
//   - The port is the slice's, found by name and protocol, and so may differ from
//     slice to slice where targetPort is a name. A slice without that port, or
//     without its number, adds nothing, as for kube-proxy.
//   - Zones, nodes and hints are ignored: Kong is not where the client is.
//
// # Protocols
//
// WithProtocol decides, then the port: udp for UDP ports; else the appProtocol,
// where an IANA name that Kong does not know means tcp; else the port's name or
// what stands before its first dash (http, https, grpc, grpcs, tcp, tls, ...);
// else http. WebSockets are http or https, which Kong passes on as they are.
// SCTP is refused.
package backend
