package conformance

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/internal/samples"
)

const (
	configuration = "configuration.konghq.com"
	konnect       = "konnect.konghq.com"
)

// kind is one of the kinds that both sides know.
type kind struct {
	schema.GroupVersionKind
	plural string
	// whole lists the fields at which this module reports the rules that the CRD
	// has over the whole object, which an API server gives no path.
	whole []string
	// stateless kinds have no status.
	stateless bool
	// clusterScoped kinds have no namespaces.
	clusterScoped bool
	// needsAuth says that what is settled must have credentials.
	needsAuth bool
	cases     []scenario
}

// kinds leaves the control plane of v1alpha1 out: without a conversion webhook an API
// server stores it as it is, under the rules of the other version.
func kinds() []*kind {
	named := func(group, version, name, plural string) kind {
		return kind{GroupVersionKind: schema.GroupVersionKind{Group: group, Version: version, Kind: name}, plural: plural}
	}
	placed := []string{"spec.controlPlaneRef", "spec.id", "status"}

	service := named(configuration, "v1alpha1", "KongService", "kongservices")
	service.whole, service.cases = placed, serviceCases()
	route := named(configuration, "v1alpha1", "KongRoute", "kongroutes")
	route.whole, route.cases = append([]string{"spec"}, placed...), routeCases()
	upstream := named(configuration, "v1alpha1", "KongUpstream", "kongupstreams")
	upstream.whole, upstream.cases = placed, upstreamCases()
	target := named(configuration, "v1alpha1", "KongTarget", "kongtargets")
	target.whole, target.cases = []string{"spec.upstreamRef"}, targetCases()
	consumer := named(configuration, "v1", "KongConsumer", "kongconsumers")
	consumer.whole, consumer.cases = []string{"username", "spec.controlPlaneRef", "status"}, consumerCases()
	consumerGroup := named(configuration, "v1beta1", "KongConsumerGroup", "kongconsumergroups")
	consumerGroup.whole, consumerGroup.cases = []string{"spec.controlPlaneRef", "status"}, consumerGroupCases()
	keySet := named(configuration, "v1alpha1", "KongKeySet", "kongkeysets")
	keySet.whole, keySet.cases = placed, keySetCases()
	key := named(configuration, "v1alpha1", "KongKey", "kongkeys")
	key.whole, key.cases = append([]string{"spec", "spec.keySetRef"}, placed...), keyCases()
	pin := named(configuration, "v1alpha1", "KongDataPlaneClientCertificate", "kongdataplaneclientcertificates")
	pin.whole, pin.cases = append([]string{"spec.cert"}, placed...), pinCases()
	vault := named(configuration, "v1alpha1", "KongVault", "kongvaults")
	vault.clusterScoped = true
	vault.whole, vault.cases = append([]string{"spec", "spec.prefix"}, placed...), vaultCases()
	certificate := named(configuration, "v1alpha1", "KongCertificate", "kongcertificates")
	certificate.whole, certificate.cases = append([]string{"spec"}, placed...), certificateCases()
	caCertificate := named(configuration, "v1alpha1", "KongCACertificate", "kongcacertificates")
	caCertificate.whole, caCertificate.cases = append([]string{"spec"}, placed...), caCertificateCases()
	sni := named(configuration, "v1alpha1", "KongSNI", "kongsnis")
	sni.whole, sni.cases = []string{"spec.certificateRef", "status"}, sniCases()
	grant := named(configuration, "v1alpha1", "KongReferenceGrant", "kongreferencegrants")
	grant.stateless, grant.cases = true, grantCases()
	auth := named(konnect, "v1alpha1", "KonnectAPIAuthConfiguration", "konnectapiauthconfigurations")
	auth.whole, auth.cases = []string{"spec", "spec.token"}, authCases()
	controlPlane := named(konnect, "v1alpha2", "KonnectGatewayControlPlane", "konnectgatewaycontrolplanes")
	controlPlane.whole, controlPlane.cases = []string{"spec.konnect.authRef"}, controlPlaneCases()
	controlPlane.needsAuth = true
	plugin := named(configuration, "v1", "KongPlugin", "kongplugins")
	plugin.whole, plugin.cases = []string{"plugin", "config", "configFrom"}, pluginCases(tree{"name": "a", "key": "a"})
	clusterPlugin := named(configuration, "v1", "KongClusterPlugin", "kongclusterplugins")
	clusterPlugin.clusterScoped, clusterPlugin.whole, clusterPlugin.cases = true, plugin.whole, pluginCases(tree{"namespace": "a", "name": "a", "key": "a"})
	binding := named(configuration, "v1alpha1", "KongPluginBinding", "kongpluginbindings")
	binding.whole, binding.cases = []string{"spec.controlPlaneRef", "status"}, pluginBindingCases()
	return append(credentialKinds(named), &plugin, &clusterPlugin, &binding, &service, &route, &upstream, &target, &keySet, &key, &consumer, &consumerGroup, &certificate, &caCertificate, &sni, &vault, &pin, &grant, &auth, &controlPlane)
}

