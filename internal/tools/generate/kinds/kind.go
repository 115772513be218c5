package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/tools/generate/source"
)

// kind is a struct that an API server stores as an object.
type kind struct {
	*source.Struct

	Receiver string
	// IsObject is false for a version that is only converted.
	IsObject bool
	// HasStatus is false for a kind without one.
	HasStatus bool
	// References of the spec, in the order of its fields.
	References []reference

	// spec is nil for a kind that has all its fields at the root.
	spec *source.Struct
	in   *source.Package
}

// reference is a field of a spec that names another object.
type reference struct {
	source.Field

	Kind string
	// Role is the constant of package crd; empty for RoleUses.
	Role string
	// Unsupported is set for a kind that the module does not have yet.
	Unsupported bool
	// Wrapped is set where the name is in a field NamespacedRef of the struct.
	Wrapped bool
}

const (
	kindMarker       = "kubebuilder:resource"
	deprecatedMarker = "kubebuilder:deprecatedversion"
	// refersMarker says what kind a reference is to, as in
	// +konnectkit:refers:kind=KongUpstream,role=parent. A reference to a kind that this
	// module does not have says unsupported.
	refersMarker = "konnectkit:refers"

	// emptyConditionsMarker is on the status of kinds whose CRD takes an empty list of
	// conditions.
	emptyConditionsMarker = "konnectkit:conditions:empty"

	// pluginsMarker is on kinds whose objects may name plugins in an annotation.
	pluginsMarker = "konnectkit:plugins"

	controlPlaneRef = "*commonv1alpha1.ControlPlaneRef"
	namespacedRef   = "commonv1alpha1.NamespacedRef"
	nameRef         = "commonv1alpha1.NameRef"
	localRef        = "commonv1alpha1.LocalRef"
	adoptOptions    = "*commonv1alpha1.AdoptOptions"
	tags            = "commonv1alpha1.Tags"
	secretString    = "crd.SecretString"
)

func findKinds(p *source.Package) ([]kind, error) {
	var kinds []kind
	for _, s := range p.Structs {
		if _, ok := s.Marker(kindMarker); !ok {
			continue
		}
		_, isDeprecated := s.Marker(deprecatedMarker)
		_, hasStatus := s.Field("Status")
		k := kind{
			Struct: s, Receiver: p.Receiver(s.Name), IsObject: !isDeprecated, HasStatus: hasStatus,
			spec: p.Struct(s.Name + "Spec"), in: p,
		}
		if _, hasSpec := s.Field("Spec"); k.spec == nil && hasSpec {
			return nil, fmt.Errorf("kind %s has no struct %sSpec", s.Name, s.Name)
		}
		for _, f := range k.specFields() {
			ref, ok, err := newReference(p, f)
			if err != nil {
				return nil, fmt.Errorf("%s.%s: %w", k.spec.Name, f.Name, err)
			}
			if ok {
				k.References = append(k.References, ref)
			}
		}
		kinds = append(kinds, k)
	}
	return kinds, nil
}

func newReference(p *source.Package, f source.Field) (reference, bool, error) {
	ref := reference{Field: f}
	if f.Type == controlPlaneRef {
		return ref, true, nil
	}
	marker, ok := f.Marker(refersMarker)
	if !ok {
		return ref, false, nil
	}
	for part := range strings.SplitSeq(marker, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch {
		case name == "kind" && value != "":
			ref.Kind = value
		case part == "role=parent":
			ref.Role = "RoleParent"
		case part == "unsupported":
			ref.Unsupported = true
		default:
			return ref, false, fmt.Errorf("marker +%s: %q is none of kind=<kind>, role=parent and unsupported", refersMarker, part)
		}
	}
	inner, _ := p.Struct(f.Pointed()).Field("NamespacedRef")
	ref.Wrapped = inner.Pointed() == namespacedRef || inner.Pointed() == nameRef
	isRef := strings.TrimPrefix(f.Pointed(), "[]") == namespacedRef || f.Type == localRef
	if ref.Kind == "" || !isRef && !ref.Wrapped {
		return ref, false, fmt.Errorf("marker +%s: a kind and the type NamespacedRef or LocalRef are needed", refersMarker)
	}
	return ref, true, nil
}

// specFields are the fields of the spec, none without one.
func (k kind) specFields() []source.Field {
	if k.spec == nil {
		return nil
	}
	return k.spec.Fields
}

// IsClusterScoped reports whether objects of the kind lie in no namespace.
func (k kind) IsClusterScoped() bool {
	marker, _ := k.Marker(kindMarker)
	return slices.Contains(strings.Split(marker, ","), "scope=Cluster")
}

// CarriesPlugins reports whether objects of the kind may name plugins in an annotation.
func (k kind) CarriesPlugins() bool {
	_, ok := k.Marker(pluginsMarker)
	return ok
}

// Gets reports whether a method is to be generated: whether it is not written by hand.
func (k kind) Gets(method string) bool { return !k.in.HasMethod(k.Name, method) }

// Writes reports whether a method is written by hand.
func (k kind) Writes(method string) bool { return k.in.HasMethod(k.Name, method) }

// Declares reports whether a struct is written by hand, by the end of its name.
func (k kind) Declares(suffix string) bool { return k.in.Struct(k.Name+suffix) != nil }

// HasSpec reports whether the spec has a field of that name and type.
func (k kind) HasSpec(field, fieldType string) bool {
	f, ok := k.spec.Field(field)
	return ok && f.Type == fieldType
}

// HasSecrets reports whether the spec has values that must not be shown.
func (k kind) HasSecrets() bool {
	return slices.ContainsFunc(k.specFields(), func(f source.Field) bool { return f.Pointed() == secretString })
}

// HasEntity reports whether the status names an entity, in the usual shape.
func (k kind) HasEntity() bool {
	if !k.HasStatus || !k.Declares("Status") {
		return k.HasStatus
	}
	f, ok := k.in.Struct(k.Name + "Status").Field("Konnect")
	return ok && f.Type == "*"+k.Name+"KonnectStatus"
}

// Parent is the object other than a control plane that the entity lies in, by the Go
// name of its reference without Ref; empty for none.
func (k kind) Parent() string {
	for _, ref := range k.References {
		if ref.Role != "" {
			return strings.TrimSuffix(ref.Name, "Ref")
		}
	}
	return ""
}

// DefaultsStatus reports whether the CRD has a default for the status as a whole.
func (k kind) DefaultsStatus() bool {
	f, _ := k.Field("Status")
	_, ok := f.Marker("kubebuilder:default")
	return ok
}

// ConditionsMayBeEmpty reports whether the CRD takes an empty list of conditions.
func (k kind) ConditionsMayBeEmpty() bool {
	f, _ := k.Field("Status")
	_, ok := f.Marker(emptyConditionsMarker)
	return ok
}

// Path is where the reference is in the object.
func (r reference) Path() string {
	if r.Wrapped {
		return "spec." + r.JSON + ".namespacedRef"
	}
	return "spec." + r.JSON
}

// IsControlPlane reports whether the reference is to a control plane.
func (r reference) IsControlPlane() bool { return r.Type == controlPlaneRef }

// IsSecret reports whether the reference is to a core Secret.
func (r reference) IsSecret() bool { return r.Kind == "Secret" }

// IsList reports whether the field holds many references.
func (r reference) IsList() bool { return strings.HasPrefix(r.Type, "[]") }
