package manifest_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/manifest"
)

// lenient decodes text with both options and returns what they report.
func lenient(text string) (objects []crd.Object, skipped, unknown []string, err error) {
	objects, err = manifest.DecodeAll(strings.NewReader(text),
		manifest.SkipUnknownKinds(func(s manifest.Skipped) { skipped = append(skipped, s.String()) }),
		manifest.AllowUnknownFields(func(p manifest.Problem) { unknown = append(unknown, p.String()) }))
	return objects, skipped, unknown, err
}

func keys(objects []crd.Object) []string {
	var names []string
	for _, object := range objects {
		names = append(names, crd.KeyOf(object).String())
	}
	return names
}

func TestSkipUnknownKinds(t *testing.T) {
	t.Parallel()
	const service = serviceHead + "spec: {host: a}\n"
	for name, c := range map[string]struct {
		reason, text string
		objects      []string
		skipped      []string
	}{
		"foreign": {
			"objects of a cluster that are not Kong's",
			"apiVersion: v1\nkind: Namespace\nmetadata: {name: kong}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: b}\n---\n" + service,
			[]string{"KongService kong/s"},
			[]string{
				"document 1, line 1: Namespace kong (v1): foreign kind",
				"document 2, line 5: Deployment b/a (apps/v1): foreign kind",
			},
		},
		"Kong's": {
			"kinds of Kong's that this module does not have, its groups of operators and of old days included",
			"apiVersion: configuration.konghq.com/v1beta1\nkind: KongUpstreamPolicy\nmetadata: {name: a}\n---\n" +
				"apiVersion: gateway-operator.konghq.com/v1beta1\nkind: DataPlane\nmetadata: {name: a}\n---\n" +
				"apiVersion: konnect.konghq.com/v1alpha2\nkind: KonnectExtension\nmetadata: {name: a}\n---\n" +
				"apiVersion: charts.konghq.com/v1alpha1\nkind: Kong\nmetadata: {name: a}\n",
			nil,
			[]string{
				"document 1, line 1: KongUpstreamPolicy a (configuration.konghq.com/v1beta1): unsupported kind",
				"document 2, line 5: DataPlane a (gateway-operator.konghq.com/v1beta1): unsupported kind",
				"document 3, line 9: KonnectExtension a (konnect.konghq.com/v1alpha2): unsupported kind",
				"document 4, line 13: Kong a (charts.konghq.com/v1alpha1): unsupported kind",
			},
		},
		"items": {
			"lists are looked through",
			"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: m}}\n- " +
				strings.ReplaceAll(strings.TrimSpace(service), "\n", "\n  ") + "\n- {apiVersion: apps/v1, kind: DeploymentList, items: []}\n",
			[]string{"KongService kong/s"},
			[]string{
				"document 1, line 4: ConfigMap m (v1): foreign kind",
				"document 1, line 9: DeploymentList (apps/v1): foreign kind",
			},
		},
		"no manifest": {
			"what does not say a kind is none: values of a chart, a package file, a chart, a list of tasks, a text",
			"replicas: 2\n---\n{\"name\": \"a\", \"version\": \"1\"}\n---\napiVersion: v2\nname: chart\n---\n- hosts: all\n---\ntext\n---\nkind: DaemonSet\nimage: {tag: a}\n",
			nil,
			[]string{
				"document 1, line 1: no manifest", "document 2, line 3: no manifest", "document 3, line 5 (v2): no manifest",
				"document 4, line 8: no manifest", "document 5, line 10: no manifest", "document 6, line 12: DaemonSet: no manifest",
			},
		},
		"decK": {
			"Kong's configuration in another format", "_format_version: \"3.0\"\nservices: []\n", nil,
			[]string{"document 1, line 1: decK file"},
		},
		"duplicates": {
			"what is left out may be wrong by itself",
			"a: 1\na: 2\n---\n{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"a\":1,\"a\":2}\n", nil,
			[]string{"document 1, line 1: no manifest", "document 2, line 4: Pod (v1): foreign kind"},
		},
		"other Secret": {
			"another group may have a kind of that name", "apiVersion: example.com/v1\nkind: Secret\n", nil,
			[]string{"document 1, line 1: Secret (example.com/v1): foreign kind"},
		},
		"names": {
			"a report stays on one line", "apiVersion: \"a\\nb\"\nkind: Pod\nmetadata: {name: \"a\\nb\"}\n", nil,
			[]string{`document 1, line 1: "Pod a\nb" ("a\nb"): foreign kind`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects, skipped, _, err := lenient(c.text)
			require.NoError(t, err, c.reason)
			assert.Equal(t, c.objects, keys(objects), c.reason)
			assert.Equal(t, c.skipped, skipped, c.reason)
			again, err := manifest.DecodeAll(strings.NewReader(c.text), manifest.SkipUnknownKinds(nil), manifest.AllowUnknownFields(nil))
			require.NoError(t, err)
			assert.Equal(t, objects, again, "nobody need listen")
			_, err = manifest.DecodeAll(strings.NewReader(c.text))
			assert.Error(t, err, "without the option it is wrong")
		})
	}
}

