package konnect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"sync"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// lookInside refuses to delete control planes that hold what is not ours or is to stay,
// or of which that cannot be told.
func (d *decisions) lookInside(ctx context.Context, b *batch, w *world, o callOptions) {
	planes := slices.DeleteFunc(d.doomed(), func(x *decision) bool { return !x.isControlPlane() })
	reasons := make([]error, len(planes))
	var group sync.WaitGroup
	for n, x := range planes {
		group.Go(func() { reasons[n] = d.staysForContents(ctx, b, w, x, o) })
	}
	group.Wait()
	for n, err := range reasons {
		if err != nil {
			d.refuse(planes[n], err)
		}
	}
}

// staysForContents returns why a control plane cannot go with all that it holds.
func (d *decisions) staysForContents(ctx context.Context, b *batch, w *world, x *decision, o callOptions) error {
	e := x.entity(w)
	if unread := w.unread[e.ID]; unread != nil {
		return fmt.Errorf("delete %s: it is not known what it holds: %w", x.key, unread)
	}
	if err := d.pruneBlocker(b, w, x, o); err != nil || o.cascade {
		return err
	}
	collections := slices.Clone(b.table.Others())
	if clusterTypeOf(x.kind, e) == x.kind.Group.ClusterType { // which has no entities of its own
		collections = slices.DeleteFunc(collections, func(o *kinds.Other) bool { return !o.Beside })
	}
	results := make([]error, len(collections))
	var group sync.WaitGroup
	for n, other := range collections {
		group.Go(func() {
			found, err := firstOf(ctx, x.account, e.ID, other)
			switch {
			case err != nil:
				results[n] = fmt.Errorf("delete %s: it is not known what it holds: %w", x.key, err)
			case found != nil:
				results[n] = belongsError(x, found, "of "+other.Collection, cascadeHint)
			}
		})
	}
	group.Wait()
	return cmp.Or(results...)
}

// pruneBlocker returns which entity of our kinds keeps a control plane: one that is
// protected or retained or, unless it may be taken along, one that is not ours.
func (d *decisions) pruneBlocker(b *batch, w *world, plane *decision, o callOptions) error {
	var other error
	for _, k := range b.table.List() {
		x := w.indexes[collection{account: plane.account, controlPlaneID: plane.entity(w).ID, kind: k}]
		if x == nil {
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(x.byID)) {
			e := x.byID[id]
			if own := d.about(k, id); own != nil && own.planned == ActionDeleted {
				continue
			}
			if policy := w.policyOf(b, k, e); policy != crd.DeletionPolicyDelete {
				return d.protectedError(plane, k, e, policy)
			}
			if hint := w.keepHint(k, e, o); other == nil && hint != "" {
				other = belongsError(plane, e, "of "+k.Collection, hint)
			}
		}
	}
	return other
}

// firstOf returns an entity of a collection; nil when it is empty.
func firstOf(ctx context.Context, a *account, controlPlaneID string, o *kinds.Other) (*wire.Entity, error) {
	path, query := o.Path(controlPlaneID), url.Values{"size": {"1"}}
	if o.Beside {
		query = nil
	}
	raw, err := a.get(ctx, path, query)
	if isNotFound(err) && (o.Optional || a.isGone(ctx, controlPlaneID)) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	page, _, err := pageIn(raw)
	switch {
	case err != nil:
		return nil, fmt.Errorf("list %s: %w", path, err)
	case len(page) == 0:
		return nil, nil
	}
	return wire.Decode(page[0], wire.Shape{Name: "name"})
}

// pageIn returns the entities of a page of any collection, and where the next one starts;
// empty where there is none.
func pageIn(raw []byte) (entities []json.RawMessage, offset string, err error) {
	var page struct {
		Data   []json.RawMessage `json:"data"`
		Offset string            `json:"offset"`
		Items  []json.RawMessage `json:"items"` // of lists without pages
		Page   struct {
			TotalCount *int `json:"total_count"`
		} `json:"page"`
	}
	if err := json.Unmarshal(raw, &page); err != nil {
		return nil, "", fmt.Errorf("decode page: %w", err)
	}
	all, total := slices.Concat(page.Data, page.Items), page.Page.TotalCount
	switch {
	case len(all) > 0:
		return all, page.Offset, nil
	case total != nil && *total == 0: // an empty list may be left out
		return nil, "", nil
	case total != nil, page.Offset != "", page.Data == nil && page.Items == nil:
		return nil, "", errors.New("the answer has no data, so it is not known what there is")
	}
	return nil, "", nil
}
