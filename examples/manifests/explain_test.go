package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/resolve/routing"
)

// Konnect is not asked: there is no environment.
func TestExplain(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.yaml": controlPlane, "b.yaml": service, "c.yaml": route})
	code, stdout, stderr := program{}.run(t.Context(), "--explain", "GET https://example.com/echo/a?key=confidential", dir)
	assert.Equal(t, exitDone, code)
	assert.Empty(t, stderr)
	assert.Equal(t, `GET https://example.com/echo/a
  is taken by KongRoute kong/route
  and goes to KongService kong/service as /a
`, stdout)

	code, stdout, _ = program{}.run(t.Context(), "--explain", "http://example.com/echo", dir)
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stdout, "answered 426: the route accepts https alone")

	code, stdout, _ = program{}.run(t.Context(), "--explain", "GET https://example.com", dir)
	assert.Equal(t, exitFailed, code, "no route takes it")
	assert.Contains(t, stdout, "- KongRoute kong/route: paths: / is not /echo")

	code, stdout, _ = program{}.run(t.Context(), "--output", "json", "--explain", "GET https://example.com/echo", dir)
	assert.Equal(t, exitDone, code)
	var answers []struct{ Explanation routing.Explanation }
	require.NoError(t, json.Unmarshal([]byte(stdout), &answers))
	require.Len(t, answers, 1)
	require.NotNil(t, answers[0].Explanation.Match)
	assert.Equal(t, "route", answers[0].Explanation.Match.Route.Name)
}

func TestExplainControlPlanes(t *testing.T) {
	t.Parallel()
	another := func(text string) string {
		return strings.NewReplacer("name: cp", "name: other", "name: service", "name: other", "name: route", "name: other", "/echo", "/other").Replace(text)
	}
	dir := folder(t, map[string]string{
		"a.yaml": controlPlane + "---" + service + "---" + route,
		"b.yaml": another(controlPlane + "---" + service + "---" + route),
	})
	code, stdout, _ := program{}.run(t.Context(), "--explain", "https://example.com/other", dir)
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stdout, "In KonnectGatewayControlPlane kong/cp:\nGET https://example.com/other\n  is taken by no route\n")
	assert.Contains(t, stdout, "\n\nIn KonnectGatewayControlPlane kong/other:\nGET https://example.com/other\n  is taken by KongRoute kong/other\n")
}

func TestExplainProblems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason, content, want string
	}{
		{"nothing to ask", controlPlane, "manifests: no KongRoute is among the objects"},
		{"a reference that leads nowhere", route, "KongService kong/service not found"},
		{
			"an expression that only another engine can decide", controlPlane + "---" + service + "---" + strings.Replace(route, "/echo", `"~/echo(?=x)"`, 1),
			"KongRoute kong/route: paths: ",
		},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"a.yaml": c.content})
			code, stdout, stderr := program{}.run(t.Context(), "--explain", "GET https://example.com/", dir)
			assert.Equal(t, exitFailed, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.want)
		})
	}
}
