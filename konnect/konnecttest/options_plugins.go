package konnecttest

import "github.com/konnectkit/konnectkit/konnect/konnecttest/internal/pluginschema"

// pluginSettings are the answers to what the API's documents leave open about plugins.
type pluginSettings struct {
	older          bool
	nullsOmitted   bool
	shorthands     bool
	unknownDropped bool
	freeInstances  bool
}

func (p pluginSettings) schema(name string) *pluginschema.Schema {
	generation := pluginschema.Newer
	if p.older {
		generation = pluginschema.Older
	}
	schema, err := pluginschema.Load(generation, name)
	if err != nil || (schema != nil && schema.Elsewhere) {
		return nil
	}
	return schema
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
