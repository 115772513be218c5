package changelog_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/tools/release/changelog"
)

const text = "# Changelog\n\nAll of it. `Prose` is no entry.\n\n## [Unreleased]\n\n### Added\n\n- `New`.\n\n" +
	"### Changed\n\n- `konnect`: `Client.Ensure(ctx)`\n  returns `Report`.\n\n" +
	"## [0.2.0] - 2001-02-03\n\n### Removed\n\n- `Old`.\n\n## [0.1.0] - 2001-01-01\n\n### Removed\n\n- `Older`.\n"

func TestAnnounced(t *testing.T) {
	t.Parallel()
	log, err := changelog.Parse(text)
	require.NoError(t, err)
	assert.Equal(t, []string{"konnect", "Client.Ensure(ctx)", "Report", "Old"}, log.Announced("v0.1.0"))
	assert.Equal(t, []string{"konnect", "Client.Ensure(ctx)", "Report"}, log.Announced("v0.2.0"),
		"what a release has announced was announced for that release")
}

func TestFind(t *testing.T) {
	t.Parallel()
	log, err := changelog.Parse(text)
	require.NoError(t, err)
	section, ok := log.Find("v0.2.0")
	require.True(t, ok)
	assert.Equal(t, "2001-02-03", section.Date)
	assert.False(t, section.Empty())
	_, ok = log.Find("v0.3.0")
	assert.False(t, ok)
}

func TestRelease(t *testing.T) {
	t.Parallel()
	log, err := changelog.Parse(text)
	require.NoError(t, err)
	released := log.Release("v0.3.0", "2001-03-04")
	assert.Equal(t, strings.Replace(text, "## [Unreleased]\n", "## [Unreleased]\n\n## [0.3.0] - 2001-03-04\n", 1), released)

	log, err = changelog.Parse(released)
	require.NoError(t, err)
	unreleased, _ := log.Find(changelog.Unreleased)
	assert.True(t, unreleased.Empty())
	assert.Contains(t, log.Announced("v0.2.0"), "Report")
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ reason, text, want string }{
		{"no section at all", "# Changelog\n", "not [Unreleased]"},
		{"nowhere to collect", "## [0.1.0] - 2001-01-01\n", "not [Unreleased]"},
		{"two places to collect", "## [Unreleased]\n## [0.1.0]\n## [Unreleased]\n", "two sections"},
		{"twice at once", "## [Unreleased]\n## [Unreleased]\n", "two sections"},
		{"a heading that would be overlooked", "## [Unreleased]\n## 0.1.0\n", `line 2: want "## [version] - date"`},
		{"no version", "## [Unreleased]\n## [0.1] - 2001-01-01\n", `"0.1" is no version`},
		{"older above newer", "## [Unreleased]\n## [0.9.0]\n## [0.10.0]\n", "section v0.9.0 stands above section v0.10.0"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			t.Parallel()
			_, err := changelog.Parse(tc.text)
			require.ErrorContains(t, err, tc.want)
		})
	}
}
