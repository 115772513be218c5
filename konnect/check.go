package konnect

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
)

// validate checks the rules of the CRDs and those of Konnect.
func (s *session) validate(objects []crd.Object) {
	for _, obj := range objects {
		key := crd.KeyOf(obj)
		problems := s.validateSchema(key, obj)
		if k := s.kinds.by[key.GroupKind()]; k != nil {
			problems = append(problems, k.checkObject(obj)...)
			problems = append(problems, checkUserTags(obj)...)
			problems = append(problems, checkPlugins(obj)...)
			s.warnOf(key, k.warnings(obj))
		}
		problems = append(problems, checkAnnotations(obj)...)
		problems = append(problems, checkAdoption(obj, s.options.adoptionLimit)...)
		s.warnOf(key, annotationWarnings(obj))
		for _, p := range firstOfEach(problems) {
			s.problem(key, p)
		}
	}
}

// firstOfEach returns the first problem of each field.
func firstOfEach(problems field.ErrorList) field.ErrorList {
	var first field.ErrorList
	seen := map[string]bool{}
	for _, p := range problems {
		if !seen[p.Field] {
			first = append(first, p)
		}
		seen[p.Field] = true
	}
	return first
}

// validateSchema checks the rules of the CRD. What only a newer operator knows, and
// only takes away from what an object says, is warned of.
func (s *session) validateSchema(key crd.Key, obj crd.Object) field.ErrorList {
	partly, ok := obj.(interface {
		ValidateKnown() (problems, unknown field.ErrorList)
	})
	if !ok {
		return obj.Validate()
	}
	problems, unknown := partly.ValidateKnown()
	for _, p := range firstOfEach(unknown) {
		s.warn(Warning{Key: key, Field: p.Field, Code: WarningUnknownKind, Message: "permits nothing here: " + p.Detail})
	}
	return problems
}

// checkControlPlanes refuses entities in control planes that hold none, as far as
// the objects tell. What Konnect tells is checked once that is known.
func (s *session) checkControlPlanes() {
	for _, m := range s.members {
		if m.isControlPlane() {
			m.clusterType = m.kind.wantedClusterType(m.obj)
		}
	}
	s.checkHeld()
}

// checkHeld refuses entities and group members where Konnect takes none. What has
// failed already, perhaps for that, is left at it.
func (s *session) checkHeld() {
	for _, m := range s.members {
		switch {
		case m.control == nil || !m.inBatch || m.err != nil:
		case !m.isControlPlane():
			if reason := holdsEntities(m.control.clusterType); reason != "" {
				s.problem(m.key, fmt.Errorf("check %s: %s %s", m.key, m.control.key, reason))
			}
		case relationOf(m) != nil:
			s.checkGroup(m)
		}
	}
}
