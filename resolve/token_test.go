package resolve_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/resolve"
)

func TestInvalidToken(t *testing.T) {
	t.Parallel()
	secret := func(token string) crd.Object {
		return core.NewSecret(&corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: "token", Namespace: "default"}, Data: map[string][]byte{"token": []byte(token)},
		})
	}
	auth := builder.NewAPIAuth("auth").ServerURL("us.api.konghq.com").Secret("token").MustBuild()
	_, err := resolve.Resolve(t.Context(), []crd.Object{auth, secret("kpat_example\n")})
	require.NoError(t, err, "files end with a newline")

	_, err = resolve.Resolve(t.Context(), []crd.Object{auth}, resolve.WithSource(resolve.Objects(secret("'kpat_example'"))))
	var invalid *resolve.InvalidTokenError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, "resolve KonnectAPIAuthConfiguration default/auth: spec.secretRef: the key \"token\" of Secret default/token "+
		"has a quote in it, as a shell leaves behind: only the token belongs there", err.Error())
	key, field := resolve.Location(invalid)
	assert.Equal(t, crd.KeyOf(auth), key)
	assert.Equal(t, "spec.secretRef", field)
	assert.Error(t, invalid.Unwrap())
}
