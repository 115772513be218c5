package konnect

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/konnectkit/konnectkit/crd"
)

// isByConstruction tells whether an entity without marks is ours all the same:
// nobody else knows its ID, or the status has it from this very organisation.
func (s *session) isByConstruction(m *member) bool {
	if s.hasComputedID(m) {
		return true
	}
	status, account := m.obj.GetKonnectStatus(), m.control.account
	return m.entity.owner.unmarked() && adoptOf(m.obj) == nil && !m.mayHaveLooked() && status.ID == m.entity.ID &&
		status.ServerURL == account.credential.server.String() && status.OrganizationID == account.organizationID
}

// mayHaveLooked tells whether the status may name an entity that was never written,
// because the object observed it or adopted it with mode: match.
func (m *member) mayHaveLooked() bool {
	conditions := m.obj.GetConditions()
	return meta.IsStatusConditionTrue(conditions, crd.ConditionObserved) || meta.FindStatusCondition(conditions, crd.ConditionAdopted) != nil
}

// hasComputedID tells whether an entity without marks has the ID that is computed
// for the object.
func (s *session) hasComputedID(m *member) bool {
	return !m.isControlPlane() && m.entity.owner.unmarked() && adoptOf(m.obj) == nil &&
		m.entity.ID == computedID(m.control.id, s.owner, m.key)
}

// mayAdopt reports whether spec.adopt may take the entity over: no tool looks
// after it, or it is the Kong operator's for this very object.
func (s *session) mayAdopt(m *member) bool {
	o := m.entity.owner
	uid := string(m.obj.GetUID())
	return o.unmarked() || s.adoptionOf(m).allows(o) || (o.operatorUID != "" && o.operatorUID == uid)
}

// adoptsNothing reports whether spec.adopt names an entity that is not there, and
// the object has neither another one nor a status which shows that the entity was
// its own and is gone. What is only matched is never created.
func (s *session) adoptsNothing(m *member) bool {
	adopt := adoptOf(m.obj)
	switch {
	case adopt == nil, m.entity != nil && m.entity.ID == adopt.KonnectID():
		return false
	case m.isReadOnly():
		return true
	case m.entity == nil:
		status := m.obj.GetKonnectStatus()
		return status.ID != adopt.KonnectID() || status.ControlPlaneID != m.control.id
	default:
		own := m.entity.owner
		isOwn := own.ours(s.owner) && own.key == m.mark
		return !isOwn && !s.isRenamed(m, m.entity)
	}
}

// warnOfAdopt tells of a spec.adopt that has served.
func (s *session) warnOfAdopt(m *member) {
	adopt := adoptOf(m.obj)
	if adopt == nil || m.entity != nil && m.entity.ID == adopt.KonnectID() {
		return
	}
	instead := "the object has another one"
	if m.entity == nil {
		instead = "the object gets a new one"
	}
	s.warn(Warning{Key: m.key, Field: "spec.adopt", Code: WarningAdoptedGone, Message: fmt.Sprintf(
		"entity %s, which was adopted, is gone, and %s; remove spec.adopt", adopt.KonnectID(), instead)})
}

func (s *session) ownershipError(m *member, e *entity) error {
	err := &OwnershipError{Key: m.key, KonnectID: e.ID, Name: nameOf(e), Holder: e.owner.holder()}
	switch {
	case s.deleting:
		err.AdoptHint = "only its holder deletes it"
	case s.isLeft(s.siblings(m), e):
		err.AdoptHint = "it is left over from runs that wrote at the same time; use WithPrune with all objects of the owner, or delete it"
	case e.owner.ours(s.owner) && s.byMark[e.owner.key] == nil:
		err.AdoptHint = "the object of the same owner in its marks is not in the batch; if that was renamed, use WithPrune with all objects of the owner"
	case adoptOf(m.obj) != nil:
		err.AdoptHint = "its holder must release it before it can be adopted"
	case e.owner.ours(s.owner):
		err.AdoptHint = "that object is of the same owner; use another name, or rename or delete that one first"
	case e.owner.managedBy == managedByUs:
		err.AdoptHint = "use another name, or a client with that owner"
	case m.isControlPlane():
		err.AdoptHint = "use another name, only look at it with the annotation " + crd.ManagementPolicyAnnotation +
			": observe, mirror it with spec.source: Mirror, or take it over with WithAdoption"
	default:
		err.AdoptHint = "use another name, or take it over with spec.adopt or WithAdoption"
	}
	return err
}

func nameOf(e *entity) string {
	if e.Target != "" {
		return e.Target
	}
	return e.Name
}
