package konnect

import (
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/resolve"
)

// Reasons of conditions, as the Kong operator writes them.
const (
	reasonProgrammed     = "Programmed"
	reasonFailedToCreate = "FailedToCreate"
	reasonFailedToUpdate = "FailedToUpdate"
	reasonFailedToAdopt  = "FailedToAdopt"
	reasonOperationFails = "KonnectAPIOpFailed"
	reasonOthersFalse    = "ConditionWithStatusFalseExists"
	reasonValid          = "Valid"
	reasonInvalid        = "Invalid"
	reasonNotProgrammed  = "NotProgrammed"
	reasonNotPermitted   = "RefNotPermitted"

	// reasonDrifted is our own: the operator knows no objects that only observe.
	reasonDrifted = "Drifted"
)

// writeStatus writes what is known of m's entity into the caller's object.
func (s *session) writeStatus(m *member) {
	origin := s.origins[m.key]
	if origin == nil || !m.inBatch || m.obj == nil {
		return
	}
	if m.outcome == ActionRetained || m.outcome == ActionSkipped && m.err == nil { // nothing was done, nor compared
		return
	}
	if m.outcome == ActionDeleted || s.deleting && m.err == nil && m.entity == nil {
		origin.SetKonnectStatus(crd.KonnectStatus{})
		origin.SetConditions(crd.PendingConditions())
		return
	}
	if m.entity != nil && m.owned {
		origin.SetKonnectStatus(s.konnectStatus(m))
		m.kind.fillStatus(origin, m.entity)
	}
	conditions, written := origin.GetConditions(), s.conditions(m)
	conditions = slices.Grow(conditions, max(0, len(written)-len(conditions)))
	if m.err == nil && !m.observes() {
		meta.RemoveStatusCondition(&conditions, crd.ConditionObserved)
	}
	for _, kind := range s.unknownConditions(m) {
		if meta.FindStatusCondition(written, kind) == nil {
			meta.RemoveStatusCondition(&conditions, kind)
		}
	}
	if m.err == nil && !m.hasAdopted() {
		meta.RemoveStatusCondition(&conditions, crd.ConditionAdopted)
	}
	for _, condition := range written {
		condition.ObservedGeneration = origin.GetGeneration()
		meta.SetStatusCondition(&conditions, condition)
	}
	origin.SetConditions(conditions)
}

func (s *session) konnectStatus(m *member) crd.KonnectStatus {
	account := m.control.account
	status := crd.KonnectStatus{
		ID: m.id, ServerURL: account.credential.server.String(), OrganizationID: account.organizationID,
	}
	if m.isControlPlane() {
		return status
	}
	status.ControlPlaneID = m.control.id
	for _, edge := range m.node.Edges {
		if parent := s.leadsTo(edge); edge.Role == crd.RoleParent && parent != nil && !parent.isControlPlane() {
			status.ParentID = parent.id
		}
	}
	return status
}

// conditions are those that the operator would write, Programmed last.
func (s *session) conditions(m *member) []metav1.Condition {
	var conditions []metav1.Condition
	if m.control != nil && !m.isControlPlane() {
		conditions = append(conditions, s.controlPlaneConditions(m)...)
	}
	conditions = append(conditions, s.referenceConditions(m)...)
	if m.control == nil {
		conditions = append(conditions, s.missingControlPlane(m)...)
	} else {
		conditions = append(conditions, s.authConditions(m.control)...)
	}
	conditions = append(conditions, s.adoptConditions(m)...)
	if m.isMirror() {
		conditions = append(conditions, mirrorCondition(m))
	}
	if m.observes() && m.owned {
		conditions = append(conditions, condition(crd.ConditionObserved, true, crd.ConditionObserved, "", ""))
	}
	if relationOf(m) != nil {
		conditions = append(conditions, membersCondition(m))
	}
	return append(conditions, programmedCondition(m, conditions))
}

func condition(kind string, ok bool, trueReason, falseReason, message string) metav1.Condition {
	if ok {
		return metav1.Condition{Type: kind, Status: metav1.ConditionTrue, Reason: trueReason, Message: message}
	}
	return metav1.Condition{Type: kind, Status: metav1.ConditionFalse, Reason: falseReason, Message: message}
}

// controlPlaneConditions are about the control plane of m; none while nothing is known
// of it.
func (s *session) controlPlaneConditions(m *member) []metav1.Condition {
	key, clusterType := m.control.key, m.control.clusterType
	name := fmt.Sprintf("Referenced ControlPlane %s/%s ", key.Namespace, key.Name)
	refused := func(reason, message string) []metav1.Condition {
		return []metav1.Condition{condition(crd.ConditionControlPlaneRefValid, false, "", reason, name+message)}
	}
	switch {
	case s.observed && (m.control.err != nil || m.control.entity == nil):
		return refused(reasonNotProgrammed, "is not programmed yet")
	case holdsEntities(clusterType) != "":
		return refused(reasonInvalid, "cluster type "+clusterType+" is not supported")
	case !s.observed:
		return nil
	default:
		return []metav1.Condition{condition(crd.ConditionControlPlaneRefValid, true, reasonValid, "", name+"is programmed")}
	}
}

