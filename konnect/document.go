package konnect

import (
	"encoding/json"
	"fmt"
	"slices"
)

// documentVersion is that of plans and reports as JSON. It grows when something
// that a reader relies on changes its meaning, not when fields are added.
const documentVersion = 1

const (
	planDocument   = "Plan"
	reportDocument = "Report"
)

// document is the head of a plan or report as JSON.
type document struct {
	Kind          string `json:"kind"`
	SchemaVersion int    `json:"schemaVersion"`
}

// check refuses a document of another kind or version.
func (d document) check(kind string) error {
	switch {
	case d.Kind != kind:
		return fmt.Errorf("decode %s: the document's kind is %q", kind, d.Kind)
	case d.SchemaVersion != documentVersion:
		return fmt.Errorf("decode %s: schema version %d is not supported, only %d is", kind, d.SchemaVersion, documentVersion)
	default:
		return nil
	}
}

// MarshalJSON writes the plan with its kind, the version of its form, and actions
// that say what is to be done: create, update, adopt, delete, release and retain where the
// report of a call has created, updated, adopted, deleted, released and retained.
func (p Plan) MarshalJSON() ([]byte, error) {
	type fields Plan
	out := struct {
		document
		fields
	}{document{planDocument, documentVersion}, fields(p)}
	out.Changes = withActions(p.Changes, Action.infinitive)
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote, and nothing else.
func (p *Plan) UnmarshalJSON(raw []byte) error {
	type fields Plan
	var in struct {
		document
		fields
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	if err := in.check(planDocument); err != nil {
		return err
	}
	*p = Plan(in.fields)
	p.Changes = withActions(p.Changes, Action.participle)
	return nil
}

// MarshalJSON writes the report with its kind and the version of its form.
func (r Report) MarshalJSON() ([]byte, error) {
	type fields Report
	return json.Marshal(struct {
		document
		fields
	}{document{reportDocument, documentVersion}, fields(r)})
}

// UnmarshalJSON reads what MarshalJSON wrote, and nothing else.
func (r *Report) UnmarshalJSON(raw []byte) error {
	type fields Report
	var in struct {
		document
		fields
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	if err := in.check(reportDocument); err != nil {
		return err
	}
	*r = Report(in.fields)
	return nil
}

func withActions(changes []Change, word func(Action) Action) []Change {
	changes = slices.Clone(changes)
	for i := range changes {
		changes[i].Action = word(changes[i].Action)
	}
	return changes
}

// plannedWords are the actions that a plan and a report name differently.
func plannedWords() map[Action]Action {
	return map[Action]Action{
		ActionCreated: "create", ActionUpdated: "update", ActionAdopted: "adopt", ActionDeleted: "delete", ActionReleased: "release",
		ActionRetained: "retain",
	}
}

// infinitive is the action as something to be done; what is true already stays.
func (a Action) infinitive() Action {
	if word, ok := plannedWords()[a]; ok {
		return word
	}
	return a
}

// participle undoes infinitive.
func (a Action) participle() Action {
	for done, word := range plannedWords() {
		if word == a {
			return done
		}
	}
	return a
}
