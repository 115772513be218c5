package conformance

import (
	"bytes"
	"encoding/json"
	"flag"
	"slices"
	"strings"
	"sync"
	"testing"
)

// difference is something that this module wants to do otherwise than an API server.
type difference struct {
	reason  string
	matches func(disagreement) bool
}

// differences lists what is wanted. The first that matches explains a disagreement.
func differences() []difference {
	return []difference{
		{
			"a status that says nothing counts as absent, and gets its default: a Go struct always writes one",
			func(d disagreement) bool {
				return d.request.status && saysNothing(d.request.body, "status") && (d.what == "verdict" || d.what == "result")
			},
		},
		{
			"a spec that may be left out and is empty counts as left out",
			func(d disagreement) bool {
				return d.only("result", is("spec")) && saysNothing(d.request.body, "spec")
			},
		},
		{
			"an empty list of conditions beside an entity counts as none",
			func(d disagreement) bool {
				return bytes.Contains(d.request.body, []byte(`"conditions":[]`)) &&
					(d.server.accepted && every(d.library.fields, is("status")) || d.only("result", is("status.conditions")))
			},
		},
		{
			"an empty string, or generation 0, in a field that is plain in Go is kept as absent",
			func(d disagreement) bool { return d.only("result", isEmptied) },
		},
		{
			"to add such an empty string is no change, also to what is immutable",
			func(d disagreement) bool {
				return bytes.Contains(d.request.body, []byte(`"namespace":""`)) && d.request.before != nil &&
					(d.only("fields", is(root)) || d.library.accepted && every(d.server.fields, is(root)))
			},
		},
		{
			"a time is one that Go can hold: RFC 3339 in capitals, kept in UTC and to the second",
			func(d disagreement) bool {
				return every(d.paths, isTime) || d.server.accepted && every(d.library.fields, isTime)
			},
		},
		{
			"seconds and percentages are kept as floats: above 2^53 they are rounded",
			func(d disagreement) bool {
				return bytes.Contains(d.request.body, []byte("9007199254740993")) && d.only("result", under("spec.healthchecks"))
			},
		},
		{
			"text that is not quite JSON is read as YAML: a file says nothing of its type",
			func(d disagreement) bool {
				return d.request.contentType == asJSON && d.library.accepted && !json.Valid(d.request.body)
			},
		},
		{
			"a merged YAML key may be overridden by one that is written, as kubectl lets it",
			func(d disagreement) bool {
				return d.request.contentType == asYAML && d.library.accepted && bytes.Contains(d.request.body, []byte("<<:"))
			},
		},
		{
			"metadata.generateName is checked in updates too",
			func(d disagreement) bool {
				name := is("metadata.generateName")
				return d.request.before != nil && (d.only("fields", name) || d.server.accepted && every(d.library.fields, name))
			},
		},
		{
			"the status of a new object is checked: an API server ignores it, but here it may hold the entity's ID",
			func(d disagreement) bool {
				return d.request.before == nil && hasStatus(d.request.body) &&
					(d.only("fields", under("status")) || d.server.accepted && every(d.library.fields, under("status")))
			},
		},
	}
}

func every(paths []string, ok func(string) bool) bool {
	return len(paths) > 0 && !slices.ContainsFunc(paths, func(path string) bool { return !ok(path) })
}

// only tells whether the sides differ in this, and only at such paths.
func (d disagreement) only(what string, ok func(string) bool) bool {
	return d.what == what && every(d.paths, ok)
}

func is(wanted string) func(string) bool { return func(path string) bool { return path == wanted } }

func under(parent string) func(string) bool {
	return func(path string) bool { return strings.HasPrefix(path, parent+".") }
}

func isTime(path string) bool { return strings.HasSuffix(path, ".lastTransitionTime") }

func isEmptied(path string) bool { return strings.HasSuffix(path, emptyMark) }

// saysNothing tells whether a field of an object, such as its status, has no fields with values.
func saysNothing(body []byte, field string) bool {
	var object map[string]any
	err := json.Unmarshal(body, &object)
	fields, _ := object[field].(map[string]any)
	for _, value := range fields {
		if value != nil && value != "" {
			return false
		}
	}
	return err == nil
}

// tally counts how often each difference occurred.
type tally struct {
	mu    sync.Mutex
	count map[string]int
}

// settle tells whether differences explain a disagreement, each of its paths by itself.
func (c *tally) settle(d disagreement) bool {
	if len(d.paths) == 0 {
		return c.explain(d)
	}
	for _, path := range d.paths {
		d.paths = []string{path}
		if !c.explain(d) {
			return false
		}
	}
	return true
}

func (c *tally) explain(d disagreement) bool {
	for _, difference := range differences() {
		if difference.matches(d) {
			c.mu.Lock()
			c.count[difference.reason]++
			c.mu.Unlock()
			return true
		}
	}
	return false
}

// report fails the test for every difference that did not occur: it is one no more,
// unless only some of the stages have run.
func (c *tally) report(t *testing.T) {
	t.Helper()
	for _, difference := range differences() {
		t.Logf("%6d times: %s", c.count[difference.reason], difference.reason)
		if c.count[difference.reason] == 0 && !strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
			t.Errorf("does not occur any more: %s", difference.reason)
		}
	}
}
