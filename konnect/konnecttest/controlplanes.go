package konnecttest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

var labelText = regexp.MustCompile(`^[a-z0-9A-Z]([a-z0-9A-Z\-._]*[a-z0-9A-Z])?$`)

var reservedLabels = []string{"kong", "konnect", "mesh", "kic", "insomnia", "kuma", "_"}

// planeFields are those of PATCH; creation knows two more.
func planeFields(create bool) []field {
	fields := []field{
		{name: "name", required: create, checks: []check{notBlank(), length(2, 256)}},
		{name: "description", checks: []check{length(0, 2048)}},
		{name: "labels", kind: kindMapping, keepEmpty: true, items: &field{}, checks: []check{labelCheck()}},
		{name: "auth_type", checks: []check{oneOf("pinned_client_certs", "pki_client_certs")}},
		{name: "proxy_urls", kind: kindList, keepEmpty: true, checks: []check{atMostItems(5), distinct()}, items: &field{
			kind: kindRecord, fields: []field{
				{name: "host", required: true, checks: []check{length(1, 120)}},
				{name: "port", required: true, kind: kindInteger, checks: []check{atLeast(1)}},
				{name: "protocol", required: true, checks: []check{length(1, 32)}},
			},
		}},
	}
	if !create {
		return fields
	}
	return append(fields, flag("cloud_gateway", nil), field{name: "cluster_type", checks: []check{oneOf(
		clusterPlain, clusterIngress, clusterGroup, "CLUSTER_TYPE_SERVERLESS",
		"CLUSTER_TYPE_KAFKA_NATIVE_EVENT_PROXY", "CLUSTER_TYPE_SERVERLESS_V1",
	)}})
}

func notBlank() check {
	return func(value any) (violation, bool) {
		s, _ := value.(string)
		return violation{reason: "cannot be blank", rule: "required"}, strings.TrimSpace(s) == ""
	}
}

func labelCheck() check {
	return func(value any) (violation, bool) {
		labels, _ := value.(object)
		if len(labels) > 50 {
			return violation{reason: "must have at most 50 labels", rule: "is_label"}, true
		}
		for key, value := range labels {
			s, _ := value.(string)
			if reason := labelFault(key, s); reason != "" {
				return violation{reason: reason, rule: "is_label"}, true
			}
		}
		return violation{}, false
	}
}

func labelFault(key, value string) string {
	switch {
	case len(key) > 63:
		return "Label key exceeds maximum of 63 characters"
	case !labelText.MatchString(key):
		return fmt.Sprintf("Label key %q must match %s", key, labelText)
	case slices.ContainsFunc(reservedLabels, func(prefix string) bool { return strings.HasPrefix(key, prefix) }):
		return fmt.Sprintf("Label key %q has a reserved prefix", key)
	case len(value) > 63:
		return "Label value exceeds maximum of 63 characters"
	case !labelText.MatchString(value):
		return fmt.Sprintf("Label value %q must match %s", value, labelText)
	}
	return ""
}

// readPlane reads the body of a write. Null is not a value here.
func readPlane(body []byte, create bool) (object, *failure) {
	raw, err := decodeObject(body)
	if err != nil {
		return nil, malformedBody()
	}
	r := &reading{}
	fields := planeFields(create)
	values := r.record(fields, raw, "")
	for _, f := range fields {
		if value, sent := raw[f.name]; sent && value == nil {
			r.mismatch(&f, nil, f.name)
		}
	}
	slices.Sort(r.unknown)
	for _, name := range r.unknown {
		r.add(name, violation{reason: "property " + name + " should not exist", rule: "unknown_property"})
	}
	if len(r.violations) > 0 {
		return nil, invalidParameters(r.violations...)
	}
	return values, nil
}

// ownPlane finds the control plane of the path; the store's lock must be held.
func (s *Server) ownPlane(c *call) (*controlPlane, *failure) {
	id := canonicalID(c.request.PathValue("controlPlaneId"))
	if !isUUID(id) {
		return nil, invalidParameters(violation{field: "id", reason: "invalid ID format", rule: "is_uuid"})
	}
	if p := s.store.plane(c.organization(), id); p != nil {
		return p, nil
	}
	return nil, planeNotFound()
}

func (s *Server) createPlane(c *call) (reply, *failure) {
	values, fail := readPlane(c.body, true)
	if fail != nil {
		return reply{}, fail
	}
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	p, fail := s.addPlane(c.organization(), s.set.newID(), values, c.now)
	if fail != nil {
		return reply{}, fail
	}
	return jsonReply(http.StatusCreated, p.encoded), nil
}

// addPlane creates a control plane; the store's lock must be held.
func (s *Server) addPlane(organization, id string, values object, now moment) (*controlPlane, *failure) {
	count := 0
	for _, p := range s.store.order {
		if p.organization == organization {
			count++
		}
	}
	if limit := s.set.limits[planeLimitName]; limit > 0 && count >= limit {
		return nil, invalidParameters(violation{field: "object", reason: "usage limits reached", rule: "invalid"})
	}
	if fail := s.checkPlaneName(organization, text(values, "name"), nil, now); fail != nil {
		return nil, fail
	}
	p := newPlane(s.set, s.store.rows, organization, id, now.at)
	p.show(p.view.merged(values), now.at)
	s.store.addPlane(p)
	return p, nil
}

func (s *Server) checkPlaneName(organization, name string, self *controlPlane, now moment) *failure {
	key := organization + "\x00" + name
	freed, lagging := s.store.released[key]
	lagging = lagging && s.faults.lag(releaseLag).holds(freed.at, now) && (self == nil || freed.id != self.view.ID)
	if other := s.store.named(organization, name); (other == nil || other == self) && !lagging {
		return nil
	}
	return problemFailure(http.StatusConflict, "Conflict",
		fmt.Sprintf("Key (org_id, name)=(%s, %s) already exists.", organization, name))
}

func (s *Server) releasePlaneName(p *controlPlane, owner string, now moment) {
	if s.faults.lag(releaseLag) != (Lag{}) {
		s.store.released[p.organization+"\x00"+p.view.Name] = release{at: now, id: owner}
	}
}

func (s *Server) getPlane(c *call) (reply, *failure) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	p, fail := s.ownPlane(c)
	if fail != nil {
		return reply{}, fail
	}
	return jsonReply(http.StatusOK, p.encoded), nil
}

func (s *Server) patchPlane(c *call) (reply, *failure) {
	values, fail := readPlane(c.body, false)
	if fail != nil {
		return reply{}, fail
	}
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	p, fail := s.ownPlane(c)
	if fail != nil {
		return reply{}, fail
	}
	view := p.view.merged(values)
	if view.Name != p.view.Name {
		if fail := s.checkPlaneName(p.organization, view.Name, p, c.now); fail != nil {
			return reply{}, fail
		}
		s.releasePlaneName(p, p.view.ID, c.now)
	}
	p.show(view, c.now.at)
	return jsonReply(http.StatusOK, p.encoded), nil
}

func (s *Server) deletePlane(c *call) (reply, *failure) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	p, fail := s.ownPlane(c)
	if fail != nil {
		return reply{}, fail
	}
	s.releasePlaneName(p, "", c.now)
	s.store.dropPlane(p)
	return noContent(), nil
}
