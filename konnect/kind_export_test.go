package konnect

import (
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// KindsForTest lists the kinds that have entities.
func KindsForTest() []*kinds.Kind { return kinds.All() }

// FewObjectsForTest is the largest number of objects that are read one by one.
const FewObjectsForTest = fewObjects

// FieldRule says how a field is compared.
type FieldRule = canon.Field

// ClockForTest lets a client take another time for the present one.
func ClockForTest(now time.Time) Option {
	return Option{func(c *config) error {
		c.now = func() time.Time { return now }
		return nil
	}}
}

// CheckForTest runs Konnect's rules beyond the CRD on a defaulted object.
func CheckForTest(obj crd.Object) field.ErrorList {
	k := kinds.NewTable().By(obj.GVK().GroupKind())
	return append(k.Check(obj), kinds.CheckUserTags(obj)...)
}

// TagsForTest returns the tags of an entity with the marks of its object.
func TagsForTest(user []string, owner string, key crd.Key) []string {
	return marks.Tags(user, owner, key, "")
}
