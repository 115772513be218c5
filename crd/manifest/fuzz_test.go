package manifest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/internal/samples"
)

func readSeed(f *testing.F, path string) []byte {
	f.Helper()
	text, err := os.ReadFile(path)
	require.NoError(f, err)
	return text
}

func requireOneLine(t *testing.T, text string) {
	t.Helper()
	require.NotEmpty(t, text)
	require.NotContains(t, text, "\n")
}

// Whatever decodes must be written, and read again as the same objects. Options of
// DecodeAll change nothing about it, and what they let pass they report.
func FuzzDecodeAll(f *testing.F) {
	addSamples(f)
	for _, path := range []string{"testdata/how-to.yaml", "testdata/no-namespace.yaml", "testdata/encode.golden.yaml"} {
		f.Add(readSeed(f, path))
	}
	for _, seed := range []string{
		`{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Secret","data":{"a":"YQ=="}}]}`,
		serviceHead + "spec: {host: a, tags: [], port: 80.0, name: \"\\u2028\", controlPlaneRef: {type: null}}\n",
		serviceHead + "spec: {<<: {host: a, port: 1}, port: 2, name: &a yes, path: *a}\nstatus: {conditions: []}\n",
		"apiVersion: konnect.konghq.com/v1alpha1\nkind: KonnectGatewayControlPlane\nspec: {labels: {a: b}}\n",
		"apiVersion: v1\nkind: Secret\nmetadata: {creationTimestamp: 2026-01-02T03:04:05.5+01:00, managedFields: [{fieldsV1: {b: {}, a: null}, time: 2026-01-02T03:04:05Z}]}\n",
		"%YAML 1.1\n---\n{a: b}\n...\n--- !!map {}\n",
		"a: &a [*a]\n", "? [a]\n: b\n", "{\"a\":1,\"a\":2}{", "a: 1\na: 2\n",
	} {
		f.Add([]byte(seed))
	}
	for _, seed := range []string{
		"a: 1\na: 2\n---\napiVersion: apps/v1\nkind: Deployment\n---\n" + serviceHead + "spec: {host: a, Port: 1, new: {}}\n",
		`[{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongServiceList","items":[{"spec":{"host":"a"}}]}]`,
		"_format_version: '3.0'\n---\n- a\n---\n{{ a }}\n---\nEOF\n", "apiVersion: configuration.konghq.com/v1\nkind: Kongservice\nspec: {routes: [{a: b}]}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		objects, err := manifest.DecodeAll(bytes.NewReader(input))
		reports := 0
		with, errWith := manifest.DecodeAll(bytes.NewReader(input),
			manifest.SkipUnknownKinds(func(s manifest.Skipped) { reports++; requireOneLine(t, s.String()) }),
			manifest.AllowUnknownFields(func(p manifest.Problem) { reports++; requireOneLine(t, p.String()) }))
		if err != nil {
			require.NotEmpty(t, err.Error())
			require.True(t, errWith != nil || reports > 0, "what an option lets pass is reported")
			return
		}
		require.NoError(t, errWith)
		require.Zero(t, reports)
		require.Equal(t, objects, with)
		var text bytes.Buffer
		require.NoError(t, manifest.Encode(&text, objects...))
		again, err := manifest.DecodeAll(bytes.NewReader(text.Bytes()))
		require.NoError(t, err, "%s", text.Bytes())
		require.Len(t, again, len(objects))
		for i := range objects {
			require.True(t, apiequality.Semantic.DeepEqual(objects[i], again[i]), "want %#v\ngot %#v\n%s", objects[i], again[i], text.Bytes())
		}
	})
}

