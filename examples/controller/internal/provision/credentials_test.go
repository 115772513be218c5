package provision_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestCredentials come with their consumer, in any order, change and go. A changed key that
// Konnect does not return is told by an event.
func TestCredentials(t *testing.T) {
	w := newWorld(t, konnecttest.WithSecretsWithheld())
	w.start(provision.Options{})
	auth, controlPlane := w.auth("auth"), w.controlPlane("cp", "auth")
	consumer := builder.NewConsumer("alice").Namespace(w.namespace).ControlPlane("cp").MustBuild()
	key := builder.NewCredentialAPIKey("key").Namespace(w.namespace).Consumer("alice").Key("example-key").MustBuild()
	password := builder.NewCredentialBasicAuth("basic").Namespace(w.namespace).Consumer("alice").Username("alice").Password("example-password").MustBuild()
	credentials := []crd.Object{
		key, password,
		builder.NewCredentialACL("group").Namespace(w.namespace).Consumer("alice").Group("gold").MustBuild(),
		builder.NewCredentialHMAC("hmac").Namespace(w.namespace).Consumer("alice").Username("alice").Secret("example-secret").MustBuild(),
		builder.NewCredentialJWT("jwt").Namespace(w.namespace).Consumer("alice").Key("alice").Secret("example-signature").MustBuild(),
	}
	for _, obj := range credentials {
		w.create(obj)
	}
	w.create(consumer, controlPlane, auth)
	w.programmed(append(credentials, consumer, controlPlane)...)
	plane := controlPlane.GetKonnectStatus().ID
	assert.Equal(t, consumer.GetKonnectStatus().ID, key.GetKonnectStatus().ParentID)

	edit(w, password, func(p *configurationv1alpha1.KongCredentialBasicAuth) { p.Spec.Username = "alice-2" })
	w.eventually(func() error {
		if name := w.konnect.Entities(plane, "basic-auths")[0]["username"]; name != "alice-2" {
			return fmt.Errorf("the user is %v", name)
		}
		return nil
	})
	edit(w, key, func(k *configurationv1alpha1.KongCredentialAPIKey) { k.Spec.Key = "example-key-2" })
	note := w.event(key, "SecretNotVerifiable")
	assert.Contains(t, note, "WithSecretRewrite writes it again")
	assert.NotContains(t, note, "example-key")

	w.delete(consumer)
	for _, obj := range credentials {
		w.delete(obj)
	}
	w.gone(consumer)
	assert.Empty(t, w.konnect.Entities(plane, "key-auths"))
	assert.Empty(t, w.konnect.Entities(plane, "consumers"))
}
