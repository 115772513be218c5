package kinds

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

func TestUnmark(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reason    string
		kind      *Kind
		raw, want string
		removed   []string
	}{
		"what no kind knows": {
			"it stays, with numbers as they were", service(),
			`{"id":"a","created_at":1,"updated_at":2,"name":"x","later":{"n":12345678901234567890,"null":null},"path":null,"tags":["managed-by:konnectkit","mine","k8s-uid:u"]}`,
			`{"later":{"n":12345678901234567890,"null":null},"name":"x","path":null,"tags":["mine","k8s-uid:u"]}`, []string{"tags"},
		},
		"no other tags":          {"an empty list is none", service(), `{"tags":["managed-by:konnectkit","managed-deletion:protect","managed-secret:a:b"]}`, `{}`, []string{"tags"}},
		"what no write may have": {"it is left out", certificate(), `{"cert":"c","key":"k","snis":["a"],"metadata":{"expiry":1},"tags":[]}`, `{"cert":"c","key":"k"}`, []string{"tags"}},
		"labels": {
			"a PATCH has them alone", controlPlane(),
			`{"id":"a","name":"x","labels":{"managed-by":"konnectkit","k8s-name":"n","env":"prod"},"config":{"proxy_urls":[{"host":"h"}]}}`,
			`{"labels":{"env":"prod"}}`, []string{"labels.k8s-name", "labels.managed-by"},
		},
		"a title":        {"its text is all that there is", dataPlaneClientCertificate(), `{"cert":"c","title":"managed-by:konnectkit, managed-key:k"}`, `{"cert":"c"}`, []string{"title"}},
		"a title beside": {"of somebody else", dataPlaneClientCertificate(), `{"cert":"c","title":"mine, managed-key:k"}`, `{"cert":"c","title":"mine"}`, []string{"title"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := wire.Decode([]byte(tt.raw), tt.kind.Shape())
			require.NoError(t, err)
			bare, removed, err := tt.kind.Unmark(e)
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(bare.Body()), tt.reason)
			var paths []string
			for _, d := range removed {
				paths = append(paths, d.Path)
			}
			assert.Equal(t, tt.removed, paths)
		})
	}
}

func TestGive(t *testing.T) {
	t.Parallel()
	e, err := wire.Decode([]byte(`{"kid":"k","pem":{"public_key":"p"}}`), key().Shape())
	require.NoError(t, err)
	bare, _, err := key().Unmark(e)
	require.NoError(t, err)
	bare.Give("pem.private_key", Desired{Sent: canon.Object{"pem": canon.Object{"private_key": "s", "public_key": "other"}}})
	assert.JSONEq(t, `{"kid":"k","pem":{"private_key":"s","public_key":"p"}}`, string(bare.Body()))
}
