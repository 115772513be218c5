package provision

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/resolve"
)

// CredentialLabel is what a Secret needs to be seen: with the value konnect, as for the
// Kong operator, where it holds a token, and with any other where it holds a certificate
// or the configuration of a plugin. All other Secrets are as good as absent: the
// controller neither watches nor reads them.
const (
	CredentialLabel = "konghq.com/credential"
	CredentialValue = "konnect"
)

// newSource looks objects up that are not in a batch.
func newSource(reader client.Reader) resolve.Source {
	return resolve.FromReader(
		func(ctx context.Context, key client.ObjectKey, into resolve.ClusterObject) error {
			if err := reader.Get(ctx, key, into); err != nil {
				return err
			}
			if secret, ok := into.(*corev1.Secret); ok && secret.Labels[CredentialLabel] == "" {
				return apierrors.NewNotFound(corev1.Resource("secrets"), key.Name)
			}
			return nil
		},
		func(ctx context.Context, namespace string, into *configurationv1alpha1.KongReferenceGrantList) error {
			return reader.List(ctx, into, client.InNamespace(namespace))
		},
	)
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
