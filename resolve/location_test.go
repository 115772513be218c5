package resolve_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/resolve"
)

func TestLocation(t *testing.T) {
	t.Parallel()
	at := crd.Key{Group: crd.ConfigurationGroup, Kind: "KongRoute", Namespace: "a", Name: "r"}
	const path = "spec.serviceRef.namespacedRef"
	for _, problem := range []error{
		&resolve.MissingError{From: at, Field: path},
		&resolve.MissingTokenError{From: at, Field: path},
		&resolve.NotGrantedError{From: at, Field: path},
		&resolve.UnsupportedError{From: at, Field: path},
		&resolve.LookupError{From: at, Field: path, Err: &resolve.NoControlPlaneError{Key: crd.Key{Name: "inner"}}},
		fmt.Errorf("wrapped: %w", &resolve.MissingError{From: at, Field: path}),
	} {
		object, field := resolve.Location(problem)
		assert.Equal(t, at, object, "%T", problem)
		assert.Equal(t, path, field, "%T", problem)
	}
	object, field := resolve.Location(&resolve.NoControlPlaneError{Key: at, IngressController: true})
	assert.Equal(t, at, object)
	assert.Equal(t, "spec.controlPlaneRef", field)
	for _, problem := range []error{
		&resolve.DuplicateError{Key: at},
		&resolve.CycleError{Path: []crd.Key{at}},
		&resolve.NoControlPlaneError{Key: at},
		&resolve.AmbiguousControlPlaneError{Key: at},
	} {
		object, field := resolve.Location(problem)
		assert.Equal(t, at, object, "%T", problem)
		assert.Empty(t, field, "%T", problem)
	}
	for _, problem := range []error{errors.New("of the batch"), &resolve.CycleError{}} {
		object, field := resolve.Location(problem)
		assert.Zero(t, object)
		assert.Empty(t, field)
	}
}
