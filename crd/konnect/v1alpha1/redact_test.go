package v1alpha1_test

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
)

// A handler that writes JSON would marshal the value, and so show the token in clear.
func TestTokenIsNotLogged(t *testing.T) {
	t.Parallel()
	token := crd.SecretString("kpat_example")
	auth := konnectv1alpha1.KonnectAPIAuthConfiguration{
		Spec: konnectv1alpha1.KonnectAPIAuthConfigurationSpec{Type: "token", Token: &token, ServerURL: "us.api.konghq.com"},
	}
	for name, value := range map[string]any{"object": auth, "pointer": &auth, "spec": auth.Spec, "pointer to the spec": &auth.Spec} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			slog.New(slog.NewJSONHandler(&out, nil)).Info("seen", "value", value)
			slog.New(slog.NewTextHandler(&out, nil)).Info("seen", "value", value)
			assert.NotContains(t, out.String(), token.Reveal())
		})
	}
}
