package pluginconfig

import "maps"

// Payload returns the configuration to send in a PUT: the one that is given, and what the
// server has made for fields that are not given, which it would make anew otherwise.
// Defaults are left to the server. It changes neither, and shares parts with both.
func (s *Schema) Payload(given, observed map[string]any) map[string]any {
	out := maps.Clone(given)
	if out == nil {
		out = map[string]any{}
	}
	if s != nil {
		s.config.keep(out, observed)
	}
	return out
}

// keep puts into a record, which nobody else holds, what the server has made, and reports
// whether that is anything.
func (f *field) keep(record, observed map[string]any) bool {
	kept := false
	expanded := f.expanded(record)
	for _, inner := range f.parts.fields {
		have := observed[inner.name]
		want, there := expanded[inner.name]
		if have == nil || isUnknown(want) {
			continue
		}
		if !there && inner.madeByServer() {
			if IsWithheld(have) {
				continue
			}
			record[inner.name] = have
			kept = true
			continue
		}
		if inner.keepBelow(record, have, want, there) {
			kept = true
		}
	}
	return kept
}

// keepBelow does the same for a record within one.
func (f *field) keepBelow(record map[string]any, have, want any, there bool) bool {
	from, isRecord := have.(map[string]any)
	if f.kind != typeRecord || !isRecord || (there && want == nil) || (!there && f.standard() == nil) {
		return false
	}
	given, _ := record[f.name].(map[string]any)
	if _, other := record[f.name]; other && given == nil {
		return false // of another shape, for which it will be refused
	}
	given = maps.Clone(given)
	if given == nil {
		given = map[string]any{}
	}
	if !f.keep(given, from) {
		return false
	}
	record[f.name] = given
	return true
}
