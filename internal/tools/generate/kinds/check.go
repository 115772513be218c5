package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/tools/generate/source"
)

const validationMarker = "kubebuilder:validation"

// checker collects the checks of one package.
type checker struct {
	in *source.Package
	// checked are the structs that have a method check, by name; those of a false value
	// have nothing to check.
	checked map[string]bool
	// methods are the generated ones in the order in which they are needed.
	methods []string
	err     error
}

// shared types, of crd/common, by the way their Validate takes a path: that of the
// struct that they are a field of, or their own.
func validatesAtParent(name string) bool {
	return name == "ControlPlaneRef" || name == "AdoptOptions" || name == "Tags"
}

func validatesAtPath(name string) bool {
	return name == "NamespacedRef" || name == "NameRef" || name == "KonnectEntityStatus"
}

// checks generates the method check for a struct of the package, and for those in it, and reports
// whether the struct has it.
func (c *checker) checks(name string) bool {
	if has, ok := c.checked[name]; ok {
		return has
	}
	if c.in.HasMethod(name, "check") {
		c.checked[name] = true
		return true
	}
	s := c.in.Struct(name)
	if s == nil {
		return false
	}
	receiver := c.in.Receiver(name)
	place := len(c.methods)
	c.methods = append(c.methods, "")
	var lines []string
	// An API server goes through fields by name too.
	for _, f := range slices.SortedStableFunc(slices.Values(s.OwnFields()), byJSON) {
		text, err := c.field(receiver, f)
		if err != nil && c.err == nil {
			c.err = fmt.Errorf("%s.%s: %w", name, f.Name, err)
		}
		lines = append(lines, text...)
		if f.Type == controlPlaneRef && refusesIngress(s) {
			lines = append(lines, fmt.Sprintf(
				"errs.Rule(path, !%s.%s.IsKIC(), \"a controlPlaneRef of type kic (the default) is not supported\")", receiver, f.Name))
		}
	}
	if c.in.HasMethod(name, "rules") {
		lines = append(lines, receiver+".rules(errs, path)")
	}
	c.checked[name] = len(lines) > 0
	if len(lines) > 0 {
		c.methods[place] = fmt.Sprintf("\n// check checks what the markers of the fields say, and then the rules.\n"+
			"func (%s *%s) check(errs *constraint.Errors, path *field.Path) {\n%s\n}\n", receiver, name, strings.Join(lines, "\n"))
	}
	return c.checked[name]
}

// refusesIngress reports whether a rule of a spec keeps references to ingress controllers out.
func refusesIngress(spec *source.Struct) bool {
	return slices.ContainsFunc(spec.Markers(validationMarker+":XValidation"), func(marker string) bool {
		return strings.Contains(marker, "self.controlPlaneRef.type != 'kic'")
	})
}

func byJSON(a, b source.Field) int { return strings.Compare(a.JSON, b.JSON) }

// field returns the statements that check a field.
func (c *checker) field(receiver string, f source.Field) ([]string, error) {
	access := receiver + "." + f.Name
	if err := c.knows(f); err != nil {
		return nil, err
	}
	if f.Type == "[]metav1.Condition" {
		return []string{"errs.Add(commonv1alpha1.ValidateConditions(" + access + ", path)...)"}, nil
	}
	_, isRequired := f.Marker("required")
	required := fmt.Sprintf("if %s == nil {\nerrs.Required(path, %q)\n}", access, f.JSON)
	lines, guarded, err := c.value(access, f)
	switch {
	case err != nil:
		return nil, err
	case isRequired && f.IsPointer() && len(lines) > 0 && guarded:
		return []string{strings.TrimSuffix(required, "}") + "} else {\n" + strings.Join(lines, "\n") + "\n}"}, nil
	case isRequired && f.IsPointer():
		return append([]string{required}, lines...), nil
	case len(lines) > 0 && guarded:
		return []string{"if " + access + " != nil {\n" + strings.Join(lines, "\n") + "\n}"}, nil
	default:
		return lines, nil
	}
}

