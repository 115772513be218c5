package manifest_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

// supported lists the kinds as errors do.
const supported = "KongCACertificate, KongCertificate, KongClusterPlugin, KongConsumer, KongConsumerGroup, KongCredentialACL, KongCredentialAPIKey, KongCredentialBasicAuth, KongCredentialHMAC, KongCredentialJWT, " +
	"KongDataPlaneClientCertificate, KongKey, KongKeySet, KongPlugin, KongPluginBinding, KongReferenceGrant, KongRoute, KongSNI, KongService, KongTarget, KongUpstream, KongVault, " +
	"KonnectAPIAuthConfiguration, KonnectGatewayControlPlane, Secret"

func TestDecodeAllProblems(t *testing.T) {
	t.Parallel()
	const route = "apiVersion: configuration.konghq.com/v1alpha1\nkind: KongRoute\nmetadata:\n  name: r\n"
	for name, c := range map[string]struct {
		reason, text string
		want         []string
	}{
		"unknown field": {
			"a typo must not be dropped", route + "spec:\n  pahts: [/a]\n",
			[]string{"document 1, line 6: KongRoute r: spec.pahts: unknown field, did you mean paths?"},
		},
		"case": {
			"names of fields are case-sensitive", route + "spec:\n  Paths: [/a]\n  stripPath: true\n",
			[]string{
				"document 1, line 6: KongRoute r: spec.Paths: unknown field, did you mean paths?",
				"document 1, line 7: KongRoute r: spec.stripPath: unknown field, did you mean strip_path?",
			},
		},
		"types": {
			"every wrong type is named, in the order of the lines",
			route + "  labels: {a.b/c: 1}\nspec:\n  paths:\n  - /a\n  - 1\n  - ~\n  headers: {h: x}\n  regex_priority: '1'\n  strip_path: 1\n  hosts: {}\n  sources: [{port: 1.5}]\n  name: 7\n  serviceRef: [x]\n",
			[]string{
				`document 1, line 5: KongRoute r: metadata.labels["a.b/c"]: must be a string, not a number`,
				"document 1, line 9: KongRoute r: spec.paths[1]: must be a string, not a number",
				"document 1, line 10: KongRoute r: spec.paths[2]: must be a string, not null",
				"document 1, line 11: KongRoute r: spec.headers.h: must be a list, not a string",
				"document 1, line 12: KongRoute r: spec.regex_priority: must be an integer, not a string",
				"document 1, line 13: KongRoute r: spec.strip_path: must be true or false, not a number",
				"document 1, line 14: KongRoute r: spec.hosts: must be a list, not an object",
				"document 1, line 15: KongRoute r: spec.sources[0].port: must be an integer of 64 bits",
				"document 1, line 16: KongRoute r: spec.name: must be a string, not a number",
				"document 1, line 17: KongRoute r: spec.serviceRef: must be an object, not a list",
			},
		},
		"numbers": {
			"a number that does not fit is an error", route + "spec:\n  regex_priority: 9223372036854775808\n  https_redirect_status_code: 1e300\n",
			[]string{
				"document 1, line 6: KongRoute r: spec.regex_priority: must be an integer of 64 bits",
				"document 1, line 7: KongRoute r: spec.https_redirect_status_code: must be an integer of 64 bits",
			},
		},
		"times": {
			"types that decode themselves are checked too",
			route + "  creationTimestamp: yesterday\nstatus:\n  conditions:\n  - {type: a, status: a, reason: a, message: a,\n    lastTransitionTime: 3}\nspec: {}\n",
			[]string{
				"document 1, line 5: KongRoute r: metadata.creationTimestamp: must be a time such as 2006-01-02T15:04:05Z",
				"document 1, line 9: KongRoute r: status.conditions[0].lastTransitionTime: must be a time such as 2006-01-02T15:04:05Z",
			},
		},
		"required": {
			"an object that lacks a field could not be told from one that has it empty",
			serviceHead + "spec:\n  host:\n  caCertificateRefs:\n  - {}\n" +
				"---\napiVersion: konnect.konghq.com/v1alpha2\nkind: KonnectGatewayControlPlane\nmetadata: {name: cp}\nspec:\n" +
				"  createControlPlaneRequest:\n    proxy_urls: [{}]\n  konnect: {}\n" +
				"---\napiVersion: configuration.konghq.com/v1alpha1\nkind: KongRoute\nmetadata: {name: r}\nspec:\n" +
				"---\napiVersion: configuration.konghq.com/v1alpha1\nkind: KongReferenceGrant\nmetadata: {name: g}\nspec:\n" +
				"  from: [{group: a, kind: KongVault}]\n",
			[]string{
				"document 1, line 5: KongService kong/s: spec.host: must be set",
				"document 1, line 7: KongService kong/s: spec.caCertificateRefs[0].name: must be set",
				"document 2, line 13: KonnectGatewayControlPlane cp: spec.createControlPlaneRequest.name: must be set",
				"document 2, line 14: KonnectGatewayControlPlane cp: spec.createControlPlaneRequest.proxy_urls[0].host: must be set",
				"document 2, line 14: KonnectGatewayControlPlane cp: spec.createControlPlaneRequest.proxy_urls[0].port: must be set",
				"document 2, line 14: KonnectGatewayControlPlane cp: spec.createControlPlaneRequest.proxy_urls[0].protocol: must be set",
				"document 2, line 15: KonnectGatewayControlPlane cp: spec.konnect.authRef: must be set",
				"document 3, line 20: KongRoute r: spec: must be set",
				"document 4, line 25: KongReferenceGrant g: spec.to: must be set",
				"document 4, line 26: KongReferenceGrant g: spec.from[0].namespace: must be set",
			},
		},
		"empty": {
			"an empty choice or list of conditions is not one that is left out",
			"apiVersion: konnect.konghq.com/v1alpha2\nkind: KonnectGatewayControlPlane\nmetadata: {name: cp}\nspec:\n  source: ''\n" +
				"  members: []\nstatus:\n  id: ''\n  conditions: []\n---\n" + route + "spec: {tags: []}\nstatus:\n  konnect: {id: ''}\n  conditions: []\n",
			[]string{
				"document 1, line 5: KonnectGatewayControlPlane cp: spec.source: must not be empty",
				"document 2, line 18: KongRoute r: status.conditions: must not be empty",
			},
		},
		"duplicate keys": {
			"a key written twice would lose one value", route + "spec:\n  name: a\n  paths: [/a]\n  name: b\n  sources: [{ip: a, ip: b}]\n",
			[]string{
				"document 1, line 8: spec.name: duplicate key",
				"document 1, line 9: spec.sources[0].ip: duplicate key",
			},
		},
		"duplicate keys in JSON": {
			"so it would in JSON", "{\"apiVersion\": \"v1\",\n \"kind\": \"Secret\",\n \"metadata\": {\"name\": \"s\", \"name\": \"s\"}}",
			[]string{"document 1, line 3: metadata.name: duplicate key"},
		},
		"kinds": {
			"unknown kinds and versions say what is known",
			"kind: KongRote\napiVersion: configuration.konghq.com/v1alpha1\n---\nkind: KongRoute\napiVersion: configuration.konghq.com/v1\n---\nkind: KonnectGatewayControlPlane\napiVersion: konghq.com/v1\n---\nkind: KongServiceList\napiVersion: configuration.konghq.com/v1\n---\nkind: ListOptions\napiVersion: configuration.konghq.com/v1alpha1\n",
			[]string{
				`document 1, line 1: KongRote: kind: unknown kind "KongRote", did you mean KongRoute? supported are ` + supported,
				`document 2, line 5: KongRoute: apiVersion: unknown version "configuration.konghq.com/v1", must be configuration.konghq.com/v1alpha1`,
				`document 3, line 8: KonnectGatewayControlPlane: apiVersion: unknown version "konghq.com/v1", must be konnect.konghq.com/v1alpha1, konnect.konghq.com/v1alpha2`,
				`document 4, line 11: KongServiceList: apiVersion: unknown version "configuration.konghq.com/v1", must be configuration.konghq.com/v1alpha1`,
				`document 5, line 13: ListOptions: kind: unsupported kind "ListOptions", supported are ` + supported,
			},
		},
		"no kind": {
			"a document must say what it is", "metadata: {name: a}\n---\nkind: 1\napiVersion: a/b/c\n---\nkind: K\napiVersion: a/b/c\n",
			[]string{
				"document 1, line 1: a: apiVersion: must be set",
				"document 1, line 1: a: kind: must be set",
				"document 2, line 3: kind: must be a string, not a number",
				"document 3, line 7: K: apiVersion: must be a group and version such as konnect.konghq.com/v1alpha2",
			},
		},
		"no object": {
			"a document must be an object", "- a\n---\ntext\n---\n[1]\n---\n3\n",
			[]string{
				"document 1, line 1: [0]: must be an object, not a string",
				"document 2, line 3: must be an object, not a string",
				"document 3, line 5: [0]: must be an object, not a number",
				"document 4, line 7: must be an object, not a number",
			},
		},
		"numbering": {
			"documents without content do not count", "# a comment\n---\n---\n" + route + "spec: 1\n---\n# b\n---\n" + route + "spec: 1\n",
			[]string{
				"document 1, line 8: KongRoute r: spec: must be an object, not a number",
				"document 2, line 16: KongRoute r: spec: must be an object, not a number",
			},
		},
		"syntax": {
			"a broken document does not hide the next", "a:\n  - b\n c: d\n---\nb: 'x\n---\n" + route + "spec: 1\n",
			[]string{
				"document 1, line 3: did not find expected key",
				"document 2, line 6: found unexpected end of stream",
				"document 3, line 11: KongRoute r: spec: must be an object, not a number",
			},
		},
		"JSON syntax": {
			"a stream ends at its first error", "{\"a\": 1}\n{\"a\": ]\n",
			[]string{
				"document 1, line 1: apiVersion: must be set",
				"document 1, line 1: kind: must be set",
				"document 2, line 2: invalid JSON: invalid character ']' looking for beginning of value",
			},
		},
		"rest": {
			"what the parser would not read is an error",
			"{a: b}\nc: d\n---\n  a: b\nc: d\n---\n'a'\nb: c\n",
			[]string{
				"document 1, line 1: has content after its end",
				"document 2, line 4: has content after its end",
				"document 3, line 7: has content after its end",
			},
		},
		"list": {
			"a List's items are checked one by one", "apiVersion: v1\nkind: List\nextra: 1\nmetadata: {foo: 1}\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: '%'}}\n- 1\n- {apiVersion: v1, kind: List, items: {}}\n",
			[]string{
				"document 1, line 3: extra: unknown field",
				"document 1, line 4: metadata.foo: unknown field",
				"document 1, line 6: Secret s: items[0].data.a: must be a string in base64",
				"document 1, line 7: items[1]: must be an object, not a number",
				"document 1, line 8: items[2].items: must be a list, not an object",
			},
		},
		"list of nothing": {
			"items must be a list", "apiVersion: v1\nkind: List\nitems: {}\n",
			[]string{"document 1, line 3: items: must be a list, not an object"},
		},
		"Secret": {
			"Secrets are strict too", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringdata: {}\nstringData: {token: 1}\n",
			[]string{
				"document 1, line 4: Secret s: stringdata: unknown field, did you mean stringData?",
				"document 1, line 5: Secret s: stringData.token: must be a string, not a number",
			},
		},
		"old control plane": {
			"the old version has its own fields", "apiVersion: konnect.konghq.com/v1alpha1\nkind: KonnectGatewayControlPlane\nmetadata: {name: c}\nspec:\n  createControlPlaneRequest: {name: c}\n  konnect: {authRef: {name: a, namespace: b}}\n",
			[]string{
				"document 1, line 5: KonnectGatewayControlPlane c: spec.createControlPlaneRequest: unknown field of v1alpha1, known in v1alpha2",
				"document 1, line 6: KonnectGatewayControlPlane c: spec.konnect.authRef.namespace: unknown field of v1alpha1, known in v1alpha2",
			},
		},
		"conversion": {
			"a conversion may fail", "apiVersion: konnect.konghq.com/v1alpha1\nkind: KonnectGatewayControlPlane\nmetadata: {name: c, annotations: {konnectkit/conversion-data: '{'}}\n",
			[]string{"document 1, line 1: KonnectGatewayControlPlane c: convert KonnectGatewayControlPlane default/c to v1alpha2: annotation konnectkit/conversion-data was not written by a conversion"},
		},
		"names": {
			"a problem stays on one line whatever the name", "kind: K\nmetadata: {name: \"a\\nb\"}\n",
			[]string{`document 1, line 1: "K a\nb": apiVersion: must be set`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects, err := manifest.DecodeAll(strings.NewReader(c.text))
			var problems *manifest.DecodeError
			require.ErrorAs(t, err, &problems, c.reason)
			assert.Empty(t, objects)
			assert.Equal(t, c.want, strings.Split(err.Error(), "\n"), c.reason)
			assert.Len(t, problems.Problems, len(c.want))
		})
	}
}

