package konnect_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

// consumerNamed is a consumer of the control plane cp.
func consumerNamed(name string) crd.Object {
	return builder.NewConsumer(name).ControlPlane("cp").Username(name).MustBuild()
}

// withConsumer puts what a credential needs before it.
func withConsumer(credential crd.Object) func() []crd.Object {
	return fresh(plane("cp").MustBuild(), consumerNamed("alice"), credential)
}

// credentialDrifts are those of every kind of credentials, behind those of its own.
func credentialDrifts(kind string, own ...drift) []drift {
	return append(own,
		drift{field: "consumer", path: "consumer.id", value: foreignID, to: idOf("KongConsumer", "alice"), refused: true},
		drift{field: "tags", value: list("a"), to: marked(kind, "credential", "a", "b")},
	)
}

func credentialCases() []kindCase {
	return []kindCase{aclCase(), apiKeyCase(), basicAuthCase(), hmacCase(), jwtCase()}
}

func aclCase() kindCase {
	base := func() *builder.CredentialACL {
		return builder.NewCredentialACL("credential").Consumer("alice").Group("gold")
	}
	return kindCase{
		kind:    "KongCredentialACL",
		given:   []string{"consumer", "group", "tags"},
		full:    withConsumer(base().Tags("b", "a").MustBuild()),
		minimal: withConsumer(base().MustBuild()),
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1alpha1.KongCredentialACL](obj).Spec.Adopt = adoptOptions(id, mode)
		},
		drifts: credentialDrifts("KongCredentialACL", drift{field: "group", value: "silver", to: "gold"}),
	}
}

func apiKeyCase() kindCase {
	base := func() *builder.CredentialAPIKey {
		return builder.NewCredentialAPIKey("credential").Consumer("alice").Key("example-key")
	}
	return kindCase{
		kind:    "KongCredentialAPIKey",
		given:   []string{"consumer", "key", "tags"},
		full:    withConsumer(base().Tags("b", "a").MustBuild()),
		minimal: withConsumer(base().MustBuild()),
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1alpha1.KongCredentialAPIKey](obj).Spec.Adopt = adoptOptions(id, mode)
		},
		drifts: credentialDrifts("KongCredentialAPIKey", drift{field: "key", value: "other-key", from: crd.Redacted, to: crd.Redacted}),
	}
}

func basicAuthCase() kindCase {
	base := func() *builder.CredentialBasicAuth {
		return builder.NewCredentialBasicAuth("credential").Consumer("alice").Username("alice").Password("example-password")
	}
	return kindCase{
		kind:    "KongCredentialBasicAuth",
		given:   []string{"consumer", "username", "password", "tags"},
		full:    withConsumer(base().Tags("b", "a").MustBuild()),
		minimal: withConsumer(base().MustBuild()),
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1alpha1.KongCredentialBasicAuth](obj).Spec.Adopt = adoptOptions(id, mode)
		},
		drifts: credentialDrifts("KongCredentialBasicAuth", drift{field: "username", value: "bob", to: "alice"}),
	}
}

func hmacCase() kindCase {
	base := func() *builder.CredentialHMAC {
		return builder.NewCredentialHMAC("credential").Consumer("alice").Username("alice")
	}
	return kindCase{
		kind:    "KongCredentialHMAC",
		given:   []string{"consumer", "username", "secret", "tags"},
		full:    withConsumer(base().Secret("example-secret").Tags("b", "a").MustBuild()),
		minimal: withConsumer(base().MustBuild()),
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1alpha1.KongCredentialHMAC](obj).Spec.Adopt = adoptOptions(id, mode)
		},
		setID:  func(obj crd.Object, id string) { must[*configurationv1alpha1.KongCredentialHMAC](obj).Spec.ID = &id },
		drifts: credentialDrifts("KongCredentialHMAC", drift{field: "username", value: "bob", to: "alice"}),
	}
}

