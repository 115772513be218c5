package konnect

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

// validate checks the rules of the CRDs and those of Konnect.
func (s *session) validate(objects []crd.Object) {
	for _, obj := range objects {
		key := crd.KeyOf(obj)
		problems := obj.Validate()
		if k := s.kinds.by[key.GroupKind()]; k != nil && len(problems) == 0 {
			problems = append(k.checkObject(obj), checkUserTags(field.NewPath("spec", "tags"), userTags(obj))...)
		}
		for _, p := range problems {
			s.problem(key, p)
		}
	}
}

// tagged is an object whose entity has tags.
type tagged interface{ GetTags() commonv1alpha1.Tags }

// annotationTags adds tags to an object's entity, separated by commas.
const annotationTags = "konghq.com/tags"

func userTags(obj crd.Object) []string {
	var tags []string
	if t, ok := obj.(tagged); ok {
		tags = append(tags, t.GetTags()...)
		for tag := range strings.SplitSeq(obj.GetAnnotations()[annotationTags], ",") {
			if tag = strings.TrimSpace(tag); tag != "" {
				tags = append(tags, tag)
			}
		}
	}
	return tags
}

// checkControlPlanes refuses entities in control planes that hold none, as far as
// the objects tell. What Konnect tells is checked once that is known.
func (s *session) checkControlPlanes() {
	for _, m := range s.members {
		if m.control == nil || m.isControlPlane() {
			continue
		}
		if c, ok := m.control.obj.(*konnectv1alpha2.KonnectGatewayControlPlane); ok && c.ClusterType() != "" {
			m.control.clusterType = c.ClusterType()
		}
		s.checkHolds(m)
	}
}

func (s *session) checkHolds(m *member) {
	if reason := holdsEntities(m.control.clusterType); reason != "" {
		s.problem(m.key, fmt.Errorf("check %s: %s %s", m.key, m.control.key, reason))
	}
}
