package konnect

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// Entities that are compared and never written: those of objects that adopt with mode match,
// or only observe.

// match adopts an entity that is never written: it must be as desired, its tags apart
// unless the spec has some.
func (d *decider) match(i *item, x *decision) error {
	e := d.world.found[i.n].entity
	isImplied := e.Marks.Ours(d.world.owner) && len(e.Marks.Carriers()) > 0 // nobody else's object holds it
	if e.Marks.ManagedBy == marks.Us && !d.isOwn(i) && !isImplied {
		return ownershipError(d.batch, d.world, i, e, d.options)
	}
	observed, err := d.project(i, "adopt")
	if err != nil {
		return err
	}
	in := d.inputs(i, observed)
	if in.Tags = i.kind.Tags(i.object, in.Objects); len(in.Tags) > 0 {
		in.Tags = append(in.Tags, d.options.keptTags.beside(in.Tags, observed)...)
		if e.Marks.Ours(d.world.owner) { // from when the object was not to match
			in.Tags = append(in.Tags, slices.DeleteFunc(canon.Texts(observed["tags"]), func(tag string) bool { return !marks.Is(tag) })...)
		}
	}
	desired, err := i.kind.Desire(i.object, in)
	if err != nil {
		return err
	}
	fields := slices.DeleteFunc(slices.Clone(i.kind.Fields), func(f canon.Field) bool {
		return (f.Name == "tags" || f.Name == i.kind.MarksIn) && len(in.Tags) == 0
	})
	differences := canon.Diff(desired.Object, observed, fields)
	if i.kind.Configuration != nil {
		differences = append(differences, i.kind.DiffConfiguration(desired, observed, in.Schema, false)...)
	}
	if len(i.kind.WriteOnly) > 0 || i.kind.Configuration != nil {
		differences = secretJudge{d}.observe(i, differences, desired, in)
	}
	x.changes.fields = fieldsOf(differences)
	if wanted, held := d.batch.wantedMembers(d.world, i, nil), d.world.found[i.n].groupMembers; !i.isControlPlane() && !slices.Equal(wanted, held) {
		x.changes.fields = append(x.changes.fields, Field{Path: i.group.Name, From: listValue(held), To: listValue(wanted)})
	}
	if len(x.changes.fields) > 0 {
		return &MismatchError{Key: i.key, KonnectID: e.ID, Fields: x.changes.fields}
	}
	d.keepBasis(x, desired, observed)
	x.planned, x.changes.owned = ActionUnchanged, true
	if i.object.GetKonnectStatus().ID != e.ID {
		x.planned, x.changes.holder = ActionAdopted, d.holderOf(i)
	}
	return nil
}

// observed compares an entity without ever writing it. What the spec leaves unset is no
// difference, nor are marks and tags beside the spec's.
func (d *decider) observed(i *item, x *decision) error {
	if d.world.found[i.n].entity == nil {
		return fmt.Errorf("observe %s: konnect has no entity %q where the object belongs", i.key,
			cmp.Or(i.kind.SpecID(i.object), i.kind.Name(i.object)))
	}
	observed, err := d.project(i, "observe")
	if err != nil {
		return err
	}
	in := d.inputs(i, observed)
	in.Tags, in.GivenOnly = marks.UserTags(i.object), true
	in.Labels, _ = kinds.Labels(i.object)
	desired, err := i.kind.Desire(i.object, in)
	if err != nil {
		return err
	}
	differences := canon.DiffGiven(desired.Object, observed, i.kind.Fields)
	if i.kind.Configuration != nil {
		differences = append(differences, i.kind.DiffConfiguration(desired, observed, in.Schema, true)...)
	}
	differences = slices.DeleteFunc(differences, func(d canon.Difference) bool {
		return d.Path == "labels" && len(in.Labels) == 0 || d.Path == "tags" && holdsAll(d.From, in.Tags)
	})
	if len(i.kind.WriteOnly) > 0 || i.kind.Configuration != nil {
		differences = secretJudge{d}.observe(i, differences, desired, in)
	}
	x.changes.fields = fieldsOf(differences)
	if len(d.batch.wantedMembers(d.world, i, nil)) > 0 {
		d.compareGroup(i, x)
	}
	d.keepBasis(x, desired, observed)
	x.planned, x.changes.owned = ActionObserved, true
	return nil
}

func holdsAll(observed any, tags []string) bool {
	held, _ := observed.([]any)
	return !slices.ContainsFunc(tags, func(tag string) bool { return !slices.Contains(held, any(tag)) })
}
