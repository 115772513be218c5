package provision_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
)

// TestImplied follows what an annotation and a list of Secrets name: carriers wait for it,
// and what it implied goes when it is named no more, or its Secret is gone.
func TestImplied(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, service, _ := w.howTo()
	service.SetAnnotations(map[string]string{crd.PluginsAnnotation: "limit"})
	consumer := builder.NewConsumer("alice").Namespace(w.namespace).ControlPlane("gateway-control-plane").MustBuild()
	consumer.Credentials = []string{"key"}
	w.create(auth, controlPlane, service, consumer)
	w.condition(service, crd.ConditionProgrammed, metav1.ConditionFalse, "")
	w.condition(consumer, crd.ConditionProgrammed, metav1.ConditionFalse, "")

	plugin := builder.NewPlugin("limit", "rate-limiting").Namespace(w.namespace).Config(map[string]any{"minute": 5}).MustBuild()
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "key", Namespace: w.namespace, Labels: map[string]string{provision.CredentialLabel: "key-auth"}},
		StringData: map[string]string{"key": "some-key"},
	}
	w.create(plugin, secret)
	w.programmed(controlPlane, service, consumer)
	id := controlPlane.GetKonnectStatus().ID
	holds := func(collection string, n int) {
		t.Helper()
		w.eventually(func() error {
			if found := w.konnect.Entities(id, collection); len(found) != n {
				return fmt.Errorf("%d %s", len(found), collection)
			}
			return nil
		})
	}
	holds("plugins", 1)
	holds("key-auths", 1)

	plugin.Config = crd.JSON(`{"minute":7}`)
	require.NoError(t, w.client.Update(t.Context(), plugin))
	w.eventually(func() error {
		for _, e := range w.konnect.Entities(id, "plugins") {
			if config, _ := e["config"].(map[string]any); fmt.Sprint(config["minute"]) == "7" {
				return nil
			}
		}
		return fmt.Errorf("the limit is still the old one")
	})

	require.NoError(t, w.client.Delete(t.Context(), secret))
	holds("key-auths", 0)
	w.condition(consumer, crd.ConditionCredentialSecretRefsValid, metav1.ConditionFalse, "Invalid")

	require.NoError(t, w.get(service))
	service.SetAnnotations(nil)
	require.NoError(t, w.client.Update(t.Context(), service))
	holds("plugins", 0)
}
