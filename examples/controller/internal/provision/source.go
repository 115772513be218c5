package provision

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/resolve"
)

// CredentialLabel and CredentialValue are the label that a Secret with a token needs,
// as it does for the Kong operator. All other Secrets are as good as absent: the
// controller neither watches nor reads them.
const (
	CredentialLabel = "konghq.com/credential"
	CredentialValue = "konnect"
)

// newSource looks objects up that are not in a batch.
func newSource(reader client.Reader) resolve.Source {
	get := func(ctx context.Context, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
		if err := reader.Get(ctx, key, obj, opts...); err != nil {
			return err
		}
		if secret, ok := obj.(*corev1.Secret); ok && secret.Labels[CredentialLabel] != CredentialValue {
			return apierrors.NewNotFound(corev1.Resource("secrets"), key.Name)
		}
		return nil
	}
	return resolve.FromReader(get, reader.List)
}

// objectOf returns what the cache holds as an object of a batch; nil for kinds that
// are none.
func objectOf(obj any) crd.Object {
	if secret, ok := obj.(*corev1.Secret); ok {
		return core.NewSecret(secret)
	}
	object, _ := obj.(crd.Object)
	return object
}
