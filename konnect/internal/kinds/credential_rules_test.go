package kinds_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// belowConsumer is a path that creates credentials of a consumer.
func belowConsumer(segment string) func(*judge) string {
	return func(j *judge) string {
		j.Helper()
		consumer, err := j.server.Put(j.plane, "consumers", map[string]any{"username": "alice"})
		require.NoError(j, err)
		return fmt.Sprintf("/v2/control-planes/%s/core-entities/consumers/%s/%s", j.plane, consumer["id"], segment)
	}
}

// ruled changes the spec of an object that the CRD accepts.
func ruled[O crd.Object, S any](obj O, spec *S, reason, refused string, change func(*S)) ruleCase {
	change(spec)
	return ruleCase{reason: reason, refused: refused, obj: obj}
}

const publicKey = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
`

func TestCredentialRules(t *testing.T) {
	t.Parallel()
	acl := func(reason, refused string, change func(*configurationv1alpha1.KongCredentialACLSpec)) ruleCase {
		obj := builder.NewCredentialACL("a").Consumer("c").Group("gold").MustBuild()
		return ruled(obj, &obj.Spec, reason, refused, change)
	}
	apiKey := func(reason, refused string, change func(*configurationv1alpha1.KongCredentialAPIKeySpec)) ruleCase {
		obj := builder.NewCredentialAPIKey("a").Consumer("c").Key("example-key").MustBuild()
		return ruled(obj, &obj.Spec, reason, refused, change)
	}
	basicAuth := func(reason, refused string, change func(*configurationv1alpha1.KongCredentialBasicAuthSpec)) ruleCase {
		obj := builder.NewCredentialBasicAuth("a").Consumer("c").Username("alice").Password("example-password").MustBuild()
		return ruled(obj, &obj.Spec, reason, refused, change)
	}
	hmac := func(reason, refused string, change func(*configurationv1alpha1.KongCredentialHMACSpec)) ruleCase {
		obj := builder.NewCredentialHMAC("a").Consumer("c").Username("alice").MustBuild()
		return ruled(obj, &obj.Spec, reason, refused, change)
	}
	jwt := func(reason, refused string, change func(*configurationv1alpha1.KongCredentialJWTSpec)) ruleCase {
		obj := builder.NewCredentialJWT("a").Consumer("c").MustBuild()
		return ruled(obj, &obj.Spec, reason, refused, change)
	}
	secret := func(text string) *crd.SecretString { return new(crd.SecretString(text)) }
	anyID := func(c ruleCase) ruleCase {
		c.server = "it is no part of the body"
		return c
	}
	anyText := func(c ruleCase) ruleCase {
		c.server = "JSON has no such bytes"
		return c
	}
	for segment, rules := range map[string][]ruleCase{
		"acls": {
			acl("any group", "", func(s *configurationv1alpha1.KongCredentialACLSpec) { s.Group = "a b/ü" }),
			acl("no group", "spec.group", func(s *configurationv1alpha1.KongCredentialACLSpec) { s.Group = "" }),
			anyID(acl("no consumer", "spec.consumerRef.name", func(s *configurationv1alpha1.KongCredentialACLSpec) { s.ConsumerRef.Name = "" })),
		},
		"key-auth": {
			apiKey("a key", "", func(*configurationv1alpha1.KongCredentialAPIKeySpec) {}),
			apiKey("a short key", "", func(s *configurationv1alpha1.KongCredentialAPIKeySpec) { s.Key = "k" }),
			anyText(apiKey("bytes that are no text", "spec.key", func(s *configurationv1alpha1.KongCredentialAPIKeySpec) { s.Key = "k\xff" })),
			apiKey("an empty key", "spec.key", func(s *configurationv1alpha1.KongCredentialAPIKeySpec) { s.Key = "" }),
		},
		"basic-auth": {
			basicAuth("name and password", "", func(*configurationv1alpha1.KongCredentialBasicAuthSpec) {}),
			basicAuth("a colon in the name", "", func(s *configurationv1alpha1.KongCredentialBasicAuthSpec) { s.Username = "u:x" }),
			basicAuth("no name", "spec.username", func(s *configurationv1alpha1.KongCredentialBasicAuthSpec) { s.Username = "" }),
			basicAuth("no password", "spec.password", func(s *configurationv1alpha1.KongCredentialBasicAuthSpec) { s.Password = "" }),
		},
		"hmac-auth": {
			hmac("a name alone", "", func(*configurationv1alpha1.KongCredentialHMACSpec) {}),
			hmac("a secret", "", func(s *configurationv1alpha1.KongCredentialHMACSpec) { s.Username, s.Secret = "bob", secret("s") }),
			hmac("an empty secret", "spec.secret", func(s *configurationv1alpha1.KongCredentialHMACSpec) { s.Secret = secret("") }),
			hmac("no name", "spec.username", func(s *configurationv1alpha1.KongCredentialHMACSpec) { s.Username = "" }),
			anyID(hmac("an ID that is none", "spec.id", func(s *configurationv1alpha1.KongCredentialHMACSpec) { s.Username, s.ID = "eve", new("a") })),
		},
		"jwt": {
			jwt("nothing", "", func(*configurationv1alpha1.KongCredentialJWTSpec) {}),
			jwt("a key and a secret", "", func(s *configurationv1alpha1.KongCredentialJWTSpec) { s.Key, s.Secret = new("k"), secret("s") }),
			jwt("an empty key", "spec.key", func(s *configurationv1alpha1.KongCredentialJWTSpec) { s.Key = new("") }),
			jwt("an empty secret", "spec.secret", func(s *configurationv1alpha1.KongCredentialJWTSpec) { s.Secret = secret("") }),
			jwt("a public key", "", func(s *configurationv1alpha1.KongCredentialJWTSpec) {
				s.Algorithm, s.RSAPublicKey = "EdDSA", new(publicKey)
			}),
			jwt("a public key that nothing is checked with", "", func(s *configurationv1alpha1.KongCredentialJWTSpec) { s.RSAPublicKey = new(publicKey) }),
			jwt("a public key that is none", "spec.rsa_public_key", func(s *configurationv1alpha1.KongCredentialJWTSpec) {
				s.Algorithm, s.RSAPublicKey = "RS256", new("x")
			}),
			anyID(jwt("an ID in another form", "spec.id", func(s *configurationv1alpha1.KongCredentialJWTSpec) {
				s.ID = new("urn:uuid:1f0c4f5a-55c5-4e0e-8f7a-7d5a3c2b1e00")
			})),
		},
	} {
		t.Run(segment, func(t *testing.T) {
			t.Parallel()
			checkRules(t, belowConsumer(segment), rules)
		})
	}
}
