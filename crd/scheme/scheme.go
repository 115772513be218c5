// Package scheme adds every kind of this module to a runtime.Scheme. Core kinds
// such as Secret are left to k8s.io/client-go.
package scheme

import (
	"errors"

	"k8s.io/apimachinery/pkg/runtime"

	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	configurationv1beta1 "github.com/konnectkit/konnectkit/crd/configuration/v1beta1"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

// AddToScheme adds all versions of all kinds and their lists to scheme. Errors
// are those of runtime.Scheme.
func AddToScheme(scheme *runtime.Scheme) error {
	return errors.Join(
		configurationv1.AddToScheme(scheme),
		configurationv1alpha1.AddToScheme(scheme),
		configurationv1beta1.AddToScheme(scheme),
		konnectv1alpha1.AddToScheme(scheme),
		konnectv1alpha2.AddToScheme(scheme),
	)
}
