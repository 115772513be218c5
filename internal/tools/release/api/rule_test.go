package api

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/exp/apidiff"
)

func TestRule(t *testing.T) {
	t.Parallel()
	addition := apidiff.Change{Message: "./konnect.New: added", Compatible: true}
	removal := apidiff.Change{Message: "./konnect.Old: removed"}
	announced := []string{"Old"}
	for _, tc := range []struct {
		reason, base, next string
		announced          []string
		change             apidiff.Change
		want               string
	}{
		{"anything may be added", "v0.1.0", "", nil, addition, ""},
		{"before 1.0 also in a patch", "v0.1.0", "v0.1.1", nil, addition, ""},
		{"afterwards not in a patch", "v1.1.0", "v1.1.1", nil, addition, "an addition needs a new minor version"},
		{"but in a minor version", "v1.1.0", "v1.2.0", nil, addition, ""},
		{"nobody was told", "v0.1.0", "v0.2.0", nil, removal, "does not name"},
		{"of something else", "v0.1.0", "v0.2.0", []string{"Older"}, removal, "does not name"},
		{"programs have been told", "v0.1.0", "v0.2.0", announced, removal, ""},
		{"the next version is not known yet", "v0.1.0", "", announced, removal, ""},
		{"a patch changes nothing", "v0.1.0", "v0.1.1", announced, removal, "v0.1.1 is a patch of v0.1.0"},
		{"1.0 may still change what 0.x had", "v0.1.0", "v1.0.0", announced, removal, ""},
		{"a promise is kept", "v1.0.0", "v1.1.0", announced, removal, "needs a new major version"},
		{"whatever comes next", "v1.0.0", "", announced, removal, "needs a new major version"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			t.Parallel()
			rule := Rule{Module: "example.com/m", Base: tc.base, Next: tc.next, Announced: tc.announced}
			problems := rule.Problems([]apidiff.Change{tc.change})
			if tc.want == "" {
				assert.Empty(t, problems)
				return
			}
			if assert.Len(t, problems, 1) {
				assert.Contains(t, problems[0], tc.want)
			}
		})
	}
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	for message, want := range map[string][]string{
		"Old: removed": {"Old"},
		"./konnect.(*Client).Ensure: changed from func(a: b) to func()":                     {"Client", "Ensure"},
		"./crd/configuration/v1alpha1.KongRoute.Spec: removed":                              {"KongRoute", "Spec"},
		"./builder.base[*Service, map[string]int].Namespace, method set of *Route: removed": {"base", "Namespace", "Route"},
		"example.com/other.Thing: removed":                                                  {"Thing"},
		"package example.com/m/crd/old: removed":                                            {"crd/old", "example.com/m/crd/old"},
	} {
		assert.Equal(t, want, subjects("example.com/m", message), message)
	}
}
