package konnect

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strconv"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// entity is an observed entity: what identifies it is decoded at once, the rest
// only where it is compared.
type entity struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Target   string    `json:"target"`
	Service  reference `json:"service"`
	Route    reference `json:"route"`
	Upstream reference `json:"upstream"`

	owner ownership
	raw   json.RawMessage
}

type reference struct {
	ID string `json:"id"`
}

func decodeEntity(raw json.RawMessage) (*entity, error) {
	var marked struct {
		entity
		Tags   []string          `json:"tags"`
		Labels map[string]string `json:"labels"`
	}
	if err := json.Unmarshal(raw, &marked); err != nil {
		return nil, fmt.Errorf("decode entity: %w", err)
	}
	e := new(marked.entity)
	if e.Target != "" {
		if address, err := normalizeTarget(e.Target); err == nil {
			e.Target = address // Konnect's own form may move
		}
	}
	e.owner, e.raw = ownershipOf(marked.Tags, marked.Labels), raw
	return e, nil
}

func (e *entity) object() (canon.Object, error) { return canon.Decode(e.raw) }

// index holds the entities of one collection that are known.
type index struct {
	byID      map[string]*entity
	byMark    map[string]*entity // our owner's, by managed key
	byNatural map[string]*entity
	// complete is true once the whole collection was read.
	complete bool
}

func newIndex() *index {
	return &index{byID: map[string]*entity{}, byMark: map[string]*entity{}, byNatural: map[string]*entity{}}
}

func (x *index) add(e *entity, owner string, natural func(*entity) string) {
	x.byID[e.ID] = e
	if e.owner.ours(owner) && e.owner.key != "" {
		x.byMark[e.owner.key] = e
	}
	if key := natural(e); key != "" {
		x.byNatural[key] = e
	}
}

const corePageSize = 1000

// listCore yields the entities of a core collection, page by page.
func (a *account) listCore(ctx context.Context, path string, query url.Values, visit func(*entity)) error {
	if query == nil {
		query = url.Values{}
	}
	query.Set("size", strconv.Itoa(corePageSize))
	for {
		raw, err := a.get(ctx, path, query)
		if err != nil {
			return err
		}
		offset, err := visitPage(raw, visit)
		if err != nil {
			return fmt.Errorf("list %s: %w", path, err)
		}
		if offset == "" || offset == query.Get("offset") {
			return nil
		}
		query.Set("offset", offset)
	}
}

// visitPage yields the entities of one page of a core collection and returns the
// offset of the next, empty for the last.
func visitPage(raw []byte, visit func(*entity)) (offset string, err error) {
	var page struct {
		Data   []json.RawMessage `json:"data"`
		Offset string            `json:"offset"`
	}
	if err := json.Unmarshal(raw, &page); err != nil {
		return "", fmt.Errorf("decode page: %w", err)
	}
	return page.Offset, visitAll(page.Data, visit)
}

const controlPlanePageSize = 100

// listControlPlanes yields the control planes that match filter, all of them
// when it is nil.
func (a *account) listControlPlanes(ctx context.Context, filter url.Values, visit func(*entity)) error {
	query := url.Values{"page[size]": {strconv.Itoa(controlPlanePageSize)}}
	maps.Copy(query, filter)
	for number, seen := 1, 0; ; number++ {
		query.Set("page[number]", strconv.Itoa(number))
		raw, err := a.get(ctx, controlPlanesPath, query)
		if err != nil {
			return err
		}
		var page struct {
			Data []json.RawMessage `json:"data"`
			Meta struct {
				Page struct {
					Total int `json:"total"`
				} `json:"page"`
			} `json:"meta"`
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			return fmt.Errorf("decode page of control planes: %w", err)
		}
		if err := visitAll(page.Data, visit); err != nil {
			return fmt.Errorf("list control planes: %w", err)
		}
		if seen += len(page.Data); len(page.Data) == 0 || seen >= page.Meta.Page.Total {
			return nil
		}
	}
}

// listMembers returns the IDs of the members of a control plane group.
func (a *account) listMembers(ctx context.Context, groupID string) ([]string, error) {
	var members []string
	query := url.Values{"page[size]": {strconv.Itoa(controlPlanePageSize)}}
	for {
		raw, err := a.get(ctx, controlPlanesPath+"/"+groupID+"/group-memberships", query)
		if err != nil {
			return nil, err
		}
		var page struct {
			Data []json.RawMessage `json:"data"`
			Meta struct {
				Page struct {
					Next string `json:"next"`
				} `json:"page"`
			} `json:"meta"`
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			return nil, fmt.Errorf("decode page of group members: %w", err)
		}
		if err := visitAll(page.Data, func(e *entity) { members = append(members, e.ID) }); err != nil {
			return nil, fmt.Errorf("list group members: %w", err)
		}
		next, err := url.Parse(page.Meta.Page.Next)
		after := ""
		if err == nil {
			after = next.Query().Get("page[after]")
		}
		if after == "" || after == query.Get("page[after]") {
			return members, nil
		}
		query.Set("page[after]", after)
	}
}

func visitAll(data []json.RawMessage, visit func(*entity)) error {
	for _, raw := range data {
		e, err := decodeEntity(raw)
		if err != nil {
			return err
		}
		visit(e)
	}
	return nil
}

const controlPlanesPath = "/v2/control-planes"
