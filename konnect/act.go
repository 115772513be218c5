package konnect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// act carries out what was decided: parents before children, everything else
// side by side.
func (s *session) act(ctx context.Context) { s.ensureGraph().run(ctx) }

func (s *session) actOn(ctx context.Context, m *member) {
	if blocked := s.blockedWrite(m); blocked != nil {
		m.err, m.outcome = blocked, ActionSkipped
		if m.parked {
			m.err, m.outcome = fmt.Errorf("rename %s: it has the name %s for now: %w", m.key, parkedName(m), blocked), ActionFailed
		}
		return
	}
	if m.step == ActionUnchanged || m.step == ActionSkipped || !m.inBatch || m.isReadOnly() {
		m.outcome = m.step
		return
	}
	if err := ctx.Err(); err != nil {
		m.err, m.outcome = fmt.Errorf("%s: %w", m.key, err), ActionSkipped
		return
	}
	if err := s.write(ctx, m); err != nil {
		if _, named := errors.AsType[*OwnershipError](err); !named {
			err = fmt.Errorf("%s %s: %w", m.verb(), m.key, s.namingToken(m, err))
		}
		s.notWritten(ctx, m, err)
		return
	}
	m.outcome = m.step
	s.client.config.logger.InfoContext(ctx, "entity written",
		"key", m.key.String(), "action", string(m.step), "konnect_id", m.id)
}

func (s *session) notWritten(ctx context.Context, m *member, err error) {
	m.err, m.outcome = err, ActionFailed
	s.client.config.logger.WarnContext(ctx, "entity not written", "key", m.key.String(), "error", printable.Error(err))
}

func (m *member) verb() string {
	switch m.step {
	case ActionCreated:
		return "create"
	case ActionAdopted:
		return "adopt"
	case ActionDeleted:
		return "delete"
	default:
		return "update"
	}
}

func (s *session) write(ctx context.Context, m *member) error {
	raw, err := s.writeEntity(ctx, m)
	if err != nil {
		return err
	}
	if raw != nil {
		return s.takeAnswer(m, raw)
	}
	return nil
}

// writeEntity writes what differs; an adopted or updated group may differ in its
// members alone.
func (s *session) writeEntity(ctx context.Context, m *member) ([]byte, error) {
	if m.entity != nil && len(m.fields) == 1 && m.fields[0].Path == "members" {
		return nil, nil
	}
	if m.entity == nil { // the IDs of what it refers to are known only now
		var err error
		if m.desired, err = m.kind.desire(m.obj, s.inputs(m, nil)); err != nil {
			return nil, err
		}
		if m.isControlPlane() {
			return s.createByServer(ctx, m)
		}
		if m.id == "" { // its control plane was not there
			m.id = s.newID(m)
		}
	}
	raw, err := s.persist(ctx, m, func(ctx context.Context) ([]byte, error) {
		if m.entity == nil {
			return m.kind.about().create(ctx, m.control.account, s.at(m), m.id, m.desired)
		}
		return m.kind.about().update(ctx, m.control.account, s.at(m), m.id, m.desired)
	})
	if err == nil && raw == nil {
		raw = []byte{} // nil is for what was not written
	}
	return raw, err
}

// writtenEntity reads the answer to a write of m's entity.
func (m *member) writtenEntity(raw []byte) (*entity, error) {
	written, err := decodeEntity(raw)
	if err != nil || written.ID == "" {
		return nil, errors.New("the answer is no entity, so it is not konnect's")
	}
	if m.id != "" && !strings.EqualFold(written.ID, m.id) {
		return nil, fmt.Errorf("the answer is about entity %q and not about %s, so it does not say whether that was written", written.ID, m.id)
	}
	return written, nil
}

// takeAnswer keeps what Konnect says that it holds now.
func (s *session) takeAnswer(m *member, raw []byte) error {
	written, err := m.writtenEntity(raw)
	if err != nil {
		return err
	}
	m.entity, m.id, m.owned = written, written.ID, true
	observed, err := m.kind.shape(written)
	if err != nil {
		return err
	}
	if m.isControlPlane() {
		m.clusterType, _ = observed["cluster_type"].(string)
	}
	if left := canon.Diff(m.desired.object, observed, m.kind.about().fields); len(left) > 0 {
		m.kept = fieldsOf(left)
		s.client.config.logger.Warn("konnect holds something else than it was sent",
			"key", m.key.String(), "fields", joinFields(m.kept))
	}
	return nil
}

// finish writes status and tells observers.
func (s *session) finish(m *member) {
	s.writeStatus(m)
	if m.err != nil && m.control != nil && m.node != nil {
		s.lock.Lock()
		s.planeOf(m).failed = true
		s.lock.Unlock()
	}
	m.desired = desired{}                       // thousands of them would weigh
	if m.entity != nil && !m.isControlPlane() { // two objects may stand for one control plane
		m.entity.raw = nil
	}
	if !m.inBatch || s.client.config.observer == nil {
		return
	}
	s.lock.Lock() // also so that the numbers come in order
	defer s.lock.Unlock()
	s.finished++
	s.client.emit(ProgressEvent{Done: s.finished, Total: s.total, Change: s.change(m, m.outcome)})
}

// change describes a member after, or with the planned step before, it was handled.
func (s *session) change(m *member, action Action) Change {
	c := Change{Key: m.key, Action: action, Fields: m.fields, Deviations: m.kept, Err: printable.Error(m.err)}
	if m.err == nil && action == ActionSkipped && m.isBeingDeleted() {
		c.Err = fmt.Errorf("%s: %w", m.key, errBeingDeleted)
	}
	if m.entity != nil {
		c.KonnectID, c.Name = m.id, nameOf(m.entity)
	}
	if m.obj != nil && (m.entity == nil || action != ActionDeleted) {
		c.Name = cmp.Or(m.kind.wantedName(m.obj), c.Name)
	}
	if m.control != nil && !m.isControlPlane() {
		c.ControlPlane = m.control.id
	}
	if action == ActionAdopted {
		c.Holder = m.holder
	}
	c.Name, c.Holder = printable.Redact(c.Name), printable.Redact(c.Holder)
	c.Programmed = c.Err == nil && action != ActionDeleted && m.entity != nil && !m.hasDrifted()
	return c
}
