package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
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

	dir := t.TempDir()
	file := func(name, key string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(key), 0o600))
		return path
	}
	newer, older := strings.Repeat("n", 32), strings.Repeat("o", 40)
	options, _, err = parse([]string{"--secret-marks", file("newer", newer+"\n") + "," + file("older", older)}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, [][]byte{[]byte(newer), []byte(older)}, [][]byte(options.SecretMarks))
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", options.SecretMarks, options.SecretMarks, options.SecretMarks), "nnn")
	short := &strings.Builder{}
	_, _, err = parse([]string{"--secret-marks", file("short", "short-example")}, short)
	require.ErrorContains(t, err, "the key has 13 bytes; it needs 32 or more")
	assert.NotContains(t, err.Error()+short.String(), "short-example")

	for reason, args := range map[string][]string{
		"an argument":  {"apply"},
		"a policy":     {"--adoption", "always"},
		"a level":      {"--log-level", "loud"},
		"no such flag": {"--leader-elect"},
		"no such file": {"--secret-marks", filepath.Join(dir, "none")},
	} {
		_, _, err := parse(args, io.Discard)
		assert.Error(t, err, reason)
	}
}
