// Package gatewayapi turns a cluster's routes into the objects of a Kong control plane:
// HTTPRoutes, GRPCRoutes, TLSRoutes, TCPRoutes and UDPRoutes of the Gateway API, with the
// Services that they name.
//
//	Gateway           ->  nothing: Input.ControlPlane says which control plane it stands for
//	HTTPS listener    ->  KongCertificate and KongSNI
//	rule, match       ->  KongRoute, and one for each overlap that needs its own
//	backendRefs       ->  KongService, KongUpstream and KongTargets
//	filters           ->  what routes and services can do, else KongPlugin and KongPluginBinding
//
// It is pure: values in, values out, without a client. The same input gives the same
// objects, in whatever order it comes.
//
// # Precedence
//
// Which rule takes a request is what the Gateway API says: the hostname comes first, then
// an exact path, a regular expression (of which the Gateway API says nothing; the longer
// one comes first), the longest prefix, a method, the number of headers, the oldest route,
// namespace and name, and the order of rules. The gateway orders routes in another way,
// which moreover depends on its settings. So where a rule that comes first could be tried
// later, the requests that are both rules' get a route of their own. That is exact in both
// values of the gateway's route_match_calculation, in the flavor traditional_compatible that
// gateways have by default (routes that match a host, a method and headers rely on what
// gateways do on amd64, and are warned of). Where it would take too many routes, the younger
// of the two rules is refused by name. Regular expressions match at the beginning of a path.
//
// # Names
//
// All objects are in the namespace of the control plane, and none has an owner reference,
// which could not cross namespaces. Labels say what they were made of: konnectkit/source-kind,
// konnectkit/source-namespace and konnectkit/source-name are those of the route, of the
// Gateway for certificates, and of the Service for what all rules that name it share.
//
// All names begin with that of the control plane. A KongRoute is called
// <control plane>.<kind>.<namespace>.<route>.<rule>.<match>, where kind is http, grpc,
// tls, tcp or udp, rule is the name of the rule, else its index, and match the index of the
// match. What follows says what it matches beyond that. A rule with a name keeps its objects
// when rules are reordered. A Service is <control plane>.service.<namespace>.<service>.<port>.
//
// # What is refused
//
// What the gateway cannot do exactly keeps its rule from being translated: see Refusal. What
// it does beyond what is said is a Warning, and refused with Strict: the values of headers
// match in any case, and a route that is attached to a listener of HTTP alone is also served
// over https where a listener has its hosts.
//
// Requests to a rule whose backends do not exist, or may not be referred to, are answered
// with 500, as are those to a rule that names a KongPlugin which cannot be used.
//
// A KongPlugin that a route names by an ExtensionRef or by the annotation konghq.com/plugins
// stays in its namespace, and so does the Secret of a listener: a KongReferenceGrant there
// has to let KongPluginBindings and KongCertificates of the control plane's namespace refer
// to it.
package gatewayapi
