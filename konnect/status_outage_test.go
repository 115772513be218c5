package konnect_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestOutageConditions holds that all ways of Konnect to be away leave the same
// conditions: a controller that writes them when they change writes them once.
func TestOutageConditions(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func() []crd.Object{
		"first call":  func() []crd.Object { return nil },
		"provisioned": platform,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(prepare)(t, n))
				objects := platform()
				client := n.client(t)
				var before []string
				for _, away := range []struct {
					name   string
					effect konnecttest.Effect
				}{
					{"answers, without success", konnecttest.FailBefore(503)},
					{"no answer within the call's time", konnecttest.Delay(time.Minute)},
					{"connections break", konnecttest.Reset()},
				} {
					server.ClearFaults()
					server.Inject(konnecttest.Fault{Times: -1, Effect: away.effect})
					ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
					_, err := client.Ensure(ctx, objects)
					cancel()
					require.Error(t, err, away.name)
					now := conditionsOf(objectNamed(t, objects, "gw"))
					assert.Contains(t, now, "Programmed False KonnectAPIOpFailed", away.name)
					if before != nil {
						assert.Equal(t, before, now, away.name)
					}
					before = now
				}
			})
		})
	}
}
