package conformance

import (
	"fmt"
	"regexp"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// newObject is the request for a new object.
func newObject(t testing.TB, k *kind, object tree) request {
	t.Helper()
	return request{kind: k, body: render(t, object), contentType: asJSON}
}

// update is the request that changes a stored object.
func update(t testing.TB, k *kind, before, object tree) request {
	t.Helper()
	return request{kind: k, before: before, body: render(t, object), contentType: asJSON}
}

// updateStatus is the request that changes the status of a stored object.
func updateStatus(t testing.TB, k *kind, before, object tree) request {
	t.Helper()
	r := update(t, k, before, object)
	r.status = true
	return r
}

// store stores an object under a name of its own, with a status if it has one.
func (s *server) store(t testing.TB, k *kind, object tree) tree {
	t.Helper()
	object = cloneTree(object)
	set("metadata.name", fmt.Sprintf("%s-%d", nameOf(object), s.names.Add(1)))(object)
	create := newObject(t, k, object)
	create.kept = true
	created := s.judge(t, create)
	require.True(t, created.accepted, "%s: %s", create.body, created)
	if object["status"] == nil {
		return withoutManagedFields(created.result)
	}
	status := cloneTree(created.result)
	status["status"] = object["status"]
	change := updateStatus(t, k, created.result, status)
	change.kept = true
	changed := s.judge(t, change)
	require.True(t, changed.accepted, "%s: %s", change.body, changed)
	return withoutManagedFields(changed.result)
}

func withoutManagedFields(object tree) tree {
	unset("metadata.managedFields")(object)
	return object
}

// check puts a request to both sides and fails the test if they disagree about it without
// a reason.
func (s *server) check(t testing.TB, r request) (theirs, ours verdict) {
	t.Helper()
	theirs, ours = s.judge(t, r), library(t, r)
	if d, differ := compare(r, s.schemas[r.kind.GroupVersionKind], theirs, ours); differ && !s.tally.settle(d) {
		s.failures.report(t, d)
	}
	return theirs, ours
}

// failures keeps thousands of requests that fail for one cause from being printed.
type failures struct {
	mu   sync.Mutex
	seen map[string]int
}

var index = regexp.MustCompile(`\[\d+\]`)

// report prints the first disagreement of each sort, and counts the others.
func (f *failures) report(t testing.TB, d disagreement) {
	t.Helper()
	sort := index.ReplaceAllString(fmt.Sprint(d.request.kind.Kind, d.what, d.paths, d.server.fields, d.library.fields), "[]")
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen[sort]++; f.seen[sort] > 1 {
		t.Fail()
		return
	}
	t.Errorf("%s", d)
}

// parallel runs a function for every number below count, several at a time.
func parallel(count int, run func(i int)) {
	const workers = 16
	var group sync.WaitGroup
	next := make(chan int)
	for range workers {
		group.Go(func() {
			for i := range next {
				run(i)
			}
		})
	}
	for i := range count {
		next <- i
	}
	close(next)
	group.Wait()
}
