package konnect

import (
	"encoding/json"
	"errors"
	"fmt"
)

// mostPages is more than any collection has, so that a list ends that never would.
const mostPages = 10_000

// pages reads a list to its end. One that cannot be complete, or goes round in
// circles, is an error: what it lacks would be created anew, and would not protect
// what is deleted.
type pages struct {
	seen    map[string]bool // IDs of entities
	cursors map[string]bool // of all pages but the first
}

func newPages() *pages { return &pages{seen: map[string]bool{}, cursors: map[string]bool{}} }

// take yields the entities of a page that no earlier one had, and returns how many
// those are.
func (p *pages) take(data []json.RawMessage, visit func(*entity)) (fresh int, err error) {
	if data == nil {
		return 0, errors.New("the answer has no data, so it is not known what there is")
	}
	err = visitAll(data, func(e *entity) {
		if !p.seen[e.ID] {
			p.seen[e.ID] = true
			fresh++
			visit(e)
		}
	})
	return fresh, err
}

// turn goes on to the page with that cursor, after one with that many new entities.
func (p *pages) turn(cursor string, fresh int) error {
	switch {
	case p.cursors[cursor]:
		return errors.New("the list goes round in circles: it names a page again that was read")
	case fresh == 0:
		return fmt.Errorf("the list breaks off: after %d entities a page has no new ones, though more are to follow", len(p.seen))
	case len(p.cursors) >= mostPages:
		return fmt.Errorf("the list does not end within %d pages", mostPages)
	}
	p.cursors[cursor] = true
	return nil
}

// visitAll yields entities that can be told apart.
func visitAll(data []json.RawMessage, visit func(*entity)) error {
	for _, raw := range data {
		e, err := decodeEntity(raw)
		if err != nil {
			return err
		}
		if e.ID == "" {
			return errors.New("an entity has no id, so the answer is not konnect's")
		}
		visit(e)
	}
	return nil
}
