package deck

import (
	"strings"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// row says how the entities of a kind are written.
type row struct {
	// list of the file, or of the parent, which the reference in a field leads to.
	list, parent string
	// names are the fields by which decK knows an entity, best first; byID is true where it
	// also wants the ID.
	names []string
	byID  bool
	// named is true where neither decK nor Konnect takes an entity without a name.
	named bool
	// fields are those of objects that have no spec for them.
	fields     []string
	references []reference
	// secrets are the paths of values that must not be shown.
	secrets []string
	// forms bring texts to the form in which Konnect stores them, by field, and shape the
	// fields to that of decK; nil for nothing.
	forms map[string]func(text string) (string, error)
	shape func(x *entity)
	// refused is why no file has entities of the kind; empty for those that it has.
	refused string
}

// reference is a field by which an entity refers to others.
type reference struct {
	// field of the object; many is true for a list of references.
	field string
	many  bool
	// as is the field of the entity, and form what it holds of the other.
	as   string
	form func(to *entity) any
}

func byID(to *entity) any     { return to.id() }
func inID(to *entity) any     { return map[string]any{"id": to.id()} }
func inName(to *entity) any   { return map[string]any{"name": to.handle()} }
func byHandle(to *entity) any { return to.handle() }

// form is one of forms.
func form(field string, of func(string) (string, error)) map[string]func(string) (string, error) {
	return map[string]func(string) (string, error){field: of}
}

func lower(text string) (string, error)    { return strings.ToLower(text), nil }
func sentHost(text string) (string, error) { return konnectrules.NormalizeHost(text), nil }

// rows are those of all kinds that have entities in control planes.
func rows() map[string]*row {
	credential := func(list, name string, secrets ...string) *row {
		return &row{list: list, parent: configurationv1alpha1.ConsumerRefField, names: []string{name}, secrets: secrets, shape: shapeCredential}
	}
	vaultSecrets := []string{"config." + konnectrules.VaultSecretNames}
	for _, name := range konnectrules.VaultSecrets() {
		vaultSecrets = append(vaultSecrets, "config."+name)
	}
	return map[string]*row{
		"KongService": {
			list: "services", names: []string{"name"}, forms: form("host", sentHost), shape: shapeService,
			references: []reference{
				{field: "spec.clientCertificateRef", as: "client_certificate", form: byID},
				{field: "spec.caCertificateRefs", many: true, as: "ca_certificates", form: byID},
			},
		},
		"KongRoute": {list: "routes", parent: configurationv1alpha1.ServiceRefField, names: []string{"name"}, shape: shapeRoute},
		"KongUpstream": {
			list: "upstreams", names: []string{"name"}, named: true, forms: form("host_header", sentHost), shape: shapeUpstream, secrets: []string{"healthchecks.active.headers"},
			references: []reference{{field: "spec.clientCertificateRef", as: "client_certificate", form: inID}},
		},
		"KongTarget": {list: "targets", parent: configurationv1alpha1.UpstreamRefField, names: []string{"target"}, forms: form("target", konnectrules.NormalizeTarget)},
		"KongConsumer": {
			list: "consumers", names: []string{"username", "custom_id"}, fields: []string{"username", "custom_id"}, shape: shapeConsumer,
			references: []reference{{field: "consumerGroups", many: true, as: "groups", form: inName}},
		},
		"KongConsumerGroup":       {list: "consumer_groups", names: []string{"name"}, named: true},
		"KongCredentialAPIKey":    credential("keyauth_credentials", "key", "key"),
		"KongCredentialBasicAuth": credential("basicauth_credentials", "username", "password"),
		"KongCredentialHMAC":      credential("hmacauth_credentials", "username", "secret"),
		"KongCredentialJWT":       credential("jwt_secrets", "key", "secret"),
		"KongCredentialACL":       credential("acls", "group"),
		"KongCertificate":         {list: "certificates", byID: true, shape: shapeCertificate},
		"KongCACertificate":       {list: "ca_certificates", byID: true, shape: shapeAuthority},
		"KongSNI":                 {list: "snis", parent: configurationv1alpha1.CertificateRefField, names: []string{"name"}, forms: form("name", lower)},
		"KongKeySet":              {list: "key_sets", names: []string{"name"}, named: true},
		"KongKey": {
			list: "keys", names: []string{"name"}, shape: shapeKey, secrets: []string{"jwk", "pem.private_key"},
			references: []reference{{field: configurationv1alpha1.KeySetRefField, as: "set", form: inName}},
		},
		"KongVault": {list: "vaults", names: []string{"prefix"}, shape: shapeVault, secrets: vaultSecrets},
		"KongPluginBinding": {
			list: "plugins", names: []string{"name"}, fields: []string{}, shape: shapePlugin,
		},
		"KongDataPlaneClientCertificate": {refused: "decK knows no client certificates of data planes; leave it out"},
	}
}
