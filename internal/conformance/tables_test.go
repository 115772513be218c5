package conformance

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// scenario is a request that stands for one rule, with what both sides are to say of it.
type scenario struct {
	reason string
	// seed is the name of the object in testdata that the request starts from.
	seed string
	// old makes the stored object from the seed, for an update.
	old []func(tree)
	// edit makes the body of the request.
	edit []func(tree)
	// verb is create, change or status.
	verb verb
	// want are the fields that this module is to name; none for a valid request.
	want []string
}

type verb int

const (
	create verb = iota
	change
	status
)

// request stores what is to be stored and returns the request.
func (c scenario) request(t *testing.T, s *server, k *kind) request {
	t.Helper()
	object := k.seed(t, c.seed)
	if c.verb == create {
		apply(object, c.edit)
		return newObject(t, k, object)
	}
	apply(object, c.old)
	before := s.store(t, k, object)
	object = cloneTree(before)
	apply(object, c.edit)
	if c.verb == status {
		return updateStatus(t, k, before, object)
	}
	return update(t, k, before, object)
}

func apply(object tree, edits []func(tree)) {
	for _, edit := range edits {
		edit(object)
	}
}

func testTables(t *testing.T, s *server, k *kind) {
	t.Helper()
	for _, c := range k.cases {
		t.Run(c.reason, func(t *testing.T) {
			_, library := s.check(t, c.request(t, s, k))
			assert.Equal(t, c.want, library.fields, "%s", library)
			assert.Equal(t, c.want == nil, library.accepted)
		})
	}
}
