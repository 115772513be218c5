package konnect

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// Action is what was done, or would be done, for an object. Its values complete
// the sentence "the entity of KongRoute kong/route has been ...".
type Action string

const (
	// ActionCreated means that the entity did not exist.
	ActionCreated Action = "created"
	// ActionUpdated means that the entity had drifted, or that the object was renamed
	// in its metadata, so that the marks differ.
	ActionUpdated Action = "updated"
	// ActionUnchanged means that nothing was to be done: the entity is as desired,
	// or was gone before it was to be deleted.
	ActionUnchanged Action = "unchanged"
	// ActionAdopted means that an entity which was not ours was taken over.
	ActionAdopted Action = "adopted"
	// ActionDeleted means that the entity was deleted.
	ActionDeleted Action = "deleted"
	// ActionReleased means that our marks were taken off the entity, and nothing else.
	ActionReleased Action = "released"
	// ActionObserved means that the object only observes its entity; Fields tell how
	// it differs.
	ActionObserved Action = "observed"
	// ActionRetained means that the entity was to be deleted or pruned and is left, as
	// its object says in an annotation.
	ActionRetained Action = "retained"
	// ActionSkipped means that nothing was tried; Change.Err tells why.
	ActionSkipped Action = "skipped"
	// ActionFailed means that it was tried in vain; Change.Err tells why.
	ActionFailed Action = "failed"
)

// verb is the action as an infinitive, for errors.
func (a Action) verb() string {
	switch a {
	case ActionCreated:
		return "create"
	case ActionAdopted:
		return "adopt"
	case ActionDeleted:
		return "delete"
	case ActionReleased:
		return "release"
	default:
		return "update"
	}
}

// writes reports whether the action stands for a write to Konnect.
func (a Action) writes() bool {
	return a == ActionCreated || a == ActionUpdated || a == ActionAdopted || a == ActionDeleted || a == ActionReleased
}

// Change is what was done, or would be done, for one object, or for one entity
// that is pruned.
type Change struct {
	// Key of the object. A pruned entity has the key that its marks tell, as far
	// as they do.
	Key crd.Key
	// Action that was taken.
	Action Action
	// KonnectID of the entity; empty where there is none yet, or none is known.
	KonnectID string
	// Name of the entity in Konnect: its name, or a target's address.
	Name string
	// ControlPlane is the Konnect ID of the control plane that holds the entity;
	// empty while it is unknown, and for control planes.
	ControlPlane string
	// Programmed tells whether Konnect holds the entity as desired.
	Programmed bool
	// Holder says who looked after an entity that is adopted, as far as its marks
	// tell: "kong-operator", "owner other", "nobody". Empty for other actions.
	Holder string
	// Fields that differed, in the order of the kind's table.
	Fields []Field
	// Deviations are fields that Konnect holds otherwise than it was sent: it
	// has its own idea of the value, and every further run will try again.
	Deviations []Field
	// Err tells why an object failed or was skipped.
	Err error
}

// Field is one field of an entity that differed from what was desired.
type Field struct {
	// Path of the field in Konnect's JSON, such as healthchecks.active.timeout.
	Path string `json:"path"`
	// From is the observed value and To the desired one, as decoded JSON; nil for
	// an absent field and "[redacted]" for a secret.
	From any `json:"from,omitempty"`
	To   any `json:"to,omitempty"`
}

// String returns the field as "path: from -> to".
func (f Field) String() string {
	return printable.Sprintf("%s: %s -> %s", f.Path, fieldText(f.From), fieldText(f.To))
}

func fieldText(value any) string {
	if value == nil {
		return "(unset)"
	}
	if value == crd.Redacted {
		return crd.Redacted
	}
	return canon.Text(value)
}

// withoutTokens is a value as decoded JSON without what somebody may have put into it
// by mistake.
func withoutTokens(value any) any {
	switch v := value.(type) {
	case string:
		return printable.Redact(v)
	case []any:
		if !printable.HoldsToken(canon.Text(v)) {
			return v
		}
		shown := make([]any, len(v))
		for i, item := range v {
			shown[i] = withoutTokens(item)
		}
		return shown
	case map[string]any:
		if !printable.HoldsToken(canon.Text(v)) {
			return v
		}
		shown := make(map[string]any, len(v))
		for name, item := range v {
			shown[printable.Redact(name)] = withoutTokens(item)
		}
		return shown
	}
	return value
}

func fieldsOf(differences []canon.Difference) []Field {
	var fields []Field
	for _, d := range differences {
		field := Field{Path: d.Path, From: withoutTokens(d.From), To: withoutTokens(d.To)}
		if d.Secret {
			field.From, field.To = redacted(d.From), redacted(d.To)
		}
		fields = append(fields, field)
	}
	return fields
}

func redacted(value any) any {
	if value == nil {
		return nil
	}
	return crd.Redacted
}

// newChange describes a decision with the action that was taken or, in a plan, is to be.
func newChange(results []result, x *decision, action Action) Change {
	r := &results[x.n]
	c := Change{Key: x.key, Action: action, Fields: x.changes.fields, Deviations: r.deviations, Err: printable.Error(r.fault.err)}
	if r.fault.err == nil && action == ActionSkipped {
		c.Err = fmt.Errorf("%s: %w", x.key, errBeingDeleted)
	}
	if r.entity != nil {
		c.KonnectID, c.Name = r.id, r.entity.Name
	}
	if x.item != nil && (r.entity == nil || action != ActionDeleted) {
		c.Name = cmp.Or(x.item.kind.Name(x.item.object), c.Name)
	}
	if plane := x.controlPlane; plane != nil && !x.isControlPlane() {
		c.ControlPlane = results[plane.n].id
	}
	if action == ActionAdopted {
		c.Holder = x.changes.holder
	}
	c.Name, c.Holder = printable.Redact(c.Name), printable.Redact(c.Holder)
	drifted := x.item != nil && x.item.observes && len(x.changes.fields) > 0
	c.Programmed = c.Err == nil && action != ActionDeleted && r.entity != nil && !drifted
	return c
}

var errBeingDeleted = errors.New("the object is being deleted")

type changeJSON struct {
	Key          crd.Key `json:"key"`
	Action       Action  `json:"action"`
	KonnectID    string  `json:"konnectID,omitempty"`
	Name         string  `json:"name,omitempty"`
	ControlPlane string  `json:"controlPlane,omitempty"`
	Programmed   bool    `json:"programmed"`
	Holder       string  `json:"holder,omitempty"`
	Fields       []Field `json:"fields,omitempty"`
	Deviations   []Field `json:"deviations,omitempty"`
	Err          string  `json:"error,omitempty"`
}

// MarshalJSON writes Err as its text.
func (c Change) MarshalJSON() ([]byte, error) {
	out := changeJSON{
		Key: c.Key, Action: c.Action, KonnectID: c.KonnectID, Name: c.Name, ControlPlane: c.ControlPlane,
		Programmed: c.Programmed, Holder: c.Holder, Fields: c.Fields, Deviations: c.Deviations,
	}
	if c.Err != nil {
		out.Err = c.Err.Error()
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote; Err keeps its text only.
func (c *Change) UnmarshalJSON(raw []byte) error {
	var in changeJSON
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	*c = Change{
		Key: in.Key, Action: in.Action, KonnectID: in.KonnectID, Name: in.Name, ControlPlane: in.ControlPlane,
		Programmed: in.Programmed, Holder: in.Holder, Fields: in.Fields, Deviations: in.Deviations,
	}
	if in.Err != "" {
		c.Err = errors.New(in.Err)
	}
	return nil
}
