package marks

import (
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// TagsAnnotation adds tags to an object's entity, separated by commas.
const TagsAnnotation = "konghq.com/tags"

// Tagged is an object whose entity has tags.
type Tagged interface{ GetTags() commonv1alpha1.Tags }

// UserTags returns the tags of an object's spec and those of its annotation.
func UserTags(obj crd.Object) []string {
	t, ok := obj.(Tagged)
	if !ok {
		return nil
	}
	tags := slices.Clone([]string(t.GetTags()))
	if len(obj.GetAnnotations()) > 0 {
		tags = append(tags, AnnotatedTags(obj)...)
	}
	return tags
}

// AnnotatedTags returns the tags of an object's annotation.
func AnnotatedTags(obj crd.Object) []string {
	var tags []string
	for tag := range strings.SplitSeq(obj.GetAnnotations()[TagsAnnotation], ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}
