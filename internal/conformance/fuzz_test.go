package conformance

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

// strictDecoder is the part of an API server that decodes custom resources, run in this
// process: JSON without duplicate keys, no field that the schema does not know, and the
// types of the schema.
type strictDecoder struct {
	structural map[schema.GroupVersionKind]*structuralschema.Structural
	validators map[schema.GroupVersionKind]validation.SchemaValidator
}

func newStrictDecoder(t testing.TB) strictDecoder {
	t.Helper()
	d := strictDecoder{
		structural: map[schema.GroupVersionKind]*structuralschema.Structural{},
		validators: map[schema.GroupVersionKind]validation.SchemaValidator{},
	}
	for gvk, of := range readSchemas(t, manifest.CRDs()) {
		props := &apiextensions.JSONSchemaProps{}
		require.NoError(t, apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&of.JSONSchemaProps, props, nil))
		structural, err := structuralschema.NewStructural(props)
		require.NoError(t, err)
		validator, _, err := validation.NewSchemaValidator(props)
		require.NoError(t, err)
		d.structural[gvk], d.validators[gvk] = structural, validator
	}
	return d
}

// refuses tells why an API server refuses to decode a JSON object; nothing if it does not,
// or if the object is of no kind with a schema.
func (d strictDecoder) refuses(t testing.TB, text []byte) []string {
	t.Helper()
	var object map[string]any
	strict, err := kjson.UnmarshalStrict(text, &object)
	if err != nil {
		return []string{err.Error()}
	}
	var found []string
	for _, problem := range strict {
		found = append(found, problem.Error())
	}
	u := unstructured.Unstructured{Object: object}
	structural, known := d.structural[u.GroupVersionKind()]
	if !known {
		return found
	}
	options := structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	found = append(found, pruning.PruneWithOptions(object, structural, true, options)...)
	coerceErr, unknown := objectmeta.CoerceWithOptions(nil, object, structural, true, objectmeta.CoerceOptions{ReturnUnknownFieldPaths: true})
	if coerceErr != nil {
		found = append(found, coerceErr.Error())
	}
	found = append(found, unknown...)
	defaulting.PruneNonNullableNullsWithoutDefaults(object, structural)
	defaulting.Default(object, structural)
	for _, problem := range validation.ValidateCustomResource(nil, object, d.validators[u.GroupVersionKind()]) {
		if problem.Type == field.ErrorTypeTypeInvalid {
			found = append(found, problem.Error())
		}
	}
	return found
}

// FuzzDecode looks for texts that this module takes and an API server's strict decoding
// does not. It needs no API server: TestOwnCRDs puts a sample of the same texts to one.
func FuzzDecode(f *testing.F) {
	decoder := newStrictDecoder(f)
	for _, w := range writings() {
		if w.as == asJSON {
			f.Add([]byte(w.text))
		}
	}
	for _, k := range kinds() {
		for _, seed := range k.seeds(f) {
			f.Add(render(f, seed))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			return // what is no JSON is read as YAML
		}
		object, err := manifest.Decode(text)
		if err != nil {
			return
		}
		gvk := object.GVK()
		if gvk.Group == "" || !hasKind(text, gvk) {
			return // a Secret, the item of a list, or a version that is converted
		}
		require.Empty(t, decoder.refuses(t, text))
	})
}

func hasKind(text []byte, gvk schema.GroupVersionKind) bool {
	var u unstructured.Unstructured
	return json.Unmarshal(text, &u.Object) == nil && u.GroupVersionKind() == gvk
}

// The decoder in this process must refuse what the tables say that an API server refuses,
// and nothing else, or the fuzz target would prove nothing.
func TestStrictDecoderIsFaithful(t *testing.T) {
	decoder := newStrictDecoder(t)
	for _, w := range writings() {
		if w.as != asJSON || w.broken || !json.Valid([]byte(w.text)) {
			continue
		}
		t.Run(w.reason, func(t *testing.T) {
			refused := decoder.refuses(t, []byte(w.text))
			require.Equal(t, w.want == nil, len(refused) == 0, "%v", refused)
		})
	}
}
