package resolve

import "github.com/konnectkit/konnectkit/crd"

// Location returns the object, and the path of its field, that a problem of an
// [*Error] is about. Both are empty for a problem of the whole batch, and the
// field for one of a whole object.
func Location(problem error) (object crd.Key, field string) { return locationOf(problem) }
