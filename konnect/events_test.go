package konnect_test

import (
	"bytes"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// recorder keeps events; it would race if two came at once.
type recorder struct{ events []konnect.Event }

func (r *recorder) observe(e konnect.Event) { r.events = append(r.events, e) }

func eventsOf[E konnect.Event](r *recorder) []E {
	var found []E
	for _, e := range r.events {
		if typed, ok := e.(E); ok {
			found = append(found, typed)
		}
	}
	return found
}

func TestProgress(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]struct {
		before func() []crd.Object
		run    job
		total  int
	}{
		"create": {nil, ensureJob(platform), 7},
		"same":   {platform, ensureJob(platform), 7},
		"prune":  {platform, ensureJob(bareControlPlanes, konnect.WithPrune()), 7},
		"delete": {platform, deleteJob(platform), 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(konnecttest.NewServer())
				if p.before != nil {
					require.NoError(t, ensuring(p.before)(t, n))
				}
				record := &recorder{}
				report, err := p.run(t.Context(), n.client(t, konnect.WithOwner("platform"), konnect.WithObserver(record.observe)))
				require.NoError(t, err)
				progress := eventsOf[konnect.ProgressEvent](record)
				require.Len(t, progress, p.total)
				seen := map[crd.Key]konnect.Action{}
				for i, e := range progress {
					assert.Equal(t, i+1, e.Done, "in order")
					assert.Equal(t, p.total, e.Total)
					seen[e.Change.Key] = e.Change.Action
					assert.Contains(t, e.String(), e.Change.Key.String())
				}
				for _, change := range report.Changes {
					assert.Equal(t, change.Action, seen[change.Key], "%s", change.Key)
				}
				requests := eventsOf[konnect.RequestEvent](record)
				assert.Len(t, requests, len(n.servers[usHost].Requests())-requestsBefore(t, p.before))
			})
		})
	}
}

// requestsBefore counts the requests of the first Ensure.
func requestsBefore(t *testing.T, before func() []crd.Object) int {
	t.Helper()
	if before == nil {
		return 0
	}
	n := newNetwork(konnecttest.NewServer())
	require.NoError(t, ensuring(before)(t, n))
	return len(n.servers[usHost].Requests())
}

func TestRequestsAndWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/services/*", Effect: konnecttest.TooManyRequests(3 * time.Second)})
		server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/upstreams/*", Effect: konnecttest.FailBefore(503)})
		server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/routes/*", Effect: konnecttest.LoseResponse()})
		record := &recorder{}
		_, err := newNetwork(server).client(t, konnect.WithObserver(record.observe)).Ensure(t.Context(), platform())
		require.NoError(t, err)
		statuses := map[int]int{}
		for _, e := range eventsOf[konnect.RequestEvent](record) {
			statuses[e.Status]++
			assert.Equal(t, e.Status == 0, e.Err != nil)
			assert.Positive(t, e.Attempt)
			assert.Contains(t, e.String(), e.Method+" "+e.Path)
			assert.NotContains(t, e.Path, "?")
		}
		assert.Equal(t, 1, statuses[429])
		assert.Equal(t, 1, statuses[503])
		assert.Equal(t, 1, statuses[0])
		longest := time.Duration(0)
		for _, e := range eventsOf[konnect.WaitEvent](record) {
			longest = max(longest, e.Duration)
			assert.NotEmpty(t, e.Reason)
			assert.NotEmpty(t, e.String())
		}
		assert.InDelta(t, 3, longest.Seconds(), 1, "Retry-After")
	})
}

// TestObserverIsNeverCalledTwiceAtOnce though calls run side by side.
func TestObserverIsNeverCalledTwiceAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer(konnecttest.WithLatency(10 * time.Millisecond))
		var inside sync.Mutex
		overlaps := 0
		client := newNetwork(server).client(t, konnect.WithObserver(func(konnect.Event) {
			if !inside.TryLock() {
				overlaps++
				return
			}
			for range 10 {
				runtime.Gosched() // the client holds a lock: fake time would stand still
			}
			inside.Unlock()
		}))
		_, err := client.Ensure(t.Context(), platform())
		require.NoError(t, err)
		assert.Zero(t, overlaps)
	})
}

// TestLog tells of writes at Info and of nothing at Warn when all is well.
func TestLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(konnecttest.NewServer())
		var text bytes.Buffer
		logger := slog.New(slog.NewJSONHandler(&text, &slog.HandlerOptions{Level: slog.LevelInfo}))
		client := n.client(t, konnect.WithLogger(logger), konnect.WithOwner("platform"))
		_, err := client.Ensure(t.Context(), platform())
		require.NoError(t, err)
		assert.Equal(t, 7, bytes.Count(text.Bytes(), []byte("\n")), "%s", text.String())
		assert.NotContains(t, text.String(), `"level":"WARN"`)
		assert.Contains(t, text.String(), "KongService default/api")
		text.Reset()
		_, err = client.Ensure(t.Context(), platform())
		require.NoError(t, err)
		assert.Empty(t, text.String())
	})
}
