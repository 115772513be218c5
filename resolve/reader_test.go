package resolve_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/resolve"
)

// cluster holds services, Secrets and grants as a controller-runtime client would.
type cluster struct {
	services map[types.NamespacedName]*configurationv1alpha1.KongService
	secrets  map[types.NamespacedName]*corev1.Secret
	grants   []configurationv1alpha1.KongReferenceGrant
	err      error
	listed   []string // namespaces
}

func (c *cluster) Get(_ context.Context, key types.NamespacedName, obj resolve.ClusterObject) error {
	notFound := apierrors.NewNotFound(schema.GroupResource{Resource: fmt.Sprintf("%T", obj)}, key.Name)
	switch into := obj.(type) {
	case *configurationv1alpha1.KongService:
		if found, ok := c.services[key]; ok {
			found.DeepCopyInto(into)
			return c.err
		}
		return notFound
	case *corev1.Secret:
		if found, ok := c.secrets[key]; ok {
			found.DeepCopyInto(into)
			return c.err
		}
		return notFound
	default:
		return errors.Join(c.err, notFound)
	}
}

func (c *cluster) ListGrants(_ context.Context, namespace string, into *configurationv1alpha1.KongReferenceGrantList) error {
	c.listed = append(c.listed, namespace)
	into.Items = c.grants
	return c.err
}

func TestFromReader(t *testing.T) {
	t.Parallel()
	c := &cluster{
		services: map[types.NamespacedName]*configurationv1alpha1.KongService{{Namespace: "a", Name: "s"}: service("a/s", "cp")},
		secrets:  map[types.NamespacedName]*corev1.Secret{{Namespace: "a", Name: "x"}: &secret("a/x", "token", "kpat_example").Secret},
		grants:   []configurationv1alpha1.KongReferenceGrant{*grant("a/g", "x/y/z", "x/y"), *grant("b/g", "x/y/z", "x/y")},
	}
	source := resolve.FromReader(c.Get, c.ListGrants)

	obj, err := source.Get(t.Context(), crd.KeyOf(service("a/s", "")))
	require.NoError(t, err)
	assert.Equal(t, service("a/s", "cp"), obj)

	secretKey := crd.Key{Kind: crd.SecretKind, Namespace: "a", Name: "x"}
	obj, err = source.Get(t.Context(), secretKey)
	require.NoError(t, err)
	wrapped, ok := obj.(*core.Secret)
	require.True(t, ok, "Secrets are wrapped")
	value, ok := wrapped.Value("token")
	assert.True(t, ok)
	assert.Equal(t, "kpat_example", value.Reveal())

	for _, missing := range []crd.Object{service("b/s", ""), secret("b/x", "", ""), upstream("u", "")} {
		_, err = source.Get(t.Context(), crd.KeyOf(missing))
		require.ErrorIs(t, err, resolve.ErrNotFound, "the API server's answer is translated")
	}

	grants, err := source.Grants(t.Context(), "a")
	require.NoError(t, err)
	require.Len(t, grants, 1, "even a function that ignores the namespace yields grants of the namespace only")
	assert.Equal(t, "a", grants[0].Namespace)
	assert.Equal(t, []string{"a"}, c.listed, "one namespace is listed, not the cluster")
}

func TestFromReaderFailures(t *testing.T) {
	t.Parallel()
	forbidden := apierrors.NewForbidden(schema.GroupResource{Resource: "secrets"}, "x", errors.New("no"))
	client := &cluster{err: forbidden, services: map[types.NamespacedName]*configurationv1alpha1.KongService{{Namespace: "default", Name: "s"}: service("s", "")}}
	source := resolve.FromReader(client.Get, client.ListGrants)

	_, err := source.Get(t.Context(), crd.KeyOf(service("s", "")))
	require.ErrorIs(t, err, forbidden)
	assert.NotErrorIs(t, err, resolve.ErrNotFound)
	_, err = source.Grants(t.Context(), "a")
	require.ErrorIs(t, err, forbidden)
	_, err = source.Get(t.Context(), crd.Key{Group: crd.ConfigurationGroup, Kind: "KongThing", Namespace: "a", Name: "x"})
	require.EqualError(t, err, "kind KongThing.configuration.konghq.com is not supported yet")
}

// Every kind of crd/scheme can be read in its batch version.
func TestFromReaderKnowsEveryKind(t *testing.T) {
	t.Parallel()
	s := runtime.NewScheme()
	require.NoError(t, scheme.AddToScheme(s))
	source := resolve.FromReader(
		func(_ context.Context, key types.NamespacedName, into resolve.ClusterObject) error {
			into.SetName(key.Name)
			return nil
		}, nil)
	seen := 0
	for gvk := range s.AllKnownTypes() {
		made, err := s.New(gvk)
		require.NoError(t, err)
		want, ok := made.(crd.Object)
		if !ok {
			continue
		}
		seen++
		want.SetName("x")
		obj, err := source.Get(t.Context(), crd.KeyOf(want))
		require.NoError(t, err, gvk)
		assert.Equal(t, crd.KeyOf(want), crd.KeyOf(obj))
	}
	assert.GreaterOrEqual(t, seen, 7)
}