// knows fails for a marker that no check is made of: it would be lost.
func (c *checker) knows(f source.Field) error {
	element := strings.TrimPrefix(f.Pointed(), "[]")
	if text, ok := c.in.Named[element]; ok && len(text.Markers(validationMarker)) > 0 {
		return fmt.Errorf("the markers of type %s are not supported, write check by hand", element)
	}
	for _, marker := range f.Markers(validationMarker) {
		name := marker[:strings.IndexAny(marker+"=", "=:")]
		if name != "XValidation" && !slices.Contains(markersOf(f), name) {
			return fmt.Errorf("marker %s of type %s is not supported, write check by hand", name, f.Type)
		}
	}
	return nil
}

// markersOf are the markers that checks are made of, by the field's type.
func markersOf(f source.Field) []string {
	switch {
	case isText(f):
		return []string{"Type", "MinLength", "MaxLength", "Enum", "Pattern"}
	case f.Pointed() == "int" || f.Pointed() == "int32" || f.Pointed() == "int64":
		return []string{"Minimum", "Maximum"}
	case strings.HasPrefix(f.Type, "[]"):
		return []string{"MinItems", "MaxItems"}
	case f.Type == "crd.JSON": // any value
		return []string{"Schemaless"}
	default:
		return nil
	}
}

// value returns the statements that check a value that is there, and whether they need
// a guard against nil.
func (c *checker) value(access string, f source.Field) (lines []string, guarded bool, err error) {
	name, isShared := strings.CutPrefix(strings.TrimPrefix(f.Pointed(), "[]"), "commonv1alpha1.")
	isList := strings.HasPrefix(f.Type, "[]")
	at := fmt.Sprintf("path.Child(%q)", f.JSON)
	switch {
	case f.Embedded && isShared:
		return []string{"errs.Add(" + access + ".Validate(path)...)"}, false, nil
	case isShared && validatesAtParent(name):
		return []string{"errs.Add(" + access + ".Validate(path)...)"}, false, nil
	case isShared && validatesAtPath(name) && isList:
		return []string{fmt.Sprintf("for i, ref := range %s {\nerrs.Add(ref.Validate(%s.Index(i))...)\n}", access, at)}, false, nil
	case isShared && validatesAtPath(name):
		return []string{"errs.Add(" + access + ".Validate(" + at + ")...)"}, f.IsPointer(), nil
	case isList:
		return c.list(access, at, f)
	case c.in.Struct(f.Pointed()) != nil:
		if !c.checks(f.Pointed()) {
			return nil, false, nil
		}
		return []string{access + ".check(errs, " + at + ")"}, f.IsPointer(), nil
	default:
		lines, err = scalar(access, f)
		return lines, f.IsPointer(), err
	}
}

// list returns the statements that check a list and its items.
func (c *checker) list(access, at string, f source.Field) (lines []string, guarded bool, err error) {
	least, hasLeast := f.Marker(validationMarker + ":MinItems")
	most, hasMost := f.Marker(validationMarker + ":MaxItems")
	if hasLeast && !hasMost {
		return nil, false, fmt.Errorf("a list needs a most number of items where it has a least")
	}
	if hasMost {
		if least == "" {
			least = "0"
		}
		lines = append(lines, fmt.Sprintf("errs.Items(path, %q, len(%s), %s, %s)", f.JSON, access, least, most))
	}
	guarded = hasMost && f.CanBeAbsent
	if kind, _ := f.Marker("listType"); kind == "set" {
		if f.Type != "[]string" {
			return nil, false, fmt.Errorf("a set of %s is not supported", f.Type)
		}
		lines = append(lines, fmt.Sprintf("constraint.Unique(errs, path, %q, %s, func(item *string) string { return *item })", f.JSON, access))
	}
	if item := strings.TrimPrefix(f.Type, "[]"); c.in.Struct(item) != nil && c.checks(item) {
		lines = append(lines, fmt.Sprintf("for i := range %s {\n%s[i].check(errs, %s.Index(i))\n}", access, access, at))
	}
	return lines, guarded, nil
}
