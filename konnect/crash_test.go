package konnect_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// job is a call that can be broken off: the report's and the error's.
type job func(ctx context.Context, c *konnect.Client) (*konnect.Report, error)

func ensureJob(objects func() []crd.Object, opts ...konnect.EnsureOption) job {
	return func(ctx context.Context, c *konnect.Client) (*konnect.Report, error) {
		return c.Ensure(ctx, objects(), opts...)
	}
}

func deleteJob(objects func() []crd.Object) job {
	return func(ctx context.Context, c *konnect.Client) (*konnect.Report, error) { return c.Delete(ctx, objects()) }
}

func jobs() map[string]struct {
	before, run job
} {
	return map[string]struct{ before, run job }{
		"create": {nil, ensureJob(platform)},
		"update": {ensureJob(platform), ensureJob(platformChanged)},
		"prune":  {ensureJob(platform), ensureJob(bareControlPlanes, konnect.WithPrune())},
		"delete": {ensureJob(platform), deleteJob(platform)},
		"release": {ensureJob(platform), func(ctx context.Context, c *konnect.Client) (*konnect.Report, error) {
			return c.Release(ctx, platform())
		}},
		"rename": {ensureJob(platformToRename), ensureJob(platformRenamed, konnect.WithPrune())},
	}
}

// crash breaks a run off at its k-th write.
type crash struct {
	// end is told which write it is; before it is carried out, and after.
	before func(cancel func()) error
	after  func(cancel func())
}

var errDown = errors.New("network is down")

func crashes() map[string]crash {
	return map[string]crash{
		"cancelled before the write": {before: func(cancel func()) error { cancel(); return context.Canceled }},
		"cancelled after the write":  {after: func(cancel func()) { cancel() }},
		"network gone before it":     {before: func(func()) error { return errDown }},
	}
}

func isWrite(req *http.Request) bool { return req.Method != http.MethodGet }

// crashAt makes the network break off at the k-th write and stay so; it returns
// the count of writes that began.
func crashAt(n *network, c crash, k int, cancel func()) *int {
	began, down := new(int), false
	n.watch(func(req *http.Request) error {
		if isWrite(req) {
			*began++
		}
		down = down || (isWrite(req) && *began >= k)
		if c.before == nil || !down {
			return nil
		}
		return c.before(cancel)
	}, func(req *http.Request) {
		if c.after != nil && isWrite(req) && *began >= k {
			c.after(cancel)
		}
	})
	return began
}

// TestCrashSafety breaks runs off at each of their writes: another process that
// knows nothing of the first finishes without duplicates or orphans.
func TestCrashSafety(t *testing.T) {
	t.Parallel()
	for jobName, j := range jobs() {
		want := jobState(t, j.before, j.run)
		for crashName, c := range crashes() {
			for k := 1; k <= 12; k++ {
				t.Run(fmt.Sprintf("%s/%s %d", jobName, crashName, k), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { crashOnce(t, j.before, j.run, c, k, want) })
				})
			}
		}
	}
}

func jobState(t *testing.T, before, run job) string {
	t.Helper()
	n := newNetwork(konnecttest.NewServer())
	for _, step := range []job{before, run} {
		if step != nil {
			_, err := step(t.Context(), n.client(t, konnect.WithOwner("platform")))
			require.NoError(t, err)
		}
	}
	return stateOf(t, n.servers[usHost])
}

