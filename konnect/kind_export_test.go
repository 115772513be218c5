package konnect

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
)

// KindTraits is what tests look up of a kind.
type KindTraits struct {
	GroupKind schema.GroupKind
	// Collection is empty for control planes.
	Collection, ParentCollection string
	Fields                       []FieldRule
	Immutable                    []string
}

// FewObjectsForTest is the largest number of objects that are read one by one.
const FewObjectsForTest = fewObjects

// FieldRule says how a field is compared.
type FieldRule = canon.Field

// KindsForTest lists the kinds that have entities.
func KindsForTest() []KindTraits {
	var kinds []KindTraits
	for _, k := range newKinds() {
		about := k.about()
		kinds = append(kinds, KindTraits{
			GroupKind: about.groupKind, Collection: about.collection, ParentCollection: about.parentCollection,
			Fields: slices.Clone(about.fields), Immutable: slices.Clone(about.immutable),
		})
	}
	return kinds
}

// CheckForTest runs Konnect's rules beyond the CRD on a defaulted object.
func CheckForTest(obj crd.Object) field.ErrorList {
	k := newKindTable().by[obj.GVK().GroupKind()]
	return append(k.checkObject(obj), checkUserTags(obj)...)
}

// PayloadForTest returns the body that would create an object's entity, as the
// SDK writes it, with the IDs of references by their fields.
func PayloadForTest(obj crd.Object, ids map[string]string) ([]byte, error) {
	k := newKindTable().by[obj.GVK().GroupKind()]
	in := inputs{ids: ids, tags: tagsWithMarks(userTags(obj), DefaultOwner, crd.KeyOf(obj), annotatedDeletion(obj))}
	if labelled, ok := obj.(labelled); ok {
		in.labels = labelsWithMarks(labelled.GetKonnectLabels(), 0, DefaultOwner, crd.KeyOf(obj), annotatedDeletion(obj))
	}
	d, err := k.desire(obj, in)
	if err != nil {
		return nil, err
	}
	return d.body, nil
}

// NormalizeTargetForTest is the form in which addresses are compared.
func NormalizeTargetForTest(address string) (string, error) { return normalizeTarget(address) }

// TagsForTest returns the tags of an entity with the marks of its object.
func TagsForTest(user []string, owner string, key crd.Key) []string {
	return tagsWithMarks(user, owner, key, "")
}

// NormalizePathForTest is the form of a path in the router.
func NormalizePathForTest(path string) string { return normalizePath(path) }
