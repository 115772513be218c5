package konnect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/resolve"
)

// decide settles what is to be done for each object, in dependency order. What
// only Konnect could tell becomes a problem here, before anything is written.
func (s *session) decide() {
	s.forgetOthers()
	s.checkNaturalKeys()
	for _, m := range s.members {
		switch {
		case m.err != nil:
		case s.blocked(m) != nil:
			m.err, m.outcome = s.blocked(m), ActionSkipped
		case !m.inBatch:
			s.decideLookedUp(m)
		case m.isBeingDeleted():
			s.decideBeingDeleted(m)
		case s.adoptsNothing(m):
			m.fail(fmt.Errorf("adopt %s: konnect has no entity %s where the object belongs: it was never there, or was deleted since; "+
				"correct spec.adopt, or remove it to have a new entity", m.key, adoptOf(m.obj).KonnectID()))
		default:
			if err := s.decideMember(m); err != nil {
				m.outcome = ActionFailed
				s.problem(m.key, err)
			}
		}
	}
	s.checkHeld()
	if s.options.prune {
		s.findPrunes()
	}
	s.warnOfLeftovers()
}

// blocked returns why an object cannot be handled because of one that it needs,
// or of one that had to give up a name for it; and why an entity cannot be
// pruned because of one that it holds.
func (s *session) blocked(m *member) error {
	return s.blockedBy(m, anyReference)
}

// forgetOthers drops what entities look like that no object stands for: their
// names and marks are enough. Ours may be pruned, for others in their place.
func (s *session) forgetOthers() {
	for _, x := range s.indexes {
		for id, e := range x.byID {
			if s.claims[id] == nil && (!s.options.prune || !e.owner.ours(s.owner)) {
				e.raw = nil
			}
		}
	}
}

func anyReference(resolve.Edge) bool { return true }

// blockedWrite is like blocked, but for the members of a group.
func (s *session) blockedWrite(m *member) error {
	return s.blockedBy(m, func(edge resolve.Edge) bool { return !isMembership(m, edge) })
}

func (s *session) blockedBy(m *member, counts func(resolve.Edge) bool) error {
	field := m.kind.about().nameField
	if m.node == nil || s.deleting {
		field = dependentsField
	}
	for _, other := range m.after {
		if other.err != nil {
			return &DependencyError{Key: m.key, Field: field, On: other.key, Cause: other.err}
		}
	}
	return s.blockedReference(m, counts)
}

// blockedReference returns why an object that m refers to keeps it from being handled.
func (s *session) blockedReference(m *member, counts func(resolve.Edge) bool) error {
	if m.node == nil {
		return nil
	}
	for _, edge := range m.node.Edges {
		if !counts(edge) { // it may be being written
			continue
		}
		if needed := s.leadsTo(edge); needed != nil && needed != m && needed.err != nil {
			return &DependencyError{Key: m.key, Field: edge.Field, On: needed.key, Cause: needed.err, lookedUp: !needed.inBatch}
		}
	}
	return nil
}

// decideLookedUp handles objects that are not in the batch: they must be there,
// and are not written.
func (s *session) decideLookedUp(m *member) {
	m.step = ActionUnchanged
	s.needsEntity(m, "is not in the batch and not programmed in konnect yet")
}

// needsEntity refuses the objects that refer to one which has no entity and gets none.
func (s *session) needsEntity(m *member, reason string) {
	if m.entity != nil {
		return
	}
	for _, node := range m.node.Dependents {
		dependent := s.byKey[node.Key]
		if dependent != nil && !dependent.isBeingDeleted() {
			s.problem(dependent.key, fmt.Errorf("check %s: %s %s", dependent.key, m.key, reason))
		}
	}
}

// isBeingDeleted reports whether somebody has asked the API server to delete the object.
func (m *member) isBeingDeleted() bool {
	return m.obj != nil && m.inBatch && m.obj.GetDeletionTimestamp() != nil
}

// decideBeingDeleted leaves the entity of an object that is on its way out as it is:
// what was deleted must not come back, and deleting is for Delete.
func (s *session) decideBeingDeleted(m *member) {
	m.step = ActionSkipped
	s.warn(Warning{
		Key: m.key, Field: "metadata.deletionTimestamp", Code: WarningBeingDeleted,
		Message: "the object is being deleted, so its entity is left as it is; Client.Delete deletes it",
	})
	s.needsEntity(m, "is being deleted and has no entity")
}

var errBeingDeleted = errors.New("the object is being deleted")

func (s *session) decideMember(m *member) error {
	if m.isMirror() {
		m.step = ActionUnchanged
		if m.entity == nil {
			return fmt.Errorf("mirror %s: konnect has no control plane %s", m.key, m.kind.mirrored(m.obj))
		}
		m.owned = true
		return nil
	}
	s.warnOfAdopt(m)
	if m.observes() {
		return s.decideObserved(m)
	}
	if m.entity == nil {
		return s.decideAbsent(m)
	}
	return s.decidePresent(m)
}

// decideAbsent plans a creation, unless the natural key is taken.
func (s *session) decideAbsent(m *member) error {
	if other := s.holderOfName(m); other != nil && !s.releases(other, m) {
		return s.ownershipError(m, other)
	}
	m.step = ActionCreated
	if !s.planning {
		return nil // the payload is made when it is written
	}
	d, err := m.kind.desire(m.obj, s.inputs(m, nil))
	if err != nil {
		return err
	}
	s.keepBasis(m, d, nil)
	return nil
}

