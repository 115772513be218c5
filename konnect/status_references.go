package konnect

import (
	"cmp"
	"errors"
	"slices"
	"unique"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/resolve"
)

// controlPlaneConditions appends what is about the control plane of i; nothing while nothing
// is known of it.
func (s *statuses) controlPlaneConditions(i *item, conditions []metav1.Condition) []metav1.Condition {
	asked := s.world.indexes != nil
	plane := &s.results[i.controlPlane.n]
	clusterType := cmp.Or(plane.clusterType, i.controlPlane.kind.ClusterType(i.controlPlane.object))
	add := func(valid bool, reason, what string) []metav1.Condition {
		message := "Referenced ControlPlane " + i.controlPlane.key.Namespace + "/" + i.controlPlane.key.Name + " " + what
		message = unique.Make(message).Value() // thousands of objects have the same
		return append(conditions, condition(crd.ConditionControlPlaneRefValid, valid, reason, reason, message))
	}
	switch {
	case asked && (plane.fault.err != nil || plane.entity == nil):
		return add(false, reasonNotProgrammed, "is not programmed yet")
	case i.kind.HoldsEntities(clusterType) != "":
		return add(false, reasonInvalid, "cluster type "+clusterType+" is not supported")
	case !asked:
		return conditions
	default:
		return add(true, reasonValid, "is programmed")
	}
}

// referenceConditions appends what is about what i refers to other than control planes, of
// several of a kind about one that is not there, and about references that resolve refused.
func (s *statuses) referenceConditions(i *item, conditions []metav1.Condition) []metav1.Condition {
	asked := s.world.indexes != nil
	var refusals []error
	crosses := false // into other namespaces
	for _, edge := range i.node.Edges {
		crosses = crosses || edge.To.Namespace != i.key.Namespace
		var notGranted error
		if len(s.batch.auth.unresolved[i.key]) > 0 {
			notGranted = s.batch.auth.notGranted(i.key, edge)
		}
		if notGranted != nil {
			refusals = append(refusals, notGranted)
		}
		about := s.batch.table.By(edge.To.GroupKind())
		if about == nil {
			conditions = append(conditions, i.partConditions(edge, notGranted)...)
		}
		if about == nil || about.Referrer.Condition == "" || i.isMembership(edge) || edge.To.GroupKind() == crd.ControlPlaneGroupKind() {
			continue
		}
		if last := len(conditions) - 1; last >= 0 && conditions[last].Type == about.Referrer.Condition {
			if conditions[last].Status == metav1.ConditionFalse {
				continue
			}
			conditions = conditions[:last]
		}
		kind, name := about.Referrer.Condition, "Referenced "+about.Referrer.Noun+" "+edge.To.Namespace+"/"+edge.To.Name+" "
		parent := s.batch.leadsTo(edge)
		switch {
		case notGranted != nil:
			conditions = append(conditions, condition(kind, false, "", reasonNotPermitted, notGranted.Error()))
		case parent == nil:
			conditions = append(conditions, condition(kind, false, "", reasonInvalid, name+"does not exist"))
		case !asked: // nothing is known of it
		case s.results[parent.n].fault.err != nil || s.results[parent.n].entity == nil:
			conditions = append(conditions, condition(kind, false, "", reasonInvalid, name+"is not programmed yet"))
		default:
			conditions = append(conditions, condition(kind, true, reasonValid, "", name+"programmed"))
		}
	}
	if refusals != nil {
		conditions = append(conditions, condition(crd.ConditionResolvedRefs, false, "", reasonNotPermitted, statusText(errors.Join(refusals...))))
	} else if crosses && s.results[i.n].fault.err == nil {
		conditions = append(conditions, condition(crd.ConditionResolvedRefs, true, crd.ConditionResolvedRefs, "", ""))
	}
	return conditions
}

// partConditions are about an object without an entity that a reference leads to.
func (i *item) partConditions(edge resolve.Edge, notGranted error) []metav1.Condition {
	n := slices.IndexFunc(i.kind.References, func(r kinds.Reference) bool { return r.Field == edge.Field && r.Missing != "" })
	if n < 0 {
		return nil
	}
	r := i.kind.References[n]
	switch {
	case notGranted != nil && r.Present:
		return []metav1.Condition{condition(r.Missing, false, "", reasonNotPermitted, statusText(notGranted))}
	case notGranted != nil:
		return nil
	case edge.Node == nil:
		return []metav1.Condition{condition(r.Missing, false, "", reasonInvalid, "Referenced "+edge.To.String()+" does not exist")}
	case r.Present:
		return []metav1.Condition{condition(r.Missing, true, reasonValid, "", edge.To.String()+" exists and is accessible")}
	}
	return nil
}
