package deck_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/crd/manifest/deck"
	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/resolve"
)

// plane is a control plane, and of names it in a spec.
const (
	plane = "apiVersion: konnect.konghq.com/v1alpha2\nkind: KonnectGatewayControlPlane\nmetadata: {name: cp}\n" +
		"spec: {createControlPlaneRequest: {name: Gateway}}\n"
	of = "controlPlaneRef: {type: konnectNamespacedRef, konnectNamespacedRef: {name: cp}}"
)

// manifests are objects beside the control plane; each starts with its kind, and has "OF" for
// the reference to it.
func manifests(t testing.TB, documents ...string) []crd.Object {
	t.Helper()
	versions := map[string]string{"KongConsumer": "v1", "KongPlugin": "v1", "KongClusterPlugin": "v1", "KongConsumerGroup": "v1beta1"}
	text := plane
	for _, document := range documents {
		document = strings.ReplaceAll(document, "OF", of)
		kind, _, _ := strings.Cut(strings.TrimPrefix(document, "kind: "), "\n")
		version := "configuration.konghq.com/v1alpha1"
		if v := versions[kind]; v != "" {
			version = "configuration.konghq.com/" + v
		}
		if kind == "Secret" {
			version = "v1"
		}
		text += "---\napiVersion: " + version + "\n" + document + "\n"
	}
	objects, err := manifest.DecodeAll(strings.NewReader(text))
	require.NoError(t, err)
	return objects
}

func encoded(t testing.TB, objects []crd.Object, opts ...deck.EncodeOption) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, deck.Encode(&out, objects, opts...))
	return out.String()
}

