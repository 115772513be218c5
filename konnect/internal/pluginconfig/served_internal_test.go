package pluginconfig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// plane is a control plane of the in-memory Konnect.
type plane struct {
	srv      *konnecttest.Server
	entities string
}

func newPlane(t *testing.T, opts ...konnecttest.Option) *plane {
	t.Helper()
	srv := konnecttest.NewServer(opts...)
	id, err := srv.AddControlPlane("", map[string]any{"name": "cp"})
	require.NoError(t, err)
	return &plane{srv: srv, entities: "/v2/control-planes/" + id + "/core-entities"}
}

func (p *plane) do(t *testing.T, method, path string, body any) (status int, answer []byte) {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	r := httptest.NewRequestWithContext(t.Context(), method, p.entities+path, bytes.NewReader(raw))
	r.Header.Set("Authorization", "Bearer "+p.srv.Token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	p.srv.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

// put writes a plugin and returns the configuration that is shown then; nil if it is refused.
func (p *plane) put(t *testing.T, name string, config any) (shown map[string]any, refusal string) {
	t.Helper()
	status, answer := p.do(t, "PUT", "/plugins/00000000-0000-4000-8000-000000000001", map[string]any{"name": name, "config": config})
	if status >= 400 {
		require.Equal(t, 400, status, "%s", answer)
		return nil, string(answer)
	}
	_, answer = p.do(t, "GET", "/plugins/00000000-0000-4000-8000-000000000001", nil)
	var plugin struct {
		Config map[string]any `json:"config"`
	}
	require.NoError(t, json.Unmarshal(answer, &plugin))
	return plugin.Config, ""
}

func (p *plane) schema(t *testing.T, name string) *Schema {
	t.Helper()
	status, answer := p.do(t, "GET", "/schemas/plugins/"+name, nil)
	require.Equal(t, 200, status, "%s", answer)
	s, err := Parse(answer)
	require.NoError(t, err)
	return s
}

// served calls test for every plugin of both generations, with nulls shown and hidden.
func served(t *testing.T, test func(t *testing.T, p *plane, name string, random *rand.Rand)) {
	t.Helper()
	for generation, opts := range map[string][]konnecttest.Option{
		"3.10": {konnecttest.WithOlderPlugins()},
		"3.15": nil,
	} {
		names := servedNames(t, generation)
		require.Greater(t, len(names), 40)
		for mode, extra := range map[string][]konnecttest.Option{
			"nulls shown":  {konnecttest.WithShorthandsEchoed()},
			"nulls hidden": {konnecttest.WithConfigNullsOmitted()},
		} {
			t.Run(generation+", "+mode, func(t *testing.T) {
				t.Parallel()
				p := newPlane(t, append(slices.Clone(opts), extra...)...)
				for i, name := range names {
					if testing.Short() && i%6 > 0 {
						continue
					}
					seed := fnv.New64()
					_, _ = fmt.Fprint(seed, generation, mode, name)
					random := rand.New(rand.NewPCG(seed.Sum64(), 1)) //nolint:gosec // repeatable
					test(t, p, name, random)
				}
			})
		}
	}
}

func servedNames(t *testing.T, generation string) []string {
	t.Helper()
	p := newPlane(t)
	if generation == "3.10" {
		p = newPlane(t, konnecttest.WithOlderPlugins())
	}
	entries, err := os.ReadDir("../../konnecttest/internal/pluginschema/data/" + generation)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		name := strings.TrimSuffix(entry.Name(), ".json")
		if status, _ := p.do(t, "GET", "/schemas/plugins/"+name, nil); status == 200 { // the others are not on Konnect
			names = append(names, name)
		}
	}
	return names
}

// isUnstated reports whether a refusal is about limits that the server's schema does not
// state.
func isUnstated(refusal string) bool { return strings.Contains(refusal, "value must be at ") }

// samples are a minimal configuration of a plugin and random ones that leave parts out.
func samples(t *testing.T, s *Schema, random *rand.Rand) []map[string]any {
	t.Helper()
	out := []map[string]any{minimal(t, s)}
	for range 4 {
		if config, ok := (&maker{random: random, chance: random.Float64()}).config(s); ok {
			out = append(out, config)
		}
	}
	return out
}

func TestServedConfigurationsAreNoDifference(t *testing.T) {
	t.Parallel()
	served(t, func(t *testing.T, p *plane, name string, random *rand.Rand) {
		t.Helper()
		s := p.schema(t, name)
		for _, given := range samples(t, s, random) {
			shown, refusal := p.put(t, name, given)
			if isUnstated(refusal) {
				continue
			}
			require.Empty(t, refusal, "%s takes %v", name, given)
			require.Empty(t, s.Diff(given, shown), "%s: %v is read back as %v", name, given, shown)
			assert.Empty(t, s.Validate(shown, nil, nil), "what is read back of %s is valid", name)

			again, refusal := p.put(t, name, s.Payload(given, shown))
			require.Empty(t, refusal)
			require.Equal(t, shown, again, "%s: a repeated write changes nothing, nor what the server made", name)
		}
	})
}

func TestServedDriftOfOneLeafIsFound(t *testing.T) {
	t.Parallel()
	served(t, func(t *testing.T, p *plane, name string, random *rand.Rand) {
		t.Helper()
		s := p.schema(t, name)
		given := samples(t, s, random)
		for _, given := range []map[string]any{given[0], given[len(given)-1]} {
			shown, refusal := p.put(t, name, given)
			if isUnstated(refusal) {
				continue
			}
			require.Empty(t, refusal)
			changed := 0
			for _, m := range mutations(s.config, root, shown) {
				if m.to == nil && !hasNull(shown) {
					continue // which an answer does not show
				}
				observed := m.apply(shown)
				found := s.Diff(given, observed)
				if s.isServers(m.path, given) {
					assert.Empty(t, found, "%s: %s is the server's", name, m.path)
					continue
				}
				changed++
				if assert.NotEmpty(t, found, "%s: %s drifts from %v to %v", name, m.path, shown, observed) {
					assert.True(t, strings.HasPrefix(m.path, found[0].Path), "%s: %s is found at %s", name, m.path, found[0].Path)
				}
			}
			require.True(t, changed > 0 || len(shown) == 0, name)
		}
	})
}

func TestServedListsAndSets(t *testing.T) {
	t.Parallel()
	reordered := map[bool]int{}
	p := newPlane(t, konnecttest.WithOlderPlugins())
	for _, name := range servedNames(t, "3.10") {
		s := p.schema(t, name)
		given, ok := (&maker{random: rand.New(rand.NewPCG(1, 2)), chance: 1, length: 2}).config(s) //nolint:gosec // repeatable
		if !ok {
			continue
		}
		shown, refusal := p.put(t, name, given)
		require.Empty(t, refusal)
		for _, r := range reversals(s.config, root, shown) {
			found := s.Diff(given, r.apply(shown))
			assert.Equal(t, r.isSet, len(found) == 0, "%s: %s, reordered", name, r.path)
			reordered[r.isSet]++
		}
	}
	assert.Greater(t, reordered[true], 5, "sets were reordered")
	assert.Greater(t, reordered[false], 30, "arrays were reordered")
}

func TestServedMistakesAreRefusedThereToo(t *testing.T) {
	t.Parallel()
	served(t, func(t *testing.T, p *plane, name string, random *rand.Rand) {
		t.Helper()
		s := p.schema(t, name)
		valid := samples(t, s, random)
		refused := 0
		for range 12 {
			wrong := (&maker{random: random}).spoiled(s, valid[random.IntN(len(valid))])
			problems := s.Validate(wrong, nil, nil)
			_, refusal := p.put(t, name, wrong)
			if len(problems) > 0 {
				refused++
				require.NotEmpty(t, refusal, "%s: %v is taken by the server, but not here: %v", name, wrong, problems)
				continue
			}
			assert.True(t, refusal == "" || isUnstated(refusal), "%s: %v is taken here: %s", name, wrong, refusal)
		}
		require.Positive(t, refused, name)
	})
}
