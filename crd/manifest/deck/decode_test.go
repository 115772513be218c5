package deck_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/crd/manifest/deck"
)

const fileHead = "_format_version: \"3.0\"\n_konnect: {control_plane_name: Gateway}\n"

// decoded are the manifests of the objects in a file, without what each of them has.
func decoded(t testing.TB, file string, opts ...deck.DecodeOption) string {
	t.Helper()
	read, err := deck.Decode(strings.NewReader(file), opts...)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, manifest.Encode(&out, read.Objects...))
	text := out.String()
	for _, line := range []string{
		"  controlPlaneRef:\n    konnectNamespacedRef:\n      name: gateway\n    type: konnectNamespacedRef\n",
		"apiVersion: configuration.konghq.com/v1alpha1\n", "apiVersion: configuration.konghq.com/v1\n", "apiVersion: configuration.konghq.com/v1beta1\n",
	} {
		text = strings.ReplaceAll(text, line, "")
	}
	text = strings.ReplaceAll(text, "spec:\n---", "---")
	return strings.TrimSuffix(text, "spec:\n")
}

func TestDecode(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason, file, want string
		opts               []deck.DecodeOption
	}{
		{reason: "nothing", file: "", want: ""},
		{
			reason: "a url, and a route with decK's protocols", file: "services:\n- name: My_Shop\n  url: https://shop.example/x\n  routes:\n  - {name: basket, paths: [/basket]}\n",
			want: "kind: KongService\nmetadata:\n  name: my-shop\nspec:\n  host: shop.example\n  name: My_Shop\n  path: /x\n  port: 443\n  protocol: https\n---\n" +
				"kind: KongRoute\nmetadata:\n  name: basket\nspec:\n  name: basket\n  paths:\n  - /basket\n  protocols:\n  - http\n  - https\n  serviceRef:\n    namespacedRef:\n      name: my-shop\n    type: namespacedRef\n",
		},
		{
			reason: "defaults, select tags but for marks, and references instead of nesting",
			file: "_info:\n  select_tags: [team-d, \"managed-by:konnectkit\"]\n  defaults: {service: {retries: 3, port: 8080}, route: {protocols: [https]}}\n" +
				"routes:\n- {name: r, service: {name: s}, tags: [a, \"managed-key:x\"]}\nservices:\n- {name: s, host: h, port: 1}\n",
			want: "kind: KongRoute\nmetadata:\n  name: r\nspec:\n  name: r\n  protocols:\n  - https\n  serviceRef:\n    namespacedRef:\n      name: s\n    type: namespacedRef\n  tags:\n  - a\n  - team-d\n---\n" +
				"kind: KongService\nmetadata:\n  name: s\nspec:\n  host: h\n  name: s\n  port: 1\n  retries: 3\n  tags:\n  - team-d\n",
		},
		{
			reason: "default tags for what has none, select tags included",
			file:   "_info: {defaults: {service: {tags: [d]}}, select_tags: [x]}\nservices:\n- {name: s, host: h}\n",
			want:   "kind: KongService\nmetadata:\n  name: s\nspec:\n  host: h\n  name: s\n  tags:\n  - x\n",
		},
		{
			reason: "default tags without select tags",
			file:   "_info: {defaults: {service: {tags: [d]}}}\nservices:\n- {name: r, host: h, tags: [a]}\n- {name: s, host: h}\n",
			want: "kind: KongService\nmetadata:\n  name: r\nspec:\n  host: h\n  name: r\n  tags:\n  - a\n---\n" +
				"kind: KongService\nmetadata:\n  name: s\nspec:\n  host: h\n  name: s\n  tags:\n  - d\n",
		},
		{
			reason: "health checks of which only a part is said, though the CRD wants all of it",
			file:   "upstreams:\n- {name: u, healthchecks: {active: {healthy: {interval: 5}}, passive: {type: tcp}}}\n",
			want: "kind: KongUpstream\nmetadata:\n  name: u\nspec:\n  healthchecks:\n    active:\n      concurrency: 10\n      healthy:\n        interval: 5\n        successes: 0\n" +
				"      http_path: /\n      https_verify_certificate: true\n      timeout: 1\n      type: http\n    passive:\n      type: tcp\n    threshold: 0\n  name: u\n",
		},
		{
			reason: "plugins of all places, and shared configurations that they outweigh",
			file: "_plugin_configs: {c: {minute: 5, hour: 6, redis: {host: a, port: 1}}}\n" +
				"plugins:\n- {name: rate-limiting, _config: c, config: {minute: 1, redis: {host: null}}, consumer: alice, service: s, instance_name: I}\n- {name: cors, enabled: false, tags: [t]}\n" +
				"services:\n- {name: s, host: h, plugins: [{name: acl}]}\nconsumers:\n- {username: alice}\n",
			want: "kind: KongPlugin\nmetadata:\n  name: s-alice-rate-limiting-i\nconfig:\n  hour: 6\n  minute: 1\n  redis:\n    host: null\n    port: 1\ninstance_name: I\nplugin: rate-limiting\n---\n" +
				"kind: KongPluginBinding\nmetadata:\n  name: s-alice-rate-limiting-i\nspec:\n  pluginRef:\n    kind: KongPlugin\n    name: s-alice-rate-limiting-i\n  scope: OnlyTargets\n  targets:\n    consumerRef:\n      name: alice\n    serviceRef:\n      group: configuration.konghq.com\n      kind: KongService\n      name: s\n---\n" +
				"kind: KongPlugin\nmetadata:\n  name: cors\ndisabled: true\nplugin: cors\n---\n" +
				"kind: KongPluginBinding\nmetadata:\n  annotations:\n    konghq.com/tags: t\n  name: cors\nspec:\n  pluginRef:\n    kind: KongPlugin\n    name: cors\n  scope: GlobalInControlPlane\n---\n" +
				"kind: KongService\nmetadata:\n  name: s\nspec:\n  host: h\n  name: s\n---\n" +
				"kind: KongPlugin\nmetadata:\n  name: s-acl\nplugin: acl\n---\n" +
				"kind: KongPluginBinding\nmetadata:\n  name: s-acl\nspec:\n  pluginRef:\n    kind: KongPlugin\n    name: s-acl\n  scope: OnlyTargets\n  targets:\n    serviceRef:\n      group: configuration.konghq.com\n      kind: KongService\n      name: s\n---\n" +
				"kind: KongConsumer\nmetadata:\n  name: alice\nusername: alice\n",
		},
		{
			reason: "groups by consumers, and consumers by groups",
			file:   "consumer_groups:\n- {name: gold, consumers: [{username: alice}, {custom_id: \"1\"}]}\n- {name: silver}\nconsumers:\n- {username: alice, groups: [{name: silver}]}\n",
			want: "kind: KongConsumerGroup\nmetadata:\n  name: gold\nspec:\n  name: gold\n---\nkind: KongConsumerGroup\nmetadata:\n  name: silver\nspec:\n  name: silver\n---\n" +
				"kind: KongConsumer\nmetadata:\n  name: alice\nconsumerGroups:\n- silver\n- gold\nusername: alice\n---\nkind: KongConsumer\nmetadata:\n  name: \"1\"\nconsumerGroups:\n- gold\ncustom_id: \"1\"\n",
		},
		{
			reason: "credentials, whose names are no secrets, and targets",
			file: "consumers:\n- username: alice\n  keyauth_credentials: [{key: example-1}, {key: example-2, id: 11111111-2222-4333-8444-555555555555}]\n  acls: [{group: admins}]\n" +
				"upstreams:\n- {name: u.example, targets: [{target: \"10.0.0.1:80\"}, {target: a, weight: 0, failover: false}]}\n",
			want: "kind: KongConsumer\nmetadata:\n  name: alice\nusername: alice\n---\nkind: KongCredentialAPIKey\nmetadata:\n  name: alice-key-1\nspec:\n  consumerRef:\n    name: alice\n  key: example-1\n---\n" +
				"kind: KongCredentialAPIKey\nmetadata:\n  name: alice-key-11111111\nspec:\n  consumerRef:\n    name: alice\n  key: example-2\n---\n" +
				"kind: KongCredentialACL\nmetadata:\n  name: alice-admins\nspec:\n  consumerRef:\n    name: alice\n  group: admins\n---\n" +
				"kind: KongUpstream\nmetadata:\n  name: u.example\nspec:\n  name: u.example\n---\n" +
				"kind: KongTarget\nmetadata:\n  name: u.example-10.0.0.1-80\nspec:\n  target: 10.0.0.1:80\n  upstreamRef:\n    name: u.example\n  weight: 100\n---\n" +
				"kind: KongTarget\nmetadata:\n  name: u.example-a\nspec:\n  target: a\n  upstreamRef:\n    name: u.example\n  weight: 0\n",
		},
		{
			reason: "certificates by their IDs, their names, and keys of sets",
			file: "certificates:\n- id: 11111111-2222-4333-8444-555555555555\n  cert: c\n  key: \"{vault://env/key}\"\n  snis: [{name: \"*.a.example\"}]\n" +
				"ca_certificates: [{id: 21111111-2222-4333-8444-555555555555, cert: d}]\nkey_sets: [{name: tokens}]\nkeys: [{name: k, kid: \"1\", set: {name: tokens}, jwk: \"{vault://env/jwk}\"}]\n" +
				"services: [{name: s, host: h, protocol: https, client_certificate: 11111111-2222-4333-8444-555555555555, ca_certificates: [21111111-2222-4333-8444-555555555555]}]\n",
			want: "kind: KongCertificate\nmetadata:\n  name: certificate\nspec:\n  cert: c\n  key: '{vault://env/key}'\n  type: inline\n---\n" +
				"kind: KongSNI\nmetadata:\n  name: wildcard.a.example\nspec:\n  certificateRef:\n    name: certificate\n  name: '*.a.example'\n---\n" +
				"kind: KongCACertificate\nmetadata:\n  name: ca-certificate\nspec:\n  cert: d\n  type: inline\n---\nkind: KongKeySet\nmetadata:\n  name: tokens\nspec:\n  name: tokens\n---\n" +
				"kind: KongKey\nmetadata:\n  name: k\nspec:\n  jwk: '{vault://env/jwk}'\n  keySetRef:\n    namespacedRef:\n      name: tokens\n    type: namespacedRef\n  kid: \"1\"\n  name: k\n---\n" +
				"kind: KongService\nmetadata:\n  name: s\nspec:\n  caCertificateRefs:\n  - name: ca-certificate\n  clientCertificateRef:\n    name: certificate\n  host: h\n  name: s\n  protocol: https\n",
		},
		{
			reason: "a vault needs a grant to refer to the control plane", opts: []deck.DecodeOption{deck.InNamespace("kong")},
			file: "vaults: [{name: env, prefix: my-env, config: {prefix: A_}}]\n",
			want: "kind: KongReferenceGrant\nmetadata:\n  name: gateway-vaults\n  namespace: kong\nspec:\n  from:\n  - group: configuration.konghq.com\n    kind: KongVault\n    namespace: \"\"\n  to:\n  - group: konnect.konghq.com\n    kind: KonnectGatewayControlPlane\n    name: gateway\n---\n" +
				"kind: KongVault\nmetadata:\n  name: my-env\nspec:\n  backend: env\n  config:\n    prefix: A_\n  controlPlaneRef:\n    konnectNamespacedRef:\n      name: gateway\n      namespace: kong\n    type: konnectNamespacedRef\n  prefix: my-env\n",
		},
		{
			reason: "entities that are there already", opts: []deck.DecodeOption{deck.WithAdoption("override"), deck.InControlPlane("planes", "cp")},
			file: "services: [{name: s, host: h, id: 11111111-2222-4333-8444-555555555555, created_at: 1, updated_at: 2}]\n",
			want: "kind: KongService\nmetadata:\n  name: s\nspec:\n  adopt:\n    from: konnect\n    konnect:\n      id: 11111111-2222-4333-8444-555555555555\n    mode: override\n" +
				"  controlPlaneRef:\n    konnectNamespacedRef:\n      name: cp\n      namespace: planes\n    type: konnectNamespacedRef\n  host: h\n  name: s\n",
		},
		{
			reason: "variables, by their types and with whatever is in them",
			opts: []deck.DecodeOption{deck.WithVariables(func(name string) (string, bool) {
				value, ok := map[string]string{"DECK_HOST": "h", "DECK_PORT": "8080", "DECK_ON": "1", "DECK_KEY": "a: \"b\"\n# c", "DECK_CONFIG": `{"minute": 5}`}[name]
				return value, ok
			})},
			file: "# ${{ env \"HOME\" }} is a comment\nservices:\n- {name: s, host: \"${{ env \"DECK_HOST\" }}.example\", port: ${{ env \"DECK_PORT\" | toInt }}, enabled: ${{ env `DECK_ON` | toBool }}}\n" +
				"plugins:\n- {name: rate-limiting, config: ${{ env \"DECK_CONFIG\" }}}\n- name: pre-function\n  config: {access: ['${{ `${{` }} x']}\n" +
				"consumers:\n- username: alice\n  keyauth_credentials:\n  - key: ${{ env \"DECK_KEY\" | printf \"%q\" }}\n  - key: |-\n      ${{ env \"DECK_KEY\" | indent 6 }}\n",
			want: "kind: KongService\nmetadata:\n  name: s\nspec:\n  enabled: true\n  host: h.example\n  name: s\n  port: 8080\n---\n" +
				"kind: KongPlugin\nmetadata:\n  name: rate-limiting\nconfig:\n  minute: 5\nplugin: rate-limiting\n---\nkind: KongPluginBinding\nmetadata:\n  name: rate-limiting\nspec:\n  pluginRef:\n    kind: KongPlugin\n    name: rate-limiting\n  scope: GlobalInControlPlane\n---\n" +
				"kind: KongPlugin\nmetadata:\n  name: pre-function\nconfig:\n  access:\n  - ${{ x\nplugin: pre-function\n---\nkind: KongPluginBinding\nmetadata:\n  name: pre-function\nspec:\n  pluginRef:\n    kind: KongPlugin\n    name: pre-function\n  scope: GlobalInControlPlane\n---\n" +
				"kind: KongConsumer\nmetadata:\n  name: alice\nusername: alice\n---\nkind: KongCredentialAPIKey\nmetadata:\n  name: alice-key-1\nspec:\n  consumerRef:\n    name: alice\n  key: |-\n    a: \"b\"\n    # c\n---\n" +
				"kind: KongCredentialAPIKey\nmetadata:\n  name: alice-key-2\nspec:\n  consumerRef:\n    name: alice\n  key: |-\n    a: \"b\"\n    # c\n",
		},
		{
			reason: "anchors, merges and the booleans of YAML 1.1",
			file:   "_info: {defaults: {service: &d {retries: 2}}}\nservices:\n- {<<: *d, name: s, host: h, enabled: no}\n- {<<: [*d], name: \"on\", host: h, tags: [\"y\"]}\n",
			want: "kind: KongService\nmetadata:\n  name: s\nspec:\n  enabled: false\n  host: h\n  name: s\n  retries: 2\n---\n" +
				"kind: KongService\nmetadata:\n  name: \"on\"\nspec:\n  host: h\n  name: \"on\"\n  retries: 2\n  tags:\n  - \"y\"\n",
		},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, decoded(t, fileHead+c.file, c.opts...))
		})
	}
}

