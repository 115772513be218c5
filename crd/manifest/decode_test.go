package manifest_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/core"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/crd/manifest"
)

// grantHead is an object by itself.
const grantHead = "apiVersion: configuration.konghq.com/v1alpha1\nkind: KongReferenceGrant\nmetadata: {name: s, namespace: kong}\n"

const serviceHead = "apiVersion: configuration.konghq.com/v1alpha1\nkind: KongService\nmetadata: {name: s, namespace: kong}\n"

// decodeOne decodes text, which must hold one object of type T.
func decodeOne[T crd.Object](t *testing.T, text string) T {
	t.Helper()
	obj, err := manifest.Decode([]byte(text))
	require.NoError(t, err)
	return as[T](t, obj)
}

// as returns obj as a T.
func as[T crd.Object](t *testing.T, obj crd.Object) T {
	t.Helper()
	typed, ok := obj.(T)
	require.True(t, ok, "got a %T", obj)
	return typed
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("%s is not there", path)
	}
	require.NoError(t, err)
	return string(text)
}

func TestDecodeAllHowTo(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"testdata/how-to.yaml", filepath.Join("..", "..", "..", "shared", "reference", "how-to.yaml")} {
		t.Run(filepath.ToSlash(path), func(t *testing.T) {
			t.Parallel()
			objects, err := manifest.DecodeAll(strings.NewReader(readFile(t, path)))
			require.NoError(t, err)
			require.Len(t, objects, 4)
			var keys []string
			for _, obj := range objects {
				keys = append(keys, crd.KeyOf(obj).String())
				assert.Empty(t, obj.Validate(), "%s", crd.KeyOf(obj))
			}
			assert.Equal(t, []string{
				"KonnectAPIAuthConfiguration kong/konnect-api-auth", "KonnectGatewayControlPlane kong/gateway-control-plane",
				"KongService kong/service", "KongRoute kong/route",
			}, keys)
			assert.Equal(t, "kpat_example", as[*konnectv1alpha1.KonnectAPIAuthConfiguration](t, objects[0]).Spec.Token.Reveal())
			assert.Equal(t, konnectv1alpha2.SourceOrigin, as[*konnectv1alpha2.KonnectGatewayControlPlane](t, objects[1]).Spec.Source, "the CRD's default")
			service := as[*configurationv1alpha1.KongService](t, objects[2])
			assert.Equal(t, int64(1027), *service.Spec.Port)
			assert.Equal(t, crd.PendingConditions(), service.Status.Conditions, "the CRD's default")
			assert.Equal(t, []string{"/echo"}, as[*configurationv1alpha1.KongRoute](t, objects[3]).Spec.Paths)
		})
	}
}

func TestDecodeAllWithoutNamespace(t *testing.T) {
	t.Parallel()
	objects, err := manifest.DecodeAll(strings.NewReader(readFile(t, "testdata/no-namespace.yaml")))
	require.NoError(t, err)
	require.Len(t, objects, 2)
	assert.Equal(t, "KongService default/service", crd.KeyOf(objects[0]).String())
	assert.Empty(t, objects[0].GetNamespace(), "it stays unset, so that kubectl can choose")
}

// The page that the project starts from prints its documents between markers.
func TestDecodeAllHowToPage(t *testing.T) {
	t.Parallel()
	page := readFile(t, filepath.Join("..", "..", "..", "shared", "reference", "how-to.md"))
	var names []string
	for _, part := range strings.Split(page, "{% konnect_crd %}")[1:] {
		text, _, ok := strings.Cut(part, "{% endkonnect_crd %}")
		require.True(t, ok)
		obj, err := manifest.Decode([]byte(text))
		require.NoError(t, err)
		assert.Empty(t, obj.Validate())
		names = append(names, crd.KeyOf(obj).String())
	}
	assert.Equal(t, []string{"KongService default/service", "KongRoute default/route"}, names)
}

