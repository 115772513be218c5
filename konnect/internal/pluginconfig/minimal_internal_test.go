package pluginconfig

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What Minimal leaves of a configuration makes Konnect show all of it again.
func TestServedMinimal(t *testing.T) {
	t.Parallel()
	served(t, func(t *testing.T, p *plane, name string, random *rand.Rand) {
		t.Helper()
		s := p.schema(t, name)
		for _, config := range samples(t, s, random) {
			shown, refusal := p.put(t, name, config)
			if refusal != "" {
				continue
			}
			least := s.Minimal(shown)
			require.Empty(t, s.Diff(least, shown), name)
			again, refusal := p.put(t, name, least)
			require.Empty(t, refusal, name)
			assert.Empty(t, s.Diff(least, again), name)
			assert.Empty(t, s.Diff(shown, again), name)
			assert.LessOrEqual(t, len(least), len(shown), name)
		}
	})
}

func TestMinimal(t *testing.T) {
	t.Parallel()
	s := limiter(t)
	config := object(t, `{"minute":5}`)
	assert.Equal(t, config, (*Schema)(nil).Minimal(config), "without a schema nothing is known to be a default")
	assert.NotEmpty(t, s.Minimal(object(t, `{"unknown":1}`)), "what a schema does not tell of is kept")
}