// decidePresent compares an entity that exists.
func (s *session) decidePresent(m *member) error {
	adopt, owner := adoptOf(m.obj), m.entity.owner
	var change Action
	switch {
	case adopt.IsMatch() && m.entity.ID == adopt.KonnectID():
		return s.decideMatch(m)
	case owner.ours(s.owner) && owner.key == m.mark, s.isByConstruction(m), s.isRenamed(m, m.entity):
		change = ActionUpdated
	case adopt != nil && m.entity.ID == adopt.KonnectID() && s.mayAdopt(m),
		adopt == nil && s.adoptionOf(m).allows(owner):
		change = ActionAdopted
	default:
		return s.ownershipError(m, m.entity)
	}
	m.owned = true
	if change == ActionAdopted {
		m.holder = s.holderOf(m)
	}
	if err := s.compare(m, change); err != nil {
		return err
	}
	if err := s.checkRename(m); err != nil {
		return err
	}
	s.compareGroup(m)
	return s.checkSpecID(m)
}

// checkSpecID refuses a spec.id that is not that of the entity.
func (s *session) checkSpecID(m *member) error {
	wanted := m.kind.wantedID(m.obj)
	if wanted == "" || wanted == m.entity.ID {
		return nil
	}
	field := Field{Path: "id", From: m.entity.ID, To: wanted}
	return &ImmutableError{Key: m.key, KonnectID: m.entity.ID, Fields: []Field{field}}
}

// compare plans what makes the entity as desired: nothing where nothing differs.
func (s *session) compare(m *member, change Action) error {
	observed, err := m.kind.shape(m.entity)
	if err != nil {
		return fmt.Errorf("observe %s: %w", m.key, err)
	}
	if err := m.kind.refuseEntity(observed); err != nil {
		return fmt.Errorf("update %s: entity %s %w", m.key, m.entity.ID, err)
	}
	in := s.inputs(m, observed)
	if err := s.checkTags(m, in.tags, observed); err != nil {
		return err
	}
	d, err := m.kind.desire(m.obj, in)
	if err != nil {
		return err
	}
	about := m.kind.about()
	differences := append(canon.Diff(d.object, observed, about.fields), m.droppedLabels(observed)...)
	m.fields = fieldsOf(differences)
	s.logUnknown(m, d, observed)
	for _, d := range differences {
		if slices.Contains(about.immutable, d.Path) {
			return &ImmutableError{Key: m.key, KonnectID: m.entity.ID, Fields: m.fields}
		}
	}
	s.keepBasis(m, d, observed)
	m.step = ActionUnchanged
	if len(m.fields) > 0 {
		m.step, m.desired = change, d
	}
	if m.step == ActionUpdated { // an adoption takes the former holder's tags away on purpose
		s.warnOfTags(m, in.tags, observed)
	}
	if !m.kind.hasStatus() {
		m.entity.raw = nil // it has served
	}
	return nil
}

// decideMatch adopts an entity that is never written: it must be as desired, its
// tags apart unless the spec has some.
func (s *session) decideMatch(m *member) error {
	observed, err := m.kind.shape(m.entity)
	if err != nil {
		return fmt.Errorf("observe %s: %w", m.key, err)
	}
	if o := m.entity.owner; o.managedBy == managedByUs && (o.owner != s.owner || o.key != m.mark) {
		return s.ownershipError(m, m.entity)
	}
	if err := m.kind.refuseEntity(observed); err != nil {
		return fmt.Errorf("adopt %s: entity %s %w", m.key, m.entity.ID, err)
	}
	in := s.inputs(m, observed)
	in.tags = userTags(m.obj)
	if len(in.tags) > 0 {
		in.tags = append(in.tags, s.client.config.keptTags.beside(in.tags, observed)...)
	}
	d, err := m.kind.desire(m.obj, in)
	if err != nil {
		return err
	}
	fields := slices.DeleteFunc(slices.Clone(m.kind.about().fields), func(f canon.Field) bool {
		return f.Name == "tags" && len(in.tags) == 0
	})
	if differences := canon.Diff(d.object, observed, fields); len(differences) > 0 {
		m.fields = fieldsOf(differences)
		return &MismatchError{Key: m.key, KonnectID: m.entity.ID, Fields: m.fields}
	}
	s.keepBasis(m, d, observed)
	m.owned = true
	m.step = ActionUnchanged
	if m.obj.GetKonnectStatus().ID != m.entity.ID {
		m.step, m.holder = ActionAdopted, s.holderOf(m)
	}
	return nil
}

// logUnknown tells of fields that Konnect has and the kind does not know.
func (s *session) logUnknown(m *member, d desired, observed canon.Object) {
	log := s.client.config.logger
	if !log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	for name, value := range observed {
		if _, sent := d.object[name]; !sent && value != nil && !slices.Contains(serverFields, name) &&
			!slices.ContainsFunc(m.kind.about().fields, func(f canon.Field) bool { return f.Name == name }) {
			log.Debug("field is not compared", "key", m.key.String(), "field", name)
		}
	}
}

// serverFields are Konnect's own.
var serverFields = []string{"id", "created_at", "updated_at", "config", "control_plane_endpoint", "telemetry_endpoint"}
