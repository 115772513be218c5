package konnecttest

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// entity is one stored core entity. Its values are replaced, never changed.
type entity struct {
	id      string
	seq     uint64
	values  object
	encoded []byte // as answers show it
	created time.Time
	born    moment
}

// table holds the entities of one collection in one control plane, with an index for
// every way in which they are looked up.
type table struct {
	row      *collection
	byID     map[string]*entity
	all      ordered
	unique   []map[string]*entity // by row.unique
	foreign  []buckets            // by row.foreign
	tags     buckets
	released map[string]release // freed unique keys
	edits    uint64             // how often something was stored or removed
}

// release is when a unique key became free, and of which entity.
type release struct {
	at moment
	id string // "" once the entity is gone
}

func newTable(row *collection) *table {
	t := &table{row: row, byID: map[string]*entity{}, tags: buckets{}, released: map[string]release{}}
	for range row.unique {
		t.unique = append(t.unique, map[string]*entity{})
	}
	for range row.foreign {
		t.foreign = append(t.foreign, buckets{})
	}
	return t
}

// find returns the entity with that ID or, failing that, key. Within is the reference
// that a nested path adds, such as the upstream of a target.
func (t *table) find(idOrKey string, within object) *entity {
	if e := t.byID[idOrKey]; e != nil {
		return e
	}
	if t.row.key == "" {
		return nil
	}
	return t.by(t.row.key, idOrKey, within)
}

// read is find for reads and for entities that a path lies below.
func (t *table) read(idOrKey string, within object) *entity {
	if e := t.byID[idOrKey]; e != nil || t.row.readKey == "" {
		return t.find(idOrKey, within)
	}
	return t.by(t.row.readKey, idOrKey, within)
}

// by looks up a unique field.
func (t *table) by(field, value string, within object) *entity {
	probe := maps.Clone(within)
	if probe == nil {
		probe = object{}
	}
	probe[field] = value
	if t.row.normalise != nil {
		t.row.normalise(probe)
	}
	for i, u := range t.row.unique {
		if key := u.key(probe); u.field == field && key != "" {
			return t.unique[i][key]
		}
	}
	return nil
}

// put stores values under e, which may be new, and keeps the indexes.
func (t *table) put(e *entity, values object, encoded []byte) {
	t.edits++
	old := e.values
	for i, u := range t.row.unique {
		before, after := u.key(old), u.key(values)
		if before != after && before != "" && t.unique[i][before] == e {
			delete(t.unique[i], before)
		}
		if after != "" {
			t.unique[i][after] = e
		}
	}
	for i, f := range t.row.foreign {
		reindex(t.foreign[i], e, f.ids(old), f.ids(values))
	}
	reindex(t.tags, e, texts(old["tags"]), texts(values["tags"]))
	e.values, e.encoded = values, encoded
	if t.byID[e.id] == nil {
		t.byID[e.id] = e
		t.all.add(e)
	}
}

func (t *table) drop(e *entity) {
	t.edits++
	for i, u := range t.row.unique {
		if key := u.key(e.values); key != "" && t.unique[i][key] == e {
			delete(t.unique[i], key)
		}
	}
	for i, f := range t.row.foreign {
		reindex(t.foreign[i], e, f.ids(e.values), nil)
	}
	reindex(t.tags, e, texts(e.values["tags"]), nil)
	delete(t.byID, e.id)
	t.all.remove(e)
}

// reindex is cheap for the usual case that nothing changed: a tag that all entities
// share has a long bucket.
func reindex(index buckets, e *entity, before, after []string) {
	if slices.Equal(before, after) {
		return
	}
	for _, key := range before {
		if !slices.Contains(after, key) {
			index.remove(key, e)
		}
	}
	for _, key := range after {
		index.add(key, e)
	}
}

// stamped returns values with identity and timestamps, and their encoding.
func (t *table) stamped(set *settings, values object, id string, created, updated time.Time) (object, []byte, error) {
	out := make(object, len(values)+3)
	maps.Copy(out, values)
	if updated.Before(created) {
		updated = created
	}
	out["id"], out["created_at"] = id, t.row.epoch(created)
	if !t.row.unchanging {
		out["updated_at"] = t.row.epoch(updated)
	}
	encoded, err := t.encode(set, out)
	return out, encoded, err
}

func (t *table) encode(set *settings, values object) ([]byte, error) {
	if set.nullFields {
		values = t.row.withNulls(values)
	}
	encoded, err := encode(t.row.public(values))
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", t.row.entity, err)
	}
	return encoded, nil
}

func (c *collection) epoch(t time.Time) any {
	if c.fractional {
		return math.Round(float64(t.UnixMilli())) / 1000
	}
	return t.Unix()
}
