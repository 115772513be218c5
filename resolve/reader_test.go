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
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/resolve"
)

// The types below have the shapes of those of controller-runtime's package client.
type (
	ObjectKey = types.NamespacedName
	Object    interface {
		metav1.Object
		runtime.Object
	}
	ObjectList interface {
		metav1.ListInterface
		runtime.Object
	}
	GetOption   interface{ ApplyToGet(options *GetOptions) }
	ListOption  interface{ ApplyToList(options *ListOptions) }
	GetOptions  struct{ Raw *metav1.GetOptions }
	ListOptions struct {
		LabelSelector fmt.Stringer
		Namespace     string
		Limit         int64
	}
	Reader interface {
		Get(ctx context.Context, key ObjectKey, obj Object, opts ...GetOption) error
		List(ctx context.Context, list ObjectList, opts ...ListOption) error
	}
)

// cluster is a Reader of services, Secrets and grants that another program would
// have as a client.Client.
type cluster struct {
	services map[ObjectKey]*configurationv1alpha1.KongService
	secrets  map[ObjectKey]*corev1.Secret
	grants   []configurationv1alpha1.KongReferenceGrant
	err      error
	listed   []string // namespaces
}

func (c *cluster) Get(_ context.Context, key ObjectKey, obj Object, _ ...GetOption) error {
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

func (c *cluster) List(_ context.Context, list ObjectList, opts ...ListOption) error {
	var options ListOptions
	for _, opt := range opts {
		opt.ApplyToList(&options)
	}
	c.listed = append(c.listed, options.Namespace)
	if into, ok := list.(*configurationv1alpha1.KongReferenceGrantList); ok {
		into.Items = c.grants
	}
	return c.err
}

var _ Reader = (*cluster)(nil)

func TestFromReader(t *testing.T) {
	t.Parallel()
	c := &cluster{
		services: map[ObjectKey]*configurationv1alpha1.KongService{{Namespace: "a", Name: "s"}: service("a/s", "cp")},
		secrets:  map[ObjectKey]*corev1.Secret{{Namespace: "a", Name: "x"}: &secret("a/x", "token", "kpat_example").Secret},
		grants:   []configurationv1alpha1.KongReferenceGrant{*grant("a/g", "x/y/z", "x/y"), *grant("b/g", "x/y/z", "x/y")},
	}
	var client Reader = c // as in a program that holds a client.Client
	source := resolve.FromReader(client.Get, client.List)

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
	require.Len(t, grants, 1, "even a reader that ignores the option yields grants of the namespace only")
	assert.Equal(t, "a", grants[0].Namespace)
	assert.Equal(t, []string{"a"}, c.listed, "the option restricts the list")
}

func TestFromReaderFailures(t *testing.T) {
	t.Parallel()
	forbidden := apierrors.NewForbidden(schema.GroupResource{Resource: "secrets"}, "x", errors.New("no"))
	client := &cluster{err: forbidden, services: map[ObjectKey]*configurationv1alpha1.KongService{{Namespace: "default", Name: "s"}: service("s", "")}}
	source := resolve.FromReader(client.Get, client.List)

	_, err := source.Get(t.Context(), crd.KeyOf(service("s", "")))
	require.ErrorIs(t, err, forbidden)
	assert.NotErrorIs(t, err, resolve.ErrNotFound)
	_, err = source.Grants(t.Context(), "a")
	require.ErrorIs(t, err, forbidden)
	_, err = source.Get(t.Context(), crd.Key{Group: crd.ConfigurationGroup, Kind: "KongCertificate", Namespace: "a", Name: "x"})
	require.EqualError(t, err, "kind KongCertificate.configuration.konghq.com is not supported yet")
}

// Readers of a single type cannot take the objects of this module.
func TestFromReaderOfOtherTypes(t *testing.T) {
	t.Parallel()
	get := func(context.Context, ObjectKey, *corev1.Pod, ...GetOption) error { return nil }
	list := func(context.Context, *corev1.PodList, ...ListOption) error { return nil }
	source := resolve.FromReader(get, list)
	_, err := source.Get(t.Context(), crd.KeyOf(service("s", "")))
	require.ErrorContains(t, err, "*v1alpha1.KongService cannot be passed to the reader as a *v1.Pod")
	_, err = source.Grants(t.Context(), "a")
	require.ErrorContains(t, err, "cannot be passed to the reader")
}

// Every kind of crd/scheme can be read in its batch version.
func TestFromReaderKnowsEveryKind(t *testing.T) {
	t.Parallel()
	s := runtime.NewScheme()
	require.NoError(t, scheme.AddToScheme(s))
	source := resolve.FromReader(
		func(_ context.Context, key ObjectKey, obj Object, _ ...GetOption) error {
			obj.SetName(key.Name)
			return nil
		},
		func(context.Context, ObjectList, ...ListOption) error { return nil })
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
