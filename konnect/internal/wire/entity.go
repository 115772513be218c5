// Package wire reads Konnect's answers and writes its paths: what is on the wire, but
// not how it gets there. It knows no kind.
package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/jsonscan"
	"github.com/konnectkit/konnectkit/internal/marks"
)

// Entity is an observed entity: what identifies it is decoded at once, the rest only
// where it is compared.
type Entity struct {
	ID string
	// Name is what people call it, such as its name or a target's address; empty for none.
	Name string
	// Keys are its natural keys, each unique in its collection, in the order of
	// Shape.Unique; empty where it has none.
	Keys  []string
	Marks marks.Ownership
	// Raw is the entity in JSON. It may be dropped once it has served.
	Raw json.RawMessage

	refs []ref
}

// ref says that a field of the entity refers to another one.
type ref struct{ field, id string }

// Shape says which fields of entities identify them.
type Shape struct {
	// Name is the field with the name; empty for entities that have none, or a secret one.
	Name string
	// Unique are natural keys, each a list of fields. A reference stands for its ID.
	Unique [][]string
	// References are the fields that refer to other entities, by an object with their
	// ID or by a list of those or of IDs.
	References []string
	// Normalize returns a value of a natural key or a name in the form in which Konnect
	// compares it; nil where that is how it stands there.
	Normalize func(field, value string) string
	// MarksIn is the field with a text of tags, between commas, of entities that have none
	// beside.
	MarksIn string
	// Wrapper is the field in which the answer about a single entity may hold it.
	Wrapper string
	// Items is the field with the entities of a list without pages; empty for one with.
	Items string
}

// Keys are the natural keys that the values of fields make: one for each of s.Unique,
// empty where a field of it that is no reference is empty.
func (s Shape) Keys(value func(field string) string) []string {
	keys := make([]string, len(s.Unique))
	for i, fields := range s.Unique {
		parts := make([]string, len(fields))
		complete := true
		for j, field := range fields {
			parts[j] = value(field)
			complete = complete && (parts[j] != "" || slices.Contains(s.References, field))
		}
		if complete {
			keys[i] = strings.Join(parts, "\x00")
		}
	}
	return keys
}

// Ref returns the ID of the entity that a field refers to, of the first one if it
// refers to several; empty for none.
func (e *Entity) Ref(field string) string {
	for _, r := range e.refs {
		if r.field == field {
			return r.id
		}
	}
	return ""
}

// Refs returns the IDs of all entities that a field refers to.
func (e *Entity) Refs(field string) []string {
	var ids []string
	for _, r := range e.refs {
		if r.field == field {
			ids = append(ids, r.id)
		}
	}
	return ids
}

// Object decodes the whole entity.
func (e *Entity) Object() (canon.Object, error) { return canon.Decode(e.Raw) }

// Decode reads an entity. It keeps raw.
func Decode(raw json.RawMessage, s Shape) (*Entity, error) {
	if !json.Valid(raw) {
		return nil, fmt.Errorf("decode entity: %w", json.Unmarshal(raw, new(any)))
	}
	if s.Wrapper != "" {
		for name, value := range jsonscan.Members(raw) {
			if string(name) == s.Wrapper && value[0] == '{' {
				raw = value
			}
		}
	}
	return decode(raw, &s)
}

// decode reads an entity from valid JSON, in one pass over its fields.
func decode(raw json.RawMessage, s *Shape) (*Entity, error) {
	if kind := bytes.TrimLeft(raw, " \t\r\n"); kind[0] != '{' && kind[0] != 'n' {
		return nil, fmt.Errorf("decode entity: %w", json.Unmarshal(raw, &struct{}{}))
	}
	e := &Entity{Raw: raw}
	var tags []string
	var labels map[string]string
	var few [6]ref // values of fields that are no references
	values := few[:0]
	for name, value := range jsonscan.Members(raw) {
		var err error
		switch string(name) {
		case "id":
			e.ID, err = jsonscan.Text(value)
		case "tags":
			tags, err = jsonscan.Texts(value)
		case "labels":
			err = json.Unmarshal(value, &labels)
		default:
			if s.MarksIn != "" && string(name) == s.MarksIn {
				var text string
				text, err = jsonscan.Text(value)
				tags = append(tags, strings.Split(text, ", ")...)
			} else if field := known(name, s.References); field != "" {
				e.refs, err = appendRefs(e.refs, field, value)
			} else if field := known(name, []string{s.Name}, s.Unique...); field != "" {
				var decoded string
				decoded, err = jsonscan.Text(value)
				values = append(values, ref{field, s.Normal(field, decoded)})
			}
		}
		if err != nil {
			return nil, fmt.Errorf("decode entity: %s: %w", name, err)
		}
	}
	valueOf := func(field string) string {
		for _, v := range slices.Backward(values) {
			if v.field == field {
				return v.id
			}
		}
		return e.Ref(field)
	}
	if s.Name != "" {
		e.Name = valueOf(s.Name)
	}
	e.Keys, e.Marks = s.Keys(valueOf), marks.Read(tags, labels)
	return e, nil
}

// known returns the one of the fields that has the name, without copying it; empty for
// none.
func known(name []byte, fields []string, more ...[]string) string {
	for {
		for _, field := range fields {
			if field == string(name) {
				return field
			}
		}
		if len(more) == 0 {
			return ""
		}
		fields, more = more[0], more[1:]
	}
}

// Normal is a value of a field as it is in names and keys.
func (s Shape) Normal(field, value string) string {
	if s.Normalize == nil || value == "" {
		return value
	}
	return s.Normalize(field, value)
}

// appendRefs adds the IDs that a value refers to.
func appendRefs(refs []ref, field string, raw []byte) ([]ref, error) {
	var err error
	switch raw[0] {
	case '[':
		for element := range jsonscan.Elements(raw) {
			if refs, err = appendRefs(refs, field, element); err != nil {
				return refs, err
			}
		}
		return refs, nil
	case '{':
		for name, value := range jsonscan.Members(raw) {
			if string(name) == "id" {
				return appendRefs(refs, field, value)
			}
		}
		return refs, nil
	}
	id, err := jsonscan.Text(raw)
	if id != "" {
		refs = append(refs, ref{field, id})
	}
	return refs, err
}
