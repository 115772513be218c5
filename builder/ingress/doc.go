// Package ingress turns Ingresses of networking.k8s.io/v1 into the objects that make Kong
// route as they say:
//
//	path of a rule, default backend  ->  KongRoute, and more where others overlap it
//	port of a Service                ->  KongService, KongUpstream, KongTargets
//	Secret of tls                    ->  KongCertificate, and a KongSNI for each host
//	annotation konghq.com/plugins    ->  KongPluginBindings
//
// It is pure: values in, values out, without a client. The same input gives the same
// objects, in whatever order it comes.
//
// # Namespaces
//
// All objects are in the namespace of their control plane, and carry the labels that
// [SourceLabels] returns: by these they are found and cleaned up, as owner references
// cannot cross namespaces. Secrets and KongPlugins stay where they are. Where that is
// another namespace, a KongReferenceGrant must permit the reference; none is written, and
// without one what needs it is refused.
//
// # Precedence
//
// Of the paths that match a request, one takes it:
//
//   - those of an exact host come before those of a wildcard, longer wildcards before
//     shorter ones, and those without a host come last;
//   - of one host, a regular expression comes first, by konghq.com/regex-priority and then
//     by its length; then the longer path; of equal paths, Exact comes before Prefix and
//     that before ImplementationSpecific;
//   - of equal paths, the one with more criteria (methods, headers, SNIs) comes first, then
//     that of the older Ingress, which is the one that counts where nothing tells two apart;
//   - default backends come last, that of the oldest Ingress counts.
//
// Gateways have another order of their own. The routes are made such that it comes out
// right under both of the gateway's calculations of priorities: see [Translate].
//
// # What is refused
//
// A [Result] has the problems of each Ingress, with the field of each. What is refused has
// no route, and the rest is translated: a problem with an annotation of an Ingress is one
// of all its paths. Annotations that Kong's ingress controller would ignore because of
// their value are refused. What takes more requests than it says, or has no effect, is
// translated and warned of; [Strict] refuses that too.
package ingress