func TestDecodeValues(t *testing.T) {
	t.Parallel()
	type spec = configurationv1alpha1.KongServiceSpec
	kic := &commonv1alpha1.ControlPlaneRef{Type: "kic"}
	for name, c := range map[string]struct {
		reason, spec string
		want         spec
	}{
		"null":       {"a null counts as unset", "{host: a, port: null, tags: ~, name: }", spec{Host: "a"}},
		"default":    {"a null takes the CRD's default", "{host: a, controlPlaneRef: {type: null}}", spec{Host: "a", ControlPlaneRef: kic}},
		"zero":       {"a zero is a value", "{host: a, port: 0, enabled: false, name: ''}", spec{Host: "a", Port: new(int64(0)), Enabled: new(false), Name: new("")}},
		"empty list": {"an empty list is set", "{host: a, tags: []}", spec{Host: "a", Tags: commonv1alpha1.Tags{}}},
		"boolean":    {"YAML 1.1 knows yes", "{host: a, enabled: yes}", spec{Host: "a", Enabled: new(true)}},
		"octal":      {"YAML 1.1 has octal numbers", "{host: a, port: 010}", spec{Host: "a", Port: new(int64(8))}},
		"float":      {"an integer may be written as a float", "{host: a, port: 80.0, retries: 1e1}", spec{Host: "a", Port: new(int64(80)), Retries: new(int64(10))}},
		"merge":      {"a merged key is overridden by one that is written", "{<<: {host: a, port: 1}, port: 2}", spec{Host: "a", Port: new(int64(2))}},
		"alias":      {"an alias stands for its anchor", "{host: &a x, path: *a}", spec{Host: "x", Path: new("x")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := decodeOne[*configurationv1alpha1.KongService](t, serviceHead+"spec: "+c.spec+"\n")
			assert.Equal(t, c.want, service.Spec, c.reason)
		})
	}
}

// Metadata is decoded as Go types are, not by a schema.
func TestDecodeNullsInMetadata(t *testing.T) {
	t.Parallel()
	route := decodeOne[*configurationv1alpha1.KongRoute](t, `
apiVersion: configuration.konghq.com/v1alpha1
kind: KongRoute
metadata: {name: a, labels: {a: null}, annotations: {b: ~}, finalizers: [null], generateName: null}
spec: {headers: {a: null}}
`)
	assert.Equal(t, map[string]string{"a": ""}, route.Labels)
	assert.Equal(t, map[string]string{"b": ""}, route.Annotations)
	assert.Equal(t, []string{""}, route.Finalizers)
	assert.Equal(t, map[string][]string{}, route.Spec.Headers, "a map of the spec loses the key")
}

