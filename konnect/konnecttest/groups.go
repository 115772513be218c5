package konnecttest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

const (
	mostMembers       = 256
	mostMemberChanges = 50
	mostGroups        = 5
)

type cursorPage struct {
	Size  int     `json:"size"`
	Next  *string `json:"next"`
	Total *int    `json:"total,omitempty"`
}

// group finds the control plane group of the path; the store's lock must be held.
func (s *Server) group(c *call) (*controlPlane, *failure) {
	p, fail := s.ownPlane(c)
	if fail == nil && !p.isGroup() {
		fail = invalidParameters(violation{field: "id", reason: "is not a control plane group", rule: "invalid"})
	}
	if fail != nil {
		return nil, fail
	}
	return p, nil
}

func (s *Server) listMembers(c *call) (reply, *failure) {
	params := c.request.URL.Query()
	size, fail := pageNumber(params, "page[size]", defaultPlanePage)
	if fail != nil {
		return reply{}, fail
	}
	after, err := base64.RawURLEncoding.DecodeString(params.Get("page[after]"))
	if err != nil {
		return reply{}, invalidQuery("page[after]", "is not one that a list has returned")
	}
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	group, fail := s.group(c)
	if fail != nil {
		return reply{}, fail
	}
	rest := group.members
	for len(rest) > 0 && rest[0].view.ID <= string(after) {
		rest = rest[1:]
	}
	page := rest[:min(size, len(rest))]
	meta := cursorPage{Size: size}
	if len(after) == 0 {
		meta.Total = new(len(group.members))
	}
	if len(page) < len(rest) {
		cursor := base64.RawURLEncoding.EncodeToString([]byte(page[len(page)-1].view.ID))
		next := url.Values{"page[size]": {strconv.Itoa(size)}, "page[after]": {cursor}}
		meta.Next = new(c.request.URL.EscapedPath() + "?" + next.Encode())
	}
	return planeReply(page, meta), nil
}

// memberChange computes the members of a group from those it has and those named.
type memberChange struct {
	limit int // control planes in one request; 0 for no limit
	apply func(have, named []*controlPlane) []*controlPlane
	adds  bool
}

var (
	replaceMembers = memberChange{adds: true, apply: func(_, named []*controlPlane) []*controlPlane { return named }}
	addMembers     = memberChange{adds: true, limit: mostMemberChanges, apply: func(have, named []*controlPlane) []*controlPlane {
		return slices.Concat(have, named)
	}}
	removeMembers = memberChange{limit: mostMemberChanges, apply: func(have, named []*controlPlane) []*controlPlane {
		return slices.DeleteFunc(slices.Clone(have), func(p *controlPlane) bool { return slices.Contains(named, p) })
	}}
)

func (s *Server) changeMembers(change memberChange) handler {
	return func(c *call) (reply, *failure) {
		ids, fail := readMembers(c.body)
		if fail != nil {
			return reply{}, fail
		}
		if change.limit > 0 && len(ids) > change.limit {
			return reply{}, invalidMembers("must have at most %d items, but got %d", change.limit, len(ids))
		}
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		group, fail := s.group(c)
		if fail != nil {
			return reply{}, fail
		}
		named, fail := s.namedMembers(group, ids, change.adds)
		if fail != nil {
			return reply{}, fail
		}
		members := change.apply(group.members, named)
		slices.SortFunc(members, func(a, b *controlPlane) int { return cmp.Compare(a.view.ID, b.view.ID) })
		members = slices.Compact(members)
		if len(members) > mostMembers {
			return reply{}, invalidMembers("must leave at most %d members in the group, but got %d", mostMembers, len(members))
		}
		group.members = members
		return noContent(), nil
	}
}

func invalidMembers(format string, args ...any) *failure {
	return invalidParameters(violation{field: "members", reason: fmt.Sprintf(format, args...), rule: "invalid"})
}

func readMembers(body []byte) ([]string, *failure) {
	raw, err := decodeObject(body)
	if err != nil {
		return nil, malformedBody()
	}
	r := &reading{}
	values := r.record([]field{{name: "members", kind: kindList, required: true, keepEmpty: true, items: &field{
		kind: kindRecord, fields: []field{{name: "id", required: true, checks: []check{uuidCheck()}}},
	}}}, raw, "")
	if len(r.violations) > 0 {
		return nil, invalidParameters(r.violations...)
	}
	var ids []string
	list, _ := values["members"].([]any)
	for _, item := range list {
		member, _ := item.(object)
		ids = append(ids, text(member, "id"))
	}
	return ids, nil
}

func (s *Server) namedMembers(group *controlPlane, ids []string, adds bool) ([]*controlPlane, *failure) {
	var out []*controlPlane
	for _, id := range ids {
		p := s.store.plane(group.organization, id)
		switch {
		case p == nil && !adds: // not a member, so nothing to remove
			continue
		case p == nil:
			return nil, invalidMembers("control plane %s was not found", id)
		case !adds:
		case p.isGroup() || p.view.Config.ClusterType == clusterIngress:
			return nil, invalidMembers("control plane %s of type %s cannot be a member", id, p.view.Config.ClusterType)
		case !slices.Contains(group.members, p) && s.store.groupsOf(p) >= mostGroups:
			return nil, invalidMembers("control plane %s is in %d groups already", id, mostGroups)
		}
		out = append(out, p)
	}
	return out, nil
}

func (s *Server) memberStatus(c *call) (reply, *failure) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	p, fail := s.ownPlane(c)
	if fail != nil {
		return reply{}, fail
	}
	return encodedReply(map[string]bool{"is_member": s.store.groupsOf(p) > 0}), nil
}

// groupStatus never finds conflicts: they show only once a data plane connects.
func (s *Server) groupStatus(c *call) (reply, *failure) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	group, fail := s.group(c)
	if fail != nil {
		return reply{}, fail
	}
	item := map[string]any{
		"id": group.view.ID, "created_at": group.view.CreatedAt, "updated_at": group.view.UpdatedAt,
		"state": "OK", "conflicts": []any{},
	}
	return encodedReply(map[string]any{"item": item}), nil
}
