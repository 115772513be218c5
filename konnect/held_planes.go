package konnect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"sync"

	"github.com/konnectkit/konnectkit/crd"
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

// checkControlPlanesHeld refuses to delete control planes that hold what is not
// ours or is to stay, or of which that cannot be told.
func (s *session) checkControlPlanesHeld(ctx context.Context) {
	var planes []*member
	for _, m := range s.everything() {
		if m.isControlPlane() && m.isDoomed() {
			planes = append(planes, m)
		}
	}
	reasons := make([]error, len(planes))
	var group sync.WaitGroup
	for i, plane := range planes {
		group.Go(func() { reasons[i] = s.staysForWhatItHolds(ctx, plane) })
	}
	group.Wait()
	for i, err := range reasons {
		if err != nil {
			s.refuse(planes[i], err)
		}
	}
}

// staysForWhatItHolds returns why a control plane cannot go with all that it holds.
func (s *session) staysForWhatItHolds(ctx context.Context, plane *member) error {
	if unread := s.planeOf(plane).unread; unread != nil {
		return fmt.Errorf("delete %s: it is not known what it holds: %w", plane.key, unread)
	}
	if err := s.heldBack(plane); err != nil || s.options.cascade {
		return err
	}
	collections := otherCollections()
	if plane.isGroup() { // which has no entities of its own
		collections = slices.DeleteFunc(collections, func(c otherCollection) bool { return !c.beside })
	}
	results := make([]error, len(collections))
	var group sync.WaitGroup
	for i, c := range collections {
		group.Go(func() {
			found, err := firstOf(ctx, plane, c)
			switch {
			case err != nil:
				results[i] = fmt.Errorf("delete %s: it is not known what it holds: %w", plane.key, err)
			case found != nil:
				results[i] = belongsError(plane, found, "of "+c.path, cascadeHint)
			}
		})
	}
	group.Wait()
	for _, err := range results {
		if err != nil {
			return err
		}
	}
	return nil
}

// heldBack returns which entity of our kinds keeps a control plane: one that is
// protected or retained or, unless it may be taken along, one that is not ours.
func (s *session) heldBack(plane *member) error {
	var other error
	for _, k := range s.kinds.list {
		x := s.indexes[collection{account: plane.account, controlPlane: plane.id, kind: k}]
		if x == nil {
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(x.byID)) {
			e := x.byID[id]
			switch claim := s.claims[id]; {
			case claim != nil && claim.step == ActionDeleted:
			case s.policyOf(e) != crd.DeletionPolicyDelete:
				return s.protectedError(plane, k, e, s.policyOf(e))
			case other == nil && s.keepHint(e) != "":
				other = belongsError(plane, e, "of "+k.about().collection, s.keepHint(e))
			}
		}
	}
	return other
}

// firstOf returns an entity of a collection; nil when it is empty.
func firstOf(ctx context.Context, plane *member, c otherCollection) (*entity, error) {
	path, query := corePath(scope{controlPlane: plane.id})+c.path, url.Values{"size": {"1"}}
	if c.beside {
		path, query = controlPlanePath(plane.id)+"/"+c.path, nil
	}
	raw, err := plane.account.get(ctx, path, query)
	if isNotFound(err) && (c.optional || plane.account.isGone(ctx, plane.id)) {
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
func firstIn(raw []byte) (*entity, error) {
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
		return decodeEntity(all[0])
	case total != nil && *total == 0: // an empty list may be left out
		return nil, nil
	case total != nil, page.Offset != "", page.Data == nil && page.Items == nil:
		return nil, errors.New("the answer has no data, so it is not known what there is")
	}
	return nil, nil
}