func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	file := `{"_format_version":"3.0","_konnect":{"control_plane_name":"Gateway"},"_info":{"select_tags":["a"]},"services":[{"name":"s","host":"h"}]}`
	read, err := deck.Decode(strings.NewReader(file))
	require.NoError(t, err)
	assert.Equal(t, "Gateway", read.ControlPlaneName)
	assert.Equal(t, []string{"a"}, read.SelectTags)
	assert.Len(t, read.Objects, 1)
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	const head = fileHead // two lines
	cases := []struct {
		reason, file string
		want         []string
	}{
		{"an older format", "_format_version: \"1.1\"\nservices: []\n", []string{`line 1: _format_version: must be "3.0"; "deck file convert" makes that of older files`}},
		{"no format", "services: []\n", []string{`line 1: _format_version: must be set, to "3.0"; "deck file convert" makes that of older files`}},
		{"no object", "- a\n", []string{"line 1: is no decK file: it must be an object with _format_version"}},
		{"nothing at all", "", []string{"is no decK file: it must be an object with _format_version"}},
		{"no YAML", head + "services: [\n", []string{"line 4: did not find expected node content"}},
		{"a second document", head + "---\na: b\n", []string{"line 3: has a second document, which decK does not read"}},
		{"no control plane", "_format_version: \"3.0\"\n", []string{"_konnect.control_plane_name: must be set, or else an object be named with InControlPlane"}},
		{"workspaces", head + "_workspace: a\n", []string{"line 3: _workspace: konnect has no workspaces; take it out"}},
		{"an unknown field of the file", head + "_x: a\ny: b\n", []string{"line 3: _x: is no field of a decK file that is known", "line 4: y: decK's files have no such list, or there is no kind for its entities"}},
		{"an unknown field of its head", head + "_info: {skip_hash_for_basic_auth: true, consumer_group_policy_overrides: false}\n", []string{"line 3: _info: skip_hash_for_basic_auth: cannot be honoured; take it out"}},
		{
			"what has no kind", head + "partials:\n- {name: p}\nconsumers:\n- username: a\n  mtls_auth_credentials:\n  - {subject_name: x}\nservices:\n- name: s\n  host: h\n  filter_chains: [{}]\n",
			[]string{
				"line 4: partials[0]: there is no kind for it; take it out of the file",
				"line 8: consumers[0].mtls_auth_credentials[0]: there is no kind for it; take it out of the file",
				"line 12: services[0].filter_chains[0]: there is no kind for it; take it out of the file",
			},
		},
		{
			"what has no field", head + "services:\n- name: s\n  host: h\n  tls_sans: {dnsnames: [a]}\n  routes:\n  - name: r\n    protocols: [http]\n    sources:\n    - ip: 10.0.0.1\n      mask: 8\nconsumers:\n- username: alice\n  keyauth_credentials:\n  - {key: example, ttl: 5}\n",
			[]string{
				"line 6: services[0]: tls_sans: KongService has no field for it",
				"line 12: services[0].routes[0]: sources[0].mask: KongRoute has no field for it",
				"line 16: consumers[0].keyauth_credentials[0]: ttl: KongCredentialAPIKey has no field for it",
			},
		},
		{"an expression route", head + "routes:\n- name: r\n  expression: http.path == \"/\"\n", []string{"line 5: routes[0]: expression: is an expression route, which KongRoute cannot express"}},
		{
			"what is not in the file", head + "routes:\n- name: r\n  service: {name: elsewhere}\nplugins:\n- name: cors\n  consumer: nobody\n",
			[]string{"line 5: routes[0]: service: names one of services that is not in the file", "line 8: plugins[0]: consumer: names one of consumers that is not in the file"},
		},
		{"the same name twice", head + "services:\n- {name: s, host: a}\n- {name: s, host: b}\n", []string{"line 5: services[1]: name: is that of services[0] too"}},
		{"a key twice", head + "services:\n- name: s\n  host: a\n  host: b\n", []string{"line 6: services[0]: host: duplicate key"}},
		{"no such configuration", head + "plugins:\n- name: cors\n  _config: x\n", []string{"line 5: plugins[0]: _config: names none of _plugin_configs"}},
		{"a reference below what it would lead to", head + "services:\n- name: s\n  host: h\n  routes:\n  - name: r\n    paths: [/]\n    service: {name: t}\n", []string{"line 9: services[0].routes[0]: service: must be left out below services[0]"}},
		{"a value of the wrong type, which is not shown", head + "services:\n- {name: s, host: h, port: example-secret}\n", []string{"line 4: services[0]: KongService: spec.port must be of type int64"}},
		{"what the CRD refuses", head + "upstreams:\n- name: u\n  slots: 5\n", []string{"line 5: upstreams[0]: slots: invalid value: must be between 10 and 65536"}},
		{
			"the hash of a password", head + "consumers:\n- username: a\n  basicauth_credentials:\n  - {username: a, password: da39a3ee5e6b4b0d3255bfef95601890afd80709}\n",
			[]string{"line 6: consumers[0].basicauth_credentials[0]: password: looks like the hash of a password, as decK dumps it, and konnect would take it for the password; give that"},
		},
		{"no list", head + "services: {a: b}\n", []string{"line 3: services: must be a list"}},
		{"no entity", head + "services: [a]\n", nil},
		{"a bad url", head + "services:\n- name: s\n  url: example-secret\n", nil},
		{"a variable without its value", head + "services:\n- name: s\n  host: ${{ env \"DECK_X\" }}\n", []string{"line 5: services[0].host: needs the variable DECK_X: decode with WithVariables"}},
		{"a variable of another program", head + "services:\n- name: ${{ env \"HOME\" }}\n  host: h\n", []string{`line 4: services[0].name: names the variable "HOME": decK takes only those that begin with DECK_`}},
		{"a template of another kind", head + "services:\n- name: ${{ range . }}\n  host: h\n", []string{`line 4: services[0].name: has a template that is not understood: there are env "DECK_…", toInt, toFloat, toBool, indent and printf "%q"`}},
		{"a template without end", head + "services:\n- name: \"${{ env\"\n  host: h\n", nil},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			_, err := deck.Decode(strings.NewReader(c.file))
			require.Error(t, err)
			problems, ok := errors.AsType[*manifest.DecodeError](err)
			require.True(t, ok)
			t.Log(err)
			if c.want != nil {
				assert.Equal(t, c.want, strings.Split(err.Error(), "\n"))
			}
			assert.NotEmpty(t, problems.Problems)
			assert.NotContains(t, err.Error(), "example-secret")
		})
	}
}

