package konnect

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// validate checks the rules of the CRD and those of Konnect.
func (b *batch) validate(obj crd.Object, o callOptions, notes *notes) {
	key := crd.KeyOf(obj)
	var problems, unknown field.ErrorList
	if partly, ok := obj.(interface {
		ValidateKnown() (problems, unknown field.ErrorList)
	}); ok {
		problems, unknown = partly.ValidateKnown()
	} else {
		problems = obj.Validate()
	}
	if len(b.implied.items) > 0 && b.implied.items[b.of(key)] != nil { // it has a name that no object can have
		problems = slices.DeleteFunc(problems, func(p *field.Error) bool { return p.Field == "metadata.name" })
	}
	seen := map[string]bool{}   // the first problem of each field is enough
	for _, p := range unknown { // what only a newer operator knows, and only takes away from what the object says
		if !seen[p.Field] {
			notes.warn(Warning{Key: key, Field: p.Field, Code: WarningUnknownKind, Message: "permits nothing here: " + p.Detail})
		}
		seen[p.Field] = true
	}
	clear(seen)
	if k := b.table.By(key.GroupKind()); k != nil {
		problems = append(problems, k.Check(obj)...)
		problems = append(problems, kinds.CheckUserTags(obj)...)
		for _, hint := range k.Warn(obj) {
			notes.warn(Warning{Key: key, Field: hint.Field, Code: WarningCode(hint.Code), Message: hint.Message})
		}
	} else {
		for _, hint := range kinds.WarnOfPart(obj) {
			notes.warn(Warning{Key: key, Field: hint.Field, Code: WarningCode(hint.Code), Message: hint.Message})
		}
	}
	if len(obj.GetAnnotations()) > 0 {
		if k := b.table.By(key.GroupKind()); k != nil {
			problems = append(problems, checkPlugins(k, obj)...)
		}
		problems = append(problems, checkAnnotations(obj)...)
		problems = append(problems, checkAdoption(obj, o.adoptionLimit)...)
		notes.warnOfAnnotations(key, obj)
	}
	for _, p := range problems {
		if !seen[p.Field] {
			b.faults.stop(key, p)
		}
		seen[p.Field] = true
	}
}

// takeFindings notes what is to be said of an item with what it refers to.
func (b *batch) takeFindings(i *item, found *kinds.Findings, notes *notes) {
	seen := map[string]bool{} // the first problem of each field is enough
	for _, p := range found.Problems {
		if !seen[p.Field] {
			b.faults.problem(i, i.key, p)
		}
		seen[p.Field] = true
	}
	for _, hint := range found.Hints {
		notes.warn(Warning{Key: i.key, Field: hint.Field, Code: WarningCode(hint.Code), Message: hint.Message})
	}
	if found.Unwritable != nil {
		i.unwritable = found.Unwritable
	}
}

// checkPolicies refuses to delete where an annotation about that may have been meant to
// keep something.
func (b *batch) checkPolicies(notes *notes) {
	for _, i := range b.items {
		if !i.inBatch {
			continue
		}
		for _, p := range append(checkAnnotations(i.object), checkMisspelledPolicies(i.object)...) {
			b.faults.problem(i, i.key, p)
		}
		notes.warnOfAnnotations(i.key, i.object)
	}
}

// misplaced says why Konnect takes an entity not where it belongs, not with what it refers
// to in another control plane, or members not into a group, as far as the types of control
// planes are known.
func (b *batch) misplaced(i *item, clusterType func(*item) string) []error {
	if i.controlPlane == nil || !i.inBatch {
		return nil
	}
	if !i.isControlPlane() {
		if reason := i.kind.HoldsEntities(clusterType(i.controlPlane)); reason != "" {
			return []error{fmt.Errorf("check %s: %s %s", i.key, i.controlPlane.key, reason)}
		}
	}
	var problems []error
	for _, edge := range i.node.Edges {
		other := b.leadsTo(edge)
		if other != nil && !other.isControlPlane() && other.controlPlane != nil && other.controlPlane != i.controlPlane &&
			!other.controlPlane.mirrors && !i.controlPlane.mirrors { // which may be the same one
			problems = append(problems, elsewhereError(i, edge.Field, other))
		}
		if other == nil || !i.isMembership(edge) {
			continue
		}
		reason := i.kind.HoldsEntities(clusterType(other))
		if other.account != nil && i.account != nil && other.account != i.account {
			reason = "is reached with other credentials"
		}
		if reason != "" {
			problems = append(problems, fmt.Errorf("check %s: %s: %s %s, so it cannot be a member", i.key, edge.Field, other.key, reason))
		}
	}
	return problems
}

// elsewhereError is about a field of an item that leads into another control plane.
func elsewhereError(i *item, at string, other *item) error {
	return fmt.Errorf("check %s: %s: %s is in %s, and the object in %s", i.key, at, other.key, other.controlPlane.key, i.controlPlane.key)
}
