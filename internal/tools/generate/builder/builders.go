package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/tools/generate/source"
)

// builder is one type of package builder.
type builder struct {
	Name       string // Service
	Receiver   string // s
	Package    string // configurationv1alpha1
	ImportPath string // of Package
	Kind       string // KongService
	Setters    []setter
	// Required are the strings that the CRD takes when they are empty.
	Required []required

	spec *source.Struct
	kind *source.Struct
	in   *source.Package
}

// IsClusterScoped reports whether objects of the kind lie in no namespace.
func (b builder) IsClusterScoped() bool {
	marker, _ := b.kind.Marker("kubebuilder:resource")
	return slices.Contains(strings.Split(marker, ","), "scope=Cluster")
}

// Gets reports whether a method is to be generated: whether it is not written by hand
// and the spec has the field that it is for, if it names one.
func (b builder) Gets(method string, fieldAndType ...string) bool {
	if len(fieldAndType) == 2 {
		if f, ok := b.spec.Field(fieldAndType[0]); !ok || f.Type != fieldAndType[1] {
			return false
		}
	}
	return !b.Writes(method)
}

// Writes reports whether a method is written by hand.
func (b builder) Writes(method string) bool { return b.in.HasMethod(b.Name, method) }

// ShortFor returns the name of the method that says by a name what the setter of a
// reference takes as it stands; empty for none.
func (b builder) ShortFor(s setter) string {
	if short := cmp.Or(s.Short, s.Local); short != "" {
		return short
	}
	if name, ok := strings.CutSuffix(s.Name, "Ref"); ok && b.Writes(name) {
		return name
	}
	return ""
}

// GetsNew reports whether the function that starts the builder is to be generated.
func (b builder) GetsNew() bool { return !slices.Contains(b.in.Functions, "New"+b.Name) }

// IsNamed reports whether the spec has a name in Konnect, which is the object's at first.
func (b builder) IsNamed() bool {
	f, ok := b.spec.Field("Name")
	return ok && (f.Type == "*string" || f.Type == "string")
}

// findBuilders returns the builders in the order of their names.
func findBuilders(root string) ([]builder, error) {
	p, err := source.Read(root, source.Module+"/builder")
	if err != nil {
		return nil, err
	}
	var builders []builder
	for _, s := range p.Structs {
		kind, ok := embeddedBase(s)
		if !ok {
			continue
		}
		b, err := newBuilder(root, p, s, kind)
		if err != nil {
			return nil, fmt.Errorf("builder %s: %w", s.Name, err)
		}
		builders = append(builders, b)
	}
	slices.SortFunc(builders, func(a, b builder) int { return strings.Compare(a.Name, b.Name) })
	return builders, nil
}

// embeddedBase returns K of the base[K] that a struct embeds.
func embeddedBase(s *source.Struct) (string, bool) {
	for _, f := range s.Fields {
		if kind, ok := strings.CutPrefix(f.Type, "base["); ok && f.Embedded {
			return strings.TrimSuffix(kind, "]"), true
		}
	}
	return "", false
}

func newBuilder(root string, in *source.Package, s *source.Struct, qualified string) (builder, error) {
	qualifier, kind, _ := strings.Cut(qualified, ".")
	importPath := s.Import(qualifier)
	p, err := source.Read(root, importPath)
	if err != nil {
		return builder{}, err
	}
	b := builder{
		Name: s.Name, Receiver: in.Receiver(s.Name), Package: qualifier, ImportPath: importPath, Kind: kind,
		spec: p.Struct(kind + "Spec"), kind: p.Struct(kind), in: in,
	}
	object := p.Struct(kind)
	if object == nil {
		return builder{}, fmt.Errorf("there is no kind %s", kind)
	}
	b.add(p, object.OwnFields(), place{})
	if b.spec != nil {
		b.add(p, b.spec.Fields, place{"Spec.", "spec."})
	}
	return b, nil
}

// place is where fields are in an object, in Go and in JSON; empty for its root.
type place struct{ access, path string }

// add adds the setters of fields.
func (b *builder) add(p *source.Package, fields []source.Field, at place) {
	for _, f := range fields {
		if set, ok := newSetter(*b, p, f, at); ok && b.Gets(f.Name) {
			b.Setters = append(b.Setters, set)
		}
		if mayBeEmpty(f) {
			b.Required = append(b.Required, required{f, at})
		}
	}
}

// required is a string that the CRD takes when it is empty.
type required struct {
	source.Field
	place
}

// Access is the string in Go.
func (r required) Access() string {
	switch r.Type {
	case localRef:
		return r.access + r.Name + ".Name"
	case secretString:
		return r.access + r.Name + ".Reveal()"
	default:
		return r.access + r.Name
	}
}

// Elements are those of the string's path, as arguments.
func (r required) Elements() string {
	elements := strings.Split(r.path+r.JSON, ".")
	if r.Type == localRef {
		elements = append(elements, "name")
	}
	return `"` + strings.Join(elements, `", "`) + `"`
}

// mayBeEmpty reports whether a string has to be there and no rule of the CRD says what
// it is.
func mayBeEmpty(f source.Field) bool {
	ruled := len(f.Markers("kubebuilder:validation")) > 0
	isText := f.Type == "string" || f.Type == secretString || f.Type == localRef
	return isText && !f.CanBeAbsent && !ruled
}
