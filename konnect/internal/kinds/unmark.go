package kinds

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Unmark returns what makes an observed entity free of our marks and leaves everything else:
// a PUT has all that was read, as it was read, so that what the kind does not know stays too;
// a PATCH has what changes. The differences are the marks that go.
func (k *Kind) Unmark(e *wire.Entity) (Desired, []canon.Difference, error) {
	object, err := k.Project(e)
	if err != nil {
		return Desired{}, nil, err
	}
	field, rest, removed := k.withoutMarks(object)
	sent := canon.Object{}
	if !k.Writes.ServerID || k.Writes.NoPatch {
		var read map[string]json.RawMessage
		if err := json.Unmarshal(e.Raw, &read); err != nil {
			return Desired{}, nil, fmt.Errorf("decode entity: %w", err)
		}
		for name, value := range read {
			if !slices.Contains(append([]string{"id", "created_at", "updated_at"}, k.Writes.Refused...), name) {
				sent[name] = value
			}
		}
	}
	for _, form := range []canon.Object{sent, object} {
		if form[field] = rest; rest == nil {
			delete(form, field)
		}
	}
	return Desired{Sent: sent, Object: object}, removed, nil
}

// withoutMarks returns the field that bears the marks of an entity, what is left of it
// without them, nil for nothing, and what goes.
func (k *Kind) withoutMarks(object canon.Object) (field string, rest any, removed []canon.Difference) {
	const labels, tags = "labels", "tags"
	switch {
	case k.MarksIn != "":
		text, _ := object[k.MarksIn].(string)
		if kept := slices.DeleteFunc(strings.Split(text, ", "), marks.Is); len(kept) > 0 {
			rest = strings.Join(kept, ", ")
		}
		return k.MarksIn, rest, []canon.Difference{{Path: k.MarksIn, From: text, To: rest}}
	case slices.ContainsFunc(k.Fields, func(f canon.Field) bool { return f.Name == labels }):
		held, _ := object[labels].(map[string]any)
		kept := canon.Object{}
		for _, name := range slices.Sorted(maps.Keys(held)) {
			if marks.IsKey(name) {
				removed = append(removed, canon.Difference{Path: labels + "." + name, From: held[name]})
			} else {
				kept[name] = held[name]
			}
		}
		return labels, kept, removed
	default:
		held, _ := object[tags].([]any)
		kept := slices.DeleteFunc(slices.Clone(held), func(tag any) bool { text, _ := tag.(string); return marks.Is(text) })
		if len(kept) > 0 {
			rest = kept
		}
		return tags, rest, []canon.Difference{{Path: tags, From: held, To: rest}}
	}
}

// Give sets a field of what is sent, such as pem.private_key, to the value that another
// desired entity has there.
func (d Desired) Give(name string, from Desired) {
	name, below, deeper := strings.Cut(name, ".")
	if !deeper {
		d.Sent[name] = from.Sent[name]
		return
	}
	within, _ := d.Sent[name].(canon.Object)
	if raw, isRaw := d.Sent[name].(json.RawMessage); isRaw {
		_ = json.Unmarshal(raw, &within) // it is an object, or null
	}
	if within == nil {
		within = canon.Object{}
	}
	given, _ := from.Sent[name].(canon.Object)
	within[below] = given[below]
	d.Sent[name] = within
}
