package main

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect"
)

func TestFlags(t *testing.T) {
	options, level, err := parse([]string{
		"--adoption", "from-operator", "--namespaces", "kong, apps", "--drift-interval", "1h", "--log-level", "debug", "--owner", "cluster", "--lease-namespace", "system",
	}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, []string{"kong", "apps"}, options.Namespaces)
	assert.Equal(t, time.Hour, options.Drift)
	assert.Equal(t, slog.LevelDebug, level)
	assert.Equal(t, "cluster", options.Owner)
	assert.Equal(t, konnect.AdoptFromOperator, options.Adoption)
	assert.Equal(t, "system", options.LeaseNamespace)
	assert.Equal(t, 15*time.Second, options.LeaseDuration)

	for reason, args := range map[string][]string{
		"an argument":  {"apply"},
		"a policy":     {"--adoption", "always"},
		"a level":      {"--log-level", "loud"},
		"no such flag": {"--leader-elect"},
	} {
		_, _, err := parse(args, io.Discard)
		assert.Error(t, err, reason)
	}
}
