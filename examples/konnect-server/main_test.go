package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// running is a server that was started by the program.
type running struct {
	url, token string
	// stop ends the program and returns its exit code and what it has logged.
	stop func() (code int, stderr string)
}

func start(t *testing.T, args ...string) running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	out, stdout := io.Pipe()
	var stderr bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, append(args, "--addr", "127.0.0.1:0"), stdout, &stderr)
		_ = stdout.Close()
	}()
	variables := map[string]string{}
	lines := bufio.NewScanner(out)
	for len(variables) < 2 && lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") { // a comment to the shell
			continue
		}
		name, value, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		variables[name] = value
	}
	require.NotEmpty(t, variables["KONNECT_SERVER_URL"], "the program has ended")
	return running{
		url: variables["KONNECT_SERVER_URL"], token: variables["KONNECT_TOKEN"],
		stop: func() (int, string) {
			cancel()
			return <-code, stderr.String()
		},
	}
}

func (r running) get(t *testing.T, path string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+path, http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+r.token)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}

func TestServer(t *testing.T) {
	t.Parallel()
	server := start(t)
	assert.Equal(t, http.StatusOK, server.get(t, "/v2/control-planes"))
	code, stderr := server.stop()
	assert.Zero(t, code)
	assert.Empty(t, stderr)
}

// The page needs no token, and neither page nor API answers what another site makes a browser send.
func TestPage(t *testing.T) {
	t.Parallel()
	server := start(t)
	for _, path := range []string{"/", "/page/requests", "/v2/control-planes"} {
		for origin, want := range map[string]int{"": http.StatusOK, server.url: http.StatusOK, "https://other.example": http.StatusForbidden} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.url+path, http.NoBody)
			require.NoError(t, err)
			if strings.HasPrefix(path, "/v2/") {
				request.Header.Set("Authorization", "Bearer "+server.token)
			}
			if origin != "" {
				request.Header.Set("Origin", origin)
			}
			response, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			assert.Equal(t, want, response.StatusCode, "%s from %q", path, origin)
		}
	}
}

func TestLog(t *testing.T) {
	t.Parallel()
	server := start(t, "--log")
	server.get(t, "/v2/control-planes?page%5Bsize%5D=5")
	server.get(t, "/nowhere")
	_, stderr := server.stop()
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	require.Len(t, lines, 2)
	assert.Contains(t, lines[0], `method=GET path="/v2/control-planes?page%5Bsize%5D=5" status=200`)
	assert.Contains(t, lines[1], "method=GET path=/nowhere status=404")
	assert.NotContains(t, stderr, server.token)
}

func TestLatencyAndRateLimit(t *testing.T) {
	t.Parallel()
	const latency, requests = 20 * time.Millisecond, 20
	server := start(t, "--latency", latency.String(), "--rate-limit", "1")
	begin := time.Now()
	var statuses []int
	for range requests { // far more than one a second
		statuses = append(statuses, server.get(t, "/v2/control-planes"))
	}
	assert.GreaterOrEqual(t, time.Since(begin), requests*latency)
	assert.Contains(t, statuses, http.StatusTooManyRequests)
}

func TestDeck(t *testing.T) {
	t.Parallel()
	for status, args := range map[int][]string{http.StatusOK: {"--deck"}, http.StatusNotFound: nil} {
		assert.Equal(t, status, start(t, args...).get(t, "/konnect-api/api/runtime_groups"))
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		args   []string
		code   int
		want   string
	}{
		{"others could reach it", []string{"--addr", "0.0.0.0:0"}, 1, "not a loopback address"},
		{"no address", []string{"--addr", "8080"}, 1, "8080"},
		{"an unknown flag", []string{"--port", "1"}, 64, "-port"},
		{"an argument", []string{"8080"}, 64, `unexpected argument "8080"`},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, c.code, run(t.Context(), c.args, &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), c.want)
		})
	}
}

// Help is what was asked for, and goes where output goes.
func TestHelp(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	assert.Zero(t, run(t.Context(), []string{"--help"}, &stdout, &stderr))
	assert.Equal(t, usage, stdout.String())
	assert.Empty(t, stderr.String())
}
