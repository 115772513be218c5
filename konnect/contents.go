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
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// otherCollection is one of the API that no kind stands for. What it holds is
// never ours.
type otherCollection struct {
	path string
	// beside is true for a path beside core-entities, which groups have too.
	beside bool
	// optional is true where a 404 only says that this Konnect does not serve it.
	optional bool
}

const pluginsPath = "plugins"

// otherCollections are all that a control plane can hold.
func otherCollections() []otherCollection {
	var all []otherCollection
	for _, path := range []string{
		"acls", "basic-auths", "ca_certificates", "certificates", "consumer_groups", "consumers", "hmac-auths", "jwts",
		"key-auths", "key-sets", "keys", pluginsPath, "snis", "vaults",
	} {
		all = append(all, otherCollection{path: path})
	}
	for _, path := range []string{
		"custom-plugins", "degraphql_routes", "graphql-rate-limiting-advanced/costs", "mtls-auths", "partials", "plugin-schemas",
	} {
		all = append(all, otherCollection{path: path, optional: true})
	}
	return append(all,
		otherCollection{path: "dp-client-certificates", beside: true},
		otherCollection{path: "config-stores", beside: true, optional: true},
	)
}

// lookInside refuses to delete control planes that hold what is not ours or is to stay,
// or of which that cannot be told.
func (c *Client) lookInside(ctx context.Context, b *batch, w *world, d *decisions, o callOptions) {
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
	collections := otherCollections()
	if clusterTypeOf(x.kind, e) == x.kind.Group.ClusterType { // which has no entities of its own
		collections = slices.DeleteFunc(collections, func(c otherCollection) bool { return !c.beside })
	}
	results := make([]error, len(collections))
	var group sync.WaitGroup
	for n, c := range collections {
		group.Go(func() {
			found, err := c.first(ctx, x.account, e.ID)
			switch {
			case err != nil:
				results[n] = fmt.Errorf("delete %s: it is not known what it holds: %w", x.key, err)
			case found != nil:
				results[n] = belongsError(x, found, "of "+c.path, cascadeHint)
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
			if own := d.byEntity[claim{k, id}]; own != nil && own.planned == ActionDeleted {
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

// first returns an entity of a collection; nil when it is empty.
func (c otherCollection) first(ctx context.Context, a *account, controlPlaneID string) (*wire.Entity, error) {
	path, query := wire.CorePath(controlPlaneID)+c.path, url.Values{"size": {"1"}}
	if c.beside {
		path, query = wire.ControlPlanePath(controlPlaneID)+"/"+c.path, nil
	}
	raw, err := a.get(ctx, path, query)
	if isNotFound(err) && (c.optional || a.isGone(ctx, controlPlaneID)) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	first, err := firstIn(raw)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", path, err)
	}
	return first, nil
}

// firstIn returns an entity of a page; nil when the list is empty.
func firstIn(raw []byte) (*wire.Entity, error) {
	var page struct {
		Data   []json.RawMessage `json:"data"`
		Offset string            `json:"offset"`
		Items  []json.RawMessage `json:"items"` // of lists without pages
		Page   struct {
			TotalCount *int `json:"total_count"`
		} `json:"page"`
	}
	if err := json.Unmarshal(raw, &page); err != nil {
		return nil, fmt.Errorf("decode page: %w", err)
	}
	all, total := slices.Concat(page.Data, page.Items), page.Page.TotalCount
	switch {
	case len(all) > 0:
		return wire.Decode(all[0], wire.Shape{Name: "name"})
	case total != nil && *total == 0: // an empty list may be left out
		return nil, nil
	case total != nil, page.Offset != "", page.Data == nil && page.Items == nil:
		return nil, errors.New("the answer has no data, so it is not known what there is")
	}
	return nil, nil
}
