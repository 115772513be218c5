package crd_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

// schema is the part of a structural schema that Go types must agree with.
type schema struct {
	Type                 string            `json:"type"`
	Format               string            `json:"format"`
	Properties           map[string]schema `json:"properties"`
	Items                *schema           `json:"items"`
	AdditionalProperties *schema           `json:"additionalProperties"`
	Required             []string          `json:"required"`
}

// readSchema returns the published schema of a kind's version. The test is skipped
// where the schemas are not there.
func readSchema(t *testing.T, file, version string) schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "shared", "reference", "crds", file+".yaml"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the published schemas are not there")
	}
	require.NoError(t, err)
	var definition struct {
		Spec struct {
			Versions []struct {
				Name   string `json:"name"`
				Schema struct {
					OpenAPI schema `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	require.NoError(t, yaml.Unmarshal(text, &definition))
	for _, v := range definition.Spec.Versions {
		if v.Name == version {
			return v.Schema.OpenAPI
		}
	}
	require.Fail(t, "no such version", version)
	return schema{}
}

func TestTypesAgreeWithSchemas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, version string
		object        any
	}{
		{"configuration.konghq.com_kongservices", "v1alpha1", configurationv1alpha1.KongService{}},
		{"configuration.konghq.com_kongroutes", "v1alpha1", configurationv1alpha1.KongRoute{}},
		{"configuration.konghq.com_kongupstreams", "v1alpha1", configurationv1alpha1.KongUpstream{}},
		{"configuration.konghq.com_kongtargets", "v1alpha1", configurationv1alpha1.KongTarget{}},
		{"configuration.konghq.com_kongreferencegrants", "v1alpha1", configurationv1alpha1.KongReferenceGrant{}},
		{"konnect.konghq.com_konnectapiauthconfigurations", "v1alpha1", konnectv1alpha1.KonnectAPIAuthConfiguration{}},
		{"konnect.konghq.com_konnectgatewaycontrolplanes", "v1alpha1", konnectv1alpha1.KonnectGatewayControlPlane{}},
		{"konnect.konghq.com_konnectgatewaycontrolplanes", "v1alpha2", konnectv1alpha2.KonnectGatewayControlPlane{}},
	} {
		t.Run(c.file+"/"+c.version, func(t *testing.T) {
			t.Parallel()
			compare(t, "", reflect.TypeOf(c.object), readSchema(t, c.file, c.version))
		})
	}
}

// compare reports where a Go type and a schema differ: names of fields, types,
// and required properties that JSON would leave out.
func compare(t *testing.T, path string, goType reflect.Type, want schema) {
	t.Helper()
	for goType.Kind() == reflect.Pointer {
		goType = goType.Elem()
	}
	switch goType {
	case reflect.TypeFor[metav1.ObjectMeta]():
		return // its fields are the API server's business
	case reflect.TypeFor[metav1.Time]():
		assert.Equal(t, "date-time", want.Format, path)
		return
	}
	require.Equal(t, want.Type, schemaType(goType), "type of %s", path)
	switch {
	case want.Items != nil:
		compare(t, path+"[]", goType.Elem(), *want.Items)
	case want.AdditionalProperties != nil:
		compare(t, path+"{}", goType.Elem(), *want.AdditionalProperties)
	case goType.Kind() == reflect.Struct:
		compareFields(t, path, goType, want)
	}
}

func compareFields(t *testing.T, path string, goType reflect.Type, want schema) {
	t.Helper()
	fields := map[string]reflect.StructField{}
	collect(goType, fields)
	for name, property := range want.Properties {
		field, ok := fields[name]
		if assert.True(t, ok, "no Go field for %s.%s", path, name) {
			compare(t, path+"."+name, field.Type, property)
		}
	}
	for name := range fields {
		assert.Contains(t, want.Properties, name, "no property for the Go field %s.%s", path, name)
	}
	for _, name := range want.Required {
		field := fields[name]
		isLeftOut := strings.Contains(field.Tag.Get("json"), "omit") && field.Type.Kind() != reflect.Pointer
		assert.False(t, isLeftOut, "%s.%s is required, and must not be left out when it is zero", path, name)
	}
}

// collect adds the fields of a struct by JSON name, those of embedded ones included.
func collect(goType reflect.Type, fields map[string]reflect.StructField) {
	for field := range goType.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" {
			collect(field.Type, fields)
			continue
		}
		fields[name] = field
	}
}

func schemaType(goType reflect.Type) string {
	switch goType.Kind() {
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Slice:
		return "array"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Float64:
		return "number"
	default:
		return "string"
	}
}
