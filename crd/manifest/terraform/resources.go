package terraform

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	configurationv1beta1 "github.com/konnectkit/konnectkit/crd/configuration/v1beta1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/resolve"
)

// resource is a type of resource of the provider.
type resource struct {
	kind string
	// parent is the argument with the ID of what the entity is nested in; empty for none.
	parent string
	// plugin is true where the type depends on that of a plugin.
	plugin bool
	// set is the field with a set of others, and member the resource of one of it; both are
	// empty for none.
	set, member string
	// alone is true for what lies in no control plane, and is imported by its ID alone.
	alone bool
}

// resources are those of all kinds with entities.
func resources() map[schema.GroupKind]resource {
	of := func(obj crd.Object) schema.GroupKind { return obj.GVK().GroupKind() }
	const consumer = "consumer_id"
	return map[schema.GroupKind]resource{
		of(&konnectv1alpha2.KonnectGatewayControlPlane{}):           {kind: "control_plane", alone: true, set: "spec.members", member: "control_plane_membership"},
		of(&configurationv1alpha1.KongService{}):                    {kind: "service"},
		of(&configurationv1alpha1.KongRoute{}):                      {kind: "route"},
		of(&configurationv1alpha1.KongUpstream{}):                   {kind: "upstream"},
		of(&configurationv1alpha1.KongTarget{}):                     {kind: "target", parent: "upstream_id"},
		of(&configurationv1.KongConsumer{}):                         {kind: "consumer", set: "consumerGroups", member: "consumer_group_member"},
		of(&configurationv1beta1.KongConsumerGroup{}):               {kind: "consumer_group"},
		of(&configurationv1alpha1.KongCredentialACL{}):              {kind: "acl", parent: consumer},
		of(&configurationv1alpha1.KongCredentialAPIKey{}):           {kind: "key_auth", parent: consumer},
		of(&configurationv1alpha1.KongCredentialBasicAuth{}):        {kind: "basic_auth", parent: consumer},
		of(&configurationv1alpha1.KongCredentialHMAC{}):             {kind: "hmac_auth", parent: consumer},
		of(&configurationv1alpha1.KongCredentialJWT{}):              {kind: "jwt", parent: consumer},
		of(&configurationv1alpha1.KongCertificate{}):                {kind: "certificate"},
		of(&configurationv1alpha1.KongCACertificate{}):              {kind: "ca_certificate"},
		of(&configurationv1alpha1.KongSNI{}):                        {kind: "sni"},
		of(&configurationv1alpha1.KongKey{}):                        {kind: "key"},
		of(&configurationv1alpha1.KongKeySet{}):                     {kind: "key_set"},
		of(&configurationv1alpha1.KongVault{}):                      {kind: "vault"},
		of(&configurationv1alpha1.KongDataPlaneClientCertificate{}): {kind: "data_plane_client_certificate"},
		of(&configurationv1alpha1.KongPluginBinding{}):              {kind: "plugin", plugin: true},
	}
}

// block makes the import block of an object, without a name for the resource; its kind is
// empty where there is none. The reasons say what is left out.
func (r resource) block(node *resolve.Node) (block, []string) {
	status, obj := node.Object.GetKonnectStatus(), node.Object
	if reason := notOurs(obj); reason != "" {
		return block{}, []string{reason}
	}
	b := block{kind: "konnect_gateway_" + r.kind, key: node.Key}
	if r.plugin {
		name := pluginName(node)
		if !slices.Contains(plugins(), name) {
			return block{}, []string{"the provider has no resource with an import for the plugin " + quoted(name)}
		}
		b.kind += "_" + strings.ReplaceAll(name, "-", "_")
	}
	switch {
	case status.ID == "", !r.alone && status.ControlPlaneID == "", r.parent != "" && status.ParentID == "":
		return block{}, []string{"its status does not have all IDs: provision it first"}
	case r.alone:
		b.id = status.ID
	case r.parent != "":
		b.ids = [][2]string{{"control_plane_id", status.ControlPlaneID}, {r.parent, status.ParentID}, {"id", status.ID}}
	default:
		b.ids = [][2]string{{"control_plane_id", status.ControlPlaneID}, {"id", status.ID}}
	}
	return b, r.leftOut(node)
}

