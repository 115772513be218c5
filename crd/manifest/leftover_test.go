package manifest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

func TestLeftovers(t *testing.T) {
	t.Parallel()
	const service = serviceHead + "spec: {host: a}\n"
	for name, c := range map[string]struct {
		reason, text, want string
		template           bool
	}{
		"template value":  {"braces in place of a value", serviceHead + "spec:\n  host: {{ .Values.host }}\n", "document 1, line 5: is a template: render it first", true},
		"template line":   {"a line of a template's own", serviceHead + "spec:\n  host: a\n  {{- if .Values.port }}\n  port: 1\n  {{- end }}\n", "document 1, line 6: is a template: render it first", true},
		"template first":  {"a template from its first line on", "{{- if .Values.enabled }}\n" + service + "{{- end }}\n", "document 1, line 1: is a template: render it first", true},
		"second document": {"lines are those of the input", service + "---\n" + serviceHead + "spec:\n  host: {{ a }}\n", "document 2, line 10: is a template: render it first", true},
		"jinja":           {"other templates", serviceHead + "{% if a %}\nspec: {host: a}\n{% endif %}\n", "document 1, line 4: is a template: render it first", true},
		"here document":   {"a command in front", "kubectl apply -f - <<EOF\n" + service + "EOF\n", "document 1, line 1: is part of a shell command: leave it out", false},
		"end":             {"the end of a here document", service + "EOF\n", "document 1, line 5: is part of a shell command: leave it out", false},
		"lone end":        {"the end behind a marker", service + "---\nEOF\n", "document 2, line 6: is part of a shell command: leave it out", false},
		"echo":            {"a quote that is echoed", "echo '\n" + service + "' | kubectl apply -f -\n", "document 1, line 1: is part of a shell command: leave it out", false},
		"pipe":            {"its end", service + "' | kubectl apply -f -\n", "document 1, line 5: is part of a shell command: leave it out", false},
		"conflict":        {"a merge that was not finished", serviceHead + "<<<<<<< HEAD\nspec: {host: a}\n=======\nspec: {host: b}\n>>>>>>> b\n", "document 1, line 4: is a marker of a merge conflict: resolve it", false},
		"Markdown":        {"a page of documentation", "```yaml\n" + service + "```\n", "document 1, line 1: is a fence of Markdown: leave it out", false},
		"variable":        {"a number that a shell should have put there", serviceHead + "spec:\n  host: a\n  port: ${PORT}\n", "document 1, line 6: KongService kong/s: spec.port: must be an integer, not a string, which is a shell variable that was not replaced", false},
		"quoted template": {"a template that is a string", serviceHead + "spec:\n  host: a\n  port: '{{ .Values.port }}'\n", "document 1, line 6: KongService kong/s: spec.port: must be an integer, not a string, which is a template: render it first", false},
		"behind":          {"what comes after a mistake is not its cause", serviceHead + "spec:\n  host: a\n port: 1\n  path: '{{ a }}'\n", "document 1, line 6: did not find expected key", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := manifest.DecodeAll(strings.NewReader(c.text))
			require.Error(t, err, c.reason)
			assert.Equal(t, c.want, strings.Split(err.Error(), "\n")[0], c.reason)
			if c.template {
				assert.ErrorIs(t, err, manifest.ErrTemplate)
			} else {
				assert.NotErrorIs(t, err, manifest.ErrTemplate)
			}
		})
	}
}

func TestDeckFile(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"_format_version: '3.0'\nservices: [{name: a, url: http://a}]\n", `{"_format_version": "1.1"}`, "_konnect: {control_plane_name: a}\nservices: []\n",
	} {
		_, err := manifest.DecodeAll(strings.NewReader(text))
		assert.ErrorContains(t, err, "document 1, line 1: is a decK file (_", text)
		_, unknown := manifest.UnknownFields([]byte(`{"_info": {}}`))
		require.EqualError(t, unknown, "find unknown fields: is a decK file (_info), not a manifest of Kubernetes objects")
		assert.NotContains(t, err.Error(), "\n", "one problem, not one for each line that lacks")
	}
}
