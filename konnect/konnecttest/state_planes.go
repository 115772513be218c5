package konnecttest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// ControlPlanes returns the control planes of all organizations in the order of their
// creation.
func (s *Server) ControlPlanes() []map[string]any {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	out := make([]map[string]any, 0, len(s.store.order))
	for _, p := range s.store.order {
		out = append(out, decoded(p.encoded))
	}
	return out
}

// AddControlPlane creates a control plane in an organization, "" for the default one,
// and returns its ID. The fields are those of POST /v2/control-planes, and id.
func (s *Server) AddControlPlane(organizationID string, fields map[string]any) (string, error) {
	given := map[string]any{}
	for name, value := range fields {
		if name != "id" {
			given[name] = value
		}
	}
	body, err := json.Marshal(given)
	if err != nil {
		return "", fmt.Errorf("add control plane: %w", err)
	}
	values, fail := readPlane(body, true)
	if fail != nil {
		return "", fmt.Errorf("add control plane: %w", fail)
	}
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	id := text(fields, "id")
	if id == "" {
		id = s.set.newID()
	}
	if !isUUID(id) || s.store.planes[id] != nil {
		return "", fmt.Errorf("add control plane: id %q is taken or no lower-case UUID", id)
	}
	organization := cmp.Or(organizationID, DefaultOrganizationID)
	if _, fail := s.addPlane(organization, id, values, s.now()); fail != nil {
		return "", fmt.Errorf("add control plane: %w", fail)
	}
	return id, nil
}

// ModifyControlPlane lets change edit a control plane in place, in the shape that GET
// answers with. The ID stays; nothing else is checked. Change must not call the server.
func (s *Server) ModifyControlPlane(id string, change func(controlPlane map[string]any)) error {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	p := s.store.planes[id]
	if p == nil {
		return fmt.Errorf("modify control plane %s: %w", id, ErrNotFound)
	}
	values := decoded(p.encoded)
	change(values)
	encoded, err := json.Marshal(values)
	if err != nil {
		return fmt.Errorf("modify control plane %s: %w", id, err)
	}
	var view planeView
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&view); err != nil {
		return fmt.Errorf("modify control plane %s: %w", id, err)
	}
	view.ID = p.view.ID
	p.show(view, s.set.clock())
	return nil
}

// DeleteControlPlane removes a control plane with all that is in it.
func (s *Server) DeleteControlPlane(id string) error {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	p := s.store.planes[id]
	if p == nil {
		return fmt.Errorf("delete control plane %s: %w", id, ErrNotFound)
	}
	s.releasePlaneName(p, "", s.now())
	s.store.dropPlane(p)
	return nil
}

// Members returns the IDs of a group's members, sorted.
func (s *Server) Members(groupID string) []string {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	p := s.store.planes[groupID]
	if p == nil {
		return nil
	}
	out := make([]string, 0, len(p.members))
	for _, member := range p.members {
		out = append(out, member.view.ID)
	}
	slices.Sort(out)
	return out
}

// SetRouterFlavor changes which routes a control plane takes from now on.
func (s *Server) SetRouterFlavor(controlPlaneID string, flavor RouterFlavor) error {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	p := s.store.planes[controlPlaneID]
	if p == nil {
		return fmt.Errorf("set router flavor of %s: %w", controlPlaneID, ErrNotFound)
	}
	p.flavor = flavor
	return nil
}
