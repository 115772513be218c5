package v1alpha1_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/applyconfiguration/konnect/v1alpha1"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
)

const token = "kpat_not-a-real-token"

func withToken() *v1alpha1.KonnectAPIAuthConfigurationApplyConfiguration {
	return v1alpha1.KonnectAPIAuthConfiguration("auth", "kong").WithSpec(v1alpha1.KonnectAPIAuthConfigurationSpec().
		WithType(konnectv1alpha1.APIAuthTypeToken).WithToken(token).WithServerURL("us.api.konghq.com"))
}

func TestTokenIsNotShown(t *testing.T) {
	t.Parallel()
	root := withToken()
	spec := root.Spec
	for _, value := range []any{root, *root, spec, *spec, spec.Token, *spec.Token, map[string]any{"spec": spec}, []any{*spec}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text := fmt.Sprintf(verb, value)
			assert.NotContains(t, text, token, "%s of %T", verb, value)
			assert.NotContains(t, text, fmt.Sprintf("%x", token), "%s of %T", verb, value)
		}
		assert.NotContains(t, fmt.Errorf("apply: %w: %v", errors.ErrUnsupported, value).Error(), token)
	}
	assert.Contains(t, fmt.Sprintf("%v %+v", *spec.Token, spec.Token), crd.Redacted, "a pointer is as silent as the value")
}

func TestTokenIsNotLogged(t *testing.T) {
	t.Parallel()
	root := withToken()
	for _, value := range []any{root, *root, root.Spec, *root.Spec} {
		var text, jsonText bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("applied", "configuration", value)
		slog.New(slog.NewJSONHandler(&jsonText, nil)).Info("applied", "configuration", value)
		assert.NotContains(t, text.String(), token, "%T", value)
		assert.NotContains(t, jsonText.String(), token, "%T", value)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("applied", "auth", root, "spec", root.Spec)
	assert.Contains(t, log.String(), `auth="KonnectAPIAuthConfiguration kong/auth"`)
	assert.Contains(t, log.String(), "spec.type=token spec.server_url=us.api.konghq.com spec.token=[redacted]")

	empty := &v1alpha1.KonnectAPIAuthConfigurationApplyConfiguration{}
	assert.Equal(t, "KonnectAPIAuthConfiguration ", empty.LogValue().String())
}

func TestTokenIsSent(t *testing.T) {
	t.Parallel()
	sent, err := json.Marshal(withToken())
	require.NoError(t, err)
	assert.Contains(t, string(sent), token, "a cluster needs it in clear")
}
