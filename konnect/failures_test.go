package konnect_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestManyFailuresAreReadable: the error says the first and how many more, and holds all.
func TestManyFailuresAreReadable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const services = 500
		server := konnecttest.NewServer()
		inject(server, "PUT **/services/*", faultCase{konnecttest.FailBefore(403), services - 1})
		inject(server, "PUT **/services/*", faultCase{konnecttest.FailBefore(501), 1})
		report, err := newNetwork(server).client(t).Ensure(t.Context(), inPlane("gw", services))
		require.Error(t, err)
		assert.Equal(t, 11, strings.Count(err.Error(), "\n")+1)
		assert.Contains(t, err.Error(), "\nand 490 more errors; the report has all of them")
		assert.Less(t, len(err.Error()), 4000)
		require.ErrorIs(t, err, konnect.ErrForbidden)
		statuses := map[int]int{}
		joined, ok := err.(interface{ Unwrap() []error })
		require.True(t, ok)
		for _, single := range joined.Unwrap() {
			api, ok := errors.AsType[*konnect.APIError](single)
			require.True(t, ok)
			statuses[api.Status]++
		}
		assert.Equal(t, map[int]int{403: services - 1, 501: 1}, statuses, "none is lost")
		assert.Len(t, report.Changes, 1+2*services)
	})
}

// TestManyProblemsAreReadable: more are told of what is wrong with a batch, but not without end.
func TestManyProblemsAreReadable(t *testing.T) {
	t.Parallel()
	batch := func(n int) []crd.Object {
		objects := []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild()}
		for i := range n {
			s := service(fmt.Sprint("x", i)).MustBuild()
			s.Spec.Port = new(int64(70000))
			objects = append(objects, s)
		}
		return objects
	}
	client := newNetwork(konnecttest.NewServer()).client(t)
	for n, lines := range map[int]int{1: 1, 100: 100, 101: 101, 150: 101} {
		_, err := client.Ensure(t.Context(), batch(n))
		invalid, ok := errors.AsType[*konnect.BatchError](err)
		require.True(t, ok)
		require.Len(t, invalid.Problems, n)
		text := strings.Split(invalid.Error(), "\n")
		assert.Len(t, text, lines)
		if n > 100 {
			assert.Regexp(t, `^and \d+ more problems; Problems has all of them$`, text[100])
		}
	}
}

// TestLongAnswersAreCut: a server's own words do not fill a screen.
func TestLongAnswersAreCut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		long := strings.Repeat("x", 1<<20)
		inject(server, "GET /v2/control-planes", faultCase{konnecttest.Answer(400, "application/json",
			`{"message":"`+long+`","details":[`+strings.Repeat(`{"field":"f","messages":["`+long[:5000]+`"]},`, 500)+`{"field":"g","messages":["m"]}]}`), -1})
		_, err := newNetwork(server).client(t).Ensure(t.Context(), howTo())
		api, ok := errors.AsType[*konnect.APIError](err)
		require.True(t, ok)
		assert.Len(t, api.Details, 501, "for programs it is whole")
		assert.Equal(t, long, api.Message)
		assert.Less(t, len(api.Error()), 15_000)
		assert.Contains(t, api.Error(), "and 491 more reasons")
	})
}
