package konnect

import (
	"context"
	"fmt"
	"slices"
)

// breakSwaps finds names that are handed round in a circle, where none is free
// to begin with. One entity of each circle is parked under another name first,
// which costs one more write. Where a name is that of an entity to prune, which is
// still in use, those that use it leave it for an entity that has not got the name
// yet. What remains is refused.
func (s *session) breakSwaps() {
	takes := func(m *member) bool { return len(m.after) > 0 }
	if !slices.ContainsFunc(s.members, takes) {
		return
	}
	for _, m := range s.ensureGraph().stuck() {
		if circle := circleOf(m); circle != nil && !slices.ContainsFunc(circle, func(m *member) bool { return m.parked }) {
			s.park(circle)
		}
	}
	for stuck := s.ensureGraph().stuck(); s.trail(stuck) || s.parkAwaited(stuck); {
		stuck = s.ensureGraph().stuck()
	}
	for _, m := range s.ensureGraph().stuck() {
		switch {
		case !takes(m) || m.node == nil:
		case m.after[0].node == nil:
			s.problem(m.key, s.heldNameError(m, m.after[0]))
		default:
			s.problem(m.key, fmt.Errorf("rename %s: %s is swapped with that of %s; rename one of them to something else first",
				m.key, m.kind.about().nameField, m.after[0].key))
		}
	}
}

// trail lets objects that wait for a name be written after those that refer to
// their entities, and reports whether that is news.
func (s *session) trail(stuck []*member) bool {
	news := false
	for _, m := range stuck {
		if !m.trails && len(m.after) > 0 && m.node != nil && m.entity != nil && !m.isControlPlane() {
			m.trails, news = true, true
		}
	}
	return news
}

// parkAwaited parks an entity whose name another object waits for, and reports
// whether there is one.
func (s *session) parkAwaited(stuck []*member) bool {
	for _, taker := range stuck {
		if taker.node == nil || len(taker.after) == 0 {
			continue
		}
		if m := taker.after[0]; !m.parked && m.canPark() {
			m.parked = true
			return true
		}
	}
	return false
}

// canPark reports whether a member has an entity that can be renamed.
func (m *member) canPark() bool {
	return m.node != nil && m.entity != nil && m.kind.about().nameKey != ""
}

// heldNameError is about the name of an entity to prune which holds something
// that cannot leave it before the name is taken.
func (s *session) heldNameError(m, pruned *member) error {
	held := "what it holds"
	for _, other := range pruned.after {
		if other.node != nil {
			held = other.key.String()
			break
		}
	}
	return fmt.Errorf("rename %s: %s is the name of %s, which goes only when %s has left it; rename in a second run",
		m.key, m.kind.wantedName(m.obj), pruned.key, held)
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

// park chooses the first of a circle that can begin to give its name up.
func (s *session) park(circle []*member) {
	for _, m := range circle {
		if m.canPark() {
			m.parked = true
			return
		}
	}
}

// parkedName is one that nobody else wants, and not too long.
func parkedName(m *member) string {
	const longest = 128
	return cut(m.kind.wantedName(m.obj), longest-9) + "-" + m.mark[:8]
}

// parkName gives a parked entity a name that nobody else wants. A run that ends
// here is taken up by the next one: the marks tell whose it is.
func (s *session) parkName(ctx context.Context, m *member) {
	if blocked := s.blockedReference(m, anyReference); blocked != nil {
		m.err, m.outcome = blocked, ActionSkipped
		return
	}
	if ctx.Err() != nil {
		return // actOn says so
	}
	parked, err := m.kind.about().renamed(m.desired, parkedName(m))
	if err != nil {
		m.fail(fmt.Errorf("rename %s: %w", m.key, err))
		return
	}
	raw, err := s.persist(ctx, m, func(ctx context.Context) ([]byte, error) {
		return m.kind.about().update(ctx, m.control.account, s.at(m), m.id, parked)
	})
	if err == nil {
		_, err = m.writtenEntity(raw)
	}
	if err != nil {
		m.fail(fmt.Errorf("rename %s: %w", m.key, err))
	}
}
