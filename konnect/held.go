package konnect

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/konnectkit/konnectkit/crd"
)

// What belongs to entities that are to be deleted: below them, attached to them,
// or referring to them.

// heldIn are the collections in which something may belong to m's entity; that of
// plugins has no kind.
func (s *session) heldIn(m *member) []collection {
	var collections []collection
	if m.kind.about().plugins && !s.options.cascade {
		collections = append(collections, collection{account: m.control.account, controlPlane: m.control.id})
	}
	for _, k := range s.kinds.below(m.kind) {
		collections = append(collections, collection{account: m.control.account, controlPlane: m.control.id, kind: k})
	}
	return collections
}

// observeHeld reads what may belong to the entities that are to be deleted, each
// collection once. What was read already is not read again.
func (s *session) observeHeld(ctx context.Context, doomed []*member) {
	wanted := map[collection]*member{} // in which control plane
	for _, m := range doomed {
		for _, c := range s.heldIn(m) {
			if x := s.indexes[c]; x == nil || !x.complete {
				wanted[c] = m.control
			}
		}
	}
	var lock sync.Mutex
	var group sync.WaitGroup
	for c, plane := range wanted {
		group.Go(func() {
			found, err := plane.listHeld(ctx, c)
			lock.Lock()
			defer lock.Unlock()
			s.keepHeld(c, found, err)
		})
	}
	group.Wait()
}

// listHeld lists a collection of a control plane, which may have been deleted
// meanwhile.
func (m *member) listHeld(ctx context.Context, c collection) (found []*entity, err error) {
	at := scope{controlPlane: c.controlPlane}
	path := corePath(at) + pluginsPath
	if c.kind != nil {
		path = c.kind.about().collectionPath(at)
	}
	err = m.account.listCore(ctx, path, nil, func(e *entity) { found = append(found, e) })
	if isNotFound(err) && m.account.isGone(ctx, m.id) {
		err = nil
	}
	return found, err
}

func (s *session) keepHeld(c collection, found []*entity, err error) {
	if err != nil {
		s.unheld[c] = err
		return
	}
	if c.kind == nil {
		s.plugins = append(s.plugins, found...)
		return
	}
	if s.indexes[c] == nil {
		s.indexes[c] = newIndex()
	}
	for _, e := range found {
		s.indexes[c].add(e, s.owner, c.kind.about().natural)
	}
}

// unknownAbout returns why it is not known what belongs to m's entity; nil when it is.
func (s *session) unknownAbout(m *member) error {
	for _, c := range s.heldIn(m) {
		if err := s.unheld[c]; err != nil {
			return fmt.Errorf("delete %s: it is not known what belongs to it: %w", m.key, err)
		}
	}
	return nil
}

// eachChild visits the entities that are known to belong to one of parents,
// children before their own parents, in order of their IDs.
func (s *session) eachChild(parents map[string]*member, visit func(parent *member, k binding, child *entity)) {
	for _, k := range slices.Backward(s.kinds.list) {
		parentID := k.about().parentID
		for c, x := range s.indexes {
			if parentID == nil || c.kind != k {
				continue
			}
			for _, id := range slices.Sorted(maps.Keys(x.byID)) {
				if parent := parents[parentID(x.byID[id])]; parent != nil {
					visit(parent, k, x.byID[id])
				}
			}
		}
	}
}

// eachPlugin visits the plugins that are attached to one of parents.
func (s *session) eachPlugin(parents map[string]*member, visit func(parent *member, plugin *entity)) {
	for _, plugin := range s.plugins {
		for _, id := range []string{plugin.Service.ID, plugin.Route.ID} {
			if parent := parents[id]; parent != nil {
				visit(parent, plugin)
			}
		}
	}
}

// policyOf is the deletion policy of an observed entity: what its object says or,
// failing that, its marks.
func (s *session) policyOf(e *entity) crd.DeletionPolicy {
	if claim := s.claims[e.ID]; claim != nil {
		return claim.deletionPolicy()
	}
	marked := e.owner.deletionPolicy()
	if object := s.byMark[e.owner.key]; object != nil && e.owner.ours(s.owner) {
		return cmp.Or(annotatedDeletion(object.obj), marked)
	}
	return marked
}

// staysAgainst returns why a child, which belongs to an entity that is to be
// deleted, keeps it; nil when it goes before or with it.
func (s *session) staysAgainst(parent *member, k binding, child *entity) error {
	claim := s.claims[child.ID]
	if claim != nil && claim.step == ActionDeleted {
		return nil
	}
	if policy := s.policyOf(child); policy != crd.DeletionPolicyDelete {
		return s.protectedError(parent, k, child, policy)
	}
	if k.about().parentCollection == "" {
		return belongsError(parent, child, "-", "konnect deletes nothing that is referred to; delete it first")
	}
	if hint := s.keepHint(child); hint != "" {
		return belongsError(parent, child, "-", hint)
	}
	return nil
}

const cascadeHint = "it would be deleted with what it belongs to; delete it first, or use WithCascade"

// keepHint says why an entity may not be deleted with what it belongs to; empty for
// one of ours that no object stands for, and for all that the caller has go along
// but what an object only observes.
func (s *session) keepHint(e *entity) string {
	claim := s.claims[e.ID]
	switch {
	case claim != nil && claim.observes():
		return "an object of the batch observes it; delete it first, or leave that object out"
	case s.options.cascade, claim == nil && e.owner.ours(s.owner):
		return ""
	default:
		return cascadeHint
	}
}

// belongsError is about an entity that belongs to one that is to be deleted; it is
// called nameless where it has no name.
func belongsError(m *member, e *entity, nameless, hint string) error {
	return &OwnershipError{
		Key: m.key, KonnectID: e.ID, Name: cmp.Or(nameOf(e), nameless), Holder: e.owner.holder(), AdoptHint: hint, belongs: true,
	}
}

// checkChildren refuses to delete entities with which Konnect would delete what
// others have put there, or which it would not delete because of that.
func (s *session) checkChildren(ctx context.Context) {
	parents := map[string]*member{}
	var doomed []*member
	for _, m := range s.everything() {
		if m.isDoomed() && !m.isControlPlane() {
			parents[m.id] = m
			doomed = append(doomed, m)
		}
	}
	s.observeHeld(ctx, doomed)
	for _, m := range doomed {
		if err := s.unknownAbout(m); err != nil {
			s.refuse(m, err)
		}
	}
	s.eachChild(parents, func(parent *member, k binding, child *entity) {
		if err := s.staysAgainst(parent, k, child); err != nil {
			s.refuse(parent, err)
		} else if claim := s.claims[child.ID]; claim != nil && claim.isDoomed() {
			parent.after = append(parent.after, claim)
		}
	})
	blamed := map[*member]bool{}
	s.eachPlugin(parents, func(parent *member, plugin *entity) {
		if !blamed[parent] {
			blamed[parent] = true
			s.refuse(parent, belongsError(parent, plugin, "-", "this plugin would be deleted with what it is attached to; delete it first, or use WithCascade"))
		}
	})
}
