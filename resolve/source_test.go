package resolve_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve"
)

func TestObjects(t *testing.T) {
	t.Parallel()
	var nothing *configurationv1alpha1.KongService
	given := service("s", "cp")
	source := resolve.Objects(nil, nothing, service("s", "old"), given, secret("s", "token", "kpat_example"),
		grant("b/z", "x/y/z", "x/y"), grant("b/a", "x/y/z", "x/y"), grant("c/g", "x/y/z", "x/y"))
	given.Spec.Host = "changed.example.com"

	obj, err := source.Get(t.Context(), crd.KeyOf(given))
	require.NoError(t, err, "an object without a namespace is found under default")
	first, ok := obj.(*configurationv1alpha1.KongService)
	require.True(t, ok)
	assert.Equal(t, "example.com", first.Spec.Host, "the source keeps what it was given")
	assert.Equal(t, "cp", first.Spec.ControlPlaneRef.KonnectNamespacedRef.Name, "the last duplicate stays")

	first.Spec.Host = "changed.example.com"
	again, err := source.Get(t.Context(), crd.KeyOf(given))
	require.NoError(t, err)
	assert.NotEqual(t, first, again, "each caller gets its own copy")

	_, err = source.Get(t.Context(), crd.Key{Kind: crd.SecretKind, Namespace: "default", Name: "gone"})
	require.ErrorIs(t, err, resolve.ErrNotFound)

	for namespace, want := range map[string][]string{"b": {"a", "z"}, "c": {"g"}, "d": nil} {
		grants, err := source.Grants(t.Context(), namespace)
		require.NoError(t, err)
		var got []string
		for _, g := range grants {
			got = append(got, g.Name)
			g.Spec.To = nil
		}
		assert.Equal(t, want, got, "grants of %s, by name", namespace)
	}
	grants, err := source.Grants(t.Context(), "c")
	require.NoError(t, err)
	assert.NotEmpty(t, grants[0].Spec.To, "grants are copies too")
}

func TestObjectsConcurrently(t *testing.T) {
	t.Parallel()
	source := resolve.Objects(service("s", "cp"), controlPlane("cp"))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			graph, err := resolve.Resolve(t.Context(), batch(route("r", "s", "")), resolve.WithSource(source))
			assert.NoError(t, err)
			for _, node := range graph.Nodes() {
				node.Object.SetLabels(map[string]string{"own": "copy"})
			}
		})
	}
	group.Wait()
}