// notOurs says why an object's entity is not konnectkit's to give away; empty where it is.
func notOurs(obj crd.Object) string {
	adopts, _ := obj.(interface {
		GetAdopt() *commonv1alpha1.AdoptOptions
	})
	plane, _ := obj.(*konnectv1alpha2.KonnectGatewayControlPlane)
	switch {
	case plane != nil && plane.IsMirror():
		return "it only mirrors a control plane"
	case obj.GetAnnotations()[crd.ManagementPolicyAnnotation] == string(crd.ManagementPolicyObserve):
		return "it only observes its entity"
	case adopts != nil && adopts.GetAdopt().IsMatch():
		return "it has adopted its entity with mode: match, and never writes it"
	}
	return ""
}

// leftOut says of a set that an object names that it has no block; nothing where it has none.
func (r resource) leftOut(node *resolve.Node) []string {
	inSet := func(edge resolve.Edge) bool { return strings.HasPrefix(edge.Field, r.set) }
	if r.set == "" || !slices.ContainsFunc(node.Edges, inSet) {
		return nil
	}
	return []string{"the provider has no import for " + r.set + ": write konnect_gateway_" + r.member}
}

// pluginName is the type of a binding's plugin; empty where it is not among the objects, or
// needs a grant that is not there.
func pluginName(node *resolve.Node) string {
	for _, edge := range node.Edges {
		if edge.Field == configurationv1alpha1.PluginRefField && edge.Node != nil {
			if p, ok := edge.Node.Object.(interface{ Plugin() configurationv1.Plugin }); ok {
				return p.Plugin().Name
			}
		}
	}
	return ""
}

// plugins are those for which the provider has a resource.
func plugins() []string {
	return strings.Fields(`
ace acl acme ai-a2a-proxy ai-aws-guardrails ai-azure-content-safety ai-custom-guardrail ai-gcp-model-armor
ai-lakera-guard ai-llm-as-judge ai-mcp-oauth2 ai-mcp-proxy ai-prompt-compressor ai-prompt-decorator ai-prompt-guard
ai-prompt-template ai-proxy ai-proxy-advanced ai-rag-injector ai-rate-limiting-advanced ai-request-transformer
ai-response-transformer ai-sanitizer ai-semantic-cache ai-semantic-prompt-guard ai-semantic-response-guard app-dynamics
aws-lambda azure-functions basic-auth bot-detection canary confluent confluent-consume correlation-id cors datadog
datakit degraphql exit-transformer file-log forward-proxy graphql-proxy-cache-advanced graphql-rate-limiting-advanced
grpc-gateway grpc-web header-cert-auth hmac-auth http-log injection-protection ip-restriction jq json-threat-protection
jwe-decrypt jwt jwt-signer kafka-consume kafka-log kafka-upstream key-auth ldap-auth ldap-auth-advanced loggly
metering-and-billing mocking mtls-auth oas-validation oauth2-introspection opa openid-connect opentelemetry
post-function pre-function prometheus proxy-cache proxy-cache-advanced rate-limiting rate-limiting-advanced redirect
request-callout request-size-limiting request-termination request-transformer request-transformer-advanced
request-validator response-ratelimiting response-transformer response-transformer-advanced route-by-header
route-transformer-advanced saml service-protection session solace-consume solace-log solace-upstream standard-webhooks
statsd syslog tcp-log tls-handshake-modifier tls-metadata-headers udp-log upstream-oauth upstream-timeout
websocket-size-limit websocket-validator xml-threat-protection zipkin`)
}
