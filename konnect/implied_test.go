package konnect_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// carrying returns an object with plugins in its annotation.
func carrying[O crd.Object](plugins string, obj O) O {
	if plugins != "" {
		obj.SetAnnotations(map[string]string{crd.PluginsAnnotation: plugins})
	}
	return obj
}

// carriers are a control plane with a service, a route, a consumer and a group, each with
// plugins in its annotation.
func carriers(service, route, consumer, group string) []crd.Object {
	return []crd.Object{
		plane("cp").MustBuild(),
		carrying(service, webService()),
		carrying(route, builder.NewRoute("echo").Service("web").Paths("/echo").MustBuild()),
		carrying(consumer, builder.NewConsumer("alice").ControlPlane("cp").MustBuild()),
		carrying(group, builder.NewConsumerGroup("gold").ControlPlane("cp").MustBuild()),
	}
}

func limitPlugin() crd.Object {
	return builder.NewPlugin("limit", "rate-limiting").Config(map[string]any{"minute": 5}).MustBuild()
}

// impliedIn are the names of what a report tells beside the objects, with what was done.
func impliedIn(changes []konnect.Change) []string {
	var names []string
	for _, c := range changes {
		if strings.Contains(c.Key.Name, ":") {
			names = append(names, string(c.Action)+" "+c.Key.Name)
		}
	}
	slices.Sort(names)
	return names
}

// ensureFresh runs with a fresh client, so that nothing is remembered.
func ensureFresh(t *testing.T, server *konnecttest.Server, objects []crd.Object, opts ...konnect.EnsureOption) *konnect.Report {
	t.Helper()
	server.ResetLog()
	report, err := newClient(t, server).Ensure(t.Context(), objects, opts...)
	require.NoError(t, err)
	return report
}

// TestImpliedCombinations are those of the Kong operator.
func TestImpliedCombinations(t *testing.T) {
	t.Parallel()
	for reason, c := range map[string]struct {
		service, route, consumer, group string
		want                            []string
		leftOut                         bool
	}{
		"nothing":                   {},
		"a service":                 {"limit", "", "", "", []string{"limit:KongService/web"}, false},
		"a route":                   {"", "limit", "", "", []string{"limit:KongRoute/echo"}, false},
		"service and route":         {"limit", "limit", "", "", []string{"limit:KongRoute/echo", "limit:KongService/web"}, false},
		"a consumer":                {"", "", "limit", "", []string{"limit:KongConsumer/alice"}, false},
		"a consumer with a route":   {"", "limit", "limit", "", []string{"limit:KongConsumer/alice+KongRoute/echo"}, false},
		"a consumer with a service": {"limit", "", "limit", "", []string{"limit:KongConsumer/alice+KongService/web"}, false},
		"a consumer with both":      {"limit", "limit", "limit", "", []string{"limit:KongConsumer/alice+KongRoute/echo", "limit:KongConsumer/alice+KongService/web"}, false},
		"a group":                   {"", "", "", "limit", []string{"limit:KongConsumerGroup/gold"}, false},
		"a group with a route":      {"", "limit", "", "limit", []string{"limit:KongConsumerGroup/gold+KongRoute/echo"}, false},
		"a group with both":         {"limit", "limit", "", "limit", []string{"limit:KongConsumerGroup/gold+KongRoute/echo", "limit:KongConsumerGroup/gold+KongService/web"}, false},
		"a group beside a consumer": {"", "", "limit", "limit", []string{"limit:KongConsumer/alice"}, true},
		"all":                       {"limit", "limit", "limit", "limit", []string{"limit:KongConsumer/alice+KongRoute/echo", "limit:KongConsumer/alice+KongService/web"}, true},
		"the same twice":            {"limit, limit,", "", "", "", []string{"limit:KongService/web"}, false},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			objects := func() []crd.Object {
				return append(carriers(c.service, c.route, c.consumer, c.group), limitPlugin())
			}
			first := objects()
			report := ensureFresh(t, server, first)
			assert.Equal(t, prefixed("created ", c.want), impliedIn(report.Changes))
			assert.Equal(t, 5+len(c.want), server.Writes(), "one for each entity")
			assert.Equal(t, c.leftOut, strings.Contains(report.String(), "[plugin-left-out]"), report.String())
			for _, obj := range first[:5] {
				assert.True(t, crd.IsProgrammed(obj), crd.KeyOf(obj))
			}

			report = ensureFresh(t, server, objects())
			assert.Zero(t, server.Writes(), "settled")
			assert.Equal(t, prefixed("unchanged ", c.want), impliedIn(report.Changes))

			report = ensureFresh(t, server, carriers("", "", "", ""))
			assert.Equal(t, prefixed("deleted ", c.want), impliedIn(report.Changes), "the annotations go")
			ensureFresh(t, server, carriers("", "", "", ""))
			assert.Zero(t, server.Writes(), "and nothing is looked for any more")
		})
	}
}

func prefixed(prefix string, names []string) []string {
	var all []string
	for _, name := range names {
		all = append(all, prefix+name)
	}
	return all
}
