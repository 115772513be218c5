package resolve

import (
	"context"
	"fmt"

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
)

// ClusterObject is an object as a cluster's API has it: the method set of
// controller-runtime's client.Object.
type ClusterObject interface {
	metav1.Object
	runtime.Object
}

// FromReader returns a Source that reads from a cluster through two functions: get
// fills into with the object of that name, and listGrants fills into with the grants
// of a namespace. With the client.Reader c of controller-runtime these are
//
//	resolve.FromReader(
//		func(ctx context.Context, key client.ObjectKey, into resolve.ClusterObject) error {
//			return c.Get(ctx, key, into)
//		},
//		func(ctx context.Context, namespace string, into *configurationv1alpha1.KongReferenceGrantList) error {
//			return c.List(ctx, into, client.InNamespace(namespace))
//		},
//	)
//
// The client's scheme needs the kinds of crd/scheme and core Secrets, and its
// user needs to get them and to list KongReferenceGrants, in the namespaces that
// references lead to. A "not found" of the API server becomes ErrNotFound, other
// errors are passed on. The Source is as safe for concurrent use as the functions.
func FromReader(
	get func(ctx context.Context, key types.NamespacedName, into ClusterObject) error,
	listGrants func(ctx context.Context, namespace string, into *configurationv1alpha1.KongReferenceGrantList) error,
) Source {
	kinds, err := newKinds()
	return reader{kinds: kinds, initErr: err, get: get, listGrants: listGrants}
}

// reader is the Source of FromReader.
type reader struct {
	kinds      kinds
	initErr    error
	get        func(context.Context, types.NamespacedName, ClusterObject) error
	listGrants func(context.Context, string, *configurationv1alpha1.KongReferenceGrantList) error
}

// Get implements Source.
func (r reader) Get(ctx context.Context, key crd.Key) (crd.Object, error) {
	if r.initErr != nil {
		return nil, r.initErr
	}
	name := types.NamespacedName{Namespace: key.Namespace, Name: key.Name}
	if key.GroupKind() == (schema.GroupKind{Kind: crd.SecretKind}) {
		secret := &corev1.Secret{}
		if err := r.get(ctx, name, secret); err != nil {
			return nil, readError(key, err)
		}
		return core.NewSecret(secret), nil
	}
	obj, err := r.kinds.new(key.GroupKind())
	if err != nil {
		return nil, err
	}
	if err := r.get(ctx, name, obj); err != nil {
		return nil, readError(key, err)
	}
	return obj, nil
}

func readError(key crd.Key, err error) error {
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("%s: %w", key, ErrNotFound)
	}
	return err
}

// Grants implements Source.
func (r reader) Grants(ctx context.Context, namespace string) ([]*configurationv1alpha1.KongReferenceGrant, error) {
	list := &configurationv1alpha1.KongReferenceGrantList{}
	if err := r.listGrants(ctx, namespace, list); err != nil {
		return nil, err
	}
	var grants []*configurationv1alpha1.KongReferenceGrant
	for i := range list.Items {
		if grant := &list.Items[i]; crd.NamespaceOf(grant) == namespace {
			grants = append(grants, grant)
		}
	}
	return grants, nil
}

// kinds are those of crd/scheme.
type kinds map[schema.GroupKind]scheme.Kind

func newKinds() (kinds, error) {
	list, err := scheme.Kinds()
	k := make(kinds, len(list))
	for _, kind := range list {
		k[kind.GroupKind()] = kind
	}
	return k, err
}

func (k kinds) new(kind schema.GroupKind) (crd.Object, error) {
	known, ok := k[kind]
	if !ok {
		return nil, fmt.Errorf("kind %s is not supported yet", kind)
	}
	return known.New(), nil
}
