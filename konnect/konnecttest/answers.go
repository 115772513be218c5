package konnecttest

import (
	"maps"
	"strings"
)

// answers say how entities are shown where that is not as they are stored.
type answers struct {
	// withheld names the fields, or dotted paths, that no answer shows of an entity.
	withheld func(object) []string
	// current rewrites a copy of the values when an answer is made.
	current func(*scope, object)
	// one is the answer to GET of an entity, and written that to its writes; nil for the
	// entity as lists show it.
	one     func(*scope, *entity) []byte
	written func(*scope, *entity) []byte
}

// shown is an entity as lists show it.
func (sc *scope) shown(e *entity) []byte {
	current := sc.table.row.answers.current
	if current == nil {
		return e.encoded
	}
	values := maps.Clone(e.values)
	current(sc, values)
	encoded, err := sc.table.encode(sc.set(), values)
	if err != nil {
		return e.encoded
	}
	return encoded
}

func (sc *scope) shownAlone(e *entity) []byte {
	if one := sc.table.row.answers.one; one != nil {
		return one(sc, e)
	}
	return sc.shown(e)
}

func (sc *scope) shownWritten(e *entity) []byte {
	if written := sc.table.row.answers.written; written != nil {
		return written(sc, e)
	}
	return sc.shown(e)
}

// whole is an entity with what answers withhold, sharing nothing with what is stored.
func (t *table) whole(set *settings, e *entity) object {
	if t.row.answers.withheld == nil {
		return decoded(e.encoded)
	}
	values := e.values
	if set.nullFields {
		values = t.row.withNulls(values)
	}
	return decoded(mustEncode(values))
}

// public is a copy of values without what answers withhold.
func (c *collection) public(values object) object {
	if c.answers.withheld == nil {
		return values
	}
	out := maps.Clone(values)
	for _, path := range c.answers.withheld(values) {
		head, rest, nested := strings.Cut(path, ".")
		inner, _ := out[head].(object)
		switch {
		case !nested:
			delete(out, head)
		case inner != nil:
			inner = maps.Clone(inner)
			delete(inner, rest)
			out[head] = inner
		}
	}
	return out
}