func TestEncode(t *testing.T) {
	t.Parallel()
	const service = "kind: KongService\nmetadata: {name: s}\nspec: {name: s, host: a.example, OF}"
	const alice = "kind: KongConsumer\nmetadata: {name: alice}\nusername: alice\nspec: {OF}"
	const head = "_format_version: \"3.0\"\n_konnect:\n  control_plane_name: Gateway\n"
	cases := []struct {
		reason  string
		objects []string
		opts    []deck.EncodeOption
		want    string
	}{
		{reason: "nothing", want: head},
		{
			reason: "a url is what it stands for", want: "services:\n- host: a.example\n  name: s\n  path: /x\n  port: 443\n  protocol: https\n",
			objects: []string{"kind: KongService\nmetadata: {name: s}\nspec: {name: s, host: ignored, url: \"https://a.example/x\", OF}"},
		},
		{
			reason: "an entity without a name has its ID, and a route the protocols that are sent",
			objects: []string{
				"kind: KongRoute\nmetadata: {name: r}\nspec: {paths: [/r], id: 0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a11, serviceRef: {type: namespacedRef, namespacedRef: {name: s}}}",
				service,
			},
			want: "services:\n- host: a.example\n  name: s\n  routes:\n  - id: 0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a11\n    paths:\n    - /r\n    protocols:\n    - https\n",
		},
		{
			reason: "a hash has its algorithm, and a target its port",
			objects: []string{
				"kind: KongUpstream\nmetadata: {name: u}\nspec: {name: u, hash_on: ip, OF}",
				"kind: KongTarget\nmetadata: {name: b}\nspec: {target: b.example, weight: 100, upstreamRef: {name: u}}",
				"kind: KongTarget\nmetadata: {name: a}\nspec: {target: \"10.0.0.1:80\", weight: 0, upstreamRef: {name: u}, tags: [t]}",
			},
			want: "upstreams:\n- algorithm: consistent-hashing\n  hash_on: ip\n  name: u\n  targets:\n" +
				"  - tags:\n    - t\n    target: 10.0.0.1:80\n    weight: 0\n  - target: b.example:8000\n    weight: 100\n",
		},
		{
			reason: "headers of health checks may be secret",
			objects: []string{
				"kind: KongUpstream\nmetadata: {name: u}\nspec: {name: u, OF, healthchecks: {threshold: 0, active: {" +
					"  concurrency: 1, http_path: /, https_verify_certificate: true, timeout: 1, type: http, headers: {Authorization: [example]}}}}",
			},
			want: "upstreams:\n- healthchecks:\n    active:\n      concurrency: 1\n      headers:\n        Authorization:\n" +
				"        - ${{ env \"DECK_UPSTREAM_U_HEALTHCHECKS_ACTIVE_HEADERS_AUTHORIZATION_0\" | printf \"%q\" }}\n" +
				"      http_path: /\n      https_verify_certificate: true\n      timeout: 1\n      type: http\n    threshold: 0\n  name: u\n",
		},
		{
			reason: "plugins lie below their scope, or name several, and are described elsewhere",
			objects: []string{
				service, alice,
				"kind: KongPlugin\nmetadata: {name: p, annotations: {konghq.com/tags: \"a, b\"}}\nplugin: cors\nconfig: {origins: [x], max_age: null}\ndisabled: true\nprotocols: [http]\n" +
					"instance_name: i\nordering: {before: {access: [key-auth]}}",
				"kind: KongPluginBinding\nmetadata: {name: one}\nspec: {pluginRef: {name: p}, targets: {serviceRef: {group: configuration.konghq.com, kind: KongService, name: s}}, OF}",
				"kind: KongPluginBinding\nmetadata: {name: two}\nspec: {pluginRef: {name: p}, targets: {serviceRef: {group: configuration.konghq.com, kind: KongService, name: s}, consumerRef: {name: alice}}, OF}",
			},
			want: "consumers:\n- username: alice\nplugins:\n- config:\n    max_age: null\n    origins:\n    - x\n  consumer: alice\n  enabled: false\n  instance_name: i\n" +
				"  name: cors\n  ordering:\n    before:\n      access:\n      - key-auth\n  protocols:\n  - http\n  service: s\n  tags:\n  - a\n  - b\n" +
				"services:\n- host: a.example\n  name: s\n  plugins:\n  - config:\n      max_age: null\n      origins:\n      - x\n    enabled: false\n    instance_name: i\n" +
				"    name: cors\n    ordering:\n      before:\n        access:\n        - key-auth\n    protocols:\n    - http\n    tags:\n    - a\n    - b\n",
		},
		{
			reason: "a consumer without a username has the ID by which plugins name it",
			objects: []string{
				service, "kind: KongPlugin\nmetadata: {name: p}\nplugin: cors",
				"kind: KongConsumer\nmetadata: {name: c}\ncustom_id: c\nspec: {OF, adopt: {from: konnect, mode: override, konnect: {id: 0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a11}}}",
				"kind: KongPluginBinding\nmetadata: {name: two}\nspec: {pluginRef: {name: p}, targets: {serviceRef: {group: configuration.konghq.com, kind: KongService, name: s}, consumerRef: {name: c}}, OF}",
			},
			want: "consumers:\n- custom_id: c\n  id: 0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a11\n" +
				"plugins:\n- consumer: 0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a11\n  name: cors\n  service: s\nservices:\n- host: a.example\n  name: s\n",
		},
		{
			reason: "what an annotation and a list of Secrets imply",
			objects: []string{
				"kind: KongPlugin\nmetadata: {name: p}\nplugin: cors",
				"kind: KongService\nmetadata: {name: s, annotations: {konghq.com/plugins: p}}\nspec: {name: s, host: a.example, OF}",
				"kind: Secret\nmetadata: {name: key, labels: {konghq.com/credential: key-auth}}\nstringData: {key: example}",
				"kind: KongConsumer\nmetadata: {name: c}\nusername: c\ncredentials: [key]\nspec: {OF}",
			},
			want: "consumers:\n- keyauth_credentials:\n  - key: ${{ env \"DECK_APIKEY_KEY_KONGCONSUMER_C_KEY\" | printf \"%q\" }}\n  username: c\n" +
				"services:\n- host: a.example\n  name: s\n  plugins:\n  - name: cors\n",
		},
		{
			reason: "a group's plugin lies below it where decK reads all of it there",
			objects: []string{
				"kind: KongConsumerGroup\nmetadata: {name: g}\nspec: {name: gold, OF}",
				"kind: KongPlugin\nmetadata: {name: a}\nplugin: cors",
				"kind: KongPlugin\nmetadata: {name: b}\nplugin: acl\ndisabled: true",
				"kind: KongPluginBinding\nmetadata: {name: a}\nspec: {pluginRef: {name: a}, targets: {consumerGroupRef: {name: g}}, OF}",
				"kind: KongPluginBinding\nmetadata: {name: b}\nspec: {pluginRef: {name: b}, targets: {consumerGroupRef: {name: g}}, OF}",
			},
			want: "consumer_groups:\n- name: gold\n  plugins:\n  - name: cors\nplugins:\n- consumer_group: gold\n  enabled: false\n  name: acl\n",
		},
		{
			reason: "a configuration takes from Secrets, by variables",
			objects: []string{
				"kind: Secret\nmetadata: {name: redis}\nstringData: {password: '\"example\"'}",
				"kind: KongPlugin\nmetadata: {name: p}\nplugin: rate-limiting\nconfig: {minute: 1}\nconfigPatches: [{path: /redis/password, valueFrom: {secretKeyRef: {name: redis, key: password}}}]",
				"kind: KongPluginBinding\nmetadata: {name: p}\nspec: {pluginRef: {name: p}, scope: GlobalInControlPlane, OF}",
				"kind: KongPlugin\nmetadata: {name: q}\nplugin: openid-connect\nconfigFrom: {secretKeyRef: {name: absent, key: config}}",
				"kind: KongPluginBinding\nmetadata: {name: q}\nspec: {pluginRef: {name: q}, scope: GlobalInControlPlane, OF}",
			},
			want: "plugins:\n- config: ${{ env \"DECK_SECRET_ABSENT_CONFIG\" }}\n  name: openid-connect\n" +
				"- config:\n    minute: 1\n    redis:\n      password: ${{ env \"DECK_SECRET_REDIS_PASSWORD\" }}\n  name: rate-limiting\n",
		},
		{
			reason: "or in clear", opts: []deck.EncodeOption{deck.WithSecrets()},
			objects: []string{
				alice,
				"kind: KongCredentialAPIKey\nmetadata: {name: k}\nspec: {key: example-key, consumerRef: {name: alice}}",
				"kind: Secret\nmetadata: {name: redis}\nstringData: {config: 'redis: {password: example}'}",
				"kind: KongPlugin\nmetadata: {name: p}\nplugin: rate-limiting\nconfigFrom: {secretKeyRef: {name: redis, key: config}}",
				"kind: KongPluginBinding\nmetadata: {name: p}\nspec: {pluginRef: {name: p}, targets: {consumerRef: {name: alice}}, OF}",
			},
			want: "consumers:\n- keyauth_credentials:\n  - key: example-key\n  plugins:\n  - config:\n      redis:\n        password: example\n    name: rate-limiting\n  username: alice\n",
		},
		{
			reason: "variables of one name are told apart",
			objects: []string{
				alice,
				"kind: KongCredentialAPIKey\nmetadata: {name: a-b}\nspec: {key: example-1, consumerRef: {name: alice}}",
				"kind: KongCredentialAPIKey\nmetadata: {name: a.b}\nspec: {key: example-2, consumerRef: {name: alice}}",
			},
			want: "consumers:\n- keyauth_credentials:\n  - key: ${{ env \"DECK_APIKEY_A_B_KEY_E667AC04\" | printf \"%q\" }}\n" +
				"  - key: ${{ env \"DECK_APIKEY_A_B_KEY_53490A0B\" | printf \"%q\" }}\n  username: alice\n",
		},
		{
			reason: "a certificate in a Secret, and its names",
			objects: []string{
				"kind: Secret\nmetadata: {name: pair}\nstringData: {tls.crt: certificate, tls.key: example}",
				"kind: KongCertificate\nmetadata: {name: c}\nspec: {type: secretRef, secretRef: {name: pair}, adopt: {from: konnect, mode: override, konnect: {id: 1-2}}, OF}",
				"kind: KongSNI\nmetadata: {name: names}\nspec: {name: A.example, certificateRef: {name: c}}",
				"kind: KongService\nmetadata: {name: s}\nspec: {name: s, host: b, protocol: https, clientCertificateRef: {name: c}, OF}",
			},
			want: "certificates:\n- cert: certificate\n  id: 1-2\n  key: ${{ env \"DECK_SECRET_PAIR_TLS_KEY\" | printf \"%q\" }}\n  snis:\n  - name: a.example\n" +
				"services:\n- client_certificate: 1-2\n  host: b\n  name: s\n  protocol: https\n",
		},
		{
			reason: "keys of sets, and vaults",
			objects: []string{
				"kind: KongKeySet\nmetadata: {name: set}\nspec: {name: tokens, OF}",
				"kind: KongKey\nmetadata: {name: a}\nspec: {kid: \"1\", name: a, jwk: \"{vault://env/a}\", keySetRef: {type: namespacedRef, namespacedRef: {name: set}}, OF}",
				"kind: KongKey\nmetadata: {name: b}\nspec: {kid: \"2\", name: b, pem: {private_key: example, public_key: public}, keySetRef: {type: konnectID, konnectID: 0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a13}, OF}",
				"kind: KongReferenceGrant\nmetadata: {name: g}\nspec: {from: [{group: configuration.konghq.com, kind: KongVault, namespace: \"\"}], to: [{group: konnect.konghq.com, kind: KonnectGatewayControlPlane}]}",
				"kind: KongVault\nmetadata: {name: v}\nspec: {backend: hcv, prefix: v, config: {token: example, newer_secret: example, port: 8200}, controlPlaneRef: {type: konnectNamespacedRef, konnectNamespacedRef: {name: cp, namespace: default}}}",
			},
			want: "key_sets:\n- name: tokens\nkeys:\n- jwk: '{vault://env/a}'\n  kid: \"1\"\n  name: a\n  set:\n    name: tokens\n" +
				"- kid: \"2\"\n  name: b\n  pem:\n    private_key: ${{ env \"DECK_KEY_B_PEM_PRIVATE_KEY\" | printf \"%q\" }}\n    public_key: public\n  set:\n    id: 0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a13\n" +
				"vaults:\n- config:\n    newer_secret: ${{ env \"DECK_VAULT_V_CONFIG_NEWER_SECRET\" | printf \"%q\" }}\n    port: 8200\n    token: ${{ env \"DECK_VAULT_V_CONFIG_TOKEN\" | printf \"%q\" }}\n  name: hcv\n  prefix: v\n",
		},
		{
			reason: "what looks like a template is none",
			objects: []string{
				"kind: KongPlugin\nmetadata: {name: p}\nplugin: pre-function\nconfig: {access: ['${{ env \"HOME\" }}']}",
				"kind: KongPluginBinding\nmetadata: {name: p}\nspec: {pluginRef: {name: p}, scope: GlobalInControlPlane, OF}",
			},
			want: "plugins:\n- config:\n    access:\n    - \"${{ `${{` }} env \\\"HOME\\\" }}\"\n  name: pre-function\n",
		},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			objects := manifests(t, c.objects...)
			got := encoded(t, objects, c.opts...)
			want := c.want
			if !strings.HasPrefix(want, head) {
				want = head + want
			}
			assert.Equal(t, want, got)
			rand.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
			assert.Equal(t, got, encoded(t, objects, c.opts...), "in whatever order")
		})
	}
}

