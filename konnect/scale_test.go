package konnect_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestCallsAtScale counts calls at the server against the bounds: one write for
// each object that differs, and one read for each page of 1000 of what the control
// planes hold, of each kind that matters, besides a few.
func TestCallsAtScale(t *testing.T) {
	t.Parallel()
	const n = 2500
	pages := func(counts ...int) int {
		sum := 0
		for _, count := range counts {
			sum += (count + 999) / 1000
		}
		return sum
	}
	reads := func(server *konnecttest.Server) int { return len(server.Requests()) - server.Writes() }
	everything := func() []crd.Object { return append(inPlane("aa", n), poolOf("aa", 1001)...) }
	prune := []konnect.EnsureOption{konnect.WithPrune()}
	cases := map[string]struct {
		objects func() []crd.Object
		opts    []konnect.EnsureOption
		writes  int
		pages   int // of all that is held
	}{
		"every kind, pruned": {everything, prune, 1 + 2*n + 1 + 1001, pages(n, n, 1, 1001) + idle("services", "routes", "upstreams")},
		"three control planes": {
			func() []crd.Object { return slices.Concat(inPlane("aa", 1001), inPlane("bb", 30), inPlane("cc", 2)) },
			nil, 3 + 2*(1001+30+2), pages(1001, 1001, 30, 30, 2, 2),
		},
		"consumers with two credentials each": {
			func() []crd.Object { return consumersOf("aa", 1001) }, nil, 1 + 3*1001, pages(1001, 1001, 1001),
		},
		// Groups are read one by one, and not consumers.
		"consumers in groups": {
			func() []crd.Object { return inGroups("aa", 1000, 100) }, nil, 1 + 1000 + 100 + 1000, pages(1000, 100) + 100,
		},
		"pruned, without targets": {func() []crd.Object { return inPlane("aa", 10) }, prune, 1 + 2*10, pages(10, 10) + idle("services", "routes")},
	}
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.NewServer(konnecttest.WithRequestLogLimit(20_000))
			client := newNetwork(server).client(t, konnect.WithOwner("platform"))
			_, err := client.Ensure(t.Context(), tt.objects(), tt.opts...)
			require.NoError(t, err)
			assert.Equal(t, tt.writes, server.Writes(), "cold")
			assert.LessOrEqual(t, reads(server), 6+tt.pages, "cold: %v", server.Operations())

			server.ResetLog()
			objects := tt.objects()
			_, err = newNetwork(server).client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects, tt.opts...)
			require.NoError(t, err)
			unchanged := reads(server)
			assert.Zero(t, server.Writes(), "no change")
			assert.LessOrEqual(t, unchanged, tt.pages+3, "no change: %v", server.Operations())
			assert.LessOrEqual(t, server.Count(http.MethodGet, "/targets"), pages(n), "flat, not by upstream")

			for i := range 7 {
				objects[1+2*i].SetAnnotations(map[string]string{"konghq.com/tags": "drifted"})
			}
			server.ResetLog()
			_, err = newNetwork(server).client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects, tt.opts...)
			require.NoError(t, err)
			assert.Equal(t, 7, server.Writes(), "seven differ")
			assert.Equal(t, unchanged, reads(server), "as without changes")
		})
	}
}

// idle is how many collections pruning lists though nothing is in them: those of all kinds
// that are not nested, but for the ones that are used.
func idle(used ...string) int {
	n := 0
	for _, k := range kinds.All() {
		if k.Collection != "" && k.Parent == nil && !slices.Contains(used, k.Collection) {
			n++
		}
	}
	return n
}

// consumersOf returns a control plane with n consumers, each with a key and a group.
func consumersOf(plane string, n int) []crd.Object {
	objects := []crd.Object{builder.NewGatewayControlPlane(plane).MustBuild()}
	for i := range n {
		name := fmt.Sprintf("%s-%d", plane, i)
		objects = append(objects,
			builder.NewConsumer(name).ControlPlane(plane).MustBuild(),
			builder.NewCredentialAPIKey(name).Consumer(name).Key("example-"+name).MustBuild(),
			builder.NewCredentialACL(name).Consumer(name).Group("gold").MustBuild())
	}
	return objects
}

// inGroups returns a control plane with n consumers, each in one of its groups.
func inGroups(plane string, n, groups int) []crd.Object {
	objects := []crd.Object{builder.NewGatewayControlPlane(plane).MustBuild()}
	for i := range n {
		objects = append(objects, builder.NewConsumer(fmt.Sprintf("%s-%d", plane, i)).ControlPlane(plane).
			ConsumerGroups(fmt.Sprintf("group-%d", i%groups)).MustBuild())
	}
	for i := range groups {
		objects = append(objects, builder.NewConsumerGroup(fmt.Sprintf("group-%d", i)).ControlPlane(plane).MustBuild())
	}
	return objects
}

// poolOf returns an upstream of a control plane with n targets.
func poolOf(plane string, n int) []crd.Object {
	objects := []crd.Object{builder.NewUpstream("pool").ControlPlane(plane).MustBuild()}
	for i := range n {
		name := fmt.Sprintf("%s-%d", plane, i)
		objects = append(objects, builder.NewTarget(name).Upstream("pool").Address(fmt.Sprintf("10.0.%d.%d:80", i/256, i%256)).MustBuild())
	}
	return objects
}

// TestPrunedAtScale deletes once each what a smaller batch leaves.
func TestPrunedAtScale(t *testing.T) {
	t.Parallel()
	const n, left = 300, 50
	server := konnecttest.NewServer()
	client := newNetwork(server).client(t, konnect.WithOwner("platform"))
	_, err := client.Ensure(t.Context(), append(inPlane("aa", n), poolOf("aa", 10)...))
	require.NoError(t, err)
	server.ResetLog()
	report, err := client.Ensure(t.Context(), inPlane("aa", left), konnect.WithPrune())
	require.NoError(t, err)
	assert.Equal(t, 2*(n-left)+11, server.Writes(), "%d changes", len(report.Changes))
	assert.Equal(t, server.Writes(), server.Count(http.MethodDelete, ""))
	assert.LessOrEqual(t, len(server.Requests())-server.Writes(), len(konnect.KindsForTest())+1, "a list of each kind, and the organisation")
}