// referenceConditions are about the parents other than control planes, and about
// references that resolve refused.
func (s *session) referenceConditions(m *member) []metav1.Condition {
	if m.node == nil {
		return nil
	}
	var conditions []metav1.Condition
	var refusals []error
	for _, edge := range m.node.Edges {
		notGranted := s.notGranted(m.key, edge)
		if notGranted != nil {
			refusals = append(refusals, notGranted)
		}
		about := s.kinds.by[edge.To.GroupKind()]
		if edge.Role != crd.RoleParent || about == nil || edge.To.GroupKind() == crd.ControlPlaneGroupKind() {
			continue
		}
		noun, kind := about.about().noun, about.about().referrerCondition
		name := fmt.Sprintf("Referenced %s %s/%s ", noun, edge.To.Namespace, edge.To.Name)
		parent := s.leadsTo(edge)
		switch {
		case notGranted != nil:
			conditions = append(conditions, condition(kind, false, "", reasonNotPermitted, notGranted.Error()))
		case parent == nil:
			conditions = append(conditions, condition(kind, false, "", reasonInvalid, name+"does not exist"))
		case !s.observed: // nothing is known of it
		case parent.err != nil || parent.entity == nil:
			conditions = append(conditions, condition(kind, false, "", reasonInvalid, name+"is not programmed yet"))
		default:
			conditions = append(conditions, condition(kind, true, reasonValid, "", name+"programmed"))
		}
	}
	if refusals != nil {
		message := statusText(errors.Join(refusals...))
		conditions = append(conditions, condition(crd.ConditionResolvedRefs, false, "", reasonNotPermitted, message))
	} else if m.crossesNamespaces() && m.err == nil {
		conditions = append(conditions, condition(crd.ConditionResolvedRefs, true, crd.ConditionResolvedRefs, "", ""))
	}
	return conditions
}

func (m *member) crossesNamespaces() bool {
	for _, edge := range m.node.Edges {
		if edge.To.Namespace != m.key.Namespace {
			return true
		}
	}
	return false
}

func (s *session) adoptConditions(m *member) []metav1.Condition {
	if m.obj == nil || adoptOf(m.obj) == nil {
		return nil
	}
	if m.err == nil && !m.hasAdopted() {
		return nil
	}
	if m.err == nil {
		return []metav1.Condition{condition(crd.ConditionAdopted, true, crd.ConditionAdopted, "", "")}
	}
	if m.ownError() == nil || !s.observed {
		return nil // it was not tried
	}
	reason := reasonFailedToAdopt
	if m.entity == nil {
		reason = "FetchFailed"
	}
	if _, ok := errors.AsType[*MismatchError](m.err); ok {
		reason = "NotMatch"
	}
	if _, ok := errors.AsType[*OwnershipError](m.err); ok {
		reason = "UIDConflict"
	}
	return []metav1.Condition{condition(crd.ConditionAdopted, false, "", reason, statusText(m.err))}
}

// hasAdopted reports whether the object stands for an entity that it has adopted, or
// may have: the condition of one without spec.adopt stays.
func (m *member) hasAdopted() bool {
	adopt := adoptOf(m.obj)
	return adopt == nil || m.entity == nil || m.entity.ID == adopt.KonnectID()
}

func mirrorCondition(m *member) metav1.Condition {
	return condition(crd.ConditionMirrored, m.err == nil, crd.ConditionMirrored, "Failed", statusText(m.err))
}

func membersCondition(m *member) metav1.Condition {
	_, blocked := errors.AsType[*DependencyError](m.err)
	_, missing := errors.AsType[*resolve.MissingError](m.err)
	reason := "SetGroupMemberFailed"
	if blocked || missing {
		reason = "SomeMemberNotResolved"
	}
	return condition(crd.ConditionMembersReferenceResolved, m.err == nil, "Resolved", reason, statusText(m.err))
}

func programmedCondition(m *member, others []metav1.Condition) metav1.Condition {
	if m.err == nil && m.hasDrifted() {
		return condition(crd.ConditionProgrammed, false, "", reasonDrifted, cut("konnect holds something else: "+joinFields(m.fields), maxMessage))
	}
	if m.err == nil {
		return condition(crd.ConditionProgrammed, true, reasonProgrammed, "", "")
	}
	if m.ownError() == nil {
		return condition(crd.ConditionProgrammed, false, "", reasonOthersFalse, "Some conditions have status set to False")
	}
	for _, other := range others {
		if other.Status == metav1.ConditionFalse && other.Type != crd.ConditionAdopted {
			return condition(crd.ConditionProgrammed, false, "", reasonOthersFalse, "Some conditions have status set to False")
		}
	}
	return condition(crd.ConditionProgrammed, false, "", m.failureReason(), statusText(m.err))
}

func (m *member) failureReason() string {
	_, answered := errors.AsType[*APIError](m.ownError())
	switch {
	case adoptOf(m.obj) != nil && m.step != ActionUpdated:
		return reasonFailedToAdopt
	case m.step == "" && !answered && m.entity == nil:
		return reasonFailedToCreate // refused before anything was sent
	case m.step == "" && !answered:
		return reasonFailedToUpdate
	case m.step == ActionCreated:
		return reasonFailedToCreate
	case m.step == ActionUpdated:
		return reasonFailedToUpdate
	case m.step == ActionAdopted:
		return reasonFailedToAdopt
	default:
		return reasonOperationFails
	}
}

// maxMessage is the longest message that the CRDs accept.
const maxMessage = 32768

func statusText(err error) string {
	if err == nil {
		return ""
	}
	return cut(printable.Error(err).Error(), maxMessage)
}

// ownError is what is wrong with the object itself, not with one that it needs.
func (m *member) ownError() error {
	if _, dependent := errors.AsType[*DependencyError](m.err); dependent {
		return nil
	}
	return m.err
}
