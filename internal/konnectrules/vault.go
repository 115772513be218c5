package konnectrules

import (
	"encoding/json"
	"regexp"
	"slices"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// vaultBackends are those that Konnect has; none of them may be a prefix.
var vaultBackends = []string{"aws", "azure", "conjur", "env", "fs", "gcp", "hcv", "konnect"}

var vaultPrefix = regexp.MustCompile(`^[a-z][a-z0-9-]*[a-z0-9]$`)

// VaultSecretNames is what else may be the name of a secret, in a configuration that is
// newer than this list.
const VaultSecretNames = "*secret*"

// VaultSecrets returns the names of the secrets in the configurations of all backends.
func VaultSecrets() []string {
	return []string{
		"token", "approle_secret_id", "cert_auth_cert_key", "jwt", "oauth2_client_secret", "gcp_jwt", "azure_jwt", // hcv
		"api_key",       // conjur
		"client_secret", // azure
		"secret_access_key", "aws_secret_access_key", "aws_access_key_id", "aws_session_token",
	}
}

// CheckVault returns what Konnect refuses of a KongVault that its CRD takes, or what keeps
// it from being sent. The fields of the configuration are left to Konnect, but for those
// that a backend cannot do without.
func CheckVault(v *configurationv1alpha1.KongVault) field.ErrorList {
	spec, path := v.Spec, field.NewPath("spec")
	var problems field.ErrorList
	if spec.Backend != "" { // else the CRD says so
		problems = CheckEnum(path.Child("backend"), &spec.Backend, vaultBackends)
	}
	switch {
	case spec.Prefix == "":
	case slices.Contains(vaultBackends, spec.Prefix):
		problems = append(problems, field.Invalid(path.Child("prefix"), spec.Prefix, "must not be the name of a backend for konnect"))
	case !vaultPrefix.MatchString(spec.Prefix):
		problems = append(problems, field.Invalid(path.Child("prefix"), spec.Prefix,
			"must be lower-case letters, digits and inner hyphens, at least two of them and a letter first, for konnect"))
	}
	if ref := spec.ControlPlaneRef; ref.IsKonnect() && ref.KonnectNamespacedRef != nil && ref.KonnectNamespacedRef.Namespace == "" {
		problems = append(problems, field.Required(path.Child("controlPlaneRef", "konnectNamespacedRef", "namespace"),
			"the vault lies in no namespace that could stand for it"))
	}
	return append(problems, checkVaultConfig(path.Child("config"), spec.Backend, spec.Config)...)
}

func checkVaultConfig(path *field.Path, backend string, config crd.JSON) field.ErrorList {
	var fields map[string]any
	if config != "" && (json.Unmarshal([]byte(config.Reveal()), &fields) != nil || fields == nil) {
		return field.ErrorList{field.Invalid(path, crd.Redacted, "must be a JSON object for konnect")}
	}
	if project, _ := fields["project_id"].(string); backend == "gcp" && project == "" {
		return field.ErrorList{field.Required(path.Child("project_id"), "the backend gcp needs it")}
	}
	if id, given := fields["config_store_id"].(string); backend == "konnect" && given && uuid.Validate(id) != nil {
		return field.ErrorList{field.Invalid(path.Child("config_store_id"), id, "must be the uuid of a config store")}
	}
	return nil
}
