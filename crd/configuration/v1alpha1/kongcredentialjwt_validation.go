package v1alpha1

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// rules leaves an algorithm that does not exist to the check of that field, and an unset one
// is the default.
func (s *KongCredentialJWTSpec) rules(errs *constraint.Errors, path *field.Path) {
	symmetric := s.Algorithm == "" || strings.HasPrefix(s.Algorithm, "HS")
	errs.Rule(path.Child("rsa_public_key"), symmetric || s.RSAPublicKey != nil,
		"must be set for algorithms other than HS256, HS384 and HS512")
}