// TestEncodeOfOwner pins the select tags, which decK adds to every entity, and the marks that
// only one bears.
func TestEncodeOfOwner(t *testing.T) {
	t.Parallel()
	objects := manifests(t, "kind: KongService\nmetadata: {name: s, annotations: {konnectkit/deletion-policy: retain}}\nspec: {name: s, host: a, tags: [mine], OF}")
	got := encoded(t, objects, deck.WithOwner("team-k"), deck.WithControlPlaneName("renamed"))
	assert.Equal(t, `_format_version: "3.0"
_info:
  select_tags:
  - managed-by:konnectkit
  - managed-owner:team-k
_konnect:
  control_plane_name: renamed
services:
- host: a
  name: s
  tags:
  - mine
  - managed-key:902f32ad-fde1-51c8-b37e-ff05be670ee3
  - managed-deletion:retain
  - k8s-name:s
  - k8s-namespace:default
  - k8s-kind:KongService
`, got)
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	const alice = "kind: KongConsumer\nmetadata: {name: alice}\nusername: alice\nspec: {OF}"
	cases := []struct {
		reason  string
		objects []string
		opts    []deck.EncodeOption
		want    string
	}{
		{
			reason: "decK does not know the kind", objects: []string{"kind: KongDataPlaneClientCertificate\nmetadata: {name: d}\nspec: {cert: c, OF}"},
			want: "KongDataPlaneClientCertificate default/d: decK knows no client certificates of data planes; leave it out",
		},
		{
			reason: "nor a second certificate", objects: []string{"kind: KongCertificate\nmetadata: {name: c}\nspec: {cert: a, key: b, cert_alt: c, key_alt: d, OF}"},
			want: "KongCertificate default/c: spec: decK knows no second certificate beside the first",
		},
		{
			reason: "nor parts of seconds", objects: []string{"kind: KongUpstream\nmetadata: {name: u}\nspec: {name: u, OF, healthchecks: {threshold: 0.5, active: {" +
				"concurrency: 1, http_path: /, https_verify_certificate: true, timeout: 2.0, type: http, healthy: {interval: 0.5, successes: 1}}}}"},
			want: "KongUpstream default/u: spec.healthchecks.active.healthy.interval: must be a whole number, as decK takes no other",
		},
		{
			reason: "a key that Konnect makes up", objects: []string{alice, "kind: KongCredentialHMAC\nmetadata: {name: h}\nspec: {username: a, consumerRef: {name: alice}}"},
			want: "KongCredentialHMAC default/h: spec.secret: must be set: decK does not leave it to konnect to make one up",
		},
		{
			reason: "a certificate of an owner before there is an ID", opts: []deck.EncodeOption{deck.WithOwner("team-k")},
			objects: []string{"kind: KongCertificate\nmetadata: {name: c}\nspec: {cert: a, key: b, OF}"},
			want:    "KongCertificate default/c: decK needs its ID, which is known only once the control plane has one: provision the objects first, give the object of the control plane its ID (spec.mirror), or give the entity a name if it can have one",
		},
		{
			reason: "what is only looked at", opts: []deck.EncodeOption{deck.WithOwner("team-k")},
			objects: []string{"kind: KongService\nmetadata: {name: s, annotations: {konnectkit/management-policy: observe}}\nspec: {name: s, host: a, OF}"},
			want:    "KongService default/s: its entity is only looked at and bears no marks of the owner; leave it out, or leave WithOwner out",
		},
		{
			reason: "a reference that leads nowhere", objects: []string{"kind: KongTarget\nmetadata: {name: t}\nspec: {target: a, upstreamRef: {name: u}}"},
			want: "resolve KongTarget default/t: spec.upstreamRef: KongUpstream default/u not found",
		},
		{
			reason: "a Secret that is needed in clear", opts: []deck.EncodeOption{deck.WithSecrets()},
			objects: []string{"kind: KongCACertificate\nmetadata: {name: c}\nspec: {type: secretRef, secretRef: {name: ca}, OF}"},
			want:    "resolve KongCACertificate default/c: spec.secretRef: Secret default/ca not found",
		},
		{
			reason: "a Secret without the key", objects: []string{
				"kind: Secret\nmetadata: {name: ca}\nstringData: {other: x}",
				"kind: KongCACertificate\nmetadata: {name: c}\nspec: {type: secretRef, secretRef: {name: ca}, OF}",
			},
			want: "KongCACertificate default/c: spec.secretRef: Secret default/ca has no key \"ca.crt\"",
		},
		{
			reason: "a value that is no JSON, which is not shown", objects: []string{
				"kind: Secret\nmetadata: {name: s}\nstringData: {k: example-secret}",
				"kind: KongPlugin\nmetadata: {name: p}\nplugin: a\nconfigPatches: [{path: /a, valueFrom: {secretKeyRef: {name: s, key: k}}}]",
				"kind: KongPluginBinding\nmetadata: {name: p}\nspec: {pluginRef: {name: p}, scope: GlobalInControlPlane, OF}",
				"kind: KongPluginBinding\nmetadata: {name: q}\nspec: {pluginRef: {name: p}, targets: {consumerRef: {name: alice}}, OF}", alice,
			},
			want: "KongPlugin default/p: configPatches[0].valueFrom.secretKeyRef: the value under \"k\" of Secret default/s is not of the JSON that is needed; a text needs its quotes",
		},
		{
			reason: "a target of a cluster", objects: []string{
				"kind: KongPlugin\nmetadata: {name: p}\nplugin: a",
				"kind: KongPluginBinding\nmetadata: {name: p}\nspec: {pluginRef: {name: p}, targets: {serviceRef: {group: \"\", kind: Service, name: s}}, OF}",
			},
			want: "KongPluginBinding default/p: spec.targets: konnect has no entity of a Service",
		},
		{
			reason: "a name that is a template", objects: []string{
				"kind: KongPlugin\nmetadata: {name: p}\nplugin: a\nconfig: {'${{ x }}': 1}",
				"kind: KongPluginBinding\nmetadata: {name: p}\nspec: {pluginRef: {name: p}, scope: GlobalInControlPlane, OF}",
			},
			want: "KongPluginBinding default/p: has a name with ${{ in it, which decK would take for a template",
		},
		{
			reason: "a Secret that is no credential", objects: []string{
				"kind: Secret\nmetadata: {name: key}\nstringData: {key: example}",
				"kind: KongConsumer\nmetadata: {name: c}\nusername: c\ncredentials: [key]\nspec: {OF}",
			},
			want: "KongConsumer default/c: credentials[0]: Secret default/key needs the label konghq.com/credential with one of " +
				"acl, basic-auth, hmac, jwt, key-auth to say what credential it holds",
		},
		{
			reason: "another control plane", opts: []deck.EncodeOption{deck.WithControlPlane(crd.Key{Kind: "KonnectGatewayControlPlane", Name: "x"})},
			want: "KonnectGatewayControlPlane x: the objects are in no such control plane; its own object must be among them",
		},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := deck.Encode(&out, manifests(t, c.objects...), c.opts...)
			require.EqualError(t, err, "encode decK file: "+c.want)
			assert.Empty(t, out.String(), "nothing is half written")
			problems, ok := errors.AsType[*deck.EncodeError](err)
			require.True(t, ok)
			assert.Len(t, problems.Problems, 1)
		})
	}
}

