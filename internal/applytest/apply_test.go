package applytest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/konnectkit/konnectkit/crd"
	commonac "github.com/konnectkit/konnectkit/crd/applyconfiguration/common/v1alpha1"
	configurationv1ac "github.com/konnectkit/konnectkit/crd/applyconfiguration/configuration/v1"
	configurationac "github.com/konnectkit/konnectkit/crd/applyconfiguration/configuration/v1alpha1"
	configurationv1beta1ac "github.com/konnectkit/konnectkit/crd/applyconfiguration/configuration/v1beta1"
	konnectac "github.com/konnectkit/konnectkit/crd/applyconfiguration/konnect/v1alpha1"
	konnectv1alpha2ac "github.com/konnectkit/konnectkit/crd/applyconfiguration/konnect/v1alpha2"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	crdscheme "github.com/konnectkit/konnectkit/crd/scheme"
)

const (
	teamA = client.FieldOwner("team-a")
	teamB = client.FieldOwner("team-b")
)

func TestApplyOfEveryKind(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t)
	gateway := commonac.ControlPlaneRef().WithType(commonv1alpha1.ControlPlaneRefKonnectNamespacedRef).
		WithKonnectNamespacedRef(commonac.KonnectNamespacedRef().WithName("every"))
	alice := commonac.LocalRef().WithName("alice")
	configurations := map[string]runtime.ApplyConfiguration{
		"KongService": configurationac.KongService("every", namespace).WithSpec(configurationac.KongServiceSpec().
			WithHost("echo.kong.svc").WithPort(1027).WithControlPlaneRef(gateway).WithTags(commonv1alpha1.Tags{"a"})),
		"KongRoute": route(namespace, routeSpec().WithHeaders(map[string][]string{"x-a": {"b"}}).
			WithSources(configurationac.RouteEndpoint().WithIP("10.0.0.1"))),
		"KongUpstream": configurationac.KongUpstream("every", namespace).WithSpec(configurationac.KongUpstreamSpec().
			WithControlPlaneRef(gateway).WithSlots(100).
			WithHealthchecks(configurationac.Healthchecks().WithThreshold(0.5))),
		"KongTarget": configurationac.KongTarget("every", namespace).WithSpec(configurationac.KongTargetSpec().
			WithUpstreamRef(commonac.NamespacedRef().WithName("every")).WithTarget("10.0.0.1:80").WithWeight(0)),
		"KongConsumer": configurationv1ac.KongConsumer("every", namespace).WithUsername("alice").WithCredentials("key").
			WithSpec(configurationv1ac.KongConsumerSpec().WithControlPlaneRef(gateway)),
		"KongConsumerGroup": configurationv1beta1ac.KongConsumerGroup("every", namespace).
			WithSpec(configurationv1beta1ac.KongConsumerGroupSpec().WithControlPlaneRef(gateway).WithName("gold")),
		"KongPlugin":        configurationv1ac.KongPlugin("every", namespace).WithPluginName("key-auth").WithConfig(`{"realm":null}`),
		"KongClusterPlugin": configurationv1ac.KongClusterPlugin("every").WithPluginName("key-auth").WithDisabled(true),
		"KongPluginBinding": configurationac.KongPluginBinding("every", namespace).WithSpec(configurationac.KongPluginBindingSpec().
			WithControlPlaneRef(gateway).WithPluginRef(configurationac.PluginRef().WithName("every")).WithScope("GlobalInControlPlane")),
		"KongKeySet": configurationac.KongKeySet("every", namespace).WithSpec(configurationac.KongKeySetSpec().
			WithControlPlaneRef(gateway).WithName("signing")),
		"KongKey": configurationac.KongKey("every", namespace).WithSpec(configurationac.KongKeySpec().
			WithControlPlaneRef(gateway).WithKID("1").WithJWK("{vault://env/jwk}").WithKeySetRef(configurationac.KeySetRef().
			WithType("namespacedRef").WithNamespacedRef(commonac.NameRef().WithName("every")))),
		"KongCredentialACL": configurationac.KongCredentialACL("every", namespace).WithSpec(configurationac.KongCredentialACLSpec().
			WithConsumerRef(alice).WithGroup("gold")),
		"KongCredentialAPIKey": configurationac.KongCredentialAPIKey("every", namespace).WithSpec(configurationac.KongCredentialAPIKeySpec().
			WithConsumerRef(alice).WithKey("example-key")),
		"KongCredentialBasicAuth": configurationac.KongCredentialBasicAuth("every", namespace).WithSpec(configurationac.KongCredentialBasicAuthSpec().
			WithConsumerRef(alice).WithUsername("alice").WithPassword("example-password")),
		"KongCredentialHMAC": configurationac.KongCredentialHMAC("every", namespace).WithSpec(configurationac.KongCredentialHMACSpec().
			WithConsumerRef(alice).WithUsername("alice").WithSecret("example-secret")),
		"KongCredentialJWT": configurationac.KongCredentialJWT("every", namespace).WithSpec(configurationac.KongCredentialJWTSpec().
			WithConsumerRef(alice).WithKey("alice").WithSecret("example-secret")),
		"KongDataPlaneClientCertificate": configurationac.KongDataPlaneClientCertificate("every", namespace).
			WithSpec(configurationac.KongDataPlaneClientCertificateSpec().WithControlPlaneRef(gateway).WithCert("a certificate in PEM")),
		"KongVault": configurationac.KongVault("every").WithSpec(configurationac.KongVaultSpec().
			WithBackend("env").WithPrefix("every").WithConfig(`{"prefix":"SHOP_"}`)),
		"KongSNI": configurationac.KongSNI("every", namespace).WithSpec(configurationac.KongSNISpec().
			WithName("shop.example.com").WithCertificateRef(commonac.NamespacedRef().WithName("every"))),
		"KongCertificate": configurationac.KongCertificate("every", namespace).WithSpec(configurationac.KongCertificateSpec().
			WithControlPlaneRef(gateway).WithCert("{vault://env/cert}").WithKey("{vault://env/key}")),
		"KongCACertificate": configurationac.KongCACertificate("every", namespace).WithSpec(configurationac.KongCACertificateSpec().
			WithControlPlaneRef(gateway).WithType("secretRef").WithSecretRef(commonac.NamespacedRef().WithName("authority"))),
		"KongReferenceGrant": configurationac.KongReferenceGrant("every", namespace).WithSpec(configurationac.KongReferenceGrantSpec().
			WithFrom(configurationac.ReferenceGrantFrom().WithGroup(crd.ConfigurationGroup).WithKind("KongRoute").WithNamespace("apps")).
			WithTo(configurationac.ReferenceGrantTo().WithGroup(crd.ConfigurationGroup).WithKind("KongService"))),
		"KonnectAPIAuthConfiguration": konnectac.KonnectAPIAuthConfiguration("every", namespace).
			WithSpec(konnectac.KonnectAPIAuthConfigurationSpec().WithServerURL("us.api.konghq.com").
				WithType(konnectv1alpha1.APIAuthTypeSecretRef).WithSecretRef(konnectac.SecretReference().WithName("token"))),
		"KonnectGatewayControlPlane": konnectv1alpha2ac.KonnectGatewayControlPlane("every", namespace).
			WithSpec(konnectv1alpha2ac.KonnectGatewayControlPlaneSpec().
				WithCreateControlPlaneRequest(konnectv1alpha2ac.CreateControlPlaneRequest().
					WithName("every").WithLabels(map[string]string{"team": "a"})).
				WithKonnect(konnectv1alpha2ac.KonnectConfiguration().
					WithAPIAuthConfigurationRef(konnectv1alpha2ac.KonnectAPIAuthConfigurationRef().WithName("every")))),
	}
	kinds, err := crdscheme.Kinds()
	require.NoError(t, err)
	for _, kind := range kinds {
		assert.Contains(t, configurations, kind.Kind, "every kind is applied")
	}
	for name, configuration := range configurations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, cluster.Apply(t.Context(), configuration, teamA))
		})
	}
}

func TestApplyReleasesWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t)
	first := routeSpec().WithPaths("/a").WithStripPath(false).WithTags(commonv1alpha1.Tags{"team:a"})
	require.NoError(t, cluster.Apply(t.Context(), route(namespace, first), teamA))
	created := readRoute(t, namespace)
	assert.Equal(t, []string{"/a"}, created.Spec.Paths)
	assert.Equal(t, new(false), created.Spec.StripPath, "false is not unset")
	assert.Equal(t, commonv1alpha1.Tags{"team:a"}, created.Spec.Tags)

	require.NoError(t, cluster.Apply(t.Context(), route(namespace, routeSpec().WithPaths("/a")), teamA))
	fewer := readRoute(t, namespace)
	assert.Equal(t, []string{"/a"}, fewer.Spec.Paths)
	assert.Nil(t, fewer.Spec.StripPath)
	assert.Nil(t, fewer.Spec.Tags)

	require.NoError(t, cluster.Apply(t.Context(), route(namespace, routeSpec().WithPaths("/a")), teamA))
	assert.Equal(t, fewer.ResourceVersion, readRoute(t, namespace).ResourceVersion, "the same again writes nothing")
}

func TestApplyConflicts(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t)
	require.NoError(t, cluster.Apply(t.Context(), route(namespace, routeSpec().WithPaths("/a").WithMethods("GET")), teamA))

	partial := func(paths string) *configurationac.KongRouteApplyConfiguration {
		return route(namespace, configurationac.KongRouteSpec().WithPaths(paths))
	}
	err := cluster.Apply(t.Context(), partial("/b"), teamB)
	require.True(t, apierrors.IsConflict(err), "%v", err)
	require.ErrorContains(t, err, `conflict with "team-a": .spec.paths`)

	require.NoError(t, cluster.Apply(t.Context(), partial("/a"), teamB), "two may own the same value")
	require.NoError(t, cluster.Apply(t.Context(), partial("/b"), teamB, client.ForceOwnership))
	taken := readRoute(t, namespace)
	assert.Equal(t, []string{"/b"}, taken.Spec.Paths)
	assert.Equal(t, []string{"GET"}, taken.Spec.Methods, "what the other owns besides stays")

	left, err := configurationac.ExtractKongRoute(taken, string(teamA))
	require.NoError(t, err)
	assert.Nil(t, left.Spec.Paths, "forced away")
	assert.Equal(t, []string{"GET"}, left.Spec.Methods)
}