func TestDecodeTargetWeight(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: configuration.konghq.com/v1alpha1\nkind: KongTarget\nmetadata: {name: t}\nspec: {target: a, upstreamRef: {name: u}"
	for text, want := range map[string]int{"": 100, ", weight: null": 100, ", weight: 0": 0, ", weight: 7": 7} {
		target := decodeOne[*configurationv1alpha1.KongTarget](t, head+text+"}\n")
		assert.Equal(t, want, *target.Spec.Weight, "%q", text)
	}
}

func TestDecodeOldControlPlane(t *testing.T) {
	t.Parallel()
	cp := decodeOne[*konnectv1alpha2.KonnectGatewayControlPlane](t, `
apiVersion: konnect.konghq.com/v1alpha1
kind: KonnectGatewayControlPlane
metadata: {name: cp, namespace: kong}
spec:
  name: cp
  labels: {team: a}
  konnect: {authRef: {name: auth}}
`)
	assert.Equal(t, "konnect.konghq.com/v1alpha2", cp.APIVersion)
	assert.Equal(t, "cp", cp.Spec.CreateControlPlaneRequest.Name)
	assert.Equal(t, map[string]string{"team": "a"}, cp.Spec.CreateControlPlaneRequest.Labels)
	assert.Equal(t, "auth", cp.Spec.Konnect.APIAuthConfigurationRef.Name)
	assert.Equal(t, konnectv1alpha2.SourceOrigin, cp.Spec.Source)
	assert.Empty(t, cp.Validate())
}

func TestDecodeSecret(t *testing.T) {
	t.Parallel()
	secret := decodeOne[*core.Secret](t, `
apiVersion: v1
kind: Secret
metadata: {name: token, labels: {konghq.com/credential: konnect}}
data: {token: a3BhdF9leGFtcGxl}
stringData: {other: spat_example}
`)
	value, ok := secret.Value("token")
	assert.True(t, ok)
	assert.Equal(t, "kpat_example", value.Reveal())
	value, _ = secret.Value("other")
	assert.Equal(t, "spat_example", value.Reveal())
}

func TestDecodeAllForms(t *testing.T) {
	t.Parallel()
	const one = `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongService","metadata":{"name":"a"},"spec":{"host":"x"}}`
	const two = `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongService","metadata":{"name":"b"},"spec":{"host":"\/\ud83d\ude00"}}`
	flow := strings.ReplaceAll(one, `"`, "")
	flow = strings.NewReplacer(":", ": ").Replace(flow)
	for name, c := range map[string]struct {
		reason, text string
		names        []string
	}{
		"nothing":       {"no document is no error", "", nil},
		"only comments": {"a document of comments is skipped", "# one\n---\n  # two\n...\n---\n", nil},
		"null":          {"a document that is null holds nothing", "~\n---\nnull\n", nil},
		"json":          {"JSON is read too", one, []string{"a"}},
		"json stream":   {"JSON objects may follow each other", one + two + "\n\n" + one, []string{"a", "b", "a"}},
		"json escapes":  {"JSON has escapes that YAML lacks", two, []string{"b"}},
		"json mixed":    {"markers may separate JSON too", one + "\n---\n" + two, []string{"a", "b"}},
		"json tabs":     {"tabs are white space in JSON", "\t{\"apiVersion\":\n\t" + one[len(`{"apiVersion":`):], []string{"a"}},
		"flow":          {"flow style YAML also starts with a brace", flow, []string{"a"}},
		"flow marked":   {"content may follow the marker", "--- " + flow + "\n--- # next\n" + flow + "\n", []string{"a", "a"}},
		"directive":     {"directives belong to the document after them", "%YAML 1.1\n# c\n---\n" + one + "\n", []string{"a"}},
		"end marker":    {"an end marker separates too", one + "\n...\n" + two + "\n...\n", []string{"a", "b"}},
		"windows":       {"lines may end with carriage returns", "---\r\n" + strings.ReplaceAll(grantHead, "\n", "\r\n") + "---\r\n" + one, []string{"s", "a"}},
		"mark":          {"a byte order mark is skipped", "\ufeff---\n" + one, []string{"a"}},
		"list":          {"a List stands for its items", `{"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":""},"items":[` + one + "," + two + "]}", []string{"a", "b"}},
		"empty list":    {"a List may be empty", "apiVersion: v1\nkind: List\nitems:\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects, err := manifest.DecodeAll(strings.NewReader(c.text))
			require.NoError(t, err, c.reason)
			var names []string
			for _, obj := range objects {
				names = append(names, obj.GetName())
			}
			assert.Equal(t, c.names, names, c.reason)
		})
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	_, err := manifest.Decode([]byte("# nothing\n"))
	require.EqualError(t, err, "decode manifest: want one object, found 0")
	_, err = manifest.Decode([]byte(grantHead + "---\n" + grantHead))
	require.EqualError(t, err, "decode manifest: want one object, found 2")
	_, err = manifest.Decode([]byte("a: 1\n"))
	var problems *manifest.DecodeError
	require.ErrorAs(t, err, &problems)
}

func TestDecodeAllReportsReader(t *testing.T) {
	t.Parallel()
	cause := errors.New("gone")
	_, err := manifest.DecodeAll(iotest.ErrReader(cause))
	require.ErrorIs(t, err, cause)
	assert.EqualError(t, err, "read manifests: gone")
}

func BenchmarkDecodeAll(b *testing.B) {
	text, err := os.ReadFile("testdata/how-to.yaml")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := manifest.DecodeAll(strings.NewReader(string(text))); err != nil {
			b.Fatal(err)
		}
	}
}
