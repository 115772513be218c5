package konnect

import (
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// What others have put on an entity to prune, such as a plugin or a target in an
// upstream, serves the objects that use the entity. When those leave it in the same
// call, that is lost, though the entity itself is spared.

// departures are the objects that leave an entity to prune.
func (s *session) departures(pruned map[string]*member) map[*member][]*member {
	left := map[*member][]*member{}
	s.eachChild(pruned, func(from *member, _ binding, child *entity) {
		if claim := s.claims[child.ID]; claim != nil && claim.err == nil && !claim.isReadOnly() {
			left[from] = append(left[from], claim)
		}
	})
	for _, from := range pruned {
		left[from] = append(left[from], s.callersLeaving(from)...)
	}
	return left
}

// callersLeaving are the objects whose entities lead to an entity to prune by its
// name, and will lead elsewhere.
func (s *session) callersLeaving(from *member) []*member {
	caller, name := from.kind.about().caller, nameOf(from.entity)
	if caller.collection == "" || name == "" {
		return nil
	}
	var leaving []*member
	for _, m := range s.members {
		if m.kind.about().collection != caller.collection || m.control == nil || m.control.id != from.control.id || m.isReadOnly() {
			continue
		}
		if slices.ContainsFunc(m.fields, func(f Field) bool { return f.Path == caller.field && f.From == name }) {
			leaving = append(leaving, m)
		}
	}
	return leaving
}

// refuseDepartures refuses to let objects leave entities to prune on which others
// have put something, or of which that is not known.
func (s *session) refuseDepartures(pruned map[string]*member, left map[*member][]*member) {
	for _, from := range pruned {
		leaving := slices.Concat(left[from], s.replacements(from, pruned))
		if len(leaving) == 0 {
			continue
		}
		if unknown := s.unknownAbout(from); unknown != nil {
			s.refuse(leaving[0], printable.Error(fmt.Errorf("update %s: it would leave entity %s (%s): %w",
				leaving[0].key, from.id, orDash(nameOf(from.entity)), unknown)))
		}
		if lost := s.othersOn(from); lost != nil {
			for _, m := range leaving {
				s.refuse(m, departureError(m, from, lost))
			}
		}
	}
}

// othersOn returns what others have put on an entity to prune, if anything: a
// plugin, or what is nested in it. What only refers to it goes on doing so.
func (s *session) othersOn(from *member) *entity {
	parents, found := map[string]*member{from.id: from}, []*entity(nil)
	s.eachPlugin(parents, func(_ *member, plugin *entity) { found = append(found, plugin) })
	s.eachChild(parents, func(_ *member, k binding, child *entity) {
		if k.about().parentCollection != "" && s.claims[child.ID] == nil && !child.owner.ours(s.owner) {
			found = append(found, child)
		}
	})
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

func departureError(m, from *member, lost *entity) error {
	return &OwnershipError{
		Key: m.key, KonnectID: lost.ID, Name: orDash(nameOf(lost)), Holder: lost.owner.holder(),
		left: fmt.Sprintf("%s (%s)", from.id, orDash(nameOf(from.entity))),
		AdoptHint: fmt.Sprintf("move or delete it first, or keep %s of %s, so that the entity stays",
			from.kind.about().nameField, from.key),
	}
}

// replacements are the objects to create that stand for the same as what is pruned
// below an entity: where both it and its children were renamed.
func (s *session) replacements(from *member, pruned map[string]*member) []*member {
	var found []*member
	s.eachChild(map[string]*member{from.id: from}, func(_ *member, k binding, child *entity) {
		if old := pruned[child.ID]; old == nil || !old.isDoomed() {
			return
		}
		for _, m := range s.members {
			if m.kind == k && m.step == ActionCreated && m.err == nil && (m.mark == child.owner.key || s.isSame(m, from, child)) {
				found = append(found, m)
			}
		}
	})
	return found
}

// isSame reports whether an object to create wants what an entity is, but for its
// name, its tags and what it belongs to.
func (s *session) isSame(m, from *member, child *entity) bool {
	if m.control.id != from.control.id {
		return false
	}
	observed, err := m.kind.shape(child)
	if err != nil {
		return false
	}
	d, err := m.kind.desire(m.obj, s.inputs(m, observed))
	if err != nil {
		return false
	}
	fields := slices.DeleteFunc(slices.Clone(m.kind.about().fields), func(f canon.Field) bool {
		parent, _ := observed[f.Name].(map[string]any)
		return f.Name == "tags" || f.Name == m.kind.about().nameKey || parent["id"] == from.id
	})
	return len(canon.Diff(d.object, observed, fields)) == 0
}
