package applyconfiguration_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/konnectkit/konnectkit/crd/applyconfiguration"
	configurationv1ac "github.com/konnectkit/konnectkit/crd/applyconfiguration/configuration/v1"
	configurationac "github.com/konnectkit/konnectkit/crd/applyconfiguration/configuration/v1alpha1"
	configurationv1beta1ac "github.com/konnectkit/konnectkit/crd/applyconfiguration/configuration/v1beta1"
	konnectac "github.com/konnectkit/konnectkit/crd/applyconfiguration/konnect/v1alpha1"
	konnectv1alpha2ac "github.com/konnectkit/konnectkit/crd/applyconfiguration/konnect/v1alpha2"
	crdscheme "github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/internal/samples"
)

const module = "github.com/konnectkit/konnectkit/"

// configuration is what is known of every apply configuration.
type configuration interface {
	runtime.ApplyConfiguration
	GetName() *string
	GetNamespace() *string
	GetKind() *string
	GetAPIVersion() *string
}

// configurations are the empty apply configurations of all kinds.
func configurations() []configuration {
	return []configuration{
		configurationac.KongService("name", "kong"), configurationac.KongRoute("name", "kong"),
		configurationac.KongUpstream("name", "kong"), configurationac.KongTarget("name", "kong"),
		configurationac.KongKeySet("name", "kong"), configurationac.KongKey("name", "kong"), configurationv1ac.KongConsumer("name", "kong"), configurationac.KongVault("name").WithNamespace("kong"),
		configurationac.KongDataPlaneClientCertificate("name", "kong"),
		configurationv1beta1ac.KongConsumerGroup("name", "kong"), configurationv1ac.KongPlugin("name", "kong"),
		configurationv1ac.KongClusterPlugin("name").WithNamespace("kong"), configurationac.KongPluginBinding("name", "kong"),
		configurationac.KongCredentialACL("name", "kong"), configurationac.KongCredentialAPIKey("name", "kong"),
		configurationac.KongCredentialBasicAuth("name", "kong"), configurationac.KongCredentialHMAC("name", "kong"),
		configurationac.KongCredentialJWT("name", "kong"),
		configurationac.KongCertificate("name", "kong"), configurationac.KongCACertificate("name", "kong"), configurationac.KongSNI("name", "kong"),
		configurationac.KongReferenceGrant("name", "kong"), konnectac.KonnectAPIAuthConfiguration("name", "kong"),
		konnectac.KonnectGatewayControlPlane("name", "kong"), konnectv1alpha2ac.KonnectGatewayControlPlane("name", "kong"),
	}
}

func newScheme(t *testing.T) *runtime.Scheme {
	t.Helper()
	scheme := runtime.NewScheme()
	require.NoError(t, crdscheme.AddToScheme(scheme))
	return scheme
}

func TestEveryKindHasAnApplyConfiguration(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for _, c := range configurations() {
		assert.Equal(t, new("name"), c.GetName())
		assert.Equal(t, new("kong"), c.GetNamespace())
		found[*c.GetAPIVersion()+" "+*c.GetKind()] = true
	}
	for gvk := range newScheme(t).AllKnownTypes() {
		kind := gvk.Kind
		if strings.HasPrefix(kind, "Kon") && !strings.HasSuffix(kind, "List") {
			assert.True(t, found[gvk.GroupVersion().String()+" "+kind], "no apply configuration of %s", gvk)
		}
	}
}

// The samples have every field of every kind, so that none can be missing in its apply
// configuration, or be there under another name.
func TestEveryFieldIsInTheApplyConfiguration(t *testing.T) {
	t.Parallel()
	kinds, err := crdscheme.Kinds()
	require.NoError(t, err)
	for _, kind := range kinds {
		t.Run(kind.Kind, func(t *testing.T) {
			t.Parallel()
			documents, err := samples.Documents(kind.Kind)
			require.NoError(t, err)
			for _, document := range documents {
				object, err := yaml.ToJSON(document)
				require.NoError(t, err)
				intent := emptyOf(kind.GroupVersionKind)
				require.NotNil(t, intent, "no apply configuration of %s", kind.GroupVersionKind)
				decoder := json.NewDecoder(bytes.NewReader(object))
				decoder.DisallowUnknownFields()
				require.NoError(t, decoder.Decode(intent))
				again, err := json.Marshal(intent)
				require.NoError(t, err)
				assert.Equal(t, desiredOf(t, object), desiredOf(t, again))
			}
		})
	}
}

// desiredOf returns the fields of an object but for its metadata.
func desiredOf(t *testing.T, object []byte) any {
	t.Helper()
	var fields map[string]any
	require.NoError(t, json.Unmarshal(object, &fields))
	delete(fields, "metadata")
	return fields
}

// emptyOf returns an empty apply configuration of a kind; nil when there is none.
func emptyOf(gvk schema.GroupVersionKind) configuration {
	for _, c := range configurations() {
		if *c.GetAPIVersion() == gvk.GroupVersion().String() && *c.GetKind() == gvk.Kind {
			return c
		}
	}
	return nil
}

// Whatever is not in an intent must be absent from its JSON, so each field must be able
// to be nil, down to the last struct.
func TestEveryFieldCanBeAbsent(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	for _, c := range configurations() {
		requireOptional(t, reflect.TypeOf(c).Elem(), seen)
	}
	assert.Greater(t, len(seen), 40, "the nested types were looked at")
}

func requireOptional(t *testing.T, structType reflect.Type, seen map[reflect.Type]bool) {
	t.Helper()
	if seen[structType] || !strings.HasPrefix(structType.PkgPath(), module) {
		return
	}
	seen[structType] = true
	assert.True(t, strings.HasPrefix(structType.PkgPath(), module+"crd/applyconfiguration/"), "%s is not an apply configuration", structType)
	for field := range structType.Fields() {
		fieldType := field.Type
		kind := fieldType.Kind()
		if !field.Anonymous {
			isOptional := kind == reflect.Pointer || kind == reflect.Slice || kind == reflect.Map
			assert.True(t, isOptional && strings.HasSuffix(field.Tag.Get("json"), ",omitempty"), "%s.%s", structType, field.Name)
		}
		for fieldType.Kind() == reflect.Pointer || fieldType.Kind() == reflect.Slice {
			fieldType = fieldType.Elem()
		}
		if fieldType.Kind() == reflect.Struct {
			requireOptional(t, fieldType, seen)
		}
	}
}

// A type converter knows which lists merge and which are replaced as a whole.
func TestTypeConverterKnowsEveryKind(t *testing.T) {
	t.Parallel()
	scheme := newScheme(t)
	converter := applyconfiguration.NewTypeConverter(scheme)
	for gvk := range scheme.AllKnownTypes() {
		if !strings.HasPrefix(gvk.Kind, "Kon") || strings.HasSuffix(gvk.Kind, "List") {
			continue
		}
		object, err := scheme.New(gvk)
		require.NoError(t, err)
		object.GetObjectKind().SetGroupVersionKind(gvk)
		_, err = converter.ObjectToTyped(object)
		assert.NoError(t, err, gvk.String())
	}
}
