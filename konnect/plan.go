package konnect

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// Plan is what Ensure would do. It holds no payload and no secret, and can be
// kept as JSON and given to Client.Apply later.
type Plan struct {
	// Changes by object, dependencies first, then entities to prune.
	Changes []Change `json:"changes"`
	// Warnings are what is legal and probably not meant, by object.
	Warnings []Warning `json:"warnings,omitempty"`
	// Owner is that of the client which made the plan.
	Owner string `json:"owner"`
	// Prune, Adoption, AdoptionLimit, MaxDeletes, Partial and SecretRewrite are the options
	// of the plan; nil MaxDeletes is no limit.
	Prune         bool           `json:"prune,omitempty"`
	Adoption      AdoptionPolicy `json:"adoption,omitempty"`
	AdoptionLimit AdoptionPolicy `json:"adoptionLimit,omitempty"`
	MaxDeletes    *int           `json:"maxDeletes,omitempty"`
	Partial       bool           `json:"partial,omitempty"`
	SecretRewrite bool           `json:"secretRewrite,omitempty"`
	// WithoutWarnings are the codes of warnings that are left out.
	WithoutWarnings []WarningCode `json:"withoutWarnings,omitempty"`
	// Digest stands for the objects and for what was observed of their entities: for
	// secret values only under the key of WithSecretMarks.
	Digest string `json:"digest"`
}

// HasChanges tells whether applying the plan would write anything.
func (p *Plan) HasChanges() bool {
	for _, c := range p.Changes {
		matched := c.Action == ActionAdopted && len(c.Fields) == 0 // with mode match
		if c.Action.writes() && !matched {
			return true
		}
	}
	return false
}

// HasDrift tells whether Konnect holds anything otherwise than the objects say:
// what HasChanges tells, and what differs in entities that are only observed.
func (p *Plan) HasDrift() bool {
	return p.HasChanges() || slices.ContainsFunc(p.Changes, func(c Change) bool {
		return c.Action == ActionObserved && len(c.Fields) > 0
	})
}

// String returns a diff fit to be read by people: "+" is created, "~" updated,
// ">" adopted, "<" released, "-" deleted, "=" observed and otherwise than the object says, "!"
// cannot be done.
func (p *Plan) String() string {
	if p == nil {
		return ""
	}
	marks := map[Action]string{
		ActionCreated: "+", ActionUpdated: "~", ActionAdopted: ">", ActionDeleted: "-", ActionReleased: "<", ActionFailed: "!", ActionSkipped: "!",
	}
	var text strings.Builder
	for _, c := range p.Changes {
		mark := marks[c.Action]
		if c.Action == ActionObserved && len(c.Fields) > 0 {
			mark = "="
		}
		if mark == "" {
			continue
		}
		id := c.KonnectID
		if id == "" {
			id = "known after apply"
		}
		text.WriteString(printable.Sprintf("%s %s  %s (%s)%s", mark, c.Key, orDash(c.Name), id, heldBy(c.Holder)) + "\n")
		for _, f := range c.Fields {
			fmt.Fprintf(&text, "    %s\n", f)
		}
		if c.Err != nil {
			fmt.Fprintf(&text, "    %v\n", printable.Error(c.Err))
		}
	}
	if text.Len() > 0 {
		text.WriteString("\n")
	}
	fmt.Fprintf(&text, "Plan: %s\n%s", planSummary(p.Changes), warningLines(p.Warnings))
	return text.String()
}

func heldBy(holder string) string {
	if holder == "" {
		return ""
	}
	return ", held by " + holder
}

func planSummary(changes []Change) string {
	counts := map[Action]int{}
	for _, c := range changes {
		counts[c.Action]++
	}
	parts := []string{
		fmt.Sprintf("%d to create", counts[ActionCreated]),
		fmt.Sprintf("%d to update", counts[ActionUpdated]),
	}
	for _, optional := range []struct {
		action Action
		text   string
	}{{ActionAdopted, "to adopt"}, {ActionDeleted, "to delete"}, {ActionReleased, "to release"}, {ActionUnchanged, "unchanged"}, {ActionObserved, "observed"}, {ActionRetained, "retained"}, {ActionSkipped, "skipped"}, {ActionFailed, "impossible"}} {
		if n := counts[optional.action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, optional.text))
		}
	}
	return strings.Join(parts, ", ") + "."
}

// plan describes what was decided.
func (r *run) plan() *Plan {
	o := r.options
	p := &Plan{
		Owner: o.owner, Prune: o.prune, Adoption: o.adoption, AdoptionLimit: o.adoptionLimit, MaxDeletes: o.maxDeletes,
		Partial: o.partial, SecretRewrite: o.rewriteSecrets, WithoutWarnings: o.withoutWarnings,
	}
	for _, w := range r.decisions.warnings {
		r.notes.warn(w)
	}
	p.Warnings = r.notes.warned()
	hash := sha256.New()
	for _, x := range r.decisions.all {
		if !x.inBatch {
			continue
		}
		result, action := r.results[x.n], x.planned
		if result.fault.err != nil || action == "" {
			action = cmp.Or(result.done, ActionSkipped)
		}
		c := newChange(r.results, x, action)
		c.Programmed = c.Programmed && !action.writes()
		p.Changes = append(p.Changes, c)
		_, _ = hash.Write([]byte(canon.Text([]any{c.Key.String(), c.Action, result.id, x.basis}) + "\n"))
	}
	p.Digest = hex.EncodeToString(hash.Sum(nil))
	return p
}
