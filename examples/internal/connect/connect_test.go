package connect_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/examples/internal/connect"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// getenv looks a variable up in env instead of the environment.
func getenv(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func ensure(t *testing.T, options []konnect.Option) error {
	t.Helper()
	client, err := konnect.NewClient(options...)
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Ensure(t.Context(), []crd.Object{builder.NewGatewayControlPlane("some").MustBuild()})
	return err
}

func TestFromEnvironmentInMemory(t *testing.T) {
	t.Parallel()
	var notes bytes.Buffer
	options, stop, err := connect.FromEnvironment(getenv(nil), &notes)
	require.NoError(t, err)
	assert.Contains(t, notes.String(), "in-memory Konnect at http://127.0.0.1:")
	assert.NoError(t, ensure(t, options))
	stop()
}

func TestFromEnvironmentServer(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	var notes bytes.Buffer
	options, stop, err := connect.FromEnvironment(getenv(map[string]string{
		"KONNECT_TOKEN": server.Token, "KONNECT_SERVER_URL": server.URL,
	}), &notes)
	require.NoError(t, err)
	defer stop()
	assert.Empty(t, notes.String())
	require.NoError(t, ensure(t, options))
	assert.Equal(t, 1, server.Writes())
}

func TestFromEnvironmentRegion(t *testing.T) {
	t.Parallel()
	for region, origin := range map[string]string{"": "https://us.api.konghq.com", "eu": "https://eu.api.konghq.com"} {
		t.Run(region, func(t *testing.T) {
			t.Parallel()
			asked := origins{}
			options, stop, err := connect.FromEnvironment(getenv(map[string]string{
				"KONNECT_TOKEN": "kpat_example", "KONNECT_REGION": region,
			}), &bytes.Buffer{})
			require.NoError(t, err)
			defer stop()
			assert.Error(t, ensure(t, append(options, konnect.WithHTTPClient(asked.client()))))
			assert.True(t, asked.has(origin), "want %s", origin)
		})
	}
}

func TestFromEnvironmentErrors(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		env    map[string]string
		want   string
	}{
		{
			reason: "a forgotten token does not lead to memory",
			env:    map[string]string{"KONNECT_SERVER_URL": "https://us.api.konghq.com"},
			want:   "KONNECT_TOKEN is not set",
		},
		{
			reason: "nor does it with a region",
			env:    map[string]string{"KONNECT_REGION": "us"},
			want:   "KONNECT_TOKEN is not set",
		},
		{
			reason: "one of two servers would be ignored",
			env: map[string]string{
				"KONNECT_TOKEN": "kpat_example", "KONNECT_REGION": "us", "KONNECT_SERVER_URL": "https://eu.api.konghq.com",
			},
			want: "both set",
		},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			_, _, err := connect.FromEnvironment(getenv(c.env), &bytes.Buffer{})
			assert.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "kpat_example")
		})
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"KONNECT_TOKEN", "KONNECT_REGION", "KONNECT_SERVER_URL"} {
		assert.Equal(t, 1, strings.Count(connect.Usage, "  "+name+" "), name)
	}
}
