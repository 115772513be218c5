package page

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// plane is a control plane with its entities.
type plane struct {
	konnecttest.ControlPlane

	Holder      holder
	Collections []collection // those that have entities, by name
}

type collection struct {
	Name     string // path segment, such as services
	Entities []*entity
}

// entity is a core entity with its references. Its secrets are redacted.
type entity struct {
	PlaneID    string
	Collection string
	Values     konnecttest.Entity
	Holder     holder
	Refers     []reference // to entities of the same control plane
	ReferredBy []reference
}

type reference struct {
	Field string
	To    *entity // for ReferredBy that which refers
}

// ID is unique in a collection.
func (e *entity) ID() string { return e.Values.ID() }

// Title is a name for people: the field that tells entities of the collection apart, or part of
// the ID.
func (e *entity) Title() string {
	for _, field := range []string{"name", "username", "target", "group", "custom_id", "kid", "prefix", "title"} {
		if text, ok := e.Values[field].(string); ok && text != "" {
			return text
		}
	}
	id, _, _ := strings.Cut(e.ID(), "-")
	return id + "…"
}

// Entities are those of all collections.
func (p *plane) Entities() []*entity {
	var all []*entity
	for _, c := range p.Collections {
		all = append(all, c.Entities...)
	}
	return all
}

// Kind is the type of control plane in words.
func (p *plane) Kind() string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(p.ClusterType, "CLUSTER_TYPE_")), "_", " ")
}

func (p *plane) find(collection, id string) *entity {
	for _, e := range p.Entities() {
		if e.Collection == collection && e.ID() == id {
			return e
		}
	}
	return nil
}

// planesOf reads what a server holds at this moment.
func planesOf(dump konnecttest.Dump) []*plane {
	planes := make([]*plane, 0, len(dump.ControlPlanes))
	for _, held := range dump.ControlPlanes {
		p := &plane{ControlPlane: held, Holder: holderOfLabels(held.Labels)}
		for _, name := range slices.Sorted(maps.Keys(held.Entities)) {
			c := collection{Name: name}
			for _, values := range held.Entities[name] {
				c.Entities = append(c.Entities, &entity{
					PlaneID: held.ID, Collection: name, Values: values, Holder: holderOfTags(values.Tags()),
				})
			}
			p.Collections = append(p.Collections, c)
		}
		p.link()
		planes = append(planes, p)
	}
	return planes
}

// link finds the references between the entities of a control plane.
func (p *plane) link() {
	byID, upstreams := map[string][]*entity{}, map[string]*entity{}
	for _, e := range p.Entities() {
		byID[e.ID()] = append(byID[e.ID()], e)
		if e.Collection == "upstreams" {
			upstreams[e.Values.Name()] = e
		}
	}
	for _, e := range p.Entities() {
		for _, field := range slices.Sorted(maps.Keys(e.Values)) {
			if field == "tags" {
				continue // a tag may look like an ID
			}
			for _, id := range referredIDs(e.Values[field]) {
				e.refer(field, pick(byID[id], field))
			}
		}
		if host, ok := e.Values["host"].(string); ok && e.Collection == "services" {
			e.refer("host", upstreams[host]) // by name: a service's host may be an upstream
		}
	}
}

func (e *entity) refer(field string, to *entity) {
	if to == nil || to == e {
		return
	}
	e.Refers = append(e.Refers, reference{field, to})
	to.ReferredBy = append(to.ReferredBy, reference{field, e})
}

// referredIDs are the IDs in a value of the form {"id": …}, or in a list of IDs.
func referredIDs(value any) []string {
	switch v := value.(type) {
	case map[string]any:
		if id, ok := v["id"].(string); ok {
			return []string{id}
		}
	case []any:
		var ids []string
		for _, item := range v {
			if id, ok := item.(string); ok {
				ids = append(ids, id)
			}
		}
		return ids
	}
	return nil
}

// pick chooses by the name of the field where collections share an ID.
func pick(candidates []*entity, field string) *entity {
	if len(candidates) == 0 {
		return nil
	}
	return slices.MaxFunc(candidates, func(a, b *entity) int {
		return cmp.Compare(strings.Count(a.Collection, field), strings.Count(b.Collection, field))
	})
}