func TestEncodeTakesOneControlPlane(t *testing.T) {
	t.Parallel()
	other := strings.ReplaceAll("kind: KongService\nmetadata: {name: t}\nspec: {name: t, host: b, OF}", "OF", strings.ReplaceAll(of, "cp}", "other}"))
	objects := manifests(t, "kind: KongService\nmetadata: {name: s}\nspec: {name: s, host: a, OF}", other)
	more, err := manifest.DecodeAll(strings.NewReader(strings.ReplaceAll(strings.ReplaceAll(plane, "name: cp", "name: other"), "Gateway}", "Other}")))
	require.NoError(t, err)
	objects = append(objects, more...)
	err = deck.Encode(&bytes.Buffer{}, objects)
	require.EqualError(t, err, "encode decK file: a file takes one control plane, and these objects are in KonnectGatewayControlPlane default/cp, "+
		"KonnectGatewayControlPlane default/other; choose with WithControlPlane")
	assert.Contains(t, encoded(t, objects, deck.WithControlPlane(crd.KeyOf(more[0]))), "control_plane_name: Other\nservices:\n- host: b\n")
	err = deck.Encode(&bytes.Buffer{}, append(objects, nil))
	require.ErrorContains(t, err, "an object is nil")
}

func TestEncodeErrorsUnwrap(t *testing.T) {
	t.Parallel()
	err := deck.Encode(&bytes.Buffer{}, manifests(t, "kind: KongTarget\nmetadata: {name: t}\nspec: {target: a, upstreamRef: {name: u}}"))
	missing, ok := errors.AsType[*resolve.MissingError](err)
	require.True(t, ok)
	assert.Equal(t, "u", missing.To.Name)
}

// TestEveryKindIsEncoded fails by the name of a kind for which nothing is said.
func TestEveryKindIsEncoded(t *testing.T) {
	t.Parallel()
	withoutEntity := map[string]string{
		"Secret":                      "gives others their values",
		"KongReferenceGrant":          "permits references",
		"KonnectAPIAuthConfiguration": "gives a control plane its token",
		"KonnectGatewayControlPlane":  "is what the file is for",
		"KongPlugin":                  "says what a binding's plugin is",
		"KongClusterPlugin":           "says what a binding's plugin is",
	}
	all, err := scheme.Kinds()
	require.NoError(t, err)
	for _, kind := range all {
		assert.NotEqual(t, withoutEntity[kind.Kind] != "", deck.HasRowForTest(kind.Kind), kind.Kind)
	}
}
