package konnectrules

import (
	"encoding/json"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/optional"
)

// CheckKey returns what Konnect refuses of a KongKey that its CRD takes.
func CheckKey(k *configurationv1alpha1.KongKey) field.ErrorList {
	spec, path := k.Spec, field.NewPath("spec")
	var problems field.ErrorList
	if spec.Name != nil && *spec.Name == "" {
		problems = append(problems, field.Invalid(path.Child("name"), *spec.Name, "must not be empty for konnect; leave it out for an unnamed entity"))
	}
	if set := spec.KeySetRef; set != nil && set.Type == configurationv1alpha1.KeySetRefKonnectID {
		problems = append(problems, CheckID(path.Child("keySetRef", "konnectID"), set.KonnectID)...)
	}
	if spec.JWK != nil && spec.PEM != nil {
		problems = append(problems, field.Forbidden(path.Child("pem"), "konnect takes either jwk or pem; leave one of the two out"))
	}
	if spec.JWK != nil {
		if reason := jwkProblem(spec.JWK.Reveal(), spec.KID); reason != "" {
			problems = append(problems, field.Invalid(path.Child("jwk"), crd.Redacted, reason))
		}
	}
	if pair := spec.PEM; pair != nil {
		private := optional.Value(pair.PrivateKey).Reveal()
		if _, err := ParsePrivateKey(private); err != nil && !IsVaultReference(private) {
			problems = append(problems, field.Invalid(path.Child("pem", "private_key"), crd.Redacted, err.Error()))
		}
		if _, err := ParsePublicKey(pair.PublicKey); err != nil && !IsVaultReference(pair.PublicKey) {
			problems = append(problems, field.Invalid(path.Child("pem", "public_key"), crd.Redacted, err.Error()))
		}
	}
	return problems
}

// jwkMembers are those that a key of a type must have.
func jwkMembers() map[string][]string {
	return map[string][]string{"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}}
}

// jwkProblem returns what is wrong with a JWK, without showing any of it; empty for nothing.
func jwkProblem(jwk, kid string) string {
	if IsVaultReference(jwk) {
		return ""
	}
	var members map[string]any
	if json.Unmarshal([]byte(jwk), &members) != nil || members == nil {
		return "must be a JSON object, which a JSON Web Key is, or a reference to a vault"
	}
	text := func(name string) string { value, _ := members[name].(string); return value }
	required, known := jwkMembers()[text("kty")]
	switch missing := slices.DeleteFunc(required, func(name string) bool { return text(name) != "" }); {
	case text("kid") != kid:
		return "the kid in it must be that of spec.kid"
	case !known:
		return "the kty in it must be RSA, EC or OKP"
	case len(missing) > 0:
		return "lacks " + strings.Join(missing, ", ") + ", which keys of its kty have"
	default:
		return ""
	}
}

// NormalizeJWK returns a JWK in a form in which all ways of writing it are one; another
// text as it is.
func NormalizeJWK(jwk string) string {
	if members, err := canon.Decode([]byte(jwk)); err == nil && members != nil {
		return canon.Text(members)
	}
	return jwk
}