// What is nearly an object of this module must not be lost: a prune would delete its entity.
func TestSkipUnknownKindsKeepsMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ reason, text, want string }{
		"case": {
			"kinds are case-sensitive", "apiVersion: configuration.konghq.com/v1alpha1\nkind: Kongservice\n",
			`document 1, line 2: Kongservice: kind: unknown kind "Kongservice", did you mean KongService? supported are ` + supported,
		},
		"plural": {
			"the CRD's plural is not the kind", "apiVersion: configuration.konghq.com/v1alpha1\nkind: KongServices\n",
			`did you mean KongService?`,
		},
		"group": {
			"a misspelt group", "apiVersion: configuration.konghq.co/v1alpha1\nkind: KongService\n",
			`line 1: KongService: apiVersion: unknown version "configuration.konghq.co/v1alpha1", must be configuration.konghq.com/v1alpha1`,
		},
		"kind of another group": {
			"a misspelt group and kind", "apiVersion: v1\nkind: kongservice\n", `did you mean KongService?`,
		},
		"secret": {"core kinds may be misspelt too", "apiVersion: v1\nkind: secret\n", `did you mean Secret?`},
		"version": {
			"a kind in a version that does not exist", "apiVersion: configuration.konghq.com/v1\nkind: KongService\n",
			`unknown version "configuration.konghq.com/v1", must be configuration.konghq.com/v1alpha1`,
		},
		"no kind":       {"a forgotten line", "apiVersion: configuration.konghq.com/v1alpha1\nspec: {}\n", "line 1: kind: must be set"},
		"no apiVersion": {"a forgotten line", "kind: KongRoute\nspec: {}\n", "line 1: KongRoute: apiVersion: must be set"},
		"neither":       {"two forgotten lines", "metadata: {name: a}\nspec: {}\n", "line 1: a: kind: must be set"},
		"item":          {"an item of a list is an object", "apiVersion: v1\nkind: List\nitems: [{a: b}]\n", "items[0].kind: must be set"},
		"mixed array":   {"an array with one object is one of objects", `[{"apiVersion":"v1","kind":"Pod"},{"a":1}]`, "[1].kind: must be set"},
		"list":          {"a list that is none", "apiVersion: v1\nkind: List\nitem: []\n", "item: unknown field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects, _, _, err := lenient(c.text)
			require.ErrorContains(t, err, c.want, c.reason)
			assert.Empty(t, objects)
		})
	}
}

func TestDecodeLists(t *testing.T) {
	t.Parallel()
	const one = `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongService","metadata":{"name":"a"},"spec":{"host":"x"}}`
	for name, c := range map[string]struct {
		reason, text string
		want         []string
	}{
		"array":         {"what jq prints", "[" + one + ",\n" + one + "]", []string{"KongService default/a", "KongService default/a"}},
		"empty":         {"an array may be empty", "[]", nil},
		"array in YAML": {"a sequence is the same", "- " + one + "\n", []string{"KongService default/a"}},
		"typed":         {"what an API server returns for a collection", `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongServiceList","metadata":{"resourceVersion":"7"},"items":[` + one + "]}", []string{"KongService default/a"}},
		"bare items": {
			"items of a typed list need not repeat the kind",
			"apiVersion: konnect.konghq.com/v1alpha1\nkind: KonnectGatewayControlPlaneList\nitems:\n- {metadata: {name: c}, spec: {name: c, konnect: {authRef: {name: a}}}}\n",
			[]string{"KonnectGatewayControlPlane default/c"},
		},
		"Secrets": {"core lists too", `{"apiVersion":"v1","kind":"SecretList","items":[{"metadata":{"name":"s"}}]}`, []string{"Secret default/s"}},
		"nested":  {"lists may hold lists", `{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"List","items":[` + one + "]}]}", []string{"KongService default/a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects, err := manifest.DecodeAll(strings.NewReader(c.text))
			require.NoError(t, err, c.reason)
			assert.Equal(t, c.want, keys(objects), c.reason)
		})
	}
}

func TestAllowUnknownFields(t *testing.T) {
	t.Parallel()
	objects, skipped, unknown, err := lenient(serviceHead +
		"spec: {host: a, newSetting: {b: 1}, Port: 7, read_timeout: 5}\nstatus: {konnect: {region: us}}\n" +
		"---\napiVersion: configuration.konghq.com/v1alpha1\nkind: KongRoute\nmetadata: {name: r}\nspec: {paths: [/a]}\nstatus: {konnect: {region: us}, seen: 1}\n")
	require.NoError(t, err)
	assert.Empty(t, skipped)
	assert.Equal(t, []string{
		"document 1, line 4: KongService kong/s: spec.Port: unknown field, did you mean port?",
		"document 1, line 4: KongService kong/s: spec.newSetting: unknown field",
		"document 1, line 5: KongService kong/s: status.konnect.region: unknown field",
		"document 2, line 11: KongRoute r: status.konnect.region: unknown field",
		"document 2, line 11: KongRoute r: status.seen: unknown field",
	}, unknown)
	service := as[*configurationv1alpha1.KongService](t, objects[0])
	assert.Equal(t, configurationv1alpha1.KongServiceSpec{Host: "a", ReadTimeout: new(int64(5)), ControlPlaneRef: service.Spec.ControlPlaneRef}, service.Spec,
		"a field of another case does not slip in")
}

