package konnect

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// relationOf returns the relation that an object has; nil for none.
func relationOf(m *member) *relation {
	r := m.kind.about().group
	if r == nil || m.obj == nil || m.kind.wantedClusterType(m.obj) != r.clusterType {
		return nil
	}
	return r
}

// isGroup tells whether Konnect holds a group, whatever the object says.
func (m *member) isGroup() bool {
	r := m.kind.about().group
	return r != nil && m.clusterType == r.clusterType
}

// observeGroups reads the members of the groups that exist.
func (s *session) observeGroups(ctx context.Context) {
	if s.deleting {
		return
	}
	var group sync.WaitGroup
	for _, m := range s.members {
		r := relationOf(m)
		if r == nil || !m.inBatch || m.entity == nil || m.err != nil || !m.isGroup() {
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

// compareGroup adds the members of a group that exists to what differs.
func (s *session) compareGroup(m *member) {
	if relationOf(m) == nil {
		return
	}
	wanted := s.wantedInGroup(m)
	if slices.Equal(wanted, m.held) {
		return
	}
	m.fields = append(m.fields, Field{Path: "members", From: listValue(m.held), To: listValue(wanted)})
	if m.step == ActionUnchanged {
		m.step = ActionUpdated
	}
}

// listValue is a list as decoded JSON; nil for none.
func listValue(items []string) any {
	var list []any
	for _, item := range items {
		list = append(list, item)
	}
	if list == nil {
		return nil
	}
	return list
}

// wantedInGroup are the IDs of a group's members; those that are not there yet
// are stood in for by their keys.
func (s *session) wantedInGroup(m *member) []string {
	var ids []string
	for _, edge := range m.node.Edges {
		if isMembership(m, edge) {
			ids = append(ids, idOf(s.leadsTo(edge), edge.To))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// actOnGroup makes a group that has been written have the members that are wanted.
func (s *session) actOnGroup(ctx context.Context, m *member) {
	if m.step == ActionUnchanged || m.step == ActionSkipped || !m.inBatch || m.isReadOnly() {
		return
	}
	if blocked := s.blocked(m); blocked != nil {
		m.err, m.outcome = blocked, ActionFailed // though the group itself is there
		return
	}
	if err := s.writeMembers(ctx, m); err != nil {
		s.notWritten(ctx, m, fmt.Errorf("%s %s: set members of %s: %w", m.verb(), m.key, m.key, err))
	}
}

// writeMembers makes calls of bounded size, each of which can be repeated
// without harm.
func (s *session) writeMembers(ctx context.Context, m *member) error {
	r := relationOf(m)
	wanted := s.wantedInGroup(m)
	for _, step := range []struct {
		members []string
		write   func(context.Context, *account, string, []string) error
	}{{missing(m.held, wanted), r.remove}, {missing(wanted, m.held), r.add}} {
		for batch := range slices.Chunk(step.members, r.batch) {
			_, err := s.persist(ctx, m, func(ctx context.Context) ([]byte, error) {
				return nil, step.write(ctx, m.account, m.id, batch)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// missing returns the items of a that b lacks, in a's order.
func missing(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(item string) bool { return slices.Contains(b, item) })
}

// checkGroup refuses members that Konnect does not take into a group.
func (s *session) checkGroup(m *member) {
	for _, edge := range m.node.Edges {
		other := s.leadsTo(edge)
		if other == nil || !isMembership(m, edge) {
			continue
		}
		reason := holdsEntities(other.clusterType)
		if other.account != nil && m.account != nil && other.account != m.account {
			reason = "is reached with other credentials"
		}
		if reason != "" {
			s.problem(m.key, fmt.Errorf("check %s: %s: %s %s, so it cannot be a member", m.key, edge.Field, other.key, reason))
		}
	}
}
