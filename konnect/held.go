package konnect

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/konnectkit/konnectkit/crd"
)

// What belongs to entities that are to be deleted: below them, attached to them,
// or referring to them.

// observeHeld reads what may belong to the entities that are to be deleted, in one
// list per control plane and collection, and returns by control plane why that
// failed. Nothing is read where nothing is to be deleted.
func (s *session) observeHeld(ctx context.Context, doomed []*member) map[*member]error {
	failures := map[*member]error{}
	started := map[collection]bool{}
	var lock sync.Mutex
	var group sync.WaitGroup
	list := func(plane *member, path string, key collection, visit func(*entity)) {
		if started[key] {
			return
		}
		started[key] = true
		group.Go(func() {
			var found []*entity
			err := plane.account.listCore(ctx, path, nil, func(e *entity) { found = append(found, e) })
			if isNotFound(err) && plane.account.isGone(ctx, plane.id) {
				err = nil
			}
			lock.Lock()
			defer lock.Unlock()
			if err != nil {
				failures[plane] = err
				return
			}
			for _, e := range found {
				visit(e)
			}
		})
	}
	for _, m := range doomed {
		if m.isControlPlane() {
			continue
		}
		at := scope{controlPlane: m.control.id}
		if m.kind.about().plugins && !s.options.cascade {
			key := collection{account: m.control.account, controlPlane: m.control.id}
			list(m.control, corePath(at)+"plugins", key, func(e *entity) { s.plugins[key] = append(s.plugins[key], e) })
		}
		for _, k := range s.kinds.below(m.kind) {
			key := collection{account: m.control.account, controlPlane: m.control.id, kind: k}
			if x := s.indexes[key]; x == nil || !x.complete {
				added := newIndex()
				if x != nil {
					added = x
				}
				s.indexes[key] = added
				list(m.control, k.about().collectionPath(at), key, func(e *entity) { added.add(e, s.owner, k.about().natural) })
			}
		}
	}
	group.Wait()
	return failures
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
	for _, plugins := range s.plugins {
		for _, plugin := range plugins {
			for _, id := range []string{plugin.Service.ID, plugin.Route.ID} {
				if parent := parents[id]; parent != nil {
					visit(parent, plugin)
				}
			}
		}
	}
}

// policyOf is the deletion policy of an observed entity.
func (s *session) policyOf(e *entity) crd.DeletionPolicy {
	if claim := s.claims[e.ID]; claim != nil {
		return claim.deletionPolicy()
	}
	return e.owner.deletionPolicy()
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
		return s.childError(parent, child, "konnect deletes nothing that is referred to; delete it first")
	}
	if s.options.cascade || claim == nil && child.owner.ours(s.owner) {
		return nil
	}
	return s.childError(parent, child, "it would be deleted with what it belongs to; delete it first, or use WithCascade")
}

// childError is about an entity that belongs to one that is to be deleted.
func (s *session) childError(parent *member, child *entity, hint string) error {
	return &OwnershipError{
		Key: parent.key, KonnectID: child.ID, Name: orDash(nameOf(child)), Holder: child.owner.holder(), AdoptHint: hint, belongs: true,
	}
}

// checkChildren refuses to delete entities with which Konnect would delete what
// others have put there, or which it would not delete because of that.
func (s *session) checkChildren(ctx context.Context) {
	parents := map[string]*member{}
	var doomed []*member
	for _, m := range s.members {
		if m.isDoomed() && !m.isControlPlane() {
			parents[m.id] = m
			doomed = append(doomed, m)
		}
	}
	unknown := s.observeHeld(ctx, doomed)
	for _, m := range doomed {
		if err := unknown[m.control]; err != nil && s.mayHold(m) {
			s.problem(m.key, fmt.Errorf("delete %s: it is not known what it holds: %w", m.key, err))
		}
	}
	s.eachChild(parents, func(parent *member, k binding, child *entity) {
		if err := s.staysAgainst(parent, k, child); err != nil {
			s.problem(parent.key, err)
		}
	})
	blamed := map[*member]bool{}
	s.eachPlugin(parents, func(parent *member, plugin *entity) {
		if !blamed[parent] {
			blamed[parent] = true
			s.problem(parent.key, s.childError(parent, plugin, "this plugin would be deleted with what it is attached to; delete it first, or use WithCascade"))
		}
	})
}

// mayHold tells whether anything can belong to the entities of m's kind.
func (s *session) mayHold(m *member) bool {
	return m.kind.about().plugins || len(s.kinds.below(m.kind)) > 0
}
