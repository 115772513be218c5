package pluginconfig

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// Diff returns what differs between a configuration that is given and one that Konnect
// shows, both as decoded JSON, with paths such as config.redis.host. What is not given
// stands for its default, or for whatever value the server has made; what the schema does
// not know is compared only where it is given. It changes neither.
func (s *Schema) Diff(given, observed map[string]any) []canon.Difference {
	want, _ := canon.Numbers(given).(map[string]any)
	have, _ := canon.Numbers(observed).(map[string]any)
	d := &differ{nullsShown: hasNull(have)}
	if s == nil {
		d.given(root, want, have)
		return d.found
	}
	d.record(s.config, root, want, have)
	return d.found
}

// DiffGiven is Diff for what is given alone: what is left out, at any depth, is no
// difference.
func (s *Schema) DiffGiven(given, observed map[string]any) []canon.Difference {
	return slices.DeleteFunc(s.Diff(given, observed), func(d canon.Difference) bool {
		return !gives(given, strings.TrimPrefix(d.Path, root+"."))
	})
}

// gives reports whether an object has something at a path, or a list or a single value on
// the way.
func gives(object map[string]any, path string) bool {
	name, below, deeper := strings.Cut(path, ".")
	value, there := object[name]
	if inner, ok := value.(map[string]any); ok && deeper {
		return gives(inner, below)
	}
	listed, _, isItem := strings.Cut(name, "[")
	if _, isList := object[listed].([]any); isItem && isList {
		return true
	}
	return there
}

type differ struct {
	// nullsShown is true where the answer has nulls. Where it has none, a field that is
	// not in it may be null or may have its default.
	nullsShown bool
	found      []canon.Difference
}

func (d *differ) record(f *field, path string, want, have map[string]any) {
	expanded := f.expanded(want)
	for _, inner := range f.parts.fields {
		w, given := expanded[inner.name]
		h, shown := have[inner.name]
		d.field(inner, path+"."+inner.name, side{w, given}, side{h, shown})
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if f.member(name) != nil {
			continue
		}
		h, shown := have[name]
		s := f.shorthand(name)
		switch {
		case s == nil:
			d.unlike(opaque, path+"."+name, want[name], h)
		case shown && want[name] != nil && f.isUnseen(s, want[name]):
			d.unlike(s.as, path+"."+name, want[name], h)
		}
	}
}

// isUnseen reports whether a shorthand's value is not compared in the fields that it
// stands for.
func (f *field) isUnseen(s *shorthand, value any) bool {
	return len(s.targets) == 0 || slices.ContainsFunc(s.targets, func(target []string) bool {
		return isUnknown(f.taken(s, target, value))
	})
}

// side is a value, or that there is none.
type side struct {
	value any
	there bool
}

func (d *differ) field(f *field, path string, want, have side) {
	if isUnknown(want.value) || (!want.there && f.madeByServer()) {
		return
	}
	if !have.there && want.there && want.value == nil && !d.nullsShown {
		return
	}
	w := want.value
	if !want.there {
		w = f.standard()
	}
	h := have.value
	if !have.there && !f.madeByServer() {
		h = f.standard()
	}
	d.value(f, path, w, h, have.value)
}

// standard is what a field that is not given is compared by.
func (f *field) standard() any {
	if f.kind == typeRecord && f.absence.value == nil && !f.optional {
		return map[string]any{}
	}
	return f.absence.value
}

// value compares two values; shown is the observed one without what stands in for it.
func (d *differ) value(f *field, path string, want, have, shown any) {
	switch f.kind {
	case typeRecord:
		w, wanted := members(want)
		h, there := members(have)
		if have == nil && !f.optional {
			h, there = map[string]any{}, true
		}
		if wanted && there {
			d.record(f, path, w, h)
			return
		}
	case typeMap:
		w, wanted := members(want)
		h, there := members(have)
		if wanted && there {
			d.mapping(f, path, w, h)
			return
		}
	case typeArray, typeSet:
		w, wanted := items(want)
		h, there := items(have)
		if wanted && there {
			d.list(f, path, w, h, shown)
			return
		}
	}
	if !f.same(want, have) {
		d.add(f, path, want, shown)
	}
}

func (f *field) same(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return f.canonical(a) == f.canonical(b)
}

func (d *differ) unlike(f *field, path string, want, have any) {
	if !f.same(want, have) {
		d.add(f, path, want, have)
	}
}

// mapping compares maps, in which null equals absent.
func (d *differ) mapping(f *field, path string, want, have map[string]any) {
	inner := f.part("")
	for _, name := range sortedKeys(want, have) {
		d.value(inner, path+"."+name, want[name], have[name], have[name])
	}
}

func (d *differ) list(f *field, path string, want, have []any, shown any) {
	inner := f.element()
	if f.kind == typeArray && inner.isComposite() && len(want) == len(have) {
		for i := range want {
			d.value(inner, fmt.Sprintf("%s[%d]", path, i), want[i], have[i], have[i])
		}
		return
	}
	if f.kind == typeSet && inner.isComposite() && d.paired(inner, want, have) {
		return
	}
	if f.canonical(want) != f.canonical(have) {
		d.add(f, path, want, shown)
	}
}

// paired reports whether every item of a set that is wanted is there, and no other. Items
// are no texts that could be compared, because what is hidden in one may differ.
func (d *differ) paired(f *field, want, have []any) bool {
	if len(want) != len(have) {
		return false
	}
	left := slices.Clone(have)
	for _, w := range want {
		i := slices.IndexFunc(left, func(h any) bool {
			try := &differ{nullsShown: d.nullsShown}
			try.value(f, "", w, h, h)
			return len(try.found) == 0
		})
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return true
}

func (d *differ) add(f *field, path string, want, have any) {
	d.found = append(d.found, canon.Difference{
		Path: path, From: have, To: want,
		Secret: f.holdsSecret(want) || f.holdsSecret(have),
	})
}

// given compares without a schema: what is given, at any depth.
func (d *differ) given(path string, want, have any) {
	switch w := want.(type) {
	case map[string]any:
		h, ok := have.(map[string]any)
		if !ok && len(w) > 0 {
			break
		}
		for _, name := range slices.Sorted(maps.Keys(w)) {
			d.given(path+"."+name, w[name], h[name])
		}
		return
	case []any:
		h, ok := have.([]any)
		if !ok || len(h) != len(w) {
			break
		}
		for i := range w {
			d.given(fmt.Sprintf("%s[%d]", path, i), w[i], h[i])
		}
		return
	}
	if !opaque.same(want, have) {
		d.found = append(d.found, canon.Difference{Path: path, From: have, To: want, Secret: true})
	}
}

func sortedKeys(a, b map[string]any) []string {
	keys := slices.Collect(maps.Keys(a))
	keys = append(keys, slices.Collect(maps.Keys(b))...)
	slices.Sort(keys)
	return slices.Compact(keys)
}
