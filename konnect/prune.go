package konnect

import (
	"context"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// decidePrunes finds the entities with our owner's marks that no object stands
// for, children before parents.
func (s *session) decidePrunes() {
	for _, k := range slices.Backward(s.kinds.list) {
		for _, plane := range s.completeControlPlanes() {
			if plane.unread != nil {
				continue
			}
			x := s.indexes[collection{account: plane.account, controlPlane: plane.id, kind: k}]
			var found []*member
			for id, e := range x.byID {
				if e.owner.ours(s.owner) && s.claims[id] == nil && s.byMark[e.owner.key] == nil {
					found = append(found, &member{
						key: keyOfEntity(k, e), kind: k, control: plane, id: id, entity: e, step: ActionDeleted, inBatch: true,
					})
				}
			}
			slices.SortFunc(found, func(a, b *member) int { return a.key.Compare(b.key) })
			s.prunes = append(s.prunes, found...)
		}
	}
}

// keyOfEntity is the object that an entity's marks tell, as far as they do.
func keyOfEntity(k binding, e *entity) crd.Key {
	gk := k.about().groupKind
	key := crd.Key{Group: gk.Group, Kind: gk.Kind, Namespace: e.owner.namespace, Name: e.owner.name}
	if key.Name == "" {
		key.Name = nameOf(e)
	}
	return key
}

// actPrunes deletes once everything is written, so that nothing refers to what
// goes. A control plane in which a write failed is left alone.
func (s *session) actPrunes(ctx context.Context) {
	failed := map[*member]bool{}
	for _, m := range s.members {
		if m.err != nil && m.control != nil {
			failed[m.control] = true
		}
	}
	for start := 0; start < len(s.prunes); {
		end := start
		for end < len(s.prunes) && s.prunes[end].kind == s.prunes[start].kind {
			end++
		}
		batch := s.prunes[start:end]
		schedule(ctx, len(batch), s.client.config.maxConcurrency, func(int) []int { return nil }, func(ctx context.Context, i int) {
			m := batch[i]
			if failed[m.control] {
				m.err, m.outcome = fmt.Errorf("prune %s: an object of %s failed", m.key, m.control.key), ActionSkipped
			} else {
				s.remove(ctx, m)
			}
			s.finish(m)
		})
		start = end
	}
}

// remove deletes an entity; one that is gone already is a success.
func (s *session) remove(ctx context.Context, m *member) {
	if err := ctx.Err(); err != nil {
		m.err, m.outcome = fmt.Errorf("%s: %w", m.key, err), ActionSkipped
		return
	}
	_, err := s.persist(ctx, m, func(ctx context.Context) ([]byte, error) {
		return nil, m.kind.remove(ctx, m.control.account, s.at(m), m.id)
	})
	if err != nil {
		m.err, m.outcome = fmt.Errorf("delete %s: %w", m.key, err), ActionFailed
		return
	}
	m.outcome = ActionDeleted
	s.client.config.logger.InfoContext(ctx, "entity deleted", "key", m.key, "konnect_id", m.id)
}