const publicKey = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
`

func jwtCase() kindCase {
	base := func() *builder.CredentialJWT { return builder.NewCredentialJWT("credential").Consumer("alice") }
	return kindCase{
		kind:  "KongCredentialJWT",
		given: []string{"consumer", "key", "secret", "tags"},
		full: withConsumer(base().Key("alice").Secret("example-secret").Algorithm("EdDSA").RSAPublicKey(publicKey).
			Tags("b", "a").MustBuild()),
		minimal: withConsumer(base().MustBuild()),
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1alpha1.KongCredentialJWT](obj).Spec.Adopt = adoptOptions(id, mode)
		},
		setID: func(obj crd.Object, id string) { must[*configurationv1alpha1.KongCredentialJWT](obj).Spec.ID = &id },
		drifts: credentialDrifts("KongCredentialJWT",
			drift{field: "key", value: "bob", to: "alice"},
			drift{field: "algorithm", value: "RS256", to: "EdDSA"},
			drift{field: "rsa_public_key", to: publicKey},
		),
	}
}

// TestCredentialsStayWithTheirConsumer: nobody knows whether Konnect would move one, and what
// it keeps of a password depends on the consumer.
func TestCredentialsStayWithTheirConsumer(t *testing.T) {
	t.Parallel()
	for _, c := range credentialCases() {
		for _, status := range []int{0, 400, 404} {
			t.Run(c.kind, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, append([]crd.Object{consumerNamed("bob")}, c.full()...), konnecttest.WithMovedCredential(status))
				moved := append([]crd.Object{consumerNamed("bob")}, c.full()...)
				setConsumer(moved[3], "bob")
				_, err := newClient(t, w.server).Ensure(t.Context(), moved)
				var immutable *konnect.ImmutableError
				require.ErrorAs(t, err, &immutable)
				assert.Equal(t, "consumer.id", immutable.Fields[0].Path)
				assert.Zero(t, w.server.Writes())
			})
		}
	}
}

// setConsumer changes spec.consumerRef of a credential.
func setConsumer(credential crd.Object, name string) {
	ref := commonv1alpha1.LocalRef{Name: name}
	switch c := credential.(type) {
	case *configurationv1alpha1.KongCredentialACL:
		c.Spec.ConsumerRef = ref
	case *configurationv1alpha1.KongCredentialAPIKey:
		c.Spec.ConsumerRef = ref
	case *configurationv1alpha1.KongCredentialBasicAuth:
		c.Spec.ConsumerRef = ref
	case *configurationv1alpha1.KongCredentialHMAC:
		c.Spec.ConsumerRef = ref
	case *configurationv1alpha1.KongCredentialJWT:
		c.Spec.ConsumerRef = ref
	}
}

// TestCredentialsGoWithTheirConsumer, and somebody else's keep it from going.
func TestCredentialsGoWithTheirConsumer(t *testing.T) {
	t.Parallel()
	for _, c := range credentialCases() {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.full())
			report, err := newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner)).Ensure(t.Context(), c.full()[:1], konnect.WithPrune())
			require.NoError(t, err)
			assert.Equal(t, []konnect.Action{konnect.ActionUnchanged, konnect.ActionDeleted, konnect.ActionDeleted}, actions(report))
			assert.Nil(t, w.stored(w.last()))

			theirs := strangers(t, c)
			theirs.server.ResetLog()
			_, err = newClient(t, theirs.server).Delete(t.Context(), c.full()[:2])
			var owned *konnect.OwnershipError
			require.ErrorAs(t, err, &owned)
			assert.Equal(t, foreignID, owned.KonnectID)
			assert.Zero(t, theirs.server.Writes())
		})
	}
}

// TestCredentialsOfNewConsumers are written though not all of Konnect knows the consumer yet.
func TestCredentialsOfNewConsumers(t *testing.T) {
	t.Parallel()
	unknown := konnecttest.Fault{
		Method: "PUT", Path: "**/consumers/*/*/*", Times: 7, Effect: konnecttest.Answer(404, "application/json", `{"code":5,"message":"not found"}`),
	}
	for name, server := range map[string]func() *konnecttest.Server{
		"for requests": func() *konnecttest.Server {
			return konnecttest.NewServer(konnecttest.WithForeignKeyLag(konnecttest.Lag{Requests: 4}))
		},
		"for a while": func() *konnecttest.Server {
			return konnecttest.NewServer(konnecttest.WithForeignKeyLag(konnecttest.Lag{Duration: 300 * time.Millisecond}))
		},
		"in paths": func() *konnecttest.Server {
			server := konnecttest.NewServer()
			server.Inject(unknown)
			return server
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(server())
				_, err := n.client(t).Ensure(t.Context(), []crd.Object{plane("cp").MustBuild()})
				require.NoError(t, err)
				objects := firstSecrets().objects()[1:]
				report, err := n.client(t, konnect.WithSource(resolve.Objects(plane("cp").MustBuild()))).Ensure(t.Context(), objects)
				require.NoError(t, err)
				assert.Equal(t, repeat(konnect.ActionCreated, len(objects)), actions(report))
			})
		})
	}
}

// TestCredentialsAreRenamed: what tells one from others changes by one write of the same entity.
func TestCredentialsAreRenamed(t *testing.T) {
	t.Parallel()
	of := func(credential string) (before, after crd.Object) {
		switch credential {
		case "acl":
			b := builder.NewCredentialACL("a").Consumer("alice")
			return b.Group("gold").MustBuild(), b.Group("silver").MustBuild()
		case "api key":
			b := builder.NewCredentialAPIKey("a").Consumer("alice")
			return b.Key("example-1").MustBuild(), b.Key("example-2").MustBuild()
		case "basic auth":
			b := builder.NewCredentialBasicAuth("a").Consumer("alice").Password("example-password")
			return b.Username("alice").MustBuild(), b.Username("bob").MustBuild()
		case "hmac":
			b := builder.NewCredentialHMAC("a").Consumer("alice").Secret("example-secret")
			return b.Username("alice").MustBuild(), b.Username("bob").MustBuild()
		default:
			b := builder.NewCredentialJWT("a").Consumer("alice").Secret("example-secret")
			return b.Key("alice").MustBuild(), b.Key("bob").MustBuild()
		}
	}
	for _, credential := range []string{"acl", "api key", "basic auth", "hmac", "jwt"} {
		t.Run(credential, func(t *testing.T) {
			t.Parallel()
			first, second := of(credential)
			changesThereAndBack(t, withConsumer(first), withConsumer(second))
		})
	}
}

// TestPoliciesOfCredentials hold as for other entities.
func TestPoliciesOfCredentials(t *testing.T) {
	t.Parallel()
	annotated := func(c kindCase, annotation, value string) []crd.Object {
		objects := c.full()
		objects[2].SetAnnotations(map[string]string{annotation: value})
		return objects
	}
	for _, c := range credentialCases() {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			for _, policy := range []crd.DeletionPolicy{crd.DeletionPolicyRetain, crd.DeletionPolicyProtect} {
				w := newWorld(t, annotated(c, crd.DeletionPolicyAnnotation, string(policy)))
				w.settled(annotated(c, crd.DeletionPolicyAnnotation, string(policy)))
				_, err := newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner)).Ensure(t.Context(), c.full()[:2], konnect.WithPrune())
				require.NoError(t, err, "it is spared")
				assert.NotNil(t, w.stored(w.last()), policy)
			}
			w := newWorld(t, c.full())
			drifted := c.drifts[0]
			w.modify(w.last(), func(entity map[string]any) { set(entity, drifted.at(), drifted.value) })
			report := w.ensure(annotated(c, crd.ManagementPolicyAnnotation, string(crd.ManagementPolicyObserve)))
			assert.Equal(t, konnect.ActionObserved, report.Changes[2].Action)
			assert.Equal(t, []string{drifted.at()}, paths(report.Changes[2]))
			assert.Zero(t, w.server.Writes())
		})
	}
}
