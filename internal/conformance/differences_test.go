package conformance

import (
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

func differences() []difference {
	return []difference{}
}

// tally counts how often each difference occurred.
type tally struct {
	mu    sync.Mutex
	count map[string]int
}

// settle returns the disagreements that no difference explains.
func (c *tally) settle(d disagreement) bool {
	for _, difference := range differences() {
		if difference.matches(d) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.count[difference.reason]++
			return true
		}
	}
	return false
}

// report fails the test for every difference that did not occur: it is one no more.
func (c *tally) report(t *testing.T) {
	t.Helper()
	for _, difference := range differences() {
		t.Logf("%6d times: %s", c.count[difference.reason], difference.reason)
		if c.count[difference.reason] == 0 {
			t.Errorf("does not occur any more: %s", difference.reason)
		}
	}
}

// onlyEmpty tells whether the sides differ only in empty strings that are stored.
func onlyEmpty(d disagreement) bool {
	return d.what == "result" && !slices.ContainsFunc(d.paths, func(path string) bool { return !strings.HasSuffix(path, emptyMark) })
}
