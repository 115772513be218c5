package konnecttest

// variants are the members of a record that depend on a field beside it.
type variants struct {
	by string // name of that field
	of map[string]variant
}

// variant is one of them, by the value of the field.
type variant struct {
	fields []field
	open   bool // there may be further members
}

// resolved is the field with the members that it has beside the values around it. Beside an
// unknown value it is a free map.
func (f *field) resolved(around object) *field {
	if f.variants == nil {
		return f
	}
	out := *f
	found, known := f.variants.of[text(around, f.variants.by)]
	out.fields, out.open = found.fields, found.open
	if !known {
		out.kind, out.items, out.keepEmpty = kindMapping, &field{kind: kindAny}, true
	}
	return &out
}