// credentialKinds are those of a consumer's.
func credentialKinds(named func(group, version, name, plural string) kind) []*kind {
	of := func(name, plural string, own ...[]scenario) *kind {
		k := named(configuration, "v1alpha1", name, plural)
		k.whole, k.cases = []string{"spec.consumerRef", "spec.rsa_public_key", "status"}, credentialCases(own...)
		return &k
	}
	return []*kind{
		of("KongCredentialACL", "kongcredentialacls", requiredText("group")),
		of("KongCredentialAPIKey", "kongcredentialapikeys", requiredText("key")),
		of("KongCredentialBasicAuth", "kongcredentialbasicauths", requiredText("username", "password")),
		of("KongCredentialHMAC", "kongcredentialhmacs", requiredText("username"), optionalText("id", "secret")),
		of("KongCredentialJWT", "kongcredentialjwts", optionalText("id", "key", "secret"), algorithmCases()),
	}
}

// A kind that is compared nowhere could accept and refuse what it likes.
func TestEveryKindIsCompared(t *testing.T) {
	t.Parallel()
	known, err := scheme.Kinds()
	require.NoError(t, err)
	compared := map[schema.GroupVersionKind]*kind{}
	for _, k := range kinds() {
		compared[k.GroupVersionKind] = k
	}
	for _, kind := range known {
		k := compared[kind.GroupVersionKind]
		if assert.NotNil(t, k, "%s is missing in kinds", kind.GroupVersionKind) {
			assert.NotEmpty(t, k.cases, "%s has no cases", kind.GroupVersionKind)
		}
	}
	assert.Len(t, compared, len(known))
}

func (k *kind) collection() string {
	if k.clusterScoped {
		return "/apis/" + k.Group + "/" + k.Version + "/" + k.plural
	}
	return "/apis/" + k.Group + "/" + k.Version + "/namespaces/" + crd.DefaultNamespace + "/" + k.plural
}

// seeds are the valid objects that there are of the kind.
func (k *kind) seeds(t testing.TB) []tree {
	t.Helper()
	documents, err := samples.Documents(k.Kind)
	require.NoError(t, err)
	var seeds []tree
	for _, document := range documents {
		converted, err := yaml.YAMLToJSONStrict(document)
		require.NoError(t, err)
		seeds = append(seeds, parse(t, converted))
	}
	return seeds
}

// seed returns the valid object of that name.
func (k *kind) seed(t testing.TB, name string) tree {
	t.Helper()
	for _, seed := range k.seeds(t) {
		if nameOf(seed) == name {
			return seed
		}
	}
	require.Fail(t, "no such seed", name)
	return nil
}

func nameOf(object tree) string {
	metadata, _ := object["metadata"].(tree)
	name, _ := metadata["name"].(string)
	return name
}
