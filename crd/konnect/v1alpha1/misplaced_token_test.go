package v1alpha1_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
)

// TestMisplacedToken: a token in the wrong field is still a token.
func TestMisplacedToken(t *testing.T) {
	t.Parallel()
	const token = "kpat_Example0Token"
	for _, url := range []string{
		token, "https://" + token, "http://" + token + "/", "https://us.api.konghq.com/" + token, "http://us.api.konghq.com?token=" + token,
		"https://" + token + "@us.api.konghq.com", strings.ToUpper(token), "http://x/" + strings.ToLower(token),
	} {
		auth := &konnectv1alpha1.KonnectAPIAuthConfiguration{}
		auth.SetName("a")
		auth.Spec.Type, auth.Spec.ServerURL = token, url
		auth.Spec.Token = new(crd.SecretString(token))
		var said strings.Builder
		logger := slog.New(slog.NewJSONHandler(&said, nil))
		logger.Info("auth", "spec", auth.Spec, "object", auth)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			fmt.Fprintf(&said, verb+verb+verb, auth, *auth, auth.Spec)
		}
		for _, err := range auth.Validate() {
			fmt.Fprintf(&said, "%v %v\n", err, err.BadValue)
		}
		assert.NotContains(t, strings.ToLower(said.String()), "example0token")
		assert.Contains(t, said.String(), "[redacted]")
		assert.Equal(t, url, auth.Spec.ServerURL)
	}
	auth := konnectv1alpha1.KonnectAPIAuthConfigurationSpec{ServerURL: "us.api.konghq.com"}
	assert.Contains(t, fmt.Sprintf("%+v", auth), "ServerURL:us.api.konghq.com")
}
