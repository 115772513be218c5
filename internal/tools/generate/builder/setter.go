package main

import (
	"strings"
	"unicode"

	"github.com/konnectkit/konnectkit/internal/tools/generate/source"
)

// setter is a method that assigns one field of a spec.
type setter struct {
	source.Field

	// Path of the field in the object, in Go and in JSON, without its own name.
	Access, Path string
	// Parameter and its type, as a signature has them.
	Parameter, ParameterType string
	// Value is what is assigned, made of the parameter.
	Value string
	// Short is the name of the methods that refer by name, for a reference to a kind that
	// there is; empty for other fields.
	Short string
	// Local is Short for a reference that stays in its namespace.
	Local string
	// Kind that is referred to.
	Kind string
}

const (
	namespacedRef = "commonv1alpha1.NamespacedRef"
	localRef      = "commonv1alpha1.LocalRef"
	secretString  = "crd.SecretString"
)

// newSetter returns the setter of a field, false for a field that needs more than an
// assignment, or has methods that all builders share.
func newSetter(b builder, kinds *source.Package, f source.Field, at place) (setter, bool) {
	s := setter{Field: f, Access: at.access, Path: at.path, Parameter: parameter(f.Name, b.Receiver)}
	switch f.Type {
	case "*string", "*bool", "*float64", "*int":
		s.ParameterType, s.Value = f.Pointed(), "&"+s.Parameter
	case "string":
		s.ParameterType, s.Value = f.Type, s.Parameter
	case "*int64":
		s.ParameterType, s.Value = "int", "new(int64("+s.Parameter+"))"
	case "[]string":
		s.ParameterType, s.Value = "...string", "listOf("+s.Parameter+")"
	case secretString:
		s.ParameterType, s.Value = "string", f.Type+"("+s.Parameter+")"
	case "*" + secretString:
		s.ParameterType, s.Value = "string", "new("+f.Pointed()+"("+s.Parameter+"))"
	case localRef:
		s.Parameter, s.ParameterType, s.Value = "ref", f.Type, "ref"
		s.Kind, s.Local = kindOf(f), strings.TrimSuffix(f.Name, "Ref")
	case namespacedRef, "*" + namespacedRef, "[]" + namespacedRef:
		return referenceSetter(s), true
	default:
		if !f.IsPointer() || kinds.Struct(f.Pointed()) == nil {
			return setter{}, false
		}
		s.ParameterType, s.Value = b.Package+"."+f.Pointed(), s.Parameter+".DeepCopy()"
	}
	if f.Name == "Name" && at.access != "" {
		return setter{}, false // SpecName, as Name would be the object's
	}
	return s, true
}

func referenceSetter(s setter) setter {
	s.Parameter, s.ParameterType, s.Value = "ref", namespacedRef, "ref.DeepCopy()"
	if !s.IsPointer() {
		s.Value = "*ref.DeepCopy()"
	}
	if strings.HasPrefix(s.Type, "[]") {
		s.Parameter, s.ParameterType, s.Value = "refs", "..."+namespacedRef, "refsOf(refs)"
		return s
	}
	if marker, _ := s.Marker(refersMarker); !strings.Contains(marker, "unsupported") {
		if s.Kind = kindOf(s.Field); s.Kind != "" {
			s.Short = strings.Replace(s.Name, "Ref", "", 1)
		}
	}
	return s
}

const refersMarker = "konnectkit:refers"

// kindOf is the kind that a reference is to; empty where nothing says so.
func kindOf(f source.Field) string {
	marker, _ := f.Marker(refersMarker)
	for part := range strings.SplitSeq(marker, ",") {
		if kind, ok := strings.CutPrefix(part, "kind="); ok {
			return kind
		}
	}
	return ""
}

// IsList reports whether the method takes any number of values.
func (s setter) IsList() bool { return strings.HasPrefix(s.ParameterType, "...") }

// IsReference reports whether the values come from Ref and RefIn.
func (s setter) IsReference() bool { return strings.HasSuffix(s.ParameterType, namespacedRef) }

// parameter is a field's name as that of a parameter.
func parameter(name, receiver string) string {
	letters := []rune(name)
	for i := range letters {
		// The last capital of several in a row starts the next word, but for a plural.
		next := letters[i+1:]
		startsWord := i > 0 && len(next) > 0 && unicode.IsLower(next[0]) && string(next) != "s"
		if startsWord || !unicode.IsUpper(letters[i]) {
			break
		}
		letters[i] = unicode.ToLower(letters[i])
	}
	word := string(letters)
	if word == receiver || word == "type" {
		return "value"
	}
	return word
}
