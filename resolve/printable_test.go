package resolve_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/resolve"
)

// forged breaks lines, steers terminals and turns texts around.
const forged = "a\nresolve b\r\x1b[8m\u202e\u2028\x7f\xff"

func assertFit(t *testing.T, text string) {
	t.Helper()
	hidden := strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) })
	assert.False(t, hidden, "%q", text)
}

// TestTextsAreFitToBeRead has names that no API server would take.
func TestTextsAreFitToBeRead(t *testing.T) {
	t.Parallel()
	objectsNamed := func(name string) []crd.Object {
		return batch(
			controlPlane(name+"/plane"), service(name+"/"+name, name+"/"+name), service(name+"/"+name, "plane"), service(name+"/other", "plane"),
			route(name+"/r", name, "plane"), target(name+"/t", "elsewhere/"+name), upstream("alone/"+name, name+"/plane"),
			controlPlaneWithAuth(name+"/with", "auth"), auth(name+"/auth", name), secret(name+"/"+name, "other", "value"),
		)
	}
	graph, err := resolve.Resolve(t.Context(), objectsNamed(forged))
	all, ok := errors.AsType[*resolve.Error](err)
	require.True(t, ok, "%v", err)
	assert.Greater(t, len(all.Problems), 4)
	assert.Len(t, strings.Split(err.Error(), "\n"), len(all.Problems), "%q", err)
	assertFit(t, err.Error())
	for _, problem := range all.Problems {
		assert.NotContains(t, problem.Error(), "\n")
		assertFit(t, problem.Error())
	}
	plain, err := resolve.Resolve(t.Context(), objectsNamed("plain"))
	require.Error(t, err)
	for _, pictures := range [][2]string{{graph.Mermaid(), plain.Mermaid()}, {graph.DOT(), plain.DOT()}} {
		assertFit(t, pictures[0])
		assert.Equal(t, strings.Count(pictures[1], "\n"), strings.Count(pictures[0], "\n"), "%s", pictures[0])
	}
}
