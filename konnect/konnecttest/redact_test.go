package konnecttest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestLogHasNoSecrets sends secrets in every way: as they should be, in a body that is wrong
// elsewhere, under a wrong name, in what is no JSON, and for validation.
func TestLogHasNoSecrets(t *testing.T) {
	t.Parallel()
	entities, secrets := secretEntities(t)
	segments := map[string]string{"key-auths": "key-auth", "basic-auths": "basic-auth", "hmac-auths": "hmac-auth", "jwts": "jwt"}
	for _, shown := range []bool{false, true} {
		var opts []konnecttest.Option
		if shown {
			opts = append(opts, konnecttest.WithSecretsShown())
		}
		c, base := withConsumers(t, opts...)
		for collection, fields := range entities {
			path := base + "/" + collection
			if segment := segments[collection]; segment != "" {
				path = base + "/consumers/alice/" + segment
			}
			require.Equal(t, 201, c.do("POST", path, fields).Status, collection)
			require.Equal(t, 200, c.do("POST", base+"/schemas/"+strings.TrimSuffix(collection, "s")+"/validate", fields).Status, collection)
			wrong := map[string]any{"Pasword": secrets[0], "pem": secrets[0], "tags": "x"}
			require.Equal(t, 400, c.do("PUT", path+"/"+idOne, wrong).Status)
			require.Equal(t, 400, c.do("PUT", path+"/"+idOne, secrets[0]).Status)
		}
		for _, request := range c.srv.Requests() {
			for _, secret := range secrets {
				if !shown {
					require.NotContains(t, string(request.Body), secret, request.Path)
				}
			}
		}
		log := mustJSON(t, bodies(c.srv))
		assert.Equal(t, shown, strings.Contains(log, secrets[0]))
		assert.Contains(t, log, "public", "the rest is there")
	}
}

func bodies(srv *konnecttest.Server) []string {
	var out []string
	for _, request := range srv.Requests() {
		out = append(out, string(request.Body))
	}
	return out
}
