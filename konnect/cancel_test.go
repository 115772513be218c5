package konnect_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestCancelledBeforehand(t *testing.T) {
	t.Parallel()
	for name, j := range jobs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				report, err := j.run(ctx, newNetwork(server).client(t, konnect.WithOwner("platform")))
				require.ErrorIs(t, err, context.Canceled)
				require.NotNil(t, report)
				assert.Empty(t, server.Requests())
			})
		})
	}
	t.Run("plan", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			plan, err := newNetwork(konnecttest.NewServer()).client(t).Plan(ctx, platform())
			require.ErrorIs(t, err, context.Canceled)
			assert.NotNil(t, plan)
		})
	})
}

// TestCancelledAtAnyRequest returns within the time of one request, with a full
// report, and leaves nothing running: the bubble would tell.
func TestCancelledAtAnyRequest(t *testing.T) {
	t.Parallel()
	const latency = 100 * time.Millisecond
	for name, j := range jobs() {
		for k := 1; k <= 28; k += 3 {
			t.Run(fmt.Sprintf("%s at %d", name, k), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := konnecttest.NewServer(konnecttest.WithLatency(latency))
					n := newNetwork(server)
					if j.before != nil {
						_, err := j.before(t.Context(), n.client(t, konnect.WithOwner("platform")))
						require.NoError(t, err)
					}
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					seen, since := 0, time.Time{}
					n.watch(func(*http.Request) error {
						if seen++; seen == k {
							since = time.Now()
							cancel()
						}
						return nil
					}, nil)
					report, err := j.run(ctx, n.client(t, konnect.WithOwner("platform")))
					if seen < k {
						require.NoError(t, err)
						return
					}
					require.ErrorIs(t, err, context.Canceled)
					assert.LessOrEqual(t, time.Since(since), latency)
					require.NotNil(t, report)
					assert.NotEmpty(t, report.Changes)
					for _, change := range report.Changes {
						assert.NotEmpty(t, change.Action, "%s", change.Key)
						if change.Err == nil {
							assert.NotContains(t, []konnect.Action{konnect.ActionFailed, konnect.ActionSkipped}, change.Action)
						}
					}
				})
			})
		}
	}
}

// TestCancelledWhileWaiting for what keeps a request from being sent or answered.
func TestCancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]konnecttest.Effect{
		"an answer":       konnecttest.Delay(time.Hour),
		"a rate limit":    konnecttest.TooManyRequests(time.Hour),
		"another attempt": konnecttest.FailBefore(503),
		"a connection":    konnecttest.Reset(),
	} {
		for _, call := range []string{"GET /v2/control-planes", "POST /v2/control-planes", "PUT **/services/*", "POST **/group-memberships/add"} {
			t.Run(call+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := konnecttest.NewServer()
					inject(server, call, faultCase{effect, -1})
					client := newNetwork(server).client(t)
					ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
					defer cancel()
					start := time.Now()
					objects := platform()
					report, err := client.Ensure(ctx, objects)
					require.ErrorIs(t, err, context.DeadlineExceeded)
					assert.LessOrEqual(t, time.Since(start), 2*time.Second)
					require.NotNil(t, report)
					assert.Len(t, report.Changes, len(objects))
				})
			})
		}
	}
}

// TestNothingIsLeftRunning after Close, with real connections. It runs alone.
func TestNothingIsLeftRunning(t *testing.T) { //nolint:paralleltest // it counts goroutines
	server := konnecttest.NewServer()
	before := runtime.NumGoroutine()
	stop, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	client, err := konnect.NewClient(konnect.WithServerURL(server.URL), konnect.WithToken(server.Token))
	require.NoError(t, err)
	_, err = client.Ensure(t.Context(), platform())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	server.SetLatency(time.Minute)
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err = client.Ensure(ctx, platformChanged())
	require.ErrorIs(t, err, context.Canceled)
	client.Close()
	server.SetLatency(0)
	stop()
	if !assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 5*time.Second, 5*time.Millisecond, "the check itself is one") {
		stacks := make([]byte, 1<<20)
		t.Logf("%s", stacks[:runtime.Stack(stacks, true)])
	}
}

// TestClientIsUsableAfterClose keeps its promise.
func TestClientIsUsableAfterClose(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	client := newClient(t, server)
	for range 2 {
		objects := platform()
		_, err := client.Ensure(t.Context(), objects)
		require.NoError(t, err)
		assert.True(t, crd.IsProgrammed(objects[0]))
		client.Close()
	}
}
