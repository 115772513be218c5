package konnect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// relationOf returns the relation that an object has; nil for none.
func relationOf(m *member) *relation {
	r := m.kind.about().members
	if r == nil || m.obj == nil || !r.has(m.obj) {
		return nil
	}
	return r
}

// observeMembers reads the members of the groups that exist.
func (s *session) observeMembers(ctx context.Context) {
	if s.deleting {
		return
	}
	var group sync.WaitGroup
	for _, m := range s.members {
		r := relationOf(m)
		if r == nil || !m.inBatch || m.entity == nil || m.err != nil {
			continue
		}
		group.Go(func() {
			held, err := r.list(ctx, m.account, m.id)
			if err != nil {
				m.fail(fmt.Errorf("list members of %s: %w", m.key, err))
				return
			}
			slices.Sort(held)
			m.held = held
		})
	}
	group.Wait()
}

// compareMembers adds the members of a group that exists to what differs.
func (s *session) compareMembers(m *member) {
	r := relationOf(m)
	if r == nil {
		return
	}
	wanted := s.wantedMembers(m, r)
	if slices.Equal(wanted, m.held) {
		return
	}
	m.fields = append(m.fields, Field{Path: "members", From: m.held, To: wanted})
	if m.step == ActionUnchanged {
		m.step = ActionUpdated
	}
}

// wantedMembers are the IDs of a group's members; those that are not there yet
// are stood in for by their keys.
func (s *session) wantedMembers(m *member, r *relation) []string {
	var ids []string
	for _, edge := range m.node.Edges {
		if strings.HasPrefix(edge.Field, r.field) {
			ids = append(ids, s.idOf(edge.To))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// writeMembers makes a group have the members that are wanted, in calls of
// bounded size, each of which can be repeated without harm.
func (s *session) writeMembers(ctx context.Context, m *member) error {
	r := relationOf(m)
	if r == nil {
		return nil
	}
	wanted := s.wantedMembers(m, r)
	for _, step := range []struct {
		members []string
		write   func(context.Context, *account, string, []string) error
	}{{missing(m.held, wanted), r.remove}, {missing(wanted, m.held), r.add}} {
		for batch := range slices.Chunk(step.members, r.batch) {
			_, err := s.persist(ctx, m, func(ctx context.Context) ([]byte, error) {
				return m.account.call(ctx, "POST", func(ctx context.Context) error {
					return step.write(ctx, m.account, m.id, batch)
				})
			})
			if err != nil {
				return fmt.Errorf("set members of %s: %w", m.key, err)
			}
		}
	}
	return nil
}

// missing returns the items of a that b lacks, in a's order.
func missing(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(item string) bool { return slices.Contains(b, item) })
}
