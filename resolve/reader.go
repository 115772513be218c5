package resolve

import (
	"context"
	"fmt"
	"reflect"

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

// FromReader returns a Source that reads from a cluster through the methods of a
// controller-runtime client.Reader; all type arguments are inferred:
//
//	resolve.FromReader(c.Get, c.List)
//
// The client's scheme needs the kinds of crd/scheme and core Secrets, and its
// user needs to get them and to list KongReferenceGrants, in the namespaces that
// references lead to. A "not found" of the API server becomes ErrNotFound, other
// errors are passed on. The Source is as safe for concurrent use as the reader.
func FromReader[
	Object interface {
		metav1.Object
		runtime.Object
	},
	List interface {
		metav1.ListInterface
		runtime.Object
	},
	GetOption any,
	ListOption interface{ ApplyToList(*ListOptions) },
	ListOptions any,
](
	get func(context.Context, types.NamespacedName, Object, ...GetOption) error,
	list func(context.Context, List, ...ListOption) error,
) Source {
	kinds, err := newKinds()
	return reader{
		kinds:   kinds,
		initErr: err,
		get: func(ctx context.Context, key types.NamespacedName, into runtime.Object) error {
			obj, err := as[Object](into)
			if err != nil {
				return err
			}
			return get(ctx, key, obj)
		},
		list: func(ctx context.Context, namespace string, into runtime.Object) error {
			objects, err := as[List](into)
			if err != nil {
				return err
			}
			option, err := as[ListOption](inNamespace[ListOptions](namespace))
			if err != nil {
				return err
			}
			return list(ctx, objects, option)
		},
	}
}

// as returns value as the reader's own interface T, which has the same methods.
func as[T any](value any) (T, error) {
	converted, ok := value.(T)
	if !ok {
		return converted, fmt.Errorf("%T cannot be passed to the reader as a %s", value, reflect.TypeFor[T]())
	}
	return converted, nil
}

// inNamespace is a list option that restricts the list to a namespace. Options
// is the reader's struct of options, a type this package cannot name.
type inNamespace[Options any] string

// ApplyToList sets the field Namespace of options.
func (n inNamespace[Options]) ApplyToList(options *Options) {
	value := reflect.ValueOf(options).Elem()
	if value.Kind() != reflect.Struct {
		return
	}
	if field := value.FieldByName("Namespace"); field.IsValid() && field.Kind() == reflect.String {
		field.SetString(string(n))
	}
}

// reader is a Source with the types of the reader hidden.
type reader struct {
	kinds   kinds
	initErr error
	get     func(context.Context, types.NamespacedName, runtime.Object) error
	list    func(context.Context, string, runtime.Object) error
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
	if err := r.list(ctx, namespace, list); err != nil {
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
