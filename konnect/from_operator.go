package konnect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Entities of the Kong operator say by k8s-kind, k8s-namespace and k8s-name which
// object they belong to, whatever name they have in Konnect, or none.

// operatorKey is the object in such marks, with its name as far as a mark holds it.
type operatorKey struct{ group, kind, namespace, name string }

// operatorKeyOf is the object in the marks of an entity; false where the entity is
// not the operator's, or has marks of ours beside.
func operatorKeyOf(o marks.Ownership) (operatorKey, bool) {
	if !o.IsOperators() || o.Owner != "" || o.Key != "" || o.Kind == "" || o.Name == "" {
		return operatorKey{}, false
	}
	return operatorKey{group: o.Group(), kind: o.Kind, namespace: o.Namespace, name: o.Name}, true
}

// operatorName is the name of an object in the operator's marks, which are shorter
// than a name can be.
func operatorName(i *item) string {
	if i.isControlPlane() {
		return printable.Cut(i.key.Name, marks.MaxLabelLength)
	}
	return strings.TrimPrefix(printable.Cut(marks.Name+":"+i.key.Name, marks.MaxTagLength), marks.Name+":")
}

// followsOperator reports whether i may take over what the operator made for it.
func followsOperator(i *item, o callOptions) bool {
	return o.verb == ensuring && i.inBatch && !i.readOnly && kinds.Adopt(i.object) == nil && o.adoptionOf(i) == AdoptFromOperator
}

// operators returns the entity that the operator made for the object, by its marks.
// Several are a problem: nobody can tell which one to keep.
func (f *finder) operators(i *item, x *index) *wire.Entity {
	if !followsOperator(i, f.options) {
		return nil
	}
	found, certain := f.operatorsOf(i, x)
	switch {
	case len(found) == 0:
		return nil
	case len(found) > 1:
		f.world.faults.problem(i, i.key, ambiguousEntity(i, found))
		return nil
	case !certain:
		e := found[0]
		f.world.faults.problem(i, i.key, fmt.Errorf("find %s: entity %s (%s) of the kong operator may be this object's, whose name is longer than its mark %q holds; %s",
			i.key, e.ID, orDash(e.Name), e.Marks.Name, ambiguityHint(i)))
		return nil
	}
	return found[0]
}

// operatorsOf returns the entities whose marks tell the object, in order of their
// IDs: those with its UID where there are any. It is not certain that they are its
// own where the mark does not hold the whole name.
func (f *finder) operatorsOf(i *item, x *index) (found []*wire.Entity, certain bool) {
	name := operatorName(i)
	for _, group := range []string{i.key.Group, ""} {
		found = append(found, x.byOperator[operatorKey{group: group, kind: i.key.Kind, namespace: i.key.Namespace, name: name}]...)
	}
	found = slices.DeleteFunc(found, func(e *wire.Entity) bool { return !f.world.isFree(i, e) })
	slices.SortFunc(found, compareIDs)
	if uid := string(i.object.GetUID()); uid != "" {
		own := slices.DeleteFunc(slices.Clone(found), func(e *wire.Entity) bool { return e.Marks.OperatorUID() != uid })
		if len(own) > 0 {
			return own, true
		}
	}
	return found, name == i.key.Name
}

func ambiguousEntity(i *item, found []*wire.Entity) error {
	err := &AmbiguousEntityError{Key: i.key, Hint: ambiguityHint(i)}
	for _, e := range found {
		err.KonnectIDs = append(err.KonnectIDs, e.ID)
		err.described = append(err.described, fmt.Sprintf("%s (%s, %s %s)", e.ID, orDash(e.Name), marks.OperatorUID, orDash(e.Marks.OperatorUID())))
	}
	return err
}

func ambiguityHint(i *item) string {
	if i.isControlPlane() {
		return "take the operator's labels off what is not, or delete it"
	}
	return "name the right one in spec.adopt"
}
