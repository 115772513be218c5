package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestControlPlaneThatIsThere provisions into a control plane that somebody else has made.
func TestControlPlaneThatIsThere(t *testing.T) {
	t.Parallel()
	p := start(t)
	id, err := p.server.AddControlPlane("", map[string]any{"name": "made-by-hand"})
	require.NoError(t, err)
	before := p.server.ControlPlanes()
	dir := folder(t, map[string]string{"a.yaml": service + "---" + route})

	p.expect(t, exitFailed, "cp not found", dir)
	for _, value := range []string{"made-by-hand", "cp=made-by-hand", "kong/cp=made-by-hand", id, "cp=" + id} {
		p.expect(t, exitChanges, "Plan: 2 to create", "--plan", "--control-plane", value, dir)
	}
	p.expect(t, exitDone, "2 created", "--control-plane", "made-by-hand", dir)
	assert.Len(t, p.server.Entities(id, "routes"), 1)
	p.expect(t, exitDone, "2 deleted", "--delete", "--control-plane", "made-by-hand", dir)
	assert.Equal(t, before, p.server.ControlPlanes(), "it is neither written nor deleted")
}

func TestControlPlaneProblems(t *testing.T) {
	t.Parallel()
	p := start(t)
	_, err := p.server.AddControlPlane("", map[string]any{"name": "made-by-hand"})
	require.NoError(t, err)
	one := folder(t, map[string]string{"a.yaml": service})
	two := folder(t, map[string]string{"a.yaml": service, "b.yaml": strings.NewReplacer("name: cp", "name: other", "name: service", "name: other").Replace(service)})
	whole := folder(t, map[string]string{"a.yaml": controlPlane, "b.yaml": service})
	for _, tt := range []struct {
		reason, value, dir, want string
		code                     int
	}{
		{"nobody has it", "absent", one, `none has name "absent"; the organisation has "made-by-hand" (`, exitFailed},
		{"for which one", "made-by-hand", two, "it is not clear for which control plane of the files: they refer to kong/cp, kong/other; say REF=made-by-hand", exitFailed},
		{"for none of them", "third=made-by-hand", two, "do not refer to exactly one such control plane: they refer to kong/cp, kong/other", exitFailed},
		{"the files have it", "made-by-hand", whole, "they refer to none that is not among them", exitFailed},
		{"nothing said", "", one, "want NAME, or REF=NAME", exitUsage},
		{"half of it said", "cp=", one, "want NAME, or REF=NAME", exitUsage},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			p.expect(t, tt.code, tt.want, "--control-plane", tt.value, tt.dir)
		})
	}
	assert.Zero(t, p.server.Writes())
}
