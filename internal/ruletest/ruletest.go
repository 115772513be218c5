// Package ruletest runs tables of changes to valid objects against their rules.
package ruletest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Object is what tables need of an object.
type Object interface {
	runtime.Object
	GVK() schema.GroupVersionKind
	Default()
	Validate() field.ErrorList
}

// Updatable is an Object that can be compared with a stored one, given as an O.
type Updatable[O any] interface {
	Object
	ValidateUpdate(old O) field.ErrorList
}

// Case is a change to a valid object, and the errors it must lead to. Tests have
// a type of their own like it, which spares them the names of its fields.
type Case[T any] struct {
	Reason string
	Change func(T)
	Want   []string // as Summaries; none for an object that stays valid
}

// Update is a pair of changes, to the stored object and to the new one. Tests have
// a type of their own like it.
type Update[T any] struct {
	Reason      string
	Before, Now func(T)
	Want        []string
}

// Summaries lists field and type of each error: "spec.host: Required value".
func Summaries(errs field.ErrorList) []string {
	var summaries []string
	for _, err := range errs {
		summaries = append(summaries, err.Field+": "+err.Type.String())
	}
	return summaries
}

// Validate runs cases against Validate, each on a fresh object from valid.
func Validate[T Object, C ~struct {
	Reason string
	Change func(T)
	Want   []string
}](t *testing.T, valid func() T, cases map[string]C) {
	t.Helper()
	require.Empty(t, defaulted(valid()).Validate(), "the object that cases change must be valid")
	for name, given := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Case[T](given)
			obj := valid()
			c.Change(obj)
			defaulted(obj)
			before := obj.DeepCopyObject()
			errs := obj.Validate()
			assert.Equal(t, c.Want, Summaries(errs), "%s: %v", c.Reason, errs)
			assert.Equal(t, before, obj, "Validate must not change the object")
			assertOneLineEach(t, errs)
		})
	}
}

// ValidateUpdate runs cases against ValidateUpdate, both objects from valid.
func ValidateUpdate[O any, T Updatable[O], C ~struct {
	Reason      string
	Before, Now func(T)
	Want        []string
}](t *testing.T, valid func() T, cases map[string]C) {
	t.Helper()
	update := func(now, before T) field.ErrorList {
		old, ok := any(defaulted(before)).(O)
		require.True(t, ok, "a stored object must be what ValidateUpdate takes")
		return defaulted(now).ValidateUpdate(old)
	}
	require.Empty(t, update(valid(), valid()), "an update that changes nothing must be valid")
	for name, given := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Update[T](given)
			before, now := valid(), valid()
			if c.Before != nil {
				c.Before(before)
			}
			if c.Now != nil {
				c.Now(now)
			}
			errs := update(now, before)
			assert.Equal(t, c.Want, Summaries(errs), "%s: %v", c.Reason, errs)
			assertOneLineEach(t, errs)
		})
	}
}

func defaulted[T Object](obj T) T {
	obj.Default()
	return obj
}

func assertOneLineEach(t *testing.T, errs field.ErrorList) {
	t.Helper()
	for _, err := range errs {
		assert.NotContains(t, err.Error(), "\n")
	}
}

// Defaults checks that Default is idempotent and fills in apiVersion and kind.
func Defaults(t *testing.T, obj Object) {
	t.Helper()
	obj.Default()
	once := obj.DeepCopyObject()
	obj.Default()
	assert.Equal(t, once, obj, "Default must be idempotent")
	assert.Equal(t, obj.GVK(), obj.GetObjectKind().GroupVersionKind())
}

// Condition returns a valid condition.
func Condition(conditionType string, status metav1.ConditionStatus) metav1.Condition {
	return metav1.Condition{
		Type: conditionType, Status: status, Reason: "Test", Message: "a message", LastTransitionTime: metav1.Unix(1, 0),
	}
}

// Long returns n characters of two bytes each.
func Long(n int) string { return strings.Repeat("é", n) }
