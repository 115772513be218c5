package main

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDemo(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, start(t.Context(), []string{"-apply"}, &out))
	assert.Contains(t, out.String(), "kongroute.configuration.konghq.com/route condition met")
	assert.Regexp(t, `kongservice\.\S+/service +echo\.kong\S+ +True`, out.String())
	assert.Contains(t, out.String(), "gateway-control-plane; services: 1, routes: 1.")
}

// TestDemoExplains reads what a person is told, and then interrupts.
func TestDemoExplains(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- start(ctx, nil, in)
		_ = in.Close()
	}()
	told := &bytes.Buffer{}
	buffer := make([]byte, 1024)
	for !bytes.Contains(told.Bytes(), []byte("Ctrl-C")) {
		n, err := out.Read(buffer)
		require.NoError(t, err)
		told.Write(buffer[:n])
	}
	assert.Contains(t, told.String(), "export KUBECONFIG=")
	assert.Contains(t, told.String(), "apply -f")
	interrupt()
	_, _ = io.Copy(io.Discard, out)
	assert.NoError(t, <-ended)
}
