package builder

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
)

// APIAuth builds a KonnectAPIAuthConfiguration. One of Token and Secret, and one
// of Region and ServerURL, are required.
type APIAuth struct {
	base[konnectv1alpha1.KonnectAPIAuthConfiguration]
}

// Token sets spec.token, which starts with kpat_ or spat_, and spec.type. No
// output of this module shows it, except the object's JSON and YAML.
func (a *APIAuth) Token(token string) *APIAuth {
	a.obj.Spec.Token = new(crd.SecretString(token))
	return a.Type(konnectv1alpha1.APIAuthTypeToken)
}

// Secret sets spec.secretRef to a Secret of the same namespace that holds the
// token under the key token, and spec.type.
func (a *APIAuth) Secret(name string) *APIAuth { return a.SecretIn("", name) }

// SecretIn is like Secret for another namespace, which needs a
// KongReferenceGrant there.
func (a *APIAuth) SecretIn(namespace, name string) *APIAuth {
	return a.SecretRef(konnectv1alpha1.SecretReference{Name: name, Namespace: namespace})
}

// SecretRef sets spec.secretRef as it stands, and spec.type; Secret is short for it.
func (a *APIAuth) SecretRef(ref konnectv1alpha1.SecretReference) *APIAuth {
	a.obj.Spec.SecretRef = &ref
	return a.Type(konnectv1alpha1.APIAuthTypeSecretRef)
}

// Region sets spec.serverURL to the server of a Konnect region: us, eu, au, me,
// in or any other label of two lower-case letters.
func (a *APIAuth) Region(region string) *APIAuth {
	if !isRegion(region) {
		a.add(field.Invalid(field.NewPath("spec", "serverURL"), region, "a region is two lower-case letters, such as us or eu"))
	}
	return a.ServerURL(region + ".api.konghq.com")
}

func isRegion(region string) bool {
	isLower := func(b byte) bool { return 'a' <= b && b <= 'z' }
	return len(region) == 2 && isLower(region[0]) && isLower(region[1])
}
