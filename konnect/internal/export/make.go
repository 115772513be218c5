package export

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/fromentity"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// made is what an entity has become.
type made struct {
	objects, secrets []crd.Object
	notes            []Note
}

// all are both.
func (m made) all() []crd.Object { return slices.Concat(m.objects, m.secrets) }

// make makes the objects of an entity, or returns why there are none.
func (x *Export) make(n *node) (made, string) {
	mode := commonv1alpha1.AdoptModeOverride
	if n.kind.MatchOnly || x.options.ForOperator {
		mode = commonv1alpha1.AdoptModeMatch
	}
	m, err := x.makeIn(n, mode)
	if err != nil {
		return made{}, err.Error()
	}
	found := n.kind.CheckResolved(m.of(n.kind), m.target(n.kind), x.options.Now)
	if found != nil && len(found.Problems) > 0 {
		return made{}, "is refused: " + problem(found.Problems[0])
	}
	if found != nil && found.Unwritable != nil { // as it is, it can stay
		m, err = x.makeIn(n, commonv1alpha1.AdoptModeMatch)
	}
	if err != nil {
		return made{}, err.Error()
	}
	if reason := x.check(n, m); reason != "" {
		return made{}, reason
	}
	return m, ""
}

func (x *Export) makeIn(n *node, mode string) (made, error) {
	fields := x.fieldsOf(n)
	var store []stored
	if !x.options.ForOperator {
		fields, store = x.store(n, fields)
	}
	d, err := x.draft(n, fields)
	if err != nil {
		return made{}, err
	}
	if reason := x.foreignToOperator(n, d); reason != nil {
		return made{}, reason
	}
	d.Name(x.options.Namespace, n.name)
	namespace := ""
	if crd.IsClusterScoped(x.objectOf(n.kind)) {
		namespace = x.namespace()
	}
	d.ControlPlane(namespace, x.options.ControlPlane)
	d.Adopt(mode)
	for _, r := range d.References {
		var names []string
		for _, target := range r.Targets {
			names = append(names, x.byID[at{r.To, target.ID}].name)
		}
		slices.Sort(names) // of sets; other lists have one
		d.Refer(r.Field, names...)
	}
	drafts := []*fromentity.Draft{d}
	if d.Plugin != nil {
		d.Refer("plugin", n.name)
		d.Plugin.Name(x.options.Namespace, n.name)
		drafts = []*fromentity.Draft{d.Plugin, d}
	}
	var m made
	for _, s := range store {
		for path, value := range s.set {
			drafts[0].Set(path, value)
		}
		m.secrets = append(m.secrets, s.secret)
	}
	secret := len(store) == 0 && len(x.secretsOf(n, fields)) > 0
	for _, draft := range drafts {
		obj, err := draft.Object()
		if err != nil {
			return made{}, fmt.Errorf("cannot be expressed: %w", err)
		}
		if secret && draft == drafts[0] {
			m.secrets = append(m.secrets, obj)
		} else {
			m.objects = append(m.objects, obj)
		}
	}
	m.note(n, d.Lost)
	return m, nil
}

// foreignToOperator returns why the Kong operator, which would write the entity anew later,
// must not adopt it; nil for nothing.
func (x *Export) foreignToOperator(n *node, d *fromentity.Draft) error {
	if !x.options.ForOperator {
		return nil
	}
	for _, l := range d.Lost {
		return fmt.Errorf("has a %s, which the operator would take away", l.Path)
	}
	if ordering, _ := n.fields["ordering"].(map[string]any); n.kind.Configuration != nil && len(ordering) > 0 {
		return errors.New("has an ordering, which the operator would take away")
	}
	return nil
}

// draft leaves out what equals a default, but for what the CRD demands all the same.
func (x *Export) draft(n *node, fields canon.Object) (*fromentity.Draft, error) {
	for defaults := x.defaultsOf(n); ; {
		d, err := x.drafts.Draft(n.kind.Collection, fields, defaults)
		if err != nil {
			return nil, err
		}
		obj, err := d.Object()
		if err != nil {
			return nil, fmt.Errorf("cannot be expressed: %w", err)
		}
		obj.Default()
		again := false
		for _, problem := range obj.Validate() {
			path := strings.TrimPrefix(problem.Field, "spec.")
			if problem.Type == field.ErrorTypeRequired && valueAt(defaults, path) != nil && valueAt(fields, path) != nil {
				defaults, again = without(defaults, path), true
			}
		}
		if !again {
			return x.drafts.Draft(n.kind.Collection, fields, defaults)
		}
	}
}

