package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"

	"github.com/konnectkit/konnectkit/internal/jsonscan"
)

// Get reads what a path of Konnect leads to.
type Get func(ctx context.Context, path string, query url.Values) ([]byte, error)

const (
	corePageSize         = 1000
	controlPlanePageSize = 100
	// mostPages is more than any collection has, so that a list ends that never would.
	mostPages = 10_000
)

var errWhichPage = errors.New("the answer names another page, but not which")

// List visits the entities of a collection in a control plane, each once. The query
// may hold filters; nil for none.
func List(ctx context.Context, get Get, path string, query url.Values, s Shape, visit func(*Entity)) error {
	query = maps.Clone(query)
	if query == nil {
		query = url.Values{}
	}
	if s.Items == "" {
		query.Set("size", strconv.Itoa(corePageSize))
	}
	l := list{path: path, parameter: "offset", shape: s, visit: visit, next: func(p page, _ int) (string, error) {
		if p.Offset == "" && p.Next != "" {
			return "", errWhichPage
		}
		return p.Offset, nil
	}}
	return l.read(ctx, get, query)
}

// ListControlPlanes visits the control planes that match filter, all of them when it
// is nil.
func ListControlPlanes(ctx context.Context, get Get, filter url.Values, s Shape, visit func(*Entity)) error {
	query := url.Values{"page[size]": {strconv.Itoa(controlPlanePageSize)}, "page[number]": {"1"}}
	maps.Copy(query, filter)
	number := 1
	l := list{path: ControlPlanesPath, parameter: "page[number]", shape: s, visit: visit, next: func(p page, seen int) (string, error) {
		switch total := p.Meta.Page.Total; {
		case total == nil:
			return "", errors.New("the answer has no total, so it is not known what there is")
		case seen >= *total:
			return "", nil
		}
		number++
		return strconv.Itoa(number), nil
	}}
	return l.read(ctx, get, query)
}

// ListMembers returns the members of a control plane group, of which only the IDs are known.
func ListMembers(ctx context.Context, get Get, groupID string) (members []*Entity, err error) {
	l := list{path: ControlPlanePath(groupID) + "/group-memberships", parameter: "page[after]"}
	l.visit = func(e *Entity) { members = append(members, e) }
	l.next = func(p page, _ int) (string, error) {
		if p.Meta.Page.Next == "" {
			return "", nil
		}
		target, err := url.Parse(p.Meta.Page.Next)
		if err != nil || target.Query().Get("page[after]") == "" {
			return "", errWhichPage
		}
		return target.Query().Get("page[after]"), nil
	}
	err = l.read(ctx, get, url.Values{"page[size]": {strconv.Itoa(controlPlanePageSize)}})
	return members, err
}

// page is one page of a list, of which each kind of list has its own part.
type page struct {
	data         []byte // in JSON
	Offset, Next string
	Meta         struct {
		Page struct {
			Total *int   `json:"total"`
			Next  string `json:"next"`
		} `json:"page"`
	}
}

// list is a list that is read to its end. One that cannot be complete, or goes round
// in circles, is an error: what it lacks would be created anew, and would not protect
// what is deleted.
type list struct {
	path, parameter string
	shape           Shape
	visit           func(*Entity)
	// next returns the cursor of the page that follows, given how many entities have
	// been seen; empty for none.
	next func(p page, seen int) (string, error)
}

func (l list) read(ctx context.Context, get Get, query url.Values) error {
	seen, cursors := map[string]bool{}, map[string]bool{}
	for {
		raw, err := get(ctx, l.path, query)
		if err != nil {
			return err
		}
		p, err := l.decode(raw)
		if err != nil {
			return fmt.Errorf("list %s: decode page: %w", l.path, err)
		}
		before := len(seen)
		err = l.take(p, seen)
		var cursor string
		if err == nil {
			if cursor, err = l.next(p, len(seen)); err == nil && cursor == "" {
				return nil
			}
		}
		switch {
		case err != nil:
		case cursors[cursor]:
			err = errors.New("the list goes round in circles: it names a page again that was read")
		case len(seen) == before:
			err = fmt.Errorf("the list breaks off: after %d entities a page has no new ones, though more are to follow", len(seen))
		case len(cursors) >= mostPages:
			err = fmt.Errorf("the list does not end within %d pages", mostPages)
		}
		if err != nil {
			return fmt.Errorf("list %s: %w", l.path, err)
		}
		cursors[cursor] = true
		query.Set(l.parameter, cursor)
	}
}

// decode takes a page apart, without looking into its entities.
func (l list) decode(raw []byte) (page, error) {
	var p page
	if !json.Valid(raw) {
		return p, json.Unmarshal(raw, new(any))
	}
	items := l.shape.Items
	if items == "" {
		items = "data"
	}
	for name, value := range jsonscan.Members(raw) {
		var err error
		switch string(name) {
		case items:
			if p.data = value; value[0] != '[' {
				p.data = nil
				err = json.Unmarshal(value, new([]any)) // null is none
			}
		case "offset":
			p.Offset, err = jsonscan.Text(value)
		case "next":
			p.Next, err = jsonscan.Text(value)
		case "meta":
			err = json.Unmarshal(value, &p.Meta)
		}
		if err != nil {
			return p, fmt.Errorf("%s: %w", name, err)
		}
	}
	return p, nil
}

// compact returns a copy of an entity without what is null in it, which is much.
func compact(raw []byte) []byte {
	if raw[0] != '{' {
		return raw
	}
	var few [2048]byte
	kept := append(few[:0], '{')
	for name, value := range jsonscan.RawMembers(raw) {
		if value[0] != 'n' {
			kept = append(append(append(append(kept, name...), ':'), value...), ',')
		}
	}
	if kept[len(kept)-1] == ',' {
		kept = kept[:len(kept)-1]
	}
	return bytes.Clone(append(kept, '}'))
}

// take visits the entities of a page that no earlier one had.
func (l list) take(p page, seen map[string]bool) error {
	if p.data == nil {
		return errors.New("the answer has no data, so it is not known what there is")
	}
	for raw := range jsonscan.Elements(p.data) {
		e, err := decode(compact(raw), &l.shape) // the rest of the page need not stay
		if err != nil {
			return err
		}
		if e.ID == "" {
			return errors.New("an entity has no id, so the answer is not konnect's")
		}
		if !seen[e.ID] {
			seen[e.ID] = true
			l.visit(e)
		}
	}
	return nil
}
