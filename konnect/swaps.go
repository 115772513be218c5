package konnect

import (
	"context"
	"fmt"
	"slices"
)

// breakSwaps finds names that are handed round in a circle, where none is free
// to begin with. One entity of each circle is parked under another name before
// anything else is written, which costs one more write. What cannot be parked is
// refused.
func (s *session) breakSwaps() {
	for _, m := range s.stuck() {
		if circle := circleOf(m); circle != nil && !slices.ContainsFunc(circle, func(m *member) bool { return m.parked }) {
			s.park(circle)
		}
	}
	for _, m := range s.stuck() {
		if len(m.after) > 0 {
			s.problem(m.key, fmt.Errorf("rename %s: %s is swapped with that of %s; rename one of them to something else first",
				m.key, m.kind.about().nameField, m.after[0].key))
		}
	}
}

// stuck returns the members that wait for each other in a circle, or for such, in order.
func (s *session) stuck() []*member {
	waiting, followers := map[*member]int{}, map[*member][]*member{}
	var free []*member
	for _, m := range s.members {
		for _, other := range s.waitsFor(m) {
			waiting[m]++
			followers[other] = append(followers[other], m)
		}
		if waiting[m] == 0 {
			free = append(free, m)
		}
	}
	for len(free) > 0 {
		m := free[0]
		free = free[1:]
		for _, follower := range followers[m] {
			if waiting[follower]--; waiting[follower] == 0 {
				free = append(free, follower)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(s.members), func(m *member) bool { return waiting[m] == 0 })
}

// circleOf returns the members that hand their names round in a circle to which
// m belongs; nil when it belongs to none.
func circleOf(m *member) []*member {
	circle := []*member{m}
	for next := m; len(next.after) > 0; {
		if next = next.after[0]; next == m {
			return circle
		}
		if slices.Contains(circle, next) {
			return nil
		}
		circle = append(circle, next)
	}
	return nil
}

// park chooses the first of a circle that can begin to give its name up: all that
// it refers to is there.
func (s *session) park(circle []*member) {
	for _, m := range circle {
		if m.kind.canRename() && m.entity != nil && s.referencesExist(m) {
			m.parked = true
			return
		}
	}
}

func (s *session) referencesExist(m *member) bool {
	for _, edge := range m.node.Edges {
		if needed := s.byKey[edge.To]; needed != nil && needed.entity == nil {
			return false
		}
	}
	return true
}

// parkedName is one that nobody else wants, and not too long.
func parkedName(m *member) string {
	const longest = 128
	return cut(m.kind.wantedName(m.obj), longest-9) + "-" + m.mark[:8]
}

// parkNames gives the parked entities a name that nobody else wants. A run that
// ends here is taken up by the next one: the marks tell whose they are.
func (s *session) parkNames(ctx context.Context) {
	for _, m := range s.members {
		if !m.parked || m.err != nil || ctx.Err() != nil {
			continue
		}
		parked := m.kind.renamed(m.desired, parkedName(m))
		_, err := s.persist(ctx, m, func(ctx context.Context) ([]byte, error) {
			return m.kind.update(ctx, m.control.account, s.at(m), m.id, parked)
		})
		if err != nil {
			m.fail(fmt.Errorf("rename %s: %w", m.key, err))
		}
	}
}
