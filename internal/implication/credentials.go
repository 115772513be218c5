package implication

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// credentialLabel says on a Secret what credential it holds.
const credentialLabel = "konghq.com/credential"

// Credentials returns the credential that a Secret holds, for each consumer, as the
// Kong operator reads it.
func Credentials(secret crd.Object, _ crd.Key, consumers []crd.Object) Result {
	held, ok := secret.(values)
	if !ok {
		return Result{Problem: "is no Secret"}
	}
	types := credentialTypes()
	label := secret.GetLabels()[credentialLabel]
	if label == "hmac-auth" {
		label = "hmac"
	}
	credential, known := types[label]
	if !known {
		return Result{Problem: fmt.Sprintf("needs the label %s with one of %s to say what credential it holds",
			credentialLabel, strings.Join(slices.Sorted(maps.Keys(types)), ", "))}
	}
	for _, key := range credential.needs {
		if _, ok := held.Value(key); !ok {
			return Result{Problem: fmt.Sprintf("has no key %q, which a credential of type %s needs", key, label)}
		}
	}
	var implied Result
	for _, consumer := range consumers {
		obj := credential.of(commonv1alpha1.LocalRef{Name: consumer.GetName()}, held)
		implied.Objects = append(implied.Objects, named(obj, secret, consumer))
	}
	return implied
}

// values are the data of a Secret.
type values interface {
	Value(key string) (crd.SecretString, bool)
}

// heldCredential is a type of credentials in Secrets, with the keys that it needs.
type heldCredential struct {
	needs []string
	of    func(commonv1alpha1.LocalRef, values) crd.Object
}

func credentialTypes() map[string]heldCredential {
	secret := func(v values, key string) crd.SecretString { value, _ := v.Value(key); return value }
	text := func(v values, key string) string { return secret(v, key).Reveal() }
	optionalText := func(v values, key string) *string {
		if value, ok := v.Value(key); ok {
			return new(value.Reveal())
		}
		return nil
	}
	optionalSecret := func(v values, key string) *crd.SecretString {
		if value, ok := v.Value(key); ok {
			return &value
		}
		return nil
	}
	return map[string]heldCredential{
		"acl": {[]string{"group"}, func(of commonv1alpha1.LocalRef, v values) crd.Object {
			c := &configurationv1alpha1.KongCredentialACL{}
			c.Spec.ConsumerRef, c.Spec.Group = of, text(v, "group")
			return c
		}},
		"basic-auth": {[]string{"username", "password"}, func(of commonv1alpha1.LocalRef, v values) crd.Object {
			c := &configurationv1alpha1.KongCredentialBasicAuth{}
			c.Spec.ConsumerRef, c.Spec.Username, c.Spec.Password = of, text(v, "username"), secret(v, "password")
			return c
		}},
		"hmac": {[]string{"username", "secret"}, func(of commonv1alpha1.LocalRef, v values) crd.Object {
			c := &configurationv1alpha1.KongCredentialHMAC{}
			c.Spec.ConsumerRef, c.Spec.Username, c.Spec.Secret = of, text(v, "username"), optionalSecret(v, "secret")
			return c
		}},
		"jwt": {[]string{"key", "algorithm"}, func(of commonv1alpha1.LocalRef, v values) crd.Object {
			c := &configurationv1alpha1.KongCredentialJWT{}
			c.Spec.ConsumerRef, c.Spec.Algorithm, c.Spec.Key = of, text(v, "algorithm"), optionalText(v, "key")
			c.Spec.RSAPublicKey, c.Spec.Secret = optionalText(v, "rsa_public_key"), optionalSecret(v, "secret")
			return c
		}},
		"key-auth": {[]string{"key"}, func(of commonv1alpha1.LocalRef, v values) crd.Object {
			c := &configurationv1alpha1.KongCredentialAPIKey{}
			c.Spec.ConsumerRef, c.Spec.Key = of, secret(v, "key")
			return c
		}},
	}
}