// note tells what is lost.
func (m *made) note(n *node, lost []fromentity.Lost) {
	key := crd.KeyOf(m.of(n.kind))
	for _, l := range lost {
		if l.Path == n.kind.MarksIn && n.own {
			continue
		}
		m.notes = append(m.notes, Note{key, l.Path, "the entity's " + l.Path + " is not exported: " + l.Reason})
	}
}

// of is the object that stands for the entity.
func (m made) of(k *kinds.Kind) crd.Object {
	all := m.all()
	i := slices.IndexFunc(all, func(obj crd.Object) bool { return obj.GVK().GroupKind() == k.GroupKind })
	return all[i]
}

// target returns what a reference of that leads to, among what was made with it.
func (m made) target(k *kinds.Kind) kinds.Target {
	return func(at string) crd.Object {
		for _, r := range m.of(k).References() {
			for _, obj := range m.all() {
				if r.Field == at && crd.KeyOf(obj) == r.To {
					return obj
				}
			}
		}
		return nil
	}
}

// fieldsOf is the entity as objects say it: without marks and, where a schema says so,
// without the defaults in its configuration.
func (x *Export) fieldsOf(n *node) canon.Object {
	fields := maps.Clone(n.fields)
	tags := canon.Texts(fields["tags"])
	if n.own {
		tags = slices.DeleteFunc(tags, marks.Is)
	}
	fields["tags"] = listOf(slices.Sorted(slices.Values(tags)))
	if name := n.kind.Identity.Name; n.kind.Answers.Normalize != nil && n.entity.Name != "" {
		fields[name] = n.entity.Name
	}
	if c := n.kind.Configuration; c != nil && !x.whole() {
		config, _ := fields[c.Field].(map[string]any)
		fields[c.Field] = x.schemas[n.entity.Name].Minimal(config)
	}
	return fields
}

func listOf(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}

// whole reports whether defaults are said too.
func (x *Export) whole() bool { return x.options.AllFields || x.options.ForOperator }

// defaultsOf are what need not be said.
func (x *Export) defaultsOf(n *node) map[string]any {
	defaults := map[string]any{}
	for _, name := range n.kind.Carried { // a switch that is off
		defaults[name] = false
	}
	for _, f := range n.kind.Fields {
		if f.Empty { // which says nothing
			defaults[f.Name] = ""
		}
		if f.Default != nil && !x.whole() {
			defaults[f.Name] = f.Default
		}
	}
	if n.kind.Configuration == nil || x.whole() {
		return defaults
	}
	held := canon.Texts(n.fields["protocols"])
	standard := x.schemas[n.entity.Name].Protocols()
	if slices.Equal(slices.Sorted(slices.Values(held)), slices.Sorted(slices.Values(standard))) {
		defaults["protocols"] = listOf(held)
	}
	return defaults
}

// check returns what the CRD, or Konnect, has against what was made; empty for nothing.
func (x *Export) check(n *node, m made) string {
	for _, obj := range m.all() {
		checked, _ := obj.DeepCopyObject().(crd.Object)
		checked.Default()
		errs := checked.Validate()
		if obj.GVK().GroupKind() == n.kind.GroupKind {
			errs = append(append(errs, n.kind.Check(checked)...), kinds.CheckUserTags(checked)...)
		}
		if len(errs) > 0 {
			return cmp.Or(n.hidden(errs), obj.GVK().Kind+" cannot express it: "+problem(errs[0]))
		}
	}
	if n.kind.Configuration != nil {
		for _, p := range n.kind.CheckConfiguration(n.fields, x.schemas[n.entity.Name]) {
			return fmt.Sprintf("has a configuration that konnect no longer takes: %s %s", p.Path, p.Message)
		}
	}
	return ""
}

// problem says what is wrong, without the value.
func problem(err *field.Error) string {
	text := err.Detail
	if text == "" {
		text = strings.ToLower(string(err.Type))
	}
	return err.Field + ": " + text
}

func (x *Export) objectOf(k *kinds.Kind) crd.Object {
	d, err := x.drafts.Draft(k.Collection, nil, nil)
	if err != nil {
		return nil
	}
	obj, err := d.Object()
	if err != nil {
		return nil
	}
	return obj
}
