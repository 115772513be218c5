package konnect_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

// credentialSecret is a Secret with a credential, of no type where label is empty.
func credentialSecret(name, label string, values map[string]string) crd.Object {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"}, StringData: values}
	if label != "" {
		secret.Labels = map[string]string{"konghq.com/credential": label}
	}
	return core.NewSecret(secret)
}

// holding are a control plane and a consumer with credentials in Secrets.
func holding(secrets ...string) []crd.Object {
	consumer := builder.NewConsumer("alice").ControlPlane("cp").MustBuild()
	consumer.Credentials = secrets
	return []crd.Object{plane("cp").MustBuild(), consumer}
}

func credentialSecrets() []crd.Object {
	return []crd.Object{
		credentialSecret("key", "key-auth", map[string]string{"key": "not-to-be-seen-1"}),
		credentialSecret("password", "basic-auth", map[string]string{"username": "alice", "password": "not-to-be-seen-2"}),
		credentialSecret("group", "acl", map[string]string{"group": "friends"}),
		credentialSecret("signed", "hmac", map[string]string{"username": "alice", "secret": "not-to-be-seen-3"}),
		credentialSecret("other", "basic-auth", map[string]string{"username": "alice-too", "password": "not-to-be-seen-8"}),
		credentialSecret("token", "jwt", map[string]string{"key": "issuer", "algorithm": "HS256", "secret": "not-to-be-seen-4"}),
	}
}

// holdingClient asks a Source for Secrets.
func holdingClient(t *testing.T, server *konnecttest.Server, secrets ...crd.Object) *konnect.Client {
	t.Helper()
	return newClient(t, server, konnect.WithOwner("me"), konnect.WithSource(resolve.Objects(secrets...)))
}

// TestCredentialsInSecrets of all types are created, found and taken back one by one.
func TestCredentialsInSecrets(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	names := []string{"group", "key", "password", "signed", "token"}
	objects := holding(names...)
	report, err := holdingClient(t, server, credentialSecrets()...).Ensure(t.Context(), objects)
	require.NoError(t, err)
	assert.Equal(t, 7, server.Writes())
	assert.NotContains(t, report.String()+fmt.Sprint(report.Changes), "not-to-be-seen")
	assert.True(t, meta.IsStatusConditionTrue(objects[1].GetConditions(), crd.ConditionCredentialSecretRefsValid))
	assert.True(t, crd.IsProgrammed(objects[1]))

	for len(names) > 0 {
		server.ResetLog()
		_, err := holdingClient(t, server, credentialSecrets()...).Ensure(t.Context(), holding(names...))
		require.NoError(t, err)
		assert.Zero(t, server.Writes(), "settled with %s", names)
		gone := names[0]
		names = names[1:]
		report, err := holdingClient(t, server, credentialSecrets()...).Ensure(t.Context(), holding(names...))
		require.NoError(t, err)
		assert.Contains(t, impliedIn(report.Changes), "deleted "+gone+":KongConsumer/alice")
		assert.Equal(t, 2, server.Writes(), "the credential, and the mark of the consumer")
	}
	server.ResetLog()
	objects = holding()
	_, err = holdingClient(t, server).Ensure(t.Context(), objects)
	require.NoError(t, err)
	assert.Zero(t, server.Writes())
	assert.Nil(t, meta.FindStatusCondition(objects[1].GetConditions(), crd.ConditionCredentialSecretRefsValid))
}

// TestChangedCredentialSecrets are one write each, where that can be told.
func TestChangedCredentialSecrets(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	_, err := holdingClient(t, server, credentialSecrets()...).Ensure(t.Context(), holding("key", "password", "other", "token"))
	require.NoError(t, err)
	for reason, changed := range map[string]crd.Object{
		"key":      credentialSecret("key", "key-auth", map[string]string{"key": "not-to-be-seen-5"}),
		"password": credentialSecret("password", "basic-auth", map[string]string{"username": "alice", "password": "not-to-be-seen-6"}),
		"token":    credentialSecret("token", "jwt", map[string]string{"key": "issuer", "algorithm": "HS512", "secret": "not-to-be-seen-7"}),
	} {
		secrets := credentialSecrets()
		for i, s := range secrets {
			if s.GetName() == changed.GetName() {
				secrets[i] = changed
			}
		}
		server.ResetLog()
		plan, err := holdingClient(t, server, secrets...).Plan(t.Context(), holding("key", "password", "other", "token"))
		require.NoError(t, err)
		assert.NotContains(t, plan.String(), "not-to-be-seen")
		_, err = holdingClient(t, server, secrets...).Ensure(t.Context(), holding("key", "password", "other", "token"))
		require.NoError(t, err)
		assert.Equal(t, 1, server.Writes(), reason)
		_, err = holdingClient(t, server, credentialSecrets()...).Ensure(t.Context(), holding("key", "password", "other", "token"))
		require.NoError(t, err)
	}
}

