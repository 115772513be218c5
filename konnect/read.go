package konnect

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Where the batch holds a single object of a kind, its entity is read alone.

// readItem reads what may be one object's entity: by ID, and where there is none under
// it, or the name changes, by natural key and by mark. Leftovers are not looked for while
// all is as it was, except by Delete.
func (r *reader) readItem(ctx context.Context, n *need, i *item) error {
	if i.kind.Parent != nil {
		if parent := r.batch.parentOf(i); parent == nil || r.world.found[parent.n].entity == nil {
			if err := r.readMarked(ctx, n, i); err != nil { // it may have had another parent
				return err
			}
			return r.readOperators(ctx, n, i)
		}
	}
	byID, err := r.readByID(ctx, n, i)
	if err != nil {
		return err
	}
	if byID != nil && r.options.verb == ensuring && sameKeys(byID, r.world.keys(r.batch, i)) {
		return nil
	}
	if name := i.kind.Name(i.object); name != "" && (r.options.verb != deleting || i.observes) {
		if _, err := r.readOne(ctx, n, i, name); err != nil {
			return err
		}
	}
	if err := r.readMarked(ctx, n, i); err != nil || byID != nil {
		return err
	}
	if len(r.world.indexes[n.collection].byMark[i.mark]) > 0 {
		return nil
	}
	if err := r.readComputed(ctx, n, i); err != nil {
		return err
	}
	return r.readOperators(ctx, n, i)
}

// readByID reads the entity that the object names or, where it names none, the one
// with the computed ID; nil when that is another object's.
func (r *reader) readByID(ctx context.Context, n *need, i *item) (*wire.Entity, error) {
	for _, id := range r.candidateIDs(i) {
		found, err := r.readOne(ctx, n, i, id)
		if err != nil || found != nil && !r.world.isAnothers(r.batch, i, found, r.options) {
			return found, err
		}
	}
	return nil, nil
}

// candidateIDs are the IDs that the object names, in the order of identity; the
// computed one where it names none.
func (r *reader) candidateIDs(i *item) []string {
	controlPlaneID := r.world.found[i.controlPlane.n].id
	ids := []string{i.kind.SpecID(i.object), kinds.Adopt(i.object).KonnectID()}
	if status := i.object.GetKonnectStatus(); status.ControlPlaneID == controlPlaneID {
		ids = append(ids, status.ID)
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == "" })
	if len(ids) == 0 {
		ids = append(ids, marks.EntityID(controlPlaneID, r.world.owner, i.key))
	}
	return slices.Compact(ids)
}

// readComputed reads the ID with which the entity would be created, and those
// before it which have gone over to other objects.
func (r *reader) readComputed(ctx context.Context, n *need, i *item) error {
	tried := r.candidateIDs(i)
	if i.kind.SpecID(i.object) != "" {
		return nil
	}
	computed := func() string { return r.world.computedID(r.batch, i, r.options) }
	for id := computed(); !slices.Contains(tried, id); id = computed() {
		if _, err := r.readOne(ctx, n, i, id); err != nil {
			return err
		}
		tried = append(tried, id)
	}
	return nil
}

// readOne reads an entity by ID or natural key; nil when there is none.
func (r *reader) readOne(ctx context.Context, n *need, i *item, idOrName string) (*wire.Entity, error) {
	path := n.kind.EntityPath(r.world.at(r.batch, i, nil), idOrName)
	raw, err := n.account.get(ctx, path, nil)
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e, err := wire.Decode(raw, n.kind.Shape())
	if err == nil && (e.ID == "" || !strings.EqualFold(e.ID, idOrName) && e.Name != idOrName) {
		err = fmt.Errorf("the answer is about entity %q, so it is not konnect's", e.ID)
	}
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	r.world.indexes[n.collection].add(e, r.world.owner)
	return e, nil
}

// readTagged reads the entities of a collection with all of the tags.
func (r *reader) readTagged(ctx context.Context, n *need, tags ...string) error {
	x := r.world.indexes[n.collection]
	return wire.List(ctx, n.account.get, n.kind.Path(kinds.At{ControlPlane: n.controlPlaneID}), url.Values{"tags": {strings.Join(tags, ",")}},
		n.kind.Shape(), func(e *wire.Entity) { x.add(e, r.world.owner) })
}

// readMarked reads the entity that carries the object's mark, wherever it is in
// the collection.
func (r *reader) readMarked(ctx context.Context, n *need, i *item) error {
	err := r.readTagged(ctx, n, marks.Key+":"+i.mark)
	if r.options.verb != ensuring && isNotFound(err) && n.account.isGone(ctx, n.controlPlaneID) {
		return nil
	}
	return err
}

// readOperators reads what the operator made for an object, if the object may take
// that over and has no entity of its own.
func (r *reader) readOperators(ctx context.Context, n *need, i *item) error {
	if !followsOperator(i, r.options) || len(r.world.indexes[n.collection].byMark[i.mark]) > 0 {
		return nil
	}
	tags := []string{marks.Kind + ":" + i.key.Kind, marks.Name + ":" + operatorName(i)}
	if i.key.Namespace != "" {
		tags = append(tags, marks.Namespace+":"+i.key.Namespace)
	}
	return r.readTagged(ctx, n, tags...)
}

var errNoEntity = errors.New("the answer is no entity, so it is not konnect's")
