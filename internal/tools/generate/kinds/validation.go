package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/konnectkit/konnectkit/internal/tools/generate/source"
)

//go:embed validation.tmpl
var validationTemplate string

// validation returns the file with Default, Validate, ValidateUpdate and the checks of
// structs; nil for a package that needs none.
func validation(p *source.Package, kinds []kind) ([]byte, error) {
	c := &checker{in: p, checked: map[string]bool{}}
	var body bytes.Buffer
	text, err := template.New("validation").Parse(validationTemplate)
	if err != nil {
		return nil, err
	}
	for _, k := range kinds {
		if !k.IsObject {
			continue
		}
		checked := validated{
			kind: k, ChecksRoot: c.checks(k.Name), ChecksSpec: c.checks(k.Name + "Spec"), ChecksStatus: c.checks(k.Name + "Status"),
		}
		if k.Gets("Default") {
			if checked.Defaults, err = k.defaults(); err != nil {
				return nil, fmt.Errorf("kind %s: %w", k.Name, err)
			}
		}
		if err := text.Execute(&body, checked); err != nil {
			return nil, fmt.Errorf("kind %s: %w", k.Name, err)
		}
	}
	if p.ImportPath == shared {
		for _, s := range p.Structs {
			c.checks(s.Name)
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	fmt.Fprint(&body, strings.Join(c.methods, ""))
	if body.Len() == 0 {
		return nil, nil
	}
	return file(p, body.String())
}

// validated is what the template makes of a kind.
type validated struct {
	kind

	ChecksRoot, ChecksSpec, ChecksStatus bool
	Defaults                             []string
}

// LooksBack reports whether something is compared with the stored object.
func (k kind) LooksBack() bool {
	return k.HasStatus || k.HasSpec("Adopt", adoptOptions) || len(k.Immutable()) > 0 || len(k.Settled()) > 0 || k.Writes("transition")
}

// SpecMayBeAbsent reports whether the spec, which has adoption, may be left out.
func (k kind) SpecMayBeAbsent() bool {
	f, _ := k.Field("Spec")
	return f.CanBeAbsent && k.HasSpec("Adopt", adoptOptions)
}

// Immutable are the references of the spec of which a marker says that they must not
// change, alone and always.
func (k kind) Immutable() []source.Field {
	return k.ruled(namespacedRef, `rule="self.spec.%[1]s == oldSelf.spec.%[1]s",message="spec.%[1]s is immutable"`)
}

// Settled are those that must not change once the object is Programmed.
func (k kind) Settled() []source.Field {
	return k.ruled(localRef, `rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? `+
		`self.spec.%[1]s == oldSelf.spec.%[1]s : true",message="spec.%[1]s is immutable once the object is Programmed"`)
}

// ruled returns the fields of a type of which a marker of the kind has the rule.
func (k kind) ruled(fieldType, rule string) []source.Field {
	var fields []source.Field
	for _, f := range k.specFields() {
		if f.Type == fieldType && slices.Contains(k.Markers(validationMarker+":XValidation"), fmt.Sprintf(rule, f.JSON)) {
			fields = append(fields, f)
		}
	}
	return fields
}

// defaults returns the statements that fill in the defaults of the spec.
func (k kind) defaults() ([]string, error) {
	var lines []string
	for _, f := range k.specFields() {
		access := k.Receiver + ".Spec." + f.Name
		value, ok := f.Marker("kubebuilder:default")
		switch {
		case f.Type == controlPlaneRef:
			lines = append(lines, access+".Default()")
		case !ok:
		case f.Type == "string":
			lines = append(lines, fmt.Sprintf("%s = cmp.Or(%s, %s)", access, access, strconv.Quote(strings.Trim(value, `"`))))
		case f.Type == "*int" || f.Type == "*bool":
			lines = append(lines, fmt.Sprintf("if %s == nil {\n%s = new(%s)\n}", access, access, value))
		case f.Type == "*string":
			lines = append(lines, fmt.Sprintf("if %s == nil {\n%s = new(%s)\n}", access, access, strconv.Quote(strings.Trim(value, `"`))))
		case f.Type == "*int64":
			lines = append(lines, fmt.Sprintf("if %s == nil {\n%s = new(int64(%s))\n}", access, access, value))
		default:
			return nil, fmt.Errorf("spec.%s: a default of type %s is not supported, write Default by hand", f.JSON, f.Type)
		}
	}
	return lines, nil
}
