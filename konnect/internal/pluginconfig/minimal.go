package pluginconfig

// Minimal returns of a configuration that Konnect shows what one has to give to get it: what
// has no default, or another value. It is the configuration itself where the schema says
// too little for that. It shares parts with it, and changes nothing.
func (s *Schema) Minimal(config map[string]any) map[string]any {
	if s == nil {
		return config
	}
	least := s.config.minimal(config)
	if len(s.Diff(least, config)) > 0 {
		return config
	}
	return least
}

func (f *field) minimal(record map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range record {
		inner := f.member(name)
		switch {
		case inner == nil && f.shorthand(name) != nil: // what it stands for is there too
		case inner == nil, inner.madeByServer():
			out[name] = value
		case !inner.same(value, inner.absent()):
			if value = inner.least(value); value != nil || inner.absence.value != nil {
				out[name] = value
			}
		}
	}
	return out
}

// least is what of a value that is not the default has to be given; nil for nothing.
func (f *field) least(value any) any {
	object, isObject := members(value)
	if f.kind != typeRecord || f.parts.fields == nil || !isObject {
		return value
	}
	least := f.minimal(object)
	if len(least) == 0 && f.absence.value == nil && !f.optional { // what is left is the server's own
		return nil
	}
	return least
}
