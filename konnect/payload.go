package konnect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

func (d *decider) inputs(i *item, observed canon.Object) kinds.Inputs {
	return d.options.inputs(d.batch, d.world, i, kinds.Inputs{Observed: observed}, nil)
}

// inputs completes what a payload is made of beside the object. IDs that are not known yet
// are stood in for by the key of the object.
func (o callOptions) inputs(b *batch, w *world, i *item, in kinds.Inputs, results []result) kinds.Inputs {
	for _, edge := range i.node.Edges {
		if edge.To.GroupKind() == crd.ControlPlaneGroupKind() || edge.Role == crd.RoleImplies || i.isMembership(edge) {
			continue // it is no field, and members are written later
		}
		if in.IDs == nil {
			in.IDs, in.Objects = map[string]string{}, map[string]crd.Object{}
		}
		if in.IDs[edge.Field] = w.idOf(b.leadsTo(edge), edge.To, results); edge.Node != nil {
			in.Objects[edge.Field] = edge.Node.Object
		}
		if edge.Node != nil && b.leadsTo(edge) == nil { // without an entity, so part of what refers to it
			for _, part := range edge.Node.Edges {
				if part.Node != nil {
					in.Objects[edge.Field+"/"+part.Field] = part.Node.Object
				}
			}
		}
	}
	policy := kinds.Deletion(i.object)
	var implied []string
	if b.implied.any || len(w.staying) > 0 {
		implied = b.implied.marksOf(w, i)
	}
	if own, labelled := kinds.Labels(i.object); labelled {
		in.Labels = labels(i, w.found[i.n].entity, own, in.Observed, o.owner)
	} else {
		tags := marks.UserTags(i.object)
		if i.kind.Configuration != nil {
			tags, in.Schema = i.kind.Tags(i.object, in.Objects), w.schemas[describes(w, i, in)]
		}
		if len(o.keptTags) > 0 {
			tags = append(tags, o.keptTags.beside(tags, in.Observed)...)
		}
		in.Tags = marks.Tags(tags, o.owner, i.key, policy, implied...)
		if e := w.found[i.n].entity; (len(i.kind.WriteOnly) > 0 || i.kind.Configuration != nil) && e != nil && e.Marks.Secret() != "" {
			in.Tags = marks.WithSecret(in.Tags, e.Marks.Secret()) // it stays until the value is written
		}
	}
	return in
}

// isSame reports whether nothing differs for certain, which of thousands of entities is to be
// found out without taking them apart. A plan needs what they are made of all the same.
// What the one before was made of has served, and is made anew in its place.
func (o callOptions) isSame(b *batch, w *world, i *item, room *kinds.Inputs) bool {
	if o.planning || len(o.keptTags) > 0 {
		return false
	}
	clear(room.IDs)
	clear(room.Objects)
	*room = o.inputs(b, w, i, kinds.Inputs{IDs: room.IDs, Objects: room.Objects, Room: room.Room}, nil)
	desired, err := i.kind.Desire(i.object, *room)
	return err == nil && i.kind.Same(desired, w.found[i.n].entity)
}

// labels merges ours into those that Konnect holds, so that others stay.
func labels(i *item, e *wire.Entity, own map[string]string, observed canon.Object, owner string) map[string]string {
	held, _ := observed["labels"].(map[string]any)
	others := 0
	for key := range held {
		if _, mine := own[key]; !mine && !marks.IsKey(key) && !dropsLabel(e, key) {
			others++
		}
	}
	merged := marks.Labels(own, others, owner, i.key, kinds.Deletion(i.object))
	for key, value := range held {
		if text, isText := value.(string); isText && merged[key] == "" && !dropsLabel(e, key) {
			merged[key] = text
		}
	}
	return merged
}

// dropsLabel reports whether a label that a control plane has must go, though the labels
// of others stay: the mark of a deletion policy that the object no longer has, and those
// by which the Kong operator knows an entity that is taken over.
func dropsLabel(e *wire.Entity, key string) bool {
	switch key {
	case marks.Deletion:
		return true // unless it is wanted, which the caller has seen to
	case marks.OperatorUID, marks.OperatorGroup, "k8s-generation", "k8s-version":
		return e != nil && e.Marks.IsOperators()
	}
	return false
}

// droppedLabels are the labels that must go, as differences.
func droppedLabels(i *item, e *wire.Entity, observed canon.Object) []canon.Difference {
	own, labelled := kinds.Labels(i.object)
	if !labelled {
		return nil
	}
	held, _ := observed["labels"].(map[string]any)
	wanted := marks.Labels(own, 0, "", i.key, kinds.Deletion(i.object))
	var dropped []canon.Difference
	for _, key := range slices.Sorted(maps.Keys(held)) {
		if _, keep := wanted[key]; !keep && dropsLabel(e, key) {
			dropped = append(dropped, canon.Difference{Path: "labels." + key, From: held[key]})
		}
	}
	return dropped
}

// keepBasis records what a planned change rests on: the desired entity, and the observed
// one in the fields that are compared. Tags that are kept are no part of it.
func (d *decider) keepBasis(x *decision, desired kinds.Desired, observed canon.Object) {
	if !d.options.planning {
		return
	}
	tags, kept := marks.UserTags(x.item.object), d.options.keptTags
	observed = kept.withoutKept(tags, observed)
	held := map[string]any{}
	for _, f := range x.item.kind.Fields {
		held[f.Name] = observed[f.Name]
	}
	if c := x.item.kind.Configuration; c != nil {
		held[c.Field] = observed[c.Field]
	}
	for _, f := range x.item.kind.WriteOnly {
		name, _, _ := strings.Cut(f.Name, ".")
		held[name] = observed[name]
	}
	wanted, held, secret := secretJudge{d}.withoutSecrets(x.item.kind.AllSecretPaths(desired, d.inputs(x.item, observed).Schema, observed), kept.withoutKept(tags, desired.Object), held)
	basis := append([]any{wanted, held, d.world.found[x.item.n].groupMembers}, secret...)
	if x.item.group != nil {
		basis = append(basis, d.batch.wantedMembers(d.world, x.item, nil))
	}
	sum := sha256.Sum256([]byte(canon.Text(basis)))
	x.basis = hex.EncodeToString(sum[:])
}

// checkTags refuses more tags than Konnect takes, which only kept ones can bring about.
func (o callOptions) checkTags(i *item, id string, tags []string, observed canon.Object) error {
	if len(tags) <= marks.MaxTags {
		return nil
	}
	return fmt.Errorf("update %s: spec.tags: with %d marks and the kept tags %q of entity %s they are %d, and konnect takes %d; take tags out of the spec, or patterns out of WithKeptTags",
		i.key, kinds.MarksOf(i.object), o.keptTags.beside(marks.UserTags(i.object), observed), id, len(tags), marks.MaxTags)
}

// warnOfTags notes each tag of somebody else's that a write would take away.
func (d *decider) warnOfTags(i *item, tags []string, observed canon.Object) {
	for _, tag := range canon.Texts(observed["tags"]) {
		if slices.Contains(tags, tag) || marks.Is(tag) {
			continue
		}
		d.out.warn(Warning{
			Key: i.key, Field: "spec.tags", Code: WarningForeignTagRemoved,
			Message: fmt.Sprintf("the tag %q is taken away, because the spec does not have it; somebody else may be writing it, in turn with this: put it into the spec, or keep it with WithKeptTags", tag),
		})
	}
}
