//go:build !race

package konnect_test

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestAllocatedAtScale holds down what a no-op allocates for each object, Konnect and the
// objects themselves aside. It counts for the whole process, and so runs alone; the race detector
// allocates much more.
func TestAllocatedAtScale(t *testing.T) {
	const n = 1000
	server := konnecttest.NewServer()
	_, err := newNetwork(server).client(t).Ensure(t.Context(), inPlane("aa", n))
	require.NoError(t, err)
	answers := &recorded{from: newNetwork(server), answers: map[string][]byte{}}
	ensure := func() (size, count float64) {
		objects := inPlane("aa", n)
		client := newNetwork(server).client(t, konnect.WithHTTPClient(&http.Client{Transport: answers}))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		report, err := client.Ensure(t.Context(), objects)
		runtime.ReadMemStats(&after)
		require.NoError(t, err)
		require.Zero(t, report.Writes)
		each := float64(len(objects))
		return float64(after.TotalAlloc-before.TotalAlloc) / each, float64(after.Mallocs-before.Mallocs) / each
	}
	ensure() // records the answers
	size, count := ensure()
	t.Logf("%.0f bytes, %.1f allocations", size, count)
	assert.Less(t, size, 9000.0)
	assert.Less(t, count, 100.0)
}

// recorded answers the same reads again without a server.
type recorded struct {
	from    http.RoundTripper
	lock    sync.Mutex
	answers map[string][]byte
}

func (r *recorded) RoundTrip(req *http.Request) (*http.Response, error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	body, known := r.answers[req.URL.String()]
	if !known {
		res, err := r.from.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		if body, err = io.ReadAll(res.Body); err != nil {
			return nil, err
		}
		r.answers[req.URL.String()] = body
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}
