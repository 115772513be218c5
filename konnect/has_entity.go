package konnect

import "github.com/konnectkit/konnectkit/crd"

// HasEntity tells whether objects of the key's kind stand for an entity in Konnect.
// Others, such as credentials, are what those rest on.
func HasEntity(key crd.Key) bool { return newKindTable().by[key.GroupKind()] != nil }
