package konnect

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Entities of the Kong operator say by k8s-kind, k8s-namespace and k8s-name which
// object they belong to, whatever name they have in Konnect, or none.

// operatorKey is the object in such marks, with its name as far as a mark holds it.
type operatorKey struct{ group, kind, namespace, name string }

// operatorKeyOf is the object in the marks of an entity; false where the entity is
// not the operator's, or has marks of ours beside.
func operatorKeyOf(o ownership) (operatorKey, bool) {
	if !o.isOperators() || o.owner != "" || o.key != "" || o.kind == "" || o.name == "" {
		return operatorKey{}, false
	}
	return operatorKey{group: o.group, kind: o.kind, namespace: o.namespace, name: o.name}, true
}

// operatorName is the name of an object in the operator's marks, which are shorter
// than a name can be.
func operatorName(m *member) string {
	if m.isControlPlane() {
		return cut(m.key.Name, maxLabelLength)
	}
	return strings.TrimPrefix(cut(markName+":"+m.key.Name, maxTagLength), markName+":")
}

// followsOperator reports whether m may take over what the operator made for it.
func (s *session) followsOperator(m *member) bool {
	return !s.deleting && m.inBatch && !m.isReadOnly() && adoptOf(m.obj) == nil && s.adoptionOf(m) == AdoptFromOperator
}

// operators returns the entity that the operator made for the object, by its marks.
// Several are a problem: nobody can tell which one to keep.
func (s *session) operators(m *member, x *index) *entity {
	if !s.followsOperator(m) {
		return nil
	}
	found, certain := s.operatorsOf(m, x)
	switch {
	case len(found) == 0:
		return nil
	case len(found) > 1:
		s.problem(m.key, ambiguousEntity(m, found))
		return nil
	case !certain:
		e := found[0]
		s.problem(m.key, fmt.Errorf("find %s: entity %s (%s) of the kong operator may be this object's, whose name is longer than its mark %q holds; %s",
			m.key, e.ID, orDash(nameOf(e)), e.owner.name, ambiguityHint(m)))
		return nil
	}
	return found[0]
}

// operatorsOf returns the entities whose marks tell the object, in order of their
// IDs: those with its UID where there are any. It is not certain that they are its
// own where the mark does not hold the whole name.
func (s *session) operatorsOf(m *member, x *index) (found []*entity, certain bool) {
	name := operatorName(m)
	for _, group := range []string{m.key.Group, ""} {
		found = append(found, x.byOperator[operatorKey{group: group, kind: m.key.Kind, namespace: m.key.Namespace, name: name}]...)
	}
	found = slices.DeleteFunc(found, func(e *entity) bool { return !s.isFree(m, e) })
	slices.SortFunc(found, func(a, b *entity) int { return cmp.Compare(a.ID, b.ID) })
	if uid := string(m.obj.GetUID()); uid != "" {
		own := slices.DeleteFunc(slices.Clone(found), func(e *entity) bool { return e.owner.operatorUID != uid })
		if len(own) > 0 {
			return own, true
		}
	}
	return found, name == m.key.Name
}

func ambiguousEntity(m *member, found []*entity) error {
	err := &AmbiguousEntityError{Key: m.key, Hint: ambiguityHint(m)}
	for _, e := range found {
		err.KonnectIDs = append(err.KonnectIDs, e.ID)
		err.described = append(err.described, fmt.Sprintf("%s (%s, %s %s)", e.ID, orDash(nameOf(e)), markOperatorUID, orDash(e.owner.operatorUID)))
	}
	return err
}

func ambiguityHint(m *member) string {
	if m.isControlPlane() {
		return "take the operator's labels off what is not, or delete it"
	}
	return "name the right one in spec.adopt"
}

// readOperators reads what the operator made for an object, if the object may take
// that over and has no entity of its own.
func (s *session) readOperators(ctx context.Context, n *need, m *member) error {
	x, about := s.indexes[n.collection], n.kind.about()
	if !s.followsOperator(m) || len(x.byMark[m.mark]) > 0 {
		return nil
	}
	tags := []string{markKind + ":" + m.key.Kind, markName + ":" + operatorName(m)}
	if m.key.Namespace != "" {
		tags = append(tags, markNamespace+":"+m.key.Namespace)
	}
	query := url.Values{"tags": {strings.Join(tags, ",")}} // all of them
	path := about.collectionPath(scope{controlPlane: n.controlPlane})
	return n.account.listCore(ctx, path, query, func(e *entity) { x.add(e, s.owner, about.natural) })
}
