package konnect

import (
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// HasEntity reports whether objects of the key's kind stand for an entity in Konnect.
// Others, such as credentials, are what those rest on.
func HasEntity(key crd.Key) bool { return kinds.NewTable().By(key.GroupKind()) != nil }