func TestDecodeAllNeverShowsValues(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: konnect.konghq.com/v1alpha1\nkind: KonnectAPIAuthConfiguration\nmetadata: {name: a}\nspec:\n"
	for _, text := range []string{
		head + "  token: [kpat_example]\n",
		head + "  token: !!int kpat_example\n",
		head + "  token: !!binary kpat_example\n",
		head + "  ? [a]\n  : kpat_example\n",
		head + "  ? [kpat_example]\n  : a\n",
		head + "  token: \"kpat_example\\q\"\n",
		head + "  token: kpat_example: a\n",
		head + "  token: kpat_example\n  token: kpat_example\n",
		"apiVersion: v1\nkind: Secret\ndata: {token: kpat_example}\n",
		`{"apiVersion":"v1","kind":"Secret","data":{"token":"kpat_example"}}`,
	} {
		_, err := manifest.DecodeAll(strings.NewReader(text))
		require.Error(t, err, text)
		assert.NotContains(t, err.Error(), "kpat_example")
	}
}

func TestDecodeAllLimits(t *testing.T) {
	bomb := "a0: &a0 xxxxxxxxxx\n"
	for i := range 9 {
		alias := "*a" + string(rune('0'+i))
		bomb += "a" + string(rune('1'+i)) + ": &a" + string(rune('1'+i)) + " [" + strings.TrimSuffix(strings.Repeat(alias+",", 10), ",") + "]\n"
	}
	long := "a: &a " + strings.Repeat("x", 1<<20) + "\nb: [" + strings.Repeat("*a,", 1000) + "]\n"
	for name, c := range map[string]struct{ reason, text string }{
		"aliases":    {"ten aliases of ten aliases and so on", bomb},
		"long alias": {"few aliases of a long text", long},
		"cycle":      {"an anchor within itself", "a: &a [*a]\n"},
		"merge":      {"merges expand too", strings.ReplaceAll(bomb, "xxxxxxxxxx", "{k: v}") + "<<: [*a9]\n"},
		"document":   {"a long document", "a: " + strings.Repeat("x", manifest.MaxDocumentBytes) + "\n"},
		"values":     {"a document of very many values", strings.Repeat("- \n", 5<<20)},
		"json":       {"a long JSON document", "{\"a\":1}{\"a\":[" + strings.Repeat(`"`+strings.Repeat("x", 1<<20)+`",`, 17) + "1]}"},
		"input":      {"a long input", strings.Repeat("# comment\n", manifest.MaxInputBytes/10+1)},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := manifest.DecodeAll(strings.NewReader(c.text))
			runtime.ReadMemStats(&after)
			require.ErrorIs(t, err, manifest.ErrTooLarge, c.reason)
			const most = 2 << 30
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(most), "bytes allocated")
		})
	}
}

func TestDecodeAllDepth(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"lists":    strings.Repeat("[", 50_000),
		"objects":  strings.Repeat(`{"a":`, 50_000) + "1" + strings.Repeat("}", 50_000),
		"blocks":   strings.Repeat("- ", 50_000) + "a\n",
		"indented": "a: " + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + "\n",
	} {
		_, err := manifest.DecodeAll(strings.NewReader(text))
		var problems *manifest.DecodeError
		require.ErrorAs(t, err, &problems, name)
	}
}

func TestDecodeAllBoundsProblems(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for range 700 {
		text.WriteString("a: 1\n---\n")
	}
	_, err := manifest.DecodeAll(strings.NewReader(text.String()))
	var problems *manifest.DecodeError
	require.ErrorAs(t, err, &problems)
	assert.Len(t, problems.Problems, 1000)
	assert.Equal(t, 400, problems.Omitted)
	assert.True(t, strings.HasSuffix(err.Error(), "\nand 400 more problems"))
}
