package deckengine_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/deckengine"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// gateway is a state file with every kind that decK knows beside services, routes, upstreams
// and plugins. PEM texts are made for each call.
func gateway(t *testing.T) string {
	t.Helper()
	pair, other, ca := konnecttest.SelfSigned("a.example"), konnecttest.SelfSigned(), konnecttest.SelfSignedCA("ca")
	const jwk = `{"kty":"RSA","kid":"1","n":"0vx7agoebGcQ","e":"AQAB"}`
	return fmt.Sprintf(`
_format_version: "3.0"
consumer_groups:
- {name: gold, tags: [t]}
- {name: silver}
consumers:
- username: alice
  custom_id: "1"
  tags: [t]
  groups: [{name: gold}, {name: silver}]
  keyauth_credentials: [{key: example-key, tags: [t]}, {key: other-key}]
  hmacauth_credentials: [{username: alice, secret: example-secret}]
  jwt_secrets:
  - {key: issuer, secret: example-secret, algorithm: HS256}
  - {key: issuer-512, secret: example-secret, algorithm: HS512}
  acls: [{group: admins}, {group: users}]
- username: bob
  acls: [{group: admins}]
certificates:
- id: 11111111-2222-4333-8444-555555555555
  cert: %s
  key: %s
  snis: [{name: a.example}, {name: "*.a.example"}]
- id: 22222222-2222-4333-8444-555555555555
  cert: %s
  key: %s
  tags: [t]
ca_certificates:
- id: 33333333-2222-4333-8444-555555555555
  cert: %s
key_sets:
- {name: signing}
keys:
- {name: first, kid: "1", set: {name: signing}, jwk: %s}
- {name: second, kid: "2", pem: {private_key: %s}}
vaults:
- {name: env, prefix: my-env, description: the environment, config: {prefix: APP_}}
- {name: hcv, prefix: my-hcv, config: {
    host: vault.example, protocol: https, port: 8200, token: example-token, kv: v1, mount: secret, auth_method: token,
    ttl: 0, neg_ttl: 0, resurrect_ttl: 100000000}}
services:
- name: secured
  host: a.example
  protocol: https
  client_certificate: 22222222-2222-4333-8444-555555555555
  ca_certificates: [33333333-2222-4333-8444-555555555555]
upstreams:
- name: secured
  client_certificate: {id: 22222222-2222-4333-8444-555555555555}
`, strconv.Quote(pair.Certificate), strconv.Quote(pair.PrivateKey), strconv.Quote(other.Certificate), strconv.Quote(other.PrivateKey),
		strconv.Quote(ca.Certificate), strconv.Quote(jwk), strconv.Quote(other.PrivateKey))
}

// gatewayEntities is how many entities and memberships gateway has.
const gatewayEntities = 2 + 2 + 2 + 2 + 1 + 2 + 3 + 2 + 2 + 1 + 1 + 2 + 2 + 1 + 1

// TestSyncEveryKind is TestSync for gateway.
func TestSyncEveryKind(t *testing.T) {
	t.Parallel()
	for reason, opts := range map[string][]konnecttest.Option{
		"as by default":                 nil,
		"unset fields are null":         {konnecttest.WithNullFields()},
		"credentials never change":      {konnecttest.WithCredentialUpdates(false)},
		"keys are unique by kid":        {konnecttest.WithKeyIDs(konnecttest.KeyIDGlobal)},
		"configs of vaults are as sent": {konnecttest.WithVaultConfigAsSent()},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			file := gateway(t)
			w := newWorld(t, opts...)
			changes, err := w.deck().Sync(t.Context(), w.read(file))
			require.NoError(t, err, "%v", refused(w.server))
			assert.Equal(t, deckengine.Changes{Created: gatewayEntities}, changes.Counts())
			w.settled(file)
			dump := w.dump()
			for _, text := range []string{"username: alice", "key: example-key", "group: users", "name: a.example", "kid: \"1\"", "prefix: my-hcv", "silver"} {
				assert.Contains(t, dump, text)
			}
			w.settled(dump)
			changes, err = w.deck().Reset(t.Context())
			require.NoError(t, err)
			assert.NotZero(t, changes.Deleted)
			for collection, left := range w.server.ControlPlane(planeName).Entities {
				assert.Empty(t, left, collection)
			}
		})
	}
}

// TestSyncPlugins does so for plugins of every scope. Without the nulls in their configs decK
// would write them on every run.
func TestSyncPlugins(t *testing.T) {
	t.Parallel()
	const file = `
_format_version: "3.0"
plugins:
- {name: cors, config: {origins: [https://a.example], credentials: true}}
- {name: prometheus, instance_name: metrics}
services:
- name: s
  host: a.example
  plugins:
  - {name: key-auth, config: {key_names: [b, a], anonymous: null}}
  - {name: rate-limiting, config: {minute: 5, redis: {host: redis.example}}}
  routes:
  - name: r
    paths: [/]
    plugins:
    - {name: request-transformer, config: {add: {headers: ["x-a:1"]}}, tags: [t]}
    - {name: jwt, enabled: false, protocols: [https], config: {claims_to_verify: [nbf, exp]}}
consumers:
- username: alice
  plugins: [{name: rate-limiting, config: {second: 1, hour: 9}}]
consumer_groups:
- name: gold
  plugins: [{name: rate-limiting-advanced, config: {limit: [5], window_size: [30], namespace: example}}]
`
	for reason, opts := range map[string][]konnecttest.Option{
		"as by default":         nil,
		"shorthands are shown":  {konnecttest.WithShorthandsEchoed()},
		"unset fields are null": {konnecttest.WithNullFields()},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, opts...)
			changes, err := w.deck().Sync(t.Context(), w.read(file))
			require.NoError(t, err, "%v", refused(w.server))
			assert.Equal(t, deckengine.Changes{Created: 12}, changes.Counts())
			w.settled(file)
			w.settled(w.dump())
		})
	}
}

// TestPasswords pins that decK cannot compare a password, and what it does then.
func TestPasswords(t *testing.T) {
	t.Parallel()
	const file = `{_format_version: "3.0", consumers: [{username: alice, basicauth_credentials: [{username: alice, password: example}]}]}`
	w := newWorld(t)
	assert.Equal(t, deckengine.Changes{Created: 2}, w.sync(file).Counts())
	again := w.sync(file)
	lines, err := json.Marshal(again.Lines)
	require.NoError(t, err)
	assert.Equal(t, deckengine.Changes{}, again.Counts(), "%s", lines)
}
