package konnecttest

import "github.com/konnectkit/konnectkit/konnect/konnecttest/internal/pluginschema"

// pluginSettings are the answers to what the API's documents leave open about plugins.
type pluginSettings struct {
	catalogue      *pluginschema.Catalogue
	older          bool
	nullsOmitted   bool
	shorthands     bool
	unknownDropped bool
	freeInstances  bool
	secrets        ConfigSecrets
}

// ConfigSecrets is what answers show of the secrets in the config of a plugin.
type ConfigSecrets int

const (
	// ConfigSecretsShown are shown as they are.
	ConfigSecretsShown ConfigSecrets = iota
	// ConfigSecretsOmitted are null.
	ConfigSecretsOmitted
	// ConfigSecretsEncrypted are shown as what a key ring of the gateway makes of them.
	ConfigSecretsEncrypted
)

// WithConfigSecrets says what answers show of the fields of a plugin's config that its schema
// calls encrypted. They are stored all the same: Entities returns them.
func WithConfigSecrets(shown ConfigSecrets) Option {
	return func(s *settings) { s.plugins.secrets = shown }
}

// schema is that of a plugin; nil if the server does not know it.
func (p pluginSettings) schema(name string) *pluginschema.Schema { return p.catalogue.Schema(name) }

// withCatalogue has the plugins of the generation that was chosen.
func (p pluginSettings) withCatalogue() pluginSettings {
	generation := pluginschema.Newer
	if p.older {
		generation = pluginschema.Older
	}
	p.catalogue = pluginschema.NewCatalogue(generation)
	return p
}

// SetPluginSchema adds a custom plugin in all control planes, or gives a known one another
// schema, as an upload of its Lua schema and a newer gateway do. The schema is in the form
// that GET /v2/control-planes/{id}/core-entities/schemas/plugins/{name} answers: an object
// with "fields", among which is the record "config", and "entity_checks". Plugins that are
// stored stay as they are.
func (s *Server) SetPluginSchema(name string, schema []byte) error {
	read, err := pluginschema.Read(name, schema)
	if err != nil {
		return err
	}
	s.set.plugins.catalogue.Set(read)
	return nil
}

// WithOlderPlugins gives the plugins the fields and defaults of gateway 3.10, which are those of
// the open-source gateway. By default they are those of 3.15, all that Konnect has.
func WithOlderPlugins() Option { return func(s *settings) { s.plugins.older = true } }

// WithConfigNullsOmitted leaves nulls out of the config of plugins in answers, where by default
// a field without a value is shown as null.
func WithConfigNullsOmitted() Option { return func(s *settings) { s.plugins.nullsOmitted = true } }

// WithShorthandsEchoed shows the values of a plugin's config under their deprecated names as
// well.
func WithShorthandsEchoed() Option { return func(s *settings) { s.plugins.shorthands = true } }

// WithUnknownConfigDropped drops unknown fields of a plugin's config. By default they are
// refused.
func WithUnknownConfigDropped() Option { return func(s *settings) { s.plugins.unknownDropped = true } }

// WithFreeInstanceNames lets several plugins have one instance_name. By default it is unique in
// a control plane.
func WithFreeInstanceNames() Option { return func(s *settings) { s.plugins.freeInstances = true } }
