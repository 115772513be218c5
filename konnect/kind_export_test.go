package konnect

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/marks"
)

// KindsForTest lists the kinds that have entities.
func KindsForTest() []*kinds.Kind { return kinds.All() }

// FewObjectsForTest is the largest number of objects that are read one by one.
const FewObjectsForTest = fewObjects

// FieldRule says how a field is compared.
type FieldRule = canon.Field

// CheckForTest runs Konnect's rules beyond the CRD on a defaulted object.
func CheckForTest(obj crd.Object) field.ErrorList {
	k := kinds.NewTable().By(obj.GVK().GroupKind())
	return append(k.Check(obj), kinds.CheckUserTags(obj)...)
}

// PayloadForTest returns the body that would create an object's entity, as the
// SDK writes it, with the IDs of references by their fields.
func PayloadForTest(obj crd.Object, ids map[string]string) ([]byte, error) {
	k := kinds.NewTable().By(obj.GVK().GroupKind())
	in := kinds.Inputs{IDs: ids, Tags: marks.Tags(kinds.UserTags(obj), DefaultOwner, crd.KeyOf(obj), kinds.Deletion(obj))}
	if labels, ok := kinds.Labels(obj); ok {
		in.Labels = marks.Labels(labels, 0, DefaultOwner, crd.KeyOf(obj), kinds.Deletion(obj))
	}
	d, err := k.Desire(obj, in)
	if err != nil {
		return nil, err
	}
	return d.Body, nil
}

// NormalizeTargetForTest is the form in which addresses are compared.
func NormalizeTargetForTest(address string) (string, error) {
	return konnectrules.NormalizeTarget(address)
}

// TagsForTest returns the tags of an entity with the marks of its object.
func TagsForTest(user []string, owner string, key crd.Key) []string {
	return marks.Tags(user, owner, key, "")
}

// NormalizePathForTest is the form of a path in the router.
func NormalizePathForTest(path string) string { return konnectrules.NormalizePath(path) }