// TestCredentialsOfSecretsThatAreGone go with them, if the Source says so.
func TestCredentialsOfSecretsThatAreGone(t *testing.T) {
	t.Parallel()
	for reason, opts := range map[string][]konnect.EnsureOption{"whole": nil, "partial": {konnect.WithPartial()}, "prune": {konnect.WithPrune()}} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			_, err := holdingClient(t, server, credentialSecrets()...).Ensure(t.Context(), holding("key", "password"))
			require.NoError(t, err)
			for range 2 {
				objects := holding("key", "password")
				report, err := holdingClient(t, server, credentialSecrets()[1:]...).Ensure(t.Context(), objects, opts...)
				missing, ok := errors.AsType[*resolve.MissingError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, "credentials[0]", missing.Field)
				assert.Contains(t, impliedIn(report.Changes), "unchanged password:KongConsumer/alice")
				assert.Empty(t, server.Entities(objects[0].GetKonnectStatus().ID, "key-auths"))
				assert.False(t, crd.IsProgrammed(objects[1]))
				assert.True(t, meta.IsStatusConditionFalse(objects[1].GetConditions(), crd.ConditionCredentialSecretRefsValid))
			}
			objects := holding("key", "password")
			_, err = holdingClient(t, server, credentialSecrets()...).Ensure(t.Context(), objects, opts...)
			require.NoError(t, err)
			assert.True(t, crd.IsProgrammed(objects[1]))
			assert.Len(t, server.Entities(objects[0].GetKonnectStatus().ID, "key-auths"), 1)
		})
	}
}

// TestCredentialsThatCannotBeTold stay: nobody says that their Secret is gone.
func TestCredentialsThatCannotBeTold(t *testing.T) {
	t.Parallel()
	for reason, c := range map[string]struct {
		secret crd.Object // nil for no Source
		want   string
	}{
		"no source":           {nil, "Secret default/key not found"},
		"no label":            {credentialSecret("key", "", map[string]string{"key": "not-to-be-seen"}), "credentials[0]: Secret default/key needs the label konghq.com/credential with one of acl, basic-auth, hmac, jwt, key-auth"},
		"another label":       {credentialSecret("key", "konnect", map[string]string{"token": "not-to-be-seen"}), "needs the label"},
		"nothing in it":       {credentialSecret("key", "key-auth", nil), `has no key "key", which a credential of type key-auth needs`},
		"something empty":     {credentialSecret("key", "key-auth", map[string]string{"key": ""}), "KongCredentialAPIKey default/key:KongConsumer/alice: spec.key"},
		"bytes, not a text":   {credentialSecret("key", "key-auth", map[string]string{"key": "not-to-be-seen\xff"}), "KongCredentialAPIKey default/key:KongConsumer/alice: spec.key: Invalid value: must be a text in UTF-8"},
		"an odd algorithm":    {credentialSecret("key", "jwt", map[string]string{"key": "a", "algorithm": "none"}), "spec.algorithm"},
		"no public key":       {credentialSecret("key", "jwt", map[string]string{"key": "a", "algorithm": "RS256"}), "spec.rsa_public_key"},
		"a public key of mud": {credentialSecret("key", "jwt", map[string]string{"key": "a", "algorithm": "RS256", "rsa_public_key": "not-to-be-seen"}), "spec.rsa_public_key"},
	} {
		for _, opts := range [][]konnect.EnsureOption{nil, {konnect.WithPartial()}, {konnect.WithPartial(), konnect.WithPrune()}} {
			t.Run(fmt.Sprint(reason, len(opts)), func(t *testing.T) {
				t.Parallel()
				server := konnecttest.Start(t)
				objects := holding("key")
				_, err := holdingClient(t, server, credentialSecrets()...).Ensure(t.Context(), objects)
				require.NoError(t, err)
				client, err := konnect.NewClient(konnect.WithServerURL(server.URL), konnect.WithToken(server.Token), konnect.WithOwner("me"))
				require.NoError(t, err)
				if c.secret != nil {
					client = holdingClient(t, server, c.secret)
				}
				_, err = client.Ensure(t.Context(), objects, opts...)
				require.ErrorContains(t, err, c.want)
				assert.NotContains(t, err.Error(), "not-to-be-seen")
				assert.False(t, crd.IsProgrammed(objects[1]))
				assert.Len(t, server.Entities(objects[0].GetKonnectStatus().ID, "key-auths"), 1)
			})
		}
	}
}

// TestCredentialsMove with their key: to another Secret by one write, and to another
// consumer by two, of which the first takes it back.
func TestCredentialsMove(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	_, err := holdingClient(t, server, credentialSecrets()...).Ensure(t.Context(), holding("key"))
	require.NoError(t, err)
	renamed := credentialSecret("renamed", "key-auth", map[string]string{"key": "not-to-be-seen-1"})
	server.ResetLog()
	_, err = holdingClient(t, server, renamed).Ensure(t.Context(), holding("renamed"))
	require.NoError(t, err)
	assert.Equal(t, 1, server.Writes())

	bob := builder.NewConsumer("bob").ControlPlane("cp").MustBuild()
	bob.Credentials = []string{"renamed"}
	report, err := holdingClient(t, server, renamed).Ensure(t.Context(), append(holding(), bob))
	require.NoError(t, err)
	assert.Equal(t, []string{"created renamed:KongConsumer/bob", "deleted renamed:KongConsumer/alice"}, impliedIn(report.Changes))
	server.ResetLog()
	_, err = holdingClient(t, server, renamed).Ensure(t.Context(), append(holding(), bob))
	require.NoError(t, err)
	assert.Zero(t, server.Writes())

	report, err = holdingClient(t, server, renamed).Delete(t.Context(), []crd.Object{plane("cp").MustBuild(), bob})
	require.NoError(t, err, "the control plane goes as well")
	assert.Equal(t, []string{"deleted renamed:KongConsumer/bob"}, impliedIn(report.Changes))
}
