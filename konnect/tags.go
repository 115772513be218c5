package konnect

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// tagged is an object whose entity has tags.
type tagged interface{ GetTags() commonv1alpha1.Tags }

// userTags returns the tags of an object's spec and those of its annotation.
func userTags(obj crd.Object) []string {
	t, ok := obj.(tagged)
	if !ok {
		return nil
	}
	return append(append([]string(nil), t.GetTags()...), annotatedTags(obj)...)
}

func annotatedTags(obj crd.Object) []string {
	var tags []string
	for tag := range strings.SplitSeq(obj.GetAnnotations()[annotationTags], ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}

// marksOf counts the marks that an object's entity cannot do without.
func marksOf(obj crd.Object) int {
	return len(requiredMarks("", crd.Key{}, annotatedDeletion(obj)))
}

// checkUserTags checks an entity's own tags, beside which there must be room for
// its marks. Each tag is reported where it was given.
func checkUserTags(obj crd.Object) field.ErrorList {
	t, ok := obj.(tagged)
	if !ok {
		return nil
	}
	var problems field.ErrorList
	path := field.NewPath("spec", "tags")
	for i, tag := range t.GetTags() {
		if reason := tagProblem(tag); reason != "" {
			problems = append(problems, field.Invalid(path.Index(i), tag, reason))
		}
	}
	var reasons []string
	for _, tag := range annotatedTags(obj) {
		if reason := tagProblem(tag); reason != "" {
			reasons = append(reasons, strconv.Quote(tag)+": "+reason)
		}
	}
	if len(reasons) > 0 {
		problems = append(problems, field.Invalid(annotationPath(annotationTags), obj.GetAnnotations()[annotationTags], strings.Join(reasons, "; ")))
	}
	distinct := map[string]bool{}
	for _, tag := range userTags(obj) {
		distinct[tag] = true
	}
	if marks := marksOf(obj); len(distinct) > maxTags-marks {
		if len(t.GetTags()) == 0 {
			path = annotationPath(annotationTags)
		}
		problems = append(problems, &field.Error{
			Type: field.ErrorTypeTooMany, Field: path.String(), BadValue: len(distinct),
			Detail: fmt.Sprintf("konnect allows %d tags, of which %d are marks of konnectkit, so that %d are left, those of %s included",
				maxTags, marks, maxTags-marks, annotationTags),
		})
	}
	return problems
}

// tagProblem returns what Konnect, or we, have against a tag; empty for nothing.
func tagProblem(tag string) string {
	key, _, _ := strings.Cut(tag, ":")
	switch {
	case isMark(tag):
		return "the key " + key + " is reserved for the marks of konnectkit"
	case tag == "":
		return "must not be empty"
	case strings.ContainsAny(tag, ",/"):
		return "konnect allows no comma and no slash"
	case strings.ContainsFunc(tag, isControl):
		return "konnect allows no control characters"
	case utf8.RuneCountInString(tag) > maxTagLength:
		return fmt.Sprintf("must have at most %d characters", maxTagLength)
	default:
		return ""
	}
}
