package konnecttest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Dump is everything that a server holds, at one moment. It shares nothing with the
// server, can be compared and encodes as JSON. Secrets are redacted: the private parts of
// certificates, keys and credentials, the config of vaults and the fields of a plugin's config
// that its schema calls secret read [redacted], unless the server was made WithSecretsShown.
// Entities returns everything as it is.
type Dump struct {
	// ControlPlanes are in the order of organization and name.
	ControlPlanes []ControlPlane `json:"control_planes"`
}

// ControlPlane is a control plane with what is in it.
type ControlPlane struct {
	ID             string            `json:"id"`
	Name           string            `json:"name"`
	OrganizationID string            `json:"organization_id"`
	Description    string            `json:"description,omitempty"`
	ClusterType    string            `json:"cluster_type"` // such as CLUSTER_TYPE_CONTROL_PLANE
	Labels         map[string]string `json:"labels,omitempty"`
	Members        []string          `json:"members,omitempty"` // IDs, of a group; sorted
	// Entities are by path segment of their collection, such as "services", without the
	// collections that are empty, and in the order of name (username, target, ...) and ID.
	Entities map[string][]Entity `json:"entities,omitempty"`
}

// Entity is a core entity as encoding/json decodes it, numbers being float64.
type Entity map[string]any

// ID is the field id.
func (e Entity) ID() string { return text(e, "id") }

// Name is the field name, "" where it is unset.
func (e Entity) Name() string { return text(e, "name") }

// Tags is the field tags, in its order.
func (e Entity) Tags() []string { return texts(e["tags"]) }

// Reference is the ID that a field such as service refers to, "" for none.
func (e Entity) Reference(field string) string { return text(e, field+".id") }

// Dump returns what the server holds, of all organizations.
func (s *Server) Dump() Dump {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	out := Dump{ControlPlanes: make([]ControlPlane, 0, len(s.store.order))}
	for _, p := range s.store.order {
		out.ControlPlanes = append(out.ControlPlanes, p.dump(s.set))
	}
	slices.SortFunc(out.ControlPlanes, func(a, b ControlPlane) int {
		return cmp.Or(cmp.Compare(a.OrganizationID, b.OrganizationID), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// ControlPlane returns the control plane of that name, with what is in it as in Dump; nil if
// there is none. Where several organizations have one, it is that which was created first.
func (s *Server) ControlPlane(name string) *ControlPlane {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	for _, p := range s.store.order {
		if p.view.Name == name {
			out := p.dump(s.set)
			return &out
		}
	}
	return nil
}

func (p *controlPlane) dump(set *settings) ControlPlane {
	out := ControlPlane{
		ID: p.view.ID, Name: p.view.Name, OrganizationID: p.organization, Description: p.view.Description,
		ClusterType: p.view.Config.ClusterType, Labels: map[string]string{}, Entities: map[string][]Entity{},
	}
	maps.Copy(out.Labels, p.view.Labels)
	for _, member := range p.members {
		out.Members = append(out.Members, member.view.ID)
	}
	slices.Sort(out.Members)
	for path, t := range p.tables {
		if len(t.all) > 0 {
			out.Entities[path] = t.dump(set)
		}
	}
	return out
}

func (t *table) dump(set *settings) []Entity {
	out := make([]Entity, 0, len(t.all))
	for _, e := range t.all {
		values := t.whole(set, e)
		if !set.secretsShown {
			t.row.redact(values)
		}
		out = append(out, Entity(values))
	}
	key := cmp.Or(t.row.key, "name")
	slices.SortFunc(out, func(a, b Entity) int {
		return cmp.Or(cmp.Compare(text(a, key), text(b, key)), cmp.Compare(a.ID(), b.ID()))
	})
	return out
}

// String is the dump as indented JSON, for messages of tests.
func (d Dump) String() string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(d); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(out.String(), "\n")
}