func TestExtractModifyApply(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t)
	require.NoError(t, cluster.Apply(t.Context(), route(namespace, routeSpec().WithPaths("/a")), teamA))
	require.NoError(t, cluster.Apply(t.Context(), route(namespace, configurationac.KongRouteSpec().WithMethods("GET")), teamB))

	mine, err := configurationac.ExtractKongRoute(readRoute(t, namespace), string(teamA))
	require.NoError(t, err)
	assert.Equal(t, route(namespace, routeSpec().WithPaths("/a")), mine, "what was applied, and nothing of the other's")
	mine.Spec.WithStripPath(true)
	require.NoError(t, cluster.Apply(t.Context(), mine, teamA))
	assert.Equal(t, new(true), readRoute(t, namespace).Spec.StripPath)
	assert.NotNil(t, mine.UID, "the answer is in the configuration now: it must not be applied again")
}

func TestStatusApply(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t)
	require.NoError(t, cluster.Apply(t.Context(), route(namespace, routeSpec().WithPaths("/a")), teamA))
	at := metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	condition := func(name string) *metaac.ConditionApplyConfiguration {
		return metaac.Condition().WithType(name).WithStatus(metav1.ConditionTrue).WithReason("Tested").WithMessage("").WithLastTransitionTime(at)
	}
	status := configurationac.KongRouteStatus().WithConditions(condition(crd.ConditionProgrammed)).
		WithKonnect(configurationac.KongRouteKonnectStatus().WithID("id").WithServiceID("service"))
	require.NoError(t, cluster.Status().Apply(t.Context(), routeStatus(namespace, status), teamA))
	other := configurationac.KongRouteStatus().WithConditions(condition("example.com/Ready"))
	require.NoError(t, cluster.Status().Apply(t.Context(), routeStatus(namespace, other), teamB))

	object := readRoute(t, namespace)
	assert.Equal(t, "id", object.Status.Konnect.ID)
	assert.Equal(t, "service", object.Status.Konnect.ServiceID)
	assert.Equal(t, []string{"/a"}, object.Spec.Paths, "the spec is another subresource")
	assert.True(t, commonv1alpha1.ConditionIsTrue(object.Status.Conditions, crd.ConditionProgrammed))
	assert.True(t, commonv1alpha1.ConditionIsTrue(object.Status.Conditions, "example.com/Ready"), "each owns its condition")

	extracted, err := configurationac.ExtractKongRouteStatus(object, string(teamB))
	require.NoError(t, err)
	assert.Nil(t, extracted.Status.Konnect)
	require.Len(t, extracted.Status.Conditions, 1)
	assert.Equal(t, "example.com/Ready", *extracted.Status.Conditions[0].Type)

	var spec configurationv1alpha1.KongRouteSpec
	object.Spec.DeepCopyInto(&spec)
	require.NoError(t, cluster.Status().Apply(t.Context(),
		route(namespace, configurationac.KongRouteSpec().WithPaths("/b")).WithStatus(status), teamA))
	assert.Equal(t, spec, readRoute(t, namespace).Spec, "a spec is ignored there")
}