func TestDecodeLimits(t *testing.T) {
	t.Parallel()
	_, err := deck.Decode(strings.NewReader(strings.Repeat("#", manifest.MaxDocumentBytes+1)))
	require.ErrorIs(t, err, manifest.ErrTooLarge)
	_, err = deck.Decode(strings.NewReader(fileHead), deck.WithAdoption("never"))
	require.EqualError(t, err, `decode decK file: mode of adoption "never" must be match or override`)

	bomb := fileHead + "_plugin_configs:\n  a0: &a0 {x: 1}\n"
	for i := range 30 {
		bomb += fmt.Sprintf("  a%d: &a%d {x: *a%d, y: *a%d}\n", i+1, i+1, i, i)
	}
	_, err = deck.Decode(strings.NewReader(bomb))
	require.ErrorContains(t, err, "too many values")
	_, err = deck.Decode(strings.NewReader(fileHead + "_plugin_configs: {a: &a {b: *a}}\n"))
	require.Error(t, err, "an object that holds itself")
}

func TestDecodeLists(t *testing.T) {
	t.Parallel()
	many := fileHead + "partials:\n" + strings.Repeat("- {}\n", 1500)
	_, err := deck.Decode(strings.NewReader(many))
	problems, ok := errors.AsType[*manifest.DecodeError](err)
	require.True(t, ok)
	assert.Len(t, problems.Problems, 1000)
	assert.Equal(t, 500, problems.Omitted)
}
