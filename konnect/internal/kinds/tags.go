package kinds

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/marks"
)

func tagsAnnotationPath() *field.Path {
	return field.NewPath("metadata", "annotations").Key(marks.TagsAnnotation)
}

// MarksOf counts the marks that an object's entity cannot do without.
func MarksOf(obj crd.Object) int {
	n := marks.Count(Deletion(obj))
	if slices.ContainsFunc(obj.References(), func(ref crd.Reference) bool { return ref.Role == crd.RoleImplies }) {
		n++ // that of a carrier
	}
	return n
}

// CheckUserTags checks an entity's own tags, beside which there must be room for
// its marks. Each tag is reported where it was given.
func CheckUserTags(obj crd.Object) field.ErrorList {
	t, ok := obj.(marks.Tagged)
	distinct := map[string]bool{}
	for _, tag := range marks.UserTags(obj) {
		distinct[tag] = true
	}
	if !ok || len(distinct) == 0 {
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
	for _, tag := range marks.AnnotatedTags(obj) {
		if reason := tagProblem(tag); reason != "" {
			reasons = append(reasons, strconv.Quote(tag)+": "+reason)
		}
	}
	if len(reasons) > 0 {
		problems = append(problems, field.Invalid(tagsAnnotationPath(), obj.GetAnnotations()[marks.TagsAnnotation], strings.Join(reasons, "; ")))
	}
	if required := MarksOf(obj); len(distinct) > marks.MaxTags-required {
		if len(t.GetTags()) == 0 {
			path = tagsAnnotationPath()
		}
		problems = append(problems, &field.Error{
			Type: field.ErrorTypeTooMany, Field: path.String(), BadValue: len(distinct),
			Detail: fmt.Sprintf("konnect allows %d tags, of which %d are marks of konnectkit, so that %d are left, those of %s included",
				marks.MaxTags, required, marks.MaxTags-required, marks.TagsAnnotation),
		})
	}
	return problems
}

// tagProblem returns what Konnect, or we, have against a tag; empty for nothing.
func tagProblem(tag string) string {
	key, _, _ := strings.Cut(tag, ":")
	switch {
	case marks.Is(tag):
		return "the key " + key + " is reserved for the marks of konnectkit"
	case tag == "":
		return "must not be empty"
	case strings.ContainsAny(tag, ",/"):
		return "konnect allows no comma and no slash"
	case strings.ContainsFunc(tag, konnectrules.IsControl):
		return "konnect allows no control characters"
	case utf8.RuneCountInString(tag) > marks.MaxTagLength:
		return fmt.Sprintf("must have at most %d characters", marks.MaxTagLength)
	default:
		return ""
	}
}
