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

// below returns the kinds whose entities belong to those of parent: they are
// deleted with them, or keep them from being deleted.
func (t kindTable) below(parent binding) []binding {
	var kinds []binding
	for _, k := range t.list {
		if c := k.about().belongsTo; c != "" && c == parent.about().collection {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// holderOf returns the kind in whose entities those of a nested kind are.
func (t kindTable) holderOf(nested binding) binding {
	for _, k := range t.list {
		if c := nested.about().parentCollection; c != "" && c == k.about().collection {
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
