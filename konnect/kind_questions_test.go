package konnect_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// landscape is the how-to with an upstream and two targets beside it.
func landscape() []crd.Object {
	return append(howTo(),
		builder.NewUpstream("upstream").ControlPlane("gateway-control-plane").
			ActiveHTTP("/ready").Tags("team:gateway").MustBuild(),
		builder.NewTarget("a").Upstream("upstream").Target("10.0.0.1:8080").Weight(10).MustBuild(),
		builder.NewTarget("b").Upstream("upstream").Target("2001:db8::1").MustBuild(),
		builder.NewRoute("default-protocols").ControlPlane("gateway-control-plane").Paths("/default").MustBuild(),
	)
}

// TestOpenQuestionsOfTheAPI runs the landscape under each answer to what Konnect's
// documents leave open.
func TestOpenQuestionsOfTheAPI(t *testing.T) {
	t.Parallel()
	cases := map[string][]konnecttest.Option{
		"as documented":                nil,
		"PUT takes IDs only":           {konnecttest.WithPutByName(false)},
		"DELETE of nothing is 404":     {konnecttest.WithDeleteMissing(404)},
		"PUT creates no targets":       {konnecttest.WithUpdateOnlyPut("targets")},
		"nested lists ignore tags":     {konnecttest.WithNestedTagFilter(false)},
		"tags of few characters":       {konnecttest.WithNarrowTags()},
		"routes of http and https":     {konnecttest.WithRouteProtocols("http", "https")},
		"retries of 0 are the default": {konnecttest.WithZeroRetriesUnset()},
		"null for what is unset":       {konnecttest.WithNullFields()},
		"routers of both forms":        {konnecttest.WithRouterFlavor(konnecttest.FlavorMixed)},
		"404 as a message":             {konnecttest.WithMissingControlPlane(konnecttest.NotFoundMessage)},
		"404 as a problem":             {konnecttest.WithMissingControlPlane(konnecttest.NotFoundProblem)},
		"all of them that go together": {
			konnecttest.WithPutByName(false), konnecttest.WithDeleteMissing(404), konnecttest.WithUpdateOnlyPut("targets"),
			konnecttest.WithNestedTagFilter(false), konnecttest.WithNarrowTags(), konnecttest.WithRouteProtocols("http", "https"),
			konnecttest.WithZeroRetriesUnset(), konnecttest.WithNullFields(), konnecttest.WithRouterFlavor(konnecttest.FlavorMixed),
		},
	}
	for name, opts := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{T: t, server: konnecttest.Start(t, opts...)}
			w.report = w.ensure(landscape())
			assert.Equal(t, repeat(konnect.ActionCreated, 7), actions(w.report))
			w.settled(landscape())

			for _, c := range w.report.Changes {
				w.modify(c, func(entity map[string]any) {
					if tags, ok := entity["tags"].([]any); ok {
						entity["tags"] = append(tags, "other")
					} else {
						entity["description"] = "other"
					}
				})
			}
			report := w.ensure(landscape())
			assert.Equal(t, repeat(konnect.ActionUpdated, 7), actions(report))
			w.settled(landscape())

			for _, want := range []konnect.Action{konnect.ActionDeleted, konnect.ActionUnchanged} {
				report, err := newClient(t, w.server).Delete(t.Context(), landscape())
				require.NoError(t, err)
				assert.Equal(t, repeat(want, 7), actions(report))
			}
		})
	}
}

// TestDeleteRaces deletes what somebody else deletes at the same time.
func TestDeleteOfWhatIsGoneMeanwhile(t *testing.T) {
	t.Parallel()
	for _, status := range []int{204, 404} {
		w := newWorld(t, howTo(), konnecttest.WithDeleteMissing(status))
		route := w.last()
		gone := func(e konnect.Event) {
			if r, ok := e.(konnect.RequestEvent); ok && r.Method == "GET" && strings.HasSuffix(r.Path, "/routes") {
				_ = w.server.Delete(route.ControlPlane, "routes", route.KonnectID)
			}
		}
		report, err := newClient(t, w.server, konnect.WithObserver(gone)).Delete(t.Context(), howTo())
		require.NoError(t, err)
		assert.Equal(t, repeat(konnect.ActionDeleted, 3), actions(report))
	}
}

// TestRetriesOfNone shows what happens where Konnect takes retries of 0 for
// unset: each run writes, says what differs and warns. It never settles, because
// nothing in the API could make it.
func TestRetriesOfNone(t *testing.T) {
	t.Parallel()
	objects := fresh(plane("cp").MustBuild(), echoService().Retries(0).MustBuild())
	newWorld(t, objects()).settled(objects())

	server := konnecttest.Start(t, konnecttest.WithZeroRetriesUnset())
	records := &warnings{}
	for run := range 3 {
		server.ResetLog()
		report, err := newClient(t, server, konnect.WithLogger(slog.New(records))).Ensure(t.Context(), objects())
		require.NoError(t, err)
		if run > 0 {
			assert.Equal(t, []konnect.Action{konnect.ActionUnchanged, konnect.ActionUpdated}, actions(report))
			assert.Equal(t, []konnect.Field{{Path: "retries", From: 5.0, To: 0.0}}, report.Changes[1].Fields)
			assert.Equal(t, 1, server.Writes())
		}
	}
	assert.Equal(t, 3, records.count(slog.LevelWarn, "retries: 5 -> 0"))
}

// warnings keeps log records.
type warnings struct {
	lock    sync.Mutex
	records []slog.Record
}

func (r *warnings) Enabled(context.Context, slog.Level) bool { return true }
func (r *warnings) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *warnings) WithGroup(string) slog.Handler            { return r }

func (r *warnings) Handle(_ context.Context, record slog.Record) error {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.records = append(r.records, record)
	return nil
}

// count counts the records of a level with an attribute that holds text.
func (r *warnings) count(level slog.Level, text string) int {
	r.lock.Lock()
	defer r.lock.Unlock()
	n := 0
	for _, record := range r.records {
		record.Attrs(func(a slog.Attr) bool {
			if record.Level == level && strings.Contains(a.Value.String(), text) {
				n++
			}
			return true
		})
	}
	return n
}