// What has unknown fields does not decode, and what decodes has none.
func FuzzUnknownFields(f *testing.F) {
	const route = `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongRoute","metadata":{"name":"a"}`
	for _, seed := range []string{
		route + `,"spec":{"paths":["/a"],"newSetting":1}}`, route + `,"spec":{"sources":[{"mark":1}]}}`, route + `,"a":null}`, route + "}",
		`{"apiVersion":"v1","kind":"Secret","data":{"a":"YQ=="},"b":1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		unknown, err := manifest.UnknownFields(object)
		if err != nil {
			return
		}
		if _, err := manifest.Decode(object); len(unknown) > 0 {
			require.Error(t, err, "%v", unknown)
		}
	})
}

// addSamples adds the valid objects of all kinds.
func addSamples(f *testing.F) {
	f.Helper()
	kinds, err := samples.Kinds()
	require.NoError(f, err)
	for _, kind := range kinds {
		documents, err := samples.Documents(kind)
		require.NoError(f, err)
		f.Add(bytes.Join(documents, []byte("\n---\n")))
	}
}

// Defaults are filled in once, and validation has one answer and leaves the object alone.
func FuzzDefaultValidate(f *testing.F) {
	addSamples(f)
	for _, path := range []string{"testdata/how-to.yaml", "testdata/encode.golden.yaml"} {
		f.Add(readSeed(f, path))
	}
	for _, seed := range []string{
		serviceHead + "spec: {host: '', tags: [''], adopt: {from: x}, caCertificateRefs: [{name: ''}]}\nstatus: {konnect: {caCertificateIDs: [a, a]}}\n",
		"apiVersion: configuration.konghq.com/v1alpha1\nkind: KongUpstream\nmetadata: {name: A, labels: {a: null}}\n" +
			"spec: {hash_on: cookie, slots: 1, healthchecks: {threshold: 101, active: {}}}\n",
		"apiVersion: configuration.konghq.com/v1alpha1\nkind: KongReferenceGrant\nmetadata: {name: g}\n" +
			"spec: {from: [{group: a, kind: b, namespace: ''}], to: []}\n",
		"apiVersion: konnect.konghq.com/v1alpha2\nkind: KonnectGatewayControlPlane\nmetadata: {name: c}\n" +
			"spec: {source: Mirror, mirror: {konnect: {id: a}}, members: [{}]}\nstatus: {id: a, conditions: []}\n",
		"apiVersion: konnect.konghq.com/v1alpha1\nkind: KonnectAPIAuthConfiguration\nmetadata: {name: a}\n" +
			"spec: {type: token, token: x, serverURL: 'http://a b'}\nstatus: {serverURL: a}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		objects, err := manifest.DecodeAll(bytes.NewReader(input))
		if err != nil {
			return
		}
		for _, object := range objects {
			once := object.DeepCopyObject()
			object.Default()
			require.Equal(t, once, object, "decoding has filled in all defaults")

			errs := object.Validate()
			require.Equal(t, once, object, "validation does not write")
			require.Equal(t, errs, object.Validate())
			update := object.ValidateUpdate(object)
			require.Equal(t, update, object.ValidateUpdate(object))
			require.GreaterOrEqual(t, len(update), len(errs), "an update keeps the rules of a new object")
			for _, err := range errs {
				require.NotEmpty(t, err.Field)
			}
		}
	})
}

// FuzzProblemsAreLines looks for manifests whose problems are more than a line each, or
// hold what steers a terminal.
func FuzzProblemsAreLines(f *testing.F) {
	for _, seed := range []string{"a", "a\nb", "\x1b[8m", "\u202e", "\u2028"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, value := range []map[string]any{
			{"apiVersion": text, "kind": text, "metadata": map[string]any{"name": text}},
			{"apiVersion": "configuration.konghq.com/v1alpha1", "kind": "KongService", "metadata": map[string]any{"name": text, text: text}, text: text},
		} {
			raw, err := json.Marshal(value)
			require.NoError(t, err)
			_, err = manifest.DecodeAll(bytes.NewReader(raw))
			failure, ok := errors.AsType[*manifest.DecodeError](err)
			if !ok {
				continue
			}
			for _, problem := range failure.Problems {
				hidden := strings.ContainsFunc(problem.String(), func(r rune) bool { return !unicode.IsPrint(r) })
				assert.False(t, hidden, "%q", problem.String())
			}
		}
	})
}
