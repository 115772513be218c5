package konnect

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// newKinds lists all kinds that have entities, parents before children. To add
// a kind is to add a line here.
func newKinds() []binding {
	return []binding{
		controlPlaneKind(),
		serviceKind(),
		routeKind(),
		upstreamKind(),
		targetKind(),
	}
}

// kindTable finds kinds by what they bind.
type kindTable struct {
	list []binding
	by   map[schema.GroupKind]binding
}

// nestedIn returns the kind whose entities are deleted with those of parent; nil
// when there is none.
func (t kindTable) nestedIn(parent binding) binding {
	for _, k := range t.list {
		if c := k.about().parentCollection; c != "" && c == parent.about().collection {
			return k
		}
	}
	return nil
}

func newKindTable() kindTable {
	t := kindTable{list: newKinds(), by: map[schema.GroupKind]binding{}}
	for _, k := range t.list {
		t.by[k.about().groupKind] = k
	}
	return t
}
