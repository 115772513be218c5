package konnect

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
)

// annotatedDeletion is the deletion policy in the annotations of an object; empty
// where it says nothing.
func annotatedDeletion(obj crd.Object) crd.DeletionPolicy {
	return crd.DeletionPolicy(obj.GetAnnotations()[crd.DeletionPolicyAnnotation])
}

// checkPolicies refuses policies that mean nothing.
func checkPolicies(obj crd.Object) field.ErrorList {
	annotations := obj.GetAnnotations()
	var problems field.ErrorList
	check := func(key string, allowed ...string) {
		if value, set := annotations[key]; set && !slices.Contains(allowed, value) {
			problems = append(problems, field.NotSupported(annotationPath(key), value, allowed))
		}
	}
	check(crd.DeletionPolicyAnnotation,
		string(crd.DeletionPolicyDelete), string(crd.DeletionPolicyRetain), string(crd.DeletionPolicyProtect))
	check(crd.ManagementPolicyAnnotation, string(crd.ManagementPolicyFull), string(crd.ManagementPolicyObserve))
	return problems
}

// deletionPolicy is what the object says of its entity's end or, failing that,
// what the entity's marks say.
func (m *member) deletionPolicy() crd.DeletionPolicy {
	marked := crd.DeletionPolicyDelete
	if m.entity != nil {
		marked = m.entity.owner.deletionPolicy()
	}
	if m.obj == nil {
		return marked
	}
	return cmp.Or(annotatedDeletion(m.obj), marked)
}

// observes tells whether the object only looks at its entity.
func (m *member) observes() bool {
	return m.obj != nil && m.obj.GetAnnotations()[crd.ManagementPolicyAnnotation] == string(crd.ManagementPolicyObserve)
}

// hasDrifted tells whether an entity that is only looked at is otherwise than the
// object says.
func (m *member) hasDrifted() bool { return m.observes() && len(m.fields) > 0 }

// decideObserved compares an entity without ever writing it. What the spec leaves
// unset is no difference, nor are marks and tags beside the spec's.
func (s *session) decideObserved(m *member) error {
	if m.entity == nil {
		m.id = ""
		return fmt.Errorf("observe %s: konnect has no entity %q where the object belongs", m.key,
			cmp.Or(m.kind.wantedID(m.obj), m.kind.wantedName(m.obj)))
	}
	observed, err := m.kind.shape(m.entity)
	if err != nil {
		return fmt.Errorf("observe %s: %w", m.key, err)
	}
	if err := m.kind.refuseEntity(observed); err != nil {
		return fmt.Errorf("observe %s: entity %s %w", m.key, m.entity.ID, err)
	}
	in := s.inputs(m, observed)
	in.tags, in.labels, in.givenOnly = userTags(m.obj), nil, true
	if obj, ok := m.obj.(labelled); ok {
		in.labels = obj.GetKonnectLabels()
	}
	d, err := m.kind.desire(m.obj, in)
	if err != nil {
		return err
	}
	differences := canon.DiffGiven(d.object, observed, m.kind.about().fields)
	differences = slices.DeleteFunc(differences, func(d canon.Difference) bool {
		return d.Path == "labels" && len(in.labels) == 0 || d.Path == "tags" && holdsAll(d.From, in.tags)
	})
	m.fields = fieldsOf(differences)
	if len(s.wantedInGroup(m)) > 0 {
		s.compareGroup(m)
	}
	s.keepBasis(m, d, observed)
	m.step, m.owned = ActionObserved, true
	return nil
}

func holdsAll(observed any, tags []string) bool {
	held := stringsOf(observed)
	return !slices.ContainsFunc(tags, func(tag string) bool { return !slices.Contains(held, tag) })
}

// dropsLabel tells whether a label that a control plane has must go, though the
// labels of others stay: the mark of a deletion policy that the object no longer
// has, and those by which the Kong operator knows an entity that is taken over.
func (m *member) dropsLabel(key string) bool {
	switch key {
	case markDeletion:
		return true // unless it is wanted, which the caller has seen to
	case markOperatorUID, markOperatorGroup, "k8s-generation", "k8s-version":
		return m.entity != nil && m.entity.owner.isOperators()
	}
	return false
}

// droppedLabels are the labels that must go, as differences.
func (m *member) droppedLabels(observed canon.Object) []canon.Difference {
	obj, ok := m.obj.(labelled)
	if !ok {
		return nil
	}
	held, _ := observed["labels"].(map[string]any)
	wanted := labelsWithMarks(obj.GetKonnectLabels(), 0, "", m.key, annotatedDeletion(m.obj))
	var dropped []canon.Difference
	for _, key := range slices.Sorted(maps.Keys(held)) {
		if _, keep := wanted[key]; !keep && m.dropsLabel(key) {
			dropped = append(dropped, canon.Difference{Path: "labels." + key, From: held[key]})
		}
	}
	return dropped
}
