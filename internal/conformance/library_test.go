package conformance

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
)

// library puts a request to this module.
func library(t testing.TB, r request) verdict {
	t.Helper()
	object, err := manifest.Decode(r.body)
	failure := (*manifest.DecodeError)(nil)
	if errors.As(err, &failure) {
		v := verdict{undecodable: true, message: err.Error()}
		for _, problem := range failure.Problems {
			v.fields = append(v.fields, plain(problem.Field))
		}
		v.fields = unique(v.fields)
		return v
	}
	if err != nil {
		return verdict{undecodable: true, message: err.Error()}
	}

	errs := object.Validate()
	switch {
	case r.status:
		errs = object.ValidateUpdate(object)
	case r.before != nil:
		errs = object.ValidateUpdate(decode(t, r.before))
	}
	if len(errs) == 0 {
		result := parse(t, render(t, object))
		if r.before != nil && !r.status { // whoever stores it keeps the status
			delete(result, "status")
			if status, ok := r.before["status"]; ok {
				result["status"] = status
			}
		}
		return verdict{accepted: true, result: result}
	}
	v := verdict{message: errs.ToAggregate().Error()}
	for _, err := range errs {
		v.fields = append(v.fields, err.Field)
	}
	v.fields = unique(v.fields)
	return v
}

func decode(t testing.TB, object tree) crd.Object {
	t.Helper()
	decoded, err := manifest.Decode(render(t, object))
	require.NoError(t, err)
	return decoded
}
