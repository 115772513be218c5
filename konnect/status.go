package konnect

import (
	"errors"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
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

// statuses writes what a run knows into the caller's objects.
type statuses struct {
	batch     *batch
	world     *world
	decisions *decisions
	results   []result
	options   callOptions
}

func (r *run) statuses() *statuses {
	return &statuses{r.batch, r.world, r.decisions, r.results, r.options}
}

// write writes what is known of i's entity into the caller's object.
func (s *statuses) write(i *item) {
	r := &s.results[i.n]
	origin, isOther := s.batch.origins[i.key]
	if !isOther {
		origin = i.object
	}
	err := r.fault.err
	if origin == nil || !i.inBatch || r.done == ActionRetained || r.done == ActionSkipped && err == nil {
		return // nothing was done, nor compared
	}
	if s.options.verb == releasing {
		s.release(i, origin)
		return
	}
	if r.done == ActionDeleted || s.options.verb != ensuring && err == nil && r.entity == nil {
		origin.SetKonnectStatus(crd.KonnectStatus{})
		origin.SetConditions(crd.PendingConditions())
		return
	}
	if r.entity != nil && r.owned {
		origin.SetKonnectStatus(s.konnectStatus(i))
		i.kind.Related(origin, r.entity)
		if i.kind.HasStatus() {
			if observed, err := i.kind.Project(r.entity); err == nil {
				i.kind.Status(origin, observed)
			}
		}
	}
	var few [8]metav1.Condition // as many as there are, mostly
	conditions, written := origin.GetConditions(), s.conditions(i, few[:0])
	conditions = slices.Grow(conditions, max(0, len(written)-len(conditions)))
	conditions = slices.DeleteFunc(conditions, func(c metav1.Condition) bool { // what says nothing any more
		switch isImplied := func(of kinds.Implication) bool { return of.Condition == c.Type }; {
		case slices.ContainsFunc(i.kind.Implies, isImplied):
			return s.batch.implied.carriers[i] == nil
		case err != nil:
			return slices.Contains(s.unknownConditions(i), c.Type) && meta.FindStatusCondition(written, c.Type) == nil
		default:
			return c.Type == crd.ConditionObserved && !i.observes ||
				c.Type == crd.ConditionAdopted && kinds.Adopt(i.object) != nil && !hasAdopted(i, r)
		}
	})
	for _, condition := range written {
		condition.ObservedGeneration = origin.GetGeneration()
		meta.SetStatusCondition(&conditions, condition)
	}
	origin.SetConditions(conditions)
}

func (s *statuses) konnectStatus(i *item) crd.KonnectStatus {
	account := i.controlPlane.account
	status := crd.KonnectStatus{ID: s.results[i.n].id, ServerURL: account.serverURL, OrganizationID: account.organizationID}
	if i.isControlPlane() {
		return status
	}
	status.ControlPlaneID = s.results[i.controlPlane.n].id
	for _, edge := range i.node.Edges {
		if parent := s.batch.leadsTo(edge); edge.Role == crd.RoleParent && parent != nil && !parent.isControlPlane() {
			status.ParentID = s.results[parent.n].id
		}
	}
	return status
}

// conditions appends those that the operator would write, Programmed last.
func (s *statuses) conditions(i *item, conditions []metav1.Condition) []metav1.Condition {
	if i.controlPlane != nil && !i.isControlPlane() {
		conditions = s.controlPlaneConditions(i, conditions)
	}
	conditions = s.referenceConditions(i, conditions)
	if i.controlPlane == nil {
		conditions = append(conditions, s.missingControlPlane(i)...)
	} else {
		conditions = append(conditions, s.authConditions(i.controlPlane)...)
	}
	r := &s.results[i.n]
	message := ""
	if r.fault.err != nil {
		message = statusText(r.fault.err)
	}
	if kinds.Adopt(i.object) != nil {
		conditions = append(conditions, s.adoptConditions(i)...)
	}
	if i.mirrors {
		conditions = append(conditions, condition(crd.ConditionMirrored, r.fault.err == nil, crd.ConditionMirrored, "Failed", message))
	}
	if i.observes && r.owned {
		conditions = append(conditions, condition(crd.ConditionObserved, true, crd.ConditionObserved, "", ""))
	}
	if i.group != nil {
		conditions = append(conditions, s.memberConditions(i, message)...)
	}
	if s.batch.implied.carriers[i] != nil {
		conditions = append(conditions, s.sourceConditions(i)...)
	}
	return append(conditions, s.programmed(i, conditions))
}

func condition(kind string, ok bool, trueReason, falseReason, message string) metav1.Condition {
	if ok {
		return metav1.Condition{Type: kind, Status: metav1.ConditionTrue, Reason: trueReason, Message: message}
	}
	return metav1.Condition{Type: kind, Status: metav1.ConditionFalse, Reason: falseReason, Message: message}
}

// memberConditions are about the set of others that belongs to i. Those that lie in a
// control plane say nothing where there are none, or something else has failed.
func (s *statuses) memberConditions(i *item, message string) []metav1.Condition {
	err := s.results[i.n].fault.err
	blocked, _ := errors.AsType[*DependencyError](err)
	missing, _ := errors.AsType[*resolve.MissingError](err)
	reason := i.group.Status.Failed
	if blocked != nil || missing != nil {
		reason = i.group.Status.Unresolved
	}
	if !i.isControlPlane() {
		_, failed := errors.AsType[*membersError](err)
		about := failed || blocked != nil && strings.HasPrefix(blocked.Field, i.group.Field) || missing != nil && strings.HasPrefix(missing.Field, i.group.Field)
		if err != nil && !about || !slices.ContainsFunc(i.node.Edges, i.isMembership) {
			return nil
		}
	}
	return []metav1.Condition{condition(i.group.Status.Condition, err == nil, i.group.Status.Valid, reason, message)}
}

// adoptConditions are about spec.adopt.
func (s *statuses) adoptConditions(i *item) []metav1.Condition {
	asked := s.world.indexes != nil
	r := &s.results[i.n]
	err := r.fault.err
	switch {
	case err == nil && hasAdopted(i, r):
		return []metav1.Condition{condition(crd.ConditionAdopted, true, crd.ConditionAdopted, "", "")}
	case err == nil, ownError(err) == nil, !asked: // it was not tried
		return nil
	}
	reason := reasonFailedToAdopt
	if r.entity == nil {
		reason = "FetchFailed"
	}
	if _, ok := errors.AsType[*MismatchError](err); ok {
		reason = "NotMatch"
	}
	if _, ok := errors.AsType[*OwnershipError](err); ok {
		reason = "UIDConflict"
	}
	return []metav1.Condition{condition(crd.ConditionAdopted, false, "", reason, statusText(err))}
}

// hasAdopted reports whether the object stands for an entity that it has adopted, or
// may have: the condition of one without spec.adopt stays.
func hasAdopted(i *item, r *result) bool {
	adopt := kinds.Adopt(i.object)
	return adopt == nil || r.entity == nil || r.entity.ID == adopt.KonnectID()
}

func (s *statuses) programmed(i *item, others []metav1.Condition) metav1.Condition {
	x, err := s.decisions.all[i.n], s.results[i.n].fault.err
	if err == nil && i.observes && len(x.changes.fields) > 0 {
		return condition(crd.ConditionProgrammed, false, "", reasonDrifted, printable.Cut("konnect holds something else: "+joinFields(x.changes.fields), maxMessage))
	}
	if err == nil {
		return condition(crd.ConditionProgrammed, true, reasonProgrammed, "", "")
	}
	othersFalse := slices.ContainsFunc(others, func(c metav1.Condition) bool {
		return c.Status == metav1.ConditionFalse && c.Type != crd.ConditionAdopted
	})
	if dependent, ok := errors.AsType[*DependencyError](err); ok && dependent.Field == impliedField {
		return condition(crd.ConditionProgrammed, false, "", reasonNotProgrammed, statusText(err))
	}
	if othersFalse {
		return condition(crd.ConditionProgrammed, false, "", reasonOthersFalse, "Some conditions have status set to False")
	}
	return condition(crd.ConditionProgrammed, false, "", s.failureReason(i, x), statusText(err))
}

func (s *statuses) failureReason(i *item, x *decision) string {
	r := &s.results[i.n]
	own := ownError(r.fault.err)
	_, answered := errors.AsType[*APIError](own)
	asked := answered || IsTransient(own) // Konnect that is away may give no answer at all
	switch {
	case kinds.Adopt(i.object) != nil && x.planned != ActionUpdated:
		return reasonFailedToAdopt
	case x.planned == "" && !asked && r.entity == nil:
		return reasonFailedToCreate // refused before anything was sent
	case x.planned == "" && !asked:
		return reasonFailedToUpdate
	case x.planned == ActionCreated:
		return reasonFailedToCreate
	case x.planned == ActionUpdated:
		return reasonFailedToUpdate
	case x.planned == ActionAdopted:
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
	return printable.Cut(printable.Error(err).Error(), maxMessage)
}

// ownError is what is wrong with an object itself, not with one that it needs.
func ownError(err error) error {
	if _, dependent := errors.AsType[*DependencyError](err); dependent {
		return nil
	}
	return err
}