// What is ignored there could allow more than was written.
func TestAllowUnknownFieldsWithExceptions(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: configuration.konghq.com/v1alpha1\nmetadata: {name: a}\n"
	for name, c := range map[string]struct{ reason, text, field string }{
		"grant":          {"it could name fewer referrers", head + "kind: KongReferenceGrant\nspec: {from: [{group: a, kind: B, namespace: c, nameSelector: d}], to: []}\n", "spec.from[0].nameSelector"},
		"grant's root":   {"it could end some day", head + "kind: KongReferenceGrant\nexpires: 1\nspec: {from: [], to: []}\n", "expires"},
		"route":          {"it could match less", head + "kind: KongRoute\nspec: {paths: [/a], bodies: [a]}\n", "spec.bodies"},
		"route's status": {"a status is not a field of it", head + "kind: KongRoute\nspec: {paths: [/a]}\nStatus: {}\n", "Status"},
		"auth": {
			"it could choose another account",
			"apiVersion: konnect.konghq.com/v1alpha1\nkind: KonnectAPIAuthConfiguration\nmetadata: {name: a}\nspec: {type: token, token: kpat_example, serverURL: a, scope: b}\n", "spec.scope",
		},
		"Secret":    {"it belongs to the auth", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nsops: {}\n", "sops"},
		"metadata":  {"annotations protect entities", serviceHead[:len(serviceHead)-2] + ", annotation: {konnectkit/deletion-policy: protect}}\nspec: {host: a}\n", "metadata.annotation"},
		"reference": {"it could mean another object", serviceHead + "spec: {host: a, controlPlaneRef: {type: konnectNamespacedRef, konnectNamespacedRef: {name: a, cluster: b}}}\n", "spec.controlPlaneRef.konnectNamespacedRef.cluster"},
		"adoption":  {"it could mean another entity", serviceHead + "spec: {host: a, adopt: {from: konnect, konnect: {id: a}, only: b}}\n", "spec.adopt.only"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects, _, unknown, err := lenient(c.text)
			require.ErrorContains(t, err, c.field+": unknown field", c.reason)
			assert.Empty(t, objects)
			assert.Empty(t, unknown)
		})
	}
}

// Inputs of users in the references decode, or say what is wrong with them.
func TestDecodeAllFieldInputs(t *testing.T) {
	t.Parallel()
	field := func(t *testing.T, name string) string {
		t.Helper()
		return readFile(t, filepath.Join("..", "..", "..", "shared", "field", name))
	}
	t.Run("mixed kinds", func(t *testing.T) {
		t.Parallel()
		objects, skipped, _, err := lenient(field(t, "29-mixed-kinds.yaml"))
		require.NoError(t, err)
		assert.Contains(t, keys(objects), "KonnectGatewayControlPlane kong/cp")
		assert.Contains(t, strings.Join(skipped, "\n"), "Namespace kong (v1): foreign kind")
		assert.Contains(t, strings.Join(skipped, "\n"), "KonnectExtension kong/x (konnect.konghq.com/v1alpha2): unsupported kind")
	})
	t.Run("list of kubectl", func(t *testing.T) {
		t.Parallel()
		objects, err := manifest.DecodeAll(strings.NewReader(field(t, "39-exported-list.yaml")))
		require.NoError(t, err)
		assert.Equal(t, []string{"KongService default/s", "KonnectGatewayControlPlane default/cp"}, keys(objects))
	})
	t.Run("version", func(t *testing.T) {
		t.Parallel()
		_, _, _, err := lenient(field(t, "33-version-v1.yaml"))
		require.ErrorContains(t, err, `KongService shop/orders-api: apiVersion: unknown version "configuration.konghq.com/v1", must be configuration.konghq.com/v1alpha1`)
		assert.ErrorContains(t, err, "spec.serviceRef.name: unknown field, did you mean namespacedRef.name?")
		assert.ErrorContains(t, err, "spec.routes: unknown field, its fields belong into spec, of one object each")
	})
	t.Run("old spec", func(t *testing.T) {
		t.Parallel()
		_, err := manifest.DecodeAll(strings.NewReader(field(t, "37-old-spec-new-version.yaml")))
		assert.ErrorContains(t, err, "spec.name: unknown field of v1alpha2, known in v1alpha1, did you mean createControlPlaneRequest.name?")
	})
}
