package precedence_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/builder/internal/precedence"
)

func elements(value string) precedence.Path {
	return precedence.Path{Kind: precedence.Elements, Value: value}
}

func methods(names ...string) precedence.Criteria { return precedence.Criteria{Methods: names} }

func TestExpression(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path precedence.Path
		want string
	}{
		{elements("/"), "~/"},
		{elements("/a.b"), `~/a\.b(?:/|$)`},
		{precedence.Path{Kind: precedence.Exact, Value: "/a"}, "~/a$"},
		{precedence.Path{Kind: precedence.Text, Value: "/a"}, "~/a"},
		{precedence.Path{Kind: precedence.Expression, Value: "/a.*"}, "~/a.*"},
	} {
		assert.Equal(t, c.want, c.path.Expression())
	}
}

func TestArrange(t *testing.T) {
	t.Parallel()
	header := precedence.Criteria{Headers: map[string][]string{"x": {"1"}}}
	for _, c := range []struct {
		reason  string
		matches []precedence.Match
		want    []precedence.Route
	}{
		{"apart from each other", []precedence.Match{{Host: "a", Path: elements("/a")}, {Host: "a", Path: elements("/ab")}}, []precedence.Route{{Match: 0}, {Match: 1}}},
		{"the longer path counts", []precedence.Match{{Host: "a", Path: elements("/a/b")}, {Host: "a", Path: elements("/a")}}, []precedence.Route{{Match: 0, RegexPriority: 1}, {Match: 1}}},
		{"the gateway puts a host first anyway", []precedence.Match{{Host: "a", Path: elements("/")}, {Path: elements("/a")}}, []precedence.Route{{Match: 0}, {Match: 1}}},
		{
			"more fields come later", []precedence.Match{{Path: elements("/a")}, {Path: elements("/"), Criteria: methods("GET")}},
			[]precedence.Route{{Match: 0}, {Match: 0, Criteria: methods("GET"), RegexPriority: 1}, {Match: 1, Criteria: methods("GET")}},
		},
		{
			"other methods are no overlap", []precedence.Match{{Path: elements("/a"), Criteria: methods("PUT")}, {Path: elements("/"), Criteria: methods("GET")}},
			[]precedence.Route{{Match: 0, Criteria: methods("PUT"), RegexPriority: 1}, {Match: 1, Criteria: methods("GET")}},
		},
		{
			"a header runs into the lower bits", []precedence.Match{{Path: elements("/a"), Criteria: header}, {Path: elements("/"), Criteria: header}},
			[]precedence.Route{{Match: 0, Criteria: header, RegexPriority: 3}, {Match: 1, Criteria: header, RegexPriority: 2}},
		},
	} {
		assert.Equal(t, c.want, precedence.Arrange(c.matches).Routes, c.reason)
	}
}

func TestShadowed(t *testing.T) {
	t.Parallel()
	same := precedence.Match{Host: "a", Path: elements("/"), Criteria: methods("GET", "PUT")}
	other := precedence.Match{Host: "a", Path: precedence.Path{Kind: precedence.Text, Value: "/"}, Criteria: methods("PUT", "GET")}
	result := precedence.Arrange([]precedence.Match{same, other, {Host: "a", Path: elements("/")}})
	assert.Equal(t, map[int]int{1: 0}, result.Shadowed, "the root is all paths, however it is written")
	assert.Len(t, result.Routes, 2)
}

// TestCrowded has one match that overlaps more others than it can have routes for, and a
// chain of more paths than there are priorities.
func TestCrowded(t *testing.T) {
	t.Parallel()
	matches := []precedence.Match{{Host: "a", Path: elements("/")}}
	for i := range 100 {
		matches = append(matches, precedence.Match{Path: elements("/"), Criteria: precedence.Criteria{Headers: map[string][]string{fmt.Sprint("x-", i): {"1"}}}})
	}
	assert.Contains(t, precedence.Arrange(matches).Crowded, 0)

	matches = nil
	path := ""
	for range 1100 {
		path += "/a"
		matches = append([]precedence.Match{{Path: elements(path)}}, matches...)
	}
	result := precedence.Arrange(matches)
	assert.Len(t, result.Crowded, 76, "1024 priorities are there")
	assert.Len(t, result.Routes, 1024)
}
