package resolve_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve"
)

// sourceFunc is a Source whose Get is the function; it has no grants.
type sourceFunc func(ctx context.Context, key crd.Key) (crd.Object, error)

func (f sourceFunc) Get(ctx context.Context, key crd.Key) (crd.Object, error) { return f(ctx, key) }

func (sourceFunc) Grants(context.Context, string) ([]*configurationv1alpha1.KongReferenceGrant, error) {
	return nil, errors.New("grants are down")
}

func TestSourceFails(t *testing.T) {
	t.Parallel()
	down := errors.New("the source is down")
	tests := map[string]struct {
		reason string
		batch  []crd.Object
		source sourceFunc
		want   string
	}{
		"Get": {
			reason: "a failure is not the same as a missing object",
			batch:  batch(target("t", "u")),
			source: func(context.Context, crd.Key) (crd.Object, error) { return nil, down },
			want:   "resolve KongTarget default/t: spec.upstreamRef: look up KongUpstream default/u: the source is down",
		},
		"Grants": {
			reason: "without the grants nobody can tell whether the reference is permitted",
			batch:  batch(target("t", "b/u")),
			source: func(context.Context, crd.Key) (crd.Object, error) { return upstream("b/u", "cp"), nil },
			want: "resolve KongTarget default/t: spec.upstreamRef: look up KongUpstream b/u: " +
				"list the grants of namespace b: grants are down",
		},
		"Nothing": {
			reason: "a source that breaks its contract is named, not followed into a panic",
			batch:  batch(target("t", "u")),
			source: func(context.Context, crd.Key) (crd.Object, error) { return nil, nil },
			want: "resolve KongTarget default/t: spec.upstreamRef: look up KongUpstream default/u: " +
				"the source returned neither an object nor an error",
		},
		"Another": {
			reason: "an object under the wrong key would corrupt the graph",
			batch:  batch(target("t", "u")),
			source: func(context.Context, crd.Key) (crd.Object, error) { return upstream("v", "cp"), nil },
			want: "resolve KongTarget default/t: spec.upstreamRef: look up KongUpstream default/u: " +
				"the source returned KongUpstream default/v instead",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			graph, err := resolve.Resolve(t.Context(), test.batch, resolve.WithSource(test.source))
			require.EqualError(t, err, test.want, test.reason)
			assert.Len(t, graph.Nodes(), 1, test.reason)
			lookup, ok := errors.AsType[*resolve.LookupError](err)
			require.True(t, ok)
			assert.Equal(t, "spec.upstreamRef", lookup.Field)
			assert.NotErrorIs(t, err, resolve.ErrNotFound)
		})
	}
}

func TestContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	source := sourceFunc(func(ctx context.Context, _ crd.Key) (crd.Object, error) {
		calls++
		cancel()
		return nil, ctx.Err()
	})
	graph, err := resolve.Resolve(ctx, batch(target("t1", "u1"), target("t2", "u2"), target("t3", "other/u3")), resolve.WithSource(source))
	require.ErrorIs(t, err, context.Canceled)
	require.EqualError(t, err, "resolve: look up references: context canceled", "once, not once a reference")
	assert.Len(t, graph.Nodes(), 3)
	assert.Equal(t, 1, calls, "nothing is looked up after the end")
}

// countingSource counts the calls of another source.
type countingSource struct {
	resolve.Source
	gets   map[crd.Key]int
	grants map[string]int
}

func (c countingSource) Get(ctx context.Context, key crd.Key) (crd.Object, error) {
	c.gets[key]++
	return c.Source.Get(ctx, key)
}

func (c countingSource) Grants(ctx context.Context, namespace string) ([]*configurationv1alpha1.KongReferenceGrant, error) {
	c.grants[namespace]++
	return c.Source.Grants(ctx, namespace)
}

func TestSourceIsAskedOnce(t *testing.T) {
	t.Parallel()
	source := countingSource{
		Source: resolve.Objects(service("b/s", "cp"), controlPlane("b/cp"),
			grant("b/g", crd.ConfigurationGroup+"/KongRoute/a", crd.ConfigurationGroup+"/KongService")),
		gets:   map[crd.Key]int{},
		grants: map[string]int{},
	}
	objects := batch(route("a/own", "gone", ""), route("a/own2", "gone", ""))
	for _, name := range []string{"a/r1", "a/r2", "a/r3"} {
		objects = append(objects, route(name, "b/s", ""))
	}
	for _, name := range []string{"c/r1", "c/r2"} {
		objects = append(objects, route(name, "b/s", ""))
	}
	_, err := resolve.Resolve(t.Context(), objects, resolve.WithSource(source))
	require.Error(t, err)
	assert.Len(t, source.gets, 3, "the service, its control plane and the missing service")
	for key, calls := range source.gets {
		assert.Equal(t, 1, calls, key)
	}
	assert.Equal(t, map[string]int{"b": 1}, source.grants)
}
