package konnect_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// refused ensures objects in vain, and returns the number of writes and the error.
func (r *secretRun) refused(objects []crd.Object, opts ...konnect.EnsureOption) (int, error) {
	r.Helper()
	w := r.client()
	r.server.ResetLog()
	report, err := w.client.Ensure(r.Context(), objects, opts...)
	require.Error(r, err)
	w.keep(report, objects, err)
	r.statuses(objects)
	return r.server.Writes(), err
}

func newSecretRun(t *testing.T, opts ...konnecttest.Option) *secretRun {
	t.Helper()
	return &secretRun{T: t, server: konnecttest.NewServer(opts...)}
}

// TestErrorsQuoteNoSecrets, though Konnect does.
func TestErrorsQuoteNoSecrets(t *testing.T) {
	t.Parallel()
	secrets := firstSecrets()
	for reason, status := range map[string]int{"a refusal": 400, "an outage": 503} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newSecretRun(t)
				for path, secret := range map[string]string{
					"key-auth": secrets["key"], "basic-auth": secrets["basic"], "hmac-auth": secrets["hmac"], "jwt": secrets["jwt"],
				} {
					said := fmt.Sprintf("no %s, %q, %s", secret, secret, base64.StdEncoding.EncodeToString([]byte(secret)))
					body, err := json.Marshal(map[string]any{
						"code": 3, "message": said, "details": []any{map[string]any{"field": secret, "messages": []string{said}}},
					})
					require.NoError(t, err)
					r.server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/" + path + "/*", Times: -1, Effect: konnecttest.Answer(status, "application/json", string(body))})
				}
				_, err := r.refused(slices.DeleteFunc(secrets.objects(), func(obj crd.Object) bool { return obj.GetName() == "other" }))
				assert.Equal(t, 4, strings.Count(err.Error(), "[redacted]: no [redacted], "))
				r.showsNothing(secrets)
			})
		})
	}
}

// TestErrorsQuoteNoKeys, neither as they were given nor a part of them.
func TestErrorsQuoteNoKeys(t *testing.T) {
	t.Parallel()
	pair := konnecttest.SelfSigned("a.example.com")
	private := strings.ReplaceAll(pair.PrivateKey, "\n", "\r\n")
	line := strings.Split(pair.PrivateKey, "\n")[2] // the first one is nearly the same for all keys
	const member = "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"
	jwk := `{"y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", ` +
		`"kty": "EC", "kid": "a", "crv": "P-256", "d": "` + member + `"}`
	for reason, c := range map[string]struct {
		path        string
		obj         crd.Object
		given, part string
	}{
		"of a certificate": {"certificates", builder.NewCertificate("a").ControlPlane("cp").Cert(pair.Certificate).Key(private).MustBuild(), private, line},
		"in PEM":           {"keys", builder.NewKey("a").ControlPlane("cp").KID("a").PEM(private, publicKey).MustBuild(), private, line},
		"in JSON":          {"keys", builder.NewKey("a").ControlPlane("cp").KID("a").JWK(jwk).MustBuild(), jwk, member},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			for _, said := range []string{c.given, strings.TrimSpace(c.given), fmt.Sprintf("%q", c.given), c.part} {
				server := konnecttest.Start(t)
				body, err := json.Marshal(map[string]any{"code": 3, "message": "no " + said, "details": []any{map[string]any{"messages": []string{said}}}})
				require.NoError(t, err)
				server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/" + c.path + "/*", Times: -1, Effect: konnecttest.Answer(400, "application/json", string(body))})
				w := watch(t, konnect.WithServerURL(server.URL), konnect.WithToken(server.Token))
				objects := []crd.Object{plane("cp").MustBuild(), c.obj}
				_, err = w.client.Ensure(t.Context(), objects)
				require.ErrorContains(t, err, "[redacted]")
				w.keep(&konnect.Report{}, objects, err)
				assertLacks(t, w.text.String(), c.part, said)
			}
		})
	}
}

// TestTakenKeys of somebody else's are told without a key.
func TestTakenKeys(t *testing.T) {
	t.Parallel()
	for reason, withheld := range map[string]bool{"Konnect returns it": false, "only an error tells": true} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				opts := []konnecttest.Option{konnecttest.WithQuotedValues()}
				if withheld {
					opts = append(opts, konnecttest.WithSecretsWithheld())
				}
				r, secrets := newSecretRun(t, opts...), firstSecrets()
				r.ensure(secrets.objects()[:2], nil)
				plane := textOf(r.server.ControlPlanes()[0]["id"])
				_, err := r.server.Put(plane, "key-auths", map[string]any{
					"id": foreignID, "key": secrets["key"], "consumer": map[string]any{"id": r.server.Entity(plane, "consumers", "alice")["id"]},
				})
				require.NoError(t, err)
				writes, err := r.refused(append(secrets.objects()[:2], secrets.objects()[3]))
				if withheld {
					var api *konnect.APIError
					require.ErrorAs(t, err, &api)
					assert.Contains(t, err.Error(), "for value '[redacted]'")
					r.server.ResetLog()
					_, err := newNetwork(r.server).client(t, konnect.WithOwner("platform")).Ensure(t.Context(), append(secrets.objects()[:2], secrets.objects()[3]))
					require.ErrorAs(t, err, &api)
					assert.Equal(t, 1, r.server.Writes(), "nobody gives it up")
				} else {
					var owned *konnect.OwnershipError
					require.ErrorAs(t, err, &owned)
					assert.Equal(t, foreignID, owned.KonnectID)
					assert.Zero(t, writes)
				}
				r.showsNothing(secrets)
			})
		})
	}
}

// TestKeysChangeHands to a free holder in one call; a swap is refused before the first write,
// since no key can be put aside.
func TestKeysChangeHands(t *testing.T) {
	t.Parallel()
	keys := func(first, second string) []crd.Object {
		objects := []crd.Object{plane("cp").MustBuild(), consumerNamed("alice")}
		for name, key := range map[string]string{"first": first, "second": second} {
			objects = append(objects, builder.NewCredentialAPIKey(name).Consumer("alice").Key(key).MustBuild())
		}
		return objects
	}
	synctest.Test(t, func(t *testing.T) {
		r := newSecretRun(t)
		used := secretSet{"one": "example-one", "two": "example-two", "three": "example-three"}
		r.ensure(keys(used["one"], used["two"]), nil)
		writes, err := r.refused(keys(used["two"], used["one"]))
		require.ErrorContains(t, err, "spec.key is swapped with that of KongCredentialAPIKey default/")
		assert.Zero(t, writes)
		writes, err = r.refused(keys(used["one"], used["one"]))
		require.ErrorContains(t, err, "what it has for key is that of KongCredentialAPIKey default/")
		assert.Zero(t, writes)
		_, writes = r.ensure(keys(used["two"], used["three"]), nil)
		assert.Equal(t, 2, writes)
		_, writes = r.ensure(keys(used["two"], used["three"]), nil)
		assert.Zero(t, writes)
		r.showsNothing(used)
	})
}

// TestKeysChangeConsumers by another object, where the batch is complete: the credential that
// has the key is deleted first, since it cannot leave its consumer.
func TestKeysChangeConsumers(t *testing.T) {
	t.Parallel()
	const secret = "example-key"
	credential := func(name, consumer string) []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(), consumerNamed("alice"), consumerNamed("bob"),
			builder.NewCredentialAPIKey(name).Consumer(consumer).Key(secret).MustBuild(),
		}
	}
	synctest.Test(t, func(t *testing.T) {
		r := newSecretRun(t)
		r.ensure(credential("of-alice", "alice"), nil)
		writes, err := r.refused(credential("of-alice", "bob"), konnect.WithPrune())
		require.ErrorContains(t, err, "immutable fields differ: consumer.id: ")
		require.ErrorContains(t, err, "; give the other consumer a credential of another name, in place of this one")
		assert.Zero(t, writes)
		report, writes := r.ensure(credential("of-bob", "bob"), nil, konnect.WithPrune())
		assert.Equal(t, 2, writes)
		assert.Equal(t, []konnect.Action{konnect.ActionUnchanged, konnect.ActionUnchanged, konnect.ActionUnchanged, konnect.ActionCreated, konnect.ActionDeleted}, actions(report))
		_, writes = r.ensure(credential("of-bob", "bob"), nil, konnect.WithPrune())
		assert.Zero(t, writes)
		r.showsNothing(secretSet{"key": secret})
	})
}

// generatedCredentials leave to Konnect what it makes up.
func generatedCredentials(tags ...string) map[string][]crd.Object {
	with := func(credential crd.Object) []crd.Object {
		return []crd.Object{plane("cp").MustBuild(), consumerNamed("alice"), credential}
	}
	return map[string][]crd.Object{
		"hmac-auths": with(builder.NewCredentialHMAC("generated").Consumer("alice").Username("alice").Tags(tags...).MustBuild()),
		"jwts":       with(builder.NewCredentialJWT("generated").Consumer("alice").Tags(tags...).MustBuild()),
	}
}

// TestGeneratedSecretsStay: a write without one would replace it, so that it is sent as it
// is, and an entity is not written where Konnect does not tell it.
func TestGeneratedSecretsStay(t *testing.T) {
	t.Parallel()
	for collection := range generatedCredentials() {
		for _, withheld := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, withheld %t", collection, withheld), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var opts []konnecttest.Option
					if withheld {
						opts = append(opts, konnecttest.WithSecretsWithheld())
					}
					r := newSecretRun(t, opts...)
					objects := func(tags ...string) []crd.Object { return generatedCredentials(tags...)[collection] }
					r.ensure(objects(), nil)
					plane := textOf(r.server.ControlPlanes()[0]["id"])
					stored := func() map[string]any { return r.server.Entities(plane, collection)[0] }
					before := stored()
					require.NotEmpty(t, before["secret"])
					report, writes := r.ensure(objects(), nil, konnect.WithSecretRewrite())
					assert.Zero(t, writes)
					assert.Empty(t, unverified(report.Warnings))

					if withheld {
						writes, err := r.refused(objects("tagged"))
						require.ErrorContains(t, err, "secret: the object does not give it and konnect does not return it")
						assert.Zero(t, writes)
					} else {
						_, writes = r.ensure(objects("tagged"), nil)
						assert.Equal(t, 1, writes)
						_, writes = r.ensure(objects("tagged"), nil)
						assert.Zero(t, writes)
					}
					assert.Equal(t, []any{before["key"], before["secret"]}, []any{stored()["key"], stored()["secret"]})
					r.showsNothing(secretSet{"generated": textOf(before["secret"])})
				})
			})
		}
	}
}

// TestSecretsOfNoUse are replaced along with a write: tokens of such algorithms are checked
// with a public key.
func TestSecretsOfNoUse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newSecretRun(t, konnecttest.WithSecretsWithheld())
		objects := func(tags ...string) []crd.Object {
			return []crd.Object{plane("cp").MustBuild(), consumerNamed("alice"),
				builder.NewCredentialJWT("a").Consumer("alice").Algorithm("EdDSA").RSAPublicKey(publicKey).Tags(tags...).MustBuild()}
		}
		r.ensure(objects(), nil)
		_, writes := r.ensure(objects("tagged"), nil)
		assert.Equal(t, 1, writes)
		_, writes = r.ensure(objects("tagged"), nil)
		assert.Zero(t, writes)
	})
}

// TestAdoptionNeedsTheSecret: what is taken over by a write would lose one that nobody gives.
func TestAdoptionNeedsTheSecret(t *testing.T) {
	t.Parallel()
	adopted := func(mode, secret string) []crd.Object {
		credential := builder.NewCredentialHMAC("hmac").Consumer("alice").Username("alice").MustBuild()
		credential.Spec.Adopt = adoptOptions(foreignID, mode)
		if secret != "" {
			credential.Spec.Secret = new(crd.SecretString(secret))
		}
		return []crd.Object{plane("cp").MustBuild(), consumerNamed("alice"), credential}
	}
	synctest.Test(t, func(t *testing.T) {
		r := newSecretRun(t, konnecttest.WithSecretsWithheld())
		r.ensure(adopted("", "")[:2], nil)
		plane := textOf(r.server.ControlPlanes()[0]["id"])
		_, err := r.server.Put(plane, "hmac-auths", map[string]any{
			"id": foreignID, "username": "alice", "secret": "example-theirs", "consumer": map[string]any{"id": r.server.Entity(plane, "consumers", "alice")["id"]},
		})
		require.NoError(t, err)
		writes, err := r.refused(adopted(commonv1alpha1.AdoptModeOverride, ""))
		require.ErrorContains(t, err, "KongCredentialHMAC default/hmac: secret: the object does not give it")
		assert.Zero(t, writes)
		report, writes := r.ensure(adopted(commonv1alpha1.AdoptModeMatch, "example-ours"), nil)
		assert.Zero(t, writes)
		assert.Equal(t, []string{"hmac"}, unverified(report.Warnings), "nobody knows whether it matches")
		_, writes = r.ensure(adopted(commonv1alpha1.AdoptModeOverride, "example-ours"), nil)
		assert.Equal(t, 1, writes)
		assert.Equal(t, "example-ours", r.server.Entity(plane, "hmac-auths", foreignID)["secret"])
		r.showsNothing(secretSet{"ours": "example-ours", "theirs": "example-theirs"})
	})
}
