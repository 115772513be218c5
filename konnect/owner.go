package konnect

// isByConstruction tells whether an entity without marks is ours all the same:
// nobody else knows its ID.
func (s *session) isByConstruction(m *member) bool {
	if !m.entity.owner.unmarked() || adoptOf(m.obj) != nil {
		return false
	}
	if !m.isControlPlane() && m.entity.ID == computedID(m.control.id, s.owner, m.key) {
		return true
	}
	return m.obj.GetKonnectStatus().ID == m.entity.ID
}

// adoptable tells whether spec.adopt may take the entity over: no tool looks
// after it, or it is the Kong operator's for this very object.
func (s *session) adoptable(m *member) bool {
	o := m.entity.owner
	uid := string(m.obj.GetUID())
	return o.unmarked() || s.options.adoption.allows(o) || (o.operatorUID != "" && o.operatorUID == uid)
}

func (s *session) ownershipError(m *member, e *entity) error {
	err := &OwnershipError{Key: m.key, KonnectID: e.ID, Name: nameOf(e), Holder: e.owner.holder()}
	switch {
	case adoptOf(m.obj) != nil:
		err.AdoptHint = "its holder must release it before it can be adopted"
	case e.owner.managedBy == managedByUs:
		err.AdoptHint = "use another name, or delete it with the owner that created it"
	case m.isControlPlane():
		err.AdoptHint = "use another name, mirror it with spec.source: Mirror, or take it over with WithAdoption"
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
