package konnect

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/konnectkit/konnectkit/crd"
)

// Delete deletes the entities of the objects, dependents first. An entity that
// does not exist is a success. Mirrored control planes and entities adopted with
// mode: match are left alone, as is everything without our marks:
// *OwnershipError, before anything is deleted. The same goes for a control plane
// that holds entities of others, unless WithCascade is given.
//
// Specs are not checked. An object that cannot be resolved fails by itself.
// Status is cleared in the objects whose entities are gone. Report and errors
// are like those of Ensure; changes are in the order of deletion.
func (c *Client) Delete(ctx context.Context, objects []crd.Object, opts ...DeleteOption) (*Report, error) {
	options := newCallOptions()
	for _, opt := range opts {
		opt.applyToDelete(&options)
	}
	s := c.newSession(options)
	s.deleting = true
	if err := s.readyToDelete(ctx, objects); err != nil {
		r := s.refused(err)
		slices.Reverse(r.Changes)
		return r, err
	}
	s.total = len(s.batch())
	s.inOrder(ctx, s.dependents, s.deleteMember)
	r := s.report()
	slices.Reverse(r.Changes)
	return r, s.failures()
}

func (s *session) readyToDelete(ctx context.Context, objects []crd.Object) error {
	if err := s.prepare(ctx, objects, true); err != nil {
		return err
	}
	s.observe(ctx)
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("observe: %w", err)
	}
	for _, m := range s.members {
		s.decideDelete(m)
	}
	s.checkHeldByOthers(ctx)
	s.checkChildren()
	if err := s.refusal(); err != nil {
		return err
	}
	deletes := 0
	for _, m := range s.members {
		if m.step == ActionDeleted && m.err == nil {
			deletes++
		}
	}
	return s.checkDeletes(deletes)
}

func (s *session) decideDelete(m *member) {
	m.step = ActionUnchanged
	switch {
	case m.err != nil:
		m.outcome = ActionFailed
	case !m.inBatch:
	case m.control == nil:
		m.err, m.outcome = fmt.Errorf("delete %s: its control plane is not known", m.key), ActionFailed
	case s.blocked(m) != nil:
		m.err, m.outcome = s.blocked(m), ActionSkipped
	case m.isReadOnly():
	case m.entity == nil && m.isControlPlane() && s.holderOfName(m) != nil:
		s.problem(m.key, s.ownershipError(m, s.holderOfName(m)))
	case m.entity == nil:
	case m.entity.owner.ours(s.owner) && m.entity.owner.key == m.mark, s.hasComputedID(m):
		m.step, m.owned = ActionDeleted, true
	default:
		s.problem(m.key, s.ownershipError(m, m.entity))
	}
}

// dependents returns the members that refer to m, which are deleted before it.
func (s *session) dependents(m *member) []*member {
	var others []*member
	for _, node := range m.node.Dependents {
		if dependent := s.byKey[node.Key]; dependent != nil && dependent != m {
			others = append(others, dependent)
		}
	}
	return others
}

func (s *session) deleteMember(ctx context.Context, m *member) {
	if m.step != ActionDeleted {
		m.outcome = ActionUnchanged
		return
	}
	for _, dependent := range s.dependents(m) {
		if dependent.inBatch && dependent.err != nil {
			m.err = &DependencyError{Key: m.key, Field: "dependents", On: dependent.key, Cause: dependent.err}
			m.outcome = ActionSkipped
			return
		}
	}
	s.remove(ctx, m)
}

// otherCollections are those of the API under core-entities that no kind stands
// for. What they hold is never ours.
func otherCollections() []string {
	return []string{
		"ca_certificates", "certificates", "consumer_groups", "consumers", "key-sets", "keys", "plugins", "snis", "vaults",
	}
}

// checkHeldByOthers refuses to delete control planes that hold what is not ours,
// or of which that cannot be told.
func (s *session) checkHeldByOthers(ctx context.Context) {
	if s.options.cascade {
		return
	}
	planes := s.completeControlPlanes()
	foreign := make([]error, len(planes))
	var group sync.WaitGroup
	for i, plane := range planes {
		if plane.step == ActionDeleted {
			group.Go(func() { foreign[i] = s.findForeign(ctx, plane) })
		}
	}
	group.Wait()
	for i, err := range foreign {
		if err != nil {
			s.problem(planes[i].key, err)
		}
	}
}

// checkChildren refuses to delete an entity with which Konnect would delete what
// others have put below it.
func (s *session) checkChildren() {
	if s.options.cascade {
		return
	}
	parents := map[string]*member{}
	for _, m := range s.members {
		if m.step == ActionDeleted && s.kinds.nestedIn(m.kind) != nil {
			parents[m.id] = m
			if unread := m.control.unread; unread != nil {
				s.problem(m.key, fmt.Errorf("delete %s: it is not known what it holds: %w", m.key, unread))
			}
		}
	}
	s.eachChild(parents, func(parent *member, child *entity) {
		if claim := s.claims[child.ID]; claim == nil && !child.owner.ours(s.owner) || claim != nil && claim.step != ActionDeleted {
			s.problem(parent.key, s.childError(parent, child))
		}
	})
}

// findForeign returns why a control plane cannot go with all that it holds.
func (s *session) findForeign(ctx context.Context, plane *member) error {
	if plane.unread != nil {
		return fmt.Errorf("delete %s: it is not known what it holds: %w", plane.key, plane.unread)
	}
	if e := s.heldByOthers(plane); e != nil {
		return s.cascadeError(plane, e)
	}
	names := otherCollections()
	results := make([]error, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() {
			found, err := s.firstOf(ctx, plane, name)
			switch {
			case err != nil:
				results[i] = fmt.Errorf("delete %s: it is not known what it holds: %w", plane.key, err)
			case found != nil:
				results[i] = s.cascadeError(plane, found)
			}
		})
	}
	group.Wait()
	for _, err := range results {
		if err != nil {
			return err
		}
	}
	return nil
}

// heldByOthers returns the first entity of our kinds in a control plane that
// lacks our owner's marks and belongs to no object of the batch.
func (s *session) heldByOthers(plane *member) *entity {
	for _, k := range s.kinds.list {
		x := s.indexes[collection{account: plane.account, controlPlane: plane.id, kind: k}]
		if x == nil {
			continue
		}
		var others []*entity
		for id, e := range x.byID {
			claim := s.claims[id]
			if claim == nil && !e.owner.ours(s.owner) || claim != nil && claim.step != ActionDeleted {
				others = append(others, e)
			}
		}
		if len(others) > 0 {
			return slices.MinFunc(others, func(a, b *entity) int { return strings.Compare(a.ID, b.ID) })
		}
	}
	return nil
}

func (s *session) cascadeError(plane *member, e *entity) error {
	return &OwnershipError{
		Key: plane.key, KonnectID: e.ID, Name: orDash(nameOf(e)), Holder: e.owner.holder(),
		AdoptHint: "it would be deleted with the control plane; delete it first, or use WithCascade",
	}
}

func (s *session) firstOf(ctx context.Context, plane *member, name string) (*entity, error) {
	var first *entity
	raw, err := plane.account.get(ctx, corePath(scope{controlPlane: plane.id})+name, url.Values{"size": {"1"}})
	if isNotFound(err) && plane.account.isGone(ctx, plane.id) {
		return nil, nil
	}
	if err == nil {
		_, err = visitPage(raw, func(e *entity) { first = e })
	}
	return first, err
}
