package canon_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/internal/canon"
)

func TestExpand(t *testing.T) {
	t.Parallel()
	object := canon.Object{"config": canon.Object{"my_secret": "a", "secret_id": "b", "a*[": "c", "host": "d"}}
	for name, c := range map[string]struct {
		reason      string
		paths, want []string
	}{
		"names":     {"they are as they were, there or not", []string{"config.token", "key"}, []string{"config.token", "key"}},
		"a pattern": {"it is for all names that match", []string{"config.*secret*"}, []string{"config.*secret*", "config.my_secret", "config.secret_id"}},
		"both":      {"each path once", []string{"config.*secret*", "config.secret_id"}, []string{"config.*secret*", "config.my_secret", "config.secret_id"}},
		"a name":    {"what is no pattern is a name", []string{"config.a*["}, []string{"config.a*["}},
		"nowhere":   {"there is nothing above it", []string{"other.deep.*"}, []string{"other.deep.*"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, canon.Expand(object, c.paths), c.reason)
		})
	}
}

func TestDiffHidesWhatMatches(t *testing.T) {
	t.Parallel()
	fields := []canon.Field{{Name: "config", Secret: []string{"*secret*", "auth.key"}}}
	hidden := map[string]bool{}
	for _, d := range canon.Diff(canon.Object{"config": canon.Object{
		"my_secret": "a", "host": "b", "auth": canon.Object{"key": canon.Object{"deep": "c"}, "keys": "d"},
	}}, canon.Object{"config": canon.Object{}}, fields) {
		hidden[d.Path] = d.Secret
	}
	assert.Equal(t, map[string]bool{
		"config.my_secret": true, "config.host": false, "config.auth.key.deep": true, "config.auth.keys": false,
	}, hidden)
}
