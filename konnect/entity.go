package konnect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"

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

const corePageSize = 1000

// listCore yields the entities of a core collection.
func (a *account) listCore(ctx context.Context, path string, query url.Values, visit func(*entity)) error {
	if query == nil {
		query = url.Values{}
	}
	query.Set("size", strconv.Itoa(corePageSize))
	for list := newPages(); ; {
		var page struct {
			Data   []json.RawMessage `json:"data"`
			Offset string            `json:"offset"`
			Next   string            `json:"next"`
		}
		if err := a.getPage(ctx, path, query, &page); err != nil {
			return err
		}
		fresh, err := list.take(page.Data, visit)
		switch {
		case err != nil:
		case page.Offset == "" && page.Next == "":
			return nil
		case page.Offset == "":
			err = errors.New("the answer names another page, but not which")
		default:
			query.Set("offset", page.Offset)
			err = list.turn(page.Offset, fresh)
		}
		if err != nil {
			return fmt.Errorf("list %s: %w", path, err)
		}
	}
}

// readEntity reads what a path leads to by ID or natural key; nil where nothing is there.
func (a *account) readEntity(ctx context.Context, path, idOrName string) (*entity, error) {
	raw, err := a.get(ctx, path, nil)
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e, err := decodeEntity(raw)
	if err == nil && (e.ID == "" || !strings.EqualFold(e.ID, idOrName) && nameOf(e) != idOrName) {
		err = fmt.Errorf("the answer is about entity %q, so it is not konnect's", e.ID)
	}
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	return e, nil
}

// getPage reads one page of a list into page.
func (a *account) getPage(ctx context.Context, path string, query url.Values, page any) error {
	raw, err := a.get(ctx, path, query)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, page); err != nil {
		return fmt.Errorf("list %s: decode page: %w", path, err)
	}
	return nil
}

const controlPlanePageSize = 100

// listControlPlanes yields the control planes that match filter, all of them
// when it is nil.
func (a *account) listControlPlanes(ctx context.Context, filter url.Values, visit func(*entity)) error {
	query := url.Values{"page[size]": {strconv.Itoa(controlPlanePageSize)}}
	maps.Copy(query, filter)
	list := newPages()
	for number := 1; ; number++ {
		query.Set("page[number]", strconv.Itoa(number))
		var page struct {
			Data []json.RawMessage `json:"data"`
			Meta struct {
				Page struct {
					Total *int `json:"total"`
				} `json:"page"`
			} `json:"meta"`
		}
		if err := a.getPage(ctx, controlPlanesPath, query, &page); err != nil {
			return err
		}
		total := page.Meta.Page.Total
		if total == nil {
			return fmt.Errorf("list %s: the answer has no total, so it is not known what there is", controlPlanesPath)
		}
		fresh, err := list.take(page.Data, visit)
		if err == nil && len(list.seen) >= *total {
			return nil
		}
		if err == nil {
			err = list.turn(strconv.Itoa(number+1), fresh)
		}
		if err != nil {
			return fmt.Errorf("list %s: %w", controlPlanesPath, err)
		}
	}
}

// listMembers returns the IDs of the members of a control plane group.
func (a *account) listMembers(ctx context.Context, groupID string) ([]string, error) {
	var members []string
	path := controlPlanePath(groupID) + "/group-memberships"
	query := url.Values{"page[size]": {strconv.Itoa(controlPlanePageSize)}}
	for list := newPages(); ; {
		var page struct {
			Data []json.RawMessage `json:"data"`
			Meta struct {
				Page struct {
					Next string `json:"next"`
				} `json:"page"`
			} `json:"meta"`
		}
		if err := a.getPage(ctx, path, query, &page); err != nil {
			return nil, err
		}
		fresh, err := list.take(page.Data, func(e *entity) { members = append(members, e.ID) })
		after, nextErr := cursorOf(page.Meta.Page.Next)
		if err = cmp.Or(err, nextErr); err == nil && after == "" {
			return members, nil
		}
		if err == nil {
			query.Set("page[after]", after)
			err = list.turn(after, fresh)
		}
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", path, err)
		}
	}
}

// cursorOf returns what a path to the next page has for page[after]; empty for no path.
func cursorOf(next string) (string, error) {
	if next == "" {
		return "", nil
	}
	target, err := url.Parse(next)
	if err != nil || target.Query().Get("page[after]") == "" {
		return "", errors.New("the answer names another page, but not which")
	}
	return target.Query().Get("page[after]"), nil
}
