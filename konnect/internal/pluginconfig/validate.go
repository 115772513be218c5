package pluginconfig

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// Problem is something that Konnect would refuse. Its message holds nothing of the
// configuration but names of fields.
type Problem struct {
	// Path of the field, such as config.redis.port, protocols[0] or consumer.
	Path, Message string
}

// Validate returns what Konnect would refuse of a configuration, as decoded JSON, of a
// plugin of scopes (such as service and consumer_group) and protocols; nil stands for
// those by default. It refuses nothing that Konnect might take: patterns of Lua, checks
// in code and the conversion of shorthands are left to it.
func (s *Schema) Validate(config map[string]any, scopes, protocols []string) []Problem {
	if s == nil {
		return nil
	}
	v := &validator{}
	for _, scope := range scopes {
		if s.forbidden[scope] {
			v.add(scope, "must not be set for this plugin")
		}
	}
	for i, protocol := range protocols {
		if known := s.protocols.choices; known != nil && !slices.Contains(known, protocol) {
			v.add(fmt.Sprintf("protocols[%d]", i), "must be one of %s", strings.Join(known, ", "))
		}
	}
	given, _ := canon.Numbers(config).(map[string]any)
	v.record(s.config, root, given)
	if len(v.problems) == 0 {
		v.checks(s.checks, "", map[string]any{root: s.config.completedRecord(given)})
	}
	return v.problems
}

type validator struct{ problems []Problem }

func (v *validator) add(path, format string, args ...any) {
	v.problems = append(v.problems, Problem{Path: path, Message: printable.Sprintf(format, args...)})
}

// checked returns what is wrong with a value alone.
func checked(f *field, value any) []Problem {
	v := &validator{}
	v.value(f, "", value)
	return v.problems
}

func (v *validator) value(f *field, path string, value any) {
	switch {
	case isUnknown(value):
		return
	case value == nil:
		if f.required {
			v.add(path, "must not be null")
		}
		return
	case isVaultReference(value) && f.secrecy.referenceable:
		return
	}
	switch f.kind {
	case typeRecord:
		if object, ok := members(value); ok {
			v.record(f, path, object)
			return
		}
	case typeMap:
		v.mapping(f, path, value)
		return
	case typeArray, typeSet:
		v.list(f, path, value)
		return
	}
	message := f.mistyped(value)
	if message == "" {
		message = f.broken(value)
	}
	if message != "" {
		v.add(path, "%s", message)
	}
}

// mistyped returns why a value is not of the type of f; empty if it is.
func (f *field) mistyped(value any) string {
	var ok bool
	switch f.kind {
	case typeString:
		_, ok = value.(string)
	case typeBoolean:
		_, ok = value.(bool)
	case typeNumber:
		_, ok = value.(float64)
	case typeInteger:
		var n float64
		n, ok = value.(float64)
		ok = ok && isWhole(n)
	case typeRecord:
		return "must be an object"
	default:
		return ""
	}
	switch {
	case ok:
		return ""
	case isVaultReference(value):
		return "must be " + article(f.kind) + ": the field takes no reference to a vault"
	}
	return "must be " + article(f.kind)
}

func article(kind string) string {
	switch kind {
	case typeInteger:
		return "a whole number"
	default:
		return "a " + kind
	}
}

func (v *validator) list(f *field, path string, value any) {
	list, ok := items(value)
	if !ok {
		v.add(path, "must be a list")
		return
	}
	for i, item := range list {
		v.value(f.element(), fmt.Sprintf("%s[%d]", path, i), item)
	}
	if message := f.limits.length.broken(list); message != "" {
		v.add(path, "%s", message)
	}
}

func (v *validator) mapping(f *field, path string, value any) {
	object, ok := members(value)
	if !ok {
		v.add(path, "must be an object")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if keys := f.parts.keys; keys != nil && keys.kind == typeString {
			if message := keys.broken(name); message != "" {
				v.add(path+"."+name, "its name %s", message)
			}
		}
		v.value(f.part(name), path+"."+name, object[name])
	}
	if message := f.limits.length.broken(object); message != "" {
		v.add(path, "%s", message)
	}
}

func (v *validator) record(f *field, path string, given map[string]any) {
	before := len(v.problems)
	v.names(f, path, given)
	expanded := f.expanded(given)
	for _, inner := range f.parts.fields {
		value, there := expanded[inner.name]
		at := path + "." + inner.name
		switch {
		case there:
			v.value(inner, at, value)
		case !inner.required || inner.absence.value != nil || inner.madeByServer():
		case inner.kind == typeRecord:
			v.record(inner, at, nil)
		default:
			v.add(at, "is required")
		}
	}
	if len(v.problems) == before {
		v.checks(f.parts.checks, path+".", f.completedRecord(given))
	}
}

// names finds fields that a record does not have, and shorthands of another type.
func (v *validator) names(f *field, path string, given map[string]any) {
	if f.parts.fields == nil {
		return
	}
	var known []string
	for _, inner := range f.parts.fields {
		known = append(known, inner.name)
	}
	for _, s := range f.parts.shorthands {
		known = append(known, s.as.name)
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		at := path + "." + name
		if !slices.Contains(known, name) {
			v.problems = append(v.problems, Problem{at, "is no field of this plugin" + meant(name, known)})
			continue
		}
		if s := f.shorthand(name); s != nil && f.member(name) == nil && given[name] != nil && !isVaultReference(given[name]) {
			if message := s.as.mistyped(given[name]); message != "" {
				v.add(at, "%s", message)
			}
		}
	}
}

// checks those of a record, or of the plugin, whose paths have a prefix.
func (v *validator) checks(checks []check, prefix string, values map[string]any) {
	for _, c := range checks {
		field, message := c.broken(prefix, values)
		switch {
		case message == "":
		case field != "":
			v.add(prefix+field, "%s", message)
		case prefix != "":
			v.add(strings.TrimSuffix(prefix, "."), "%s", message)
		default:
			v.add(root, "%s", message)
		}
	}
}

// texts joins paths within a record to names in a message.
func texts(prefix string, paths []string) string {
	out := make([]string, len(paths))
	for i, path := range paths {
		out[i] = prefix + path
	}
	return strings.Join(out, ", ")
}