func crashOnce(t *testing.T, before, run job, c crash, k int, want string) {
	t.Helper()
	server := konnecttest.NewServer()
	n := newNetwork(server)
	process := func() *konnect.Client { return n.client(t, konnect.WithOwner("platform")) }
	if before != nil {
		_, err := before(t.Context(), process())
		require.NoError(t, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began := crashAt(n, c, k, cancel)
	report, err := run(ctx, process())
	if *began < k {
		require.NoError(t, err, "the run has fewer writes")
		return
	}
	if *began > k || c.after == nil {
		require.Error(t, err, "something was left to do")
	}
	require.NotNil(t, report)
	for _, change := range report.Changes {
		assert.NotEmpty(t, change.Action, "%s", change.Key)
		assert.Equal(t, change.Err != nil, change.Action == konnect.ActionFailed || change.Action == konnect.ActionSkipped, "%s", change.Key)
	}

	n.watch(nil, nil)
	_, err = run(t.Context(), process())
	require.NoError(t, err, "the next process finishes")
	assertState(t, want, stateOf(t, server), "after the next process")
	server.ResetLog()
	_, err = run(t.Context(), process())
	require.NoError(t, err)
	assert.Zero(t, server.Writes(), "a third process has nothing to do")
}

// TestTwoProcesses run the same job at the same time.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	for jobName, j := range jobs() {
		want := jobState(t, j.before, j.run)
		for _, lead := range []time.Duration{0, time.Millisecond, 150 * time.Millisecond, 250 * time.Millisecond, 350 * time.Millisecond, 450 * time.Millisecond} {
			t.Run(fmt.Sprintf("%s, %s apart", jobName, lead), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { runTwice(t, j.before, j.run, lead, want) })
			})
		}
	}
}

func runTwice(t *testing.T, before, run job, lead time.Duration, want string) {
	t.Helper()
	server := konnecttest.NewServer(konnecttest.WithLatency(100 * time.Millisecond))
	n := newNetwork(server)
	process := func() *konnect.Client { return n.client(t, konnect.WithOwner("platform")) }
	if before != nil {
		_, err := before(t.Context(), process())
		require.NoError(t, err)
	}
	var both sync.WaitGroup
	var errs [2]error
	for i := range errs {
		client := process()
		both.Go(func() {
			time.Sleep(time.Duration(i) * lead) // fake time
			_, errs[i] = run(t.Context(), client)
		})
	}
	both.Wait()
	assert.NoError(t, errs[0], "first process")
	assert.NoError(t, errs[1], "second process")
	assertState(t, want, stateOf(t, server), "after both")
	server.ResetLog()
	_, err := run(t.Context(), process())
	require.NoError(t, err)
	assert.Zero(t, server.Writes(), "a third process has nothing to do")
}

// TestTwoOwners gives two owners objects of the same names.
func TestTwoOwners(t *testing.T) {
	t.Parallel()
	shared := konnecttestPlane()
	for name, tt := range map[string]struct {
		reason  string
		objects func(controlPlane string) []crd.Object
	}{
		"control planes": {"their names are unique in an organisation", func(string) []crd.Object { return platform() }},
		"entities":       {"their names are unique in a control plane that both mirror", shared},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				id, err := server.AddControlPlane("", map[string]any{"name": "shared"})
				require.NoError(t, err)
				_, err = n.client(t, konnect.WithOwner("one")).Ensure(t.Context(), tt.objects(id))
				require.NoError(t, err)
				before := stateOf(t, server)
				server.ResetLog()

				report, err := n.client(t, konnect.WithOwner("two")).Ensure(t.Context(), tt.objects(id))
				var refused *konnect.OwnershipError
				require.ErrorAs(t, err, &refused, tt.reason)
				assert.NotEmpty(t, refused.KonnectID)
				assert.Contains(t, refused.Holder, "one")
				require.NotNil(t, report)
				assert.Zero(t, server.Writes())
				assertState(t, before, stateOf(t, server), "nothing is touched")

				_, err = n.client(t, konnect.WithOwner("two")).Delete(t.Context(), tt.objects(id))
				if err != nil {
					require.ErrorAs(t, err, &refused)
				}
				assert.Zero(t, server.Writes(), "nor deleted")
			})
		})
	}
}

// konnecttestPlane returns a batch within a control plane that is only mirrored.
func konnecttestPlane() func(string) []crd.Object {
	return func(id string) []crd.Object {
		return append([]crd.Object{builder.NewGatewayControlPlane("gw").Mirror(id).MustBuild()}, entitiesOf(platform())...)
	}
}

// entitiesOf returns all but the control planes of a batch.
func entitiesOf(objects []crd.Object) []crd.Object {
	var entities []crd.Object
	for _, obj := range objects {
		if strings.HasPrefix(crd.KeyOf(obj).Group, "configuration.") {
			entities = append(entities, obj)
		}
	}
	return entities
}
