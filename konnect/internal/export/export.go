// Package export makes objects of what a control plane holds. It is pure: what is read comes
// in, and what is exported, and what is not, goes out.
package export

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/fromentity"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/pluginconfig"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Options say what is exported, and how.
type Options struct {
	// Owner is that whose entities are not another's, and ControlPlaneID where all is.
	Owner, ControlPlaneID string
	// Namespace of the objects, empty for none, and ControlPlane the name of that object.
	Namespace, ControlPlane string
	// Service is the name or the ID of the one that is exported with what belongs to it, and
	// Tag what entities bear; empty for all.
	Service, Tag string
	// AllFields keeps what equals a default.
	AllFields bool
	// ForOperator makes objects that the Kong operator adopts, which knows no Secrets of ours.
	ForOperator bool
	Now         time.Time
}

// Source is what a control plane holds, by collection.
type Source struct {
	Table    *kinds.Table
	Entities map[string][]*wire.Entity
	// Sets are the IDs in the set that belongs to an entity, by its ID.
	Sets map[string][]string
}

// Result is what an export consists of, by kind and name.
type Result struct {
	Objects []Part
	// Secrets are what must not be shown: core Secrets, and whole objects.
	Secrets []Part
	Skipped []Skipped
	Notes   []Note
}

// Part is an object with the entity that it was made of.
type Part struct {
	Object crd.Object
	Of     Skipped
}

// Skipped is an entity that is not exported, and why.
type Skipped struct{ Kind, Name, ID, Reason string }

// Note is something that an object cannot say of its entity.
type Note struct {
	Key            crd.Key
	Field, Message string
}

// Export is an export under way.
type Export struct {
	options Options
	table   *kinds.Table
	drafts  *fromentity.Table
	schemas map[string]*pluginconfig.Schema
	nodes   []*node
	byID    map[at]*node
}

// at is an entity as references name it.
type at struct{ collection, id string }

// node is an entity that is to be exported.
type node struct {
	kind   *kinds.Kind
	entity *wire.Entity
	fields canon.Object
	// reason is why it is not exported; empty while it is.
	reason string
	// name is that of its object, which has it for good where isNamed.
	name    string
	isNamed bool
	// own is whether its marks are this owner's.
	own bool
	// left is true where it is not asked for.
	left bool
	made made
}

// New selects what is exported. It is an error if the service is not there.
func New(source Source, o Options) (*Export, error) {
	x := &Export{options: o, table: source.Table, drafts: fromentity.NewTable(), byID: map[at]*node{}}
	for _, k := range x.table.List() {
		entities := slices.Clone(source.Entities[k.Collection])
		slices.SortFunc(entities, func(a, b *wire.Entity) int { return strings.Compare(a.ID, b.ID) })
		for _, e := range entities {
			fields, err := e.Object()
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", k.GroupKind.Kind, e.ID, err)
			}
			n := &node{kind: k, entity: e, fields: fields}
			if ids := source.Sets[e.ID]; k.Group != nil && len(ids) > 0 {
				n.fields[setField] = refs(ids)
			}
			x.nodes = append(x.nodes, n)
			x.byID[at{k.Collection, e.ID}] = n
		}
	}
	return x, x.choose()
}

// setField is where the set that belongs to an entity is among its fields.
const setField = "groups"

func refs(ids []string) []any {
	list := make([]any, len(ids))
	for i, id := range slices.Sorted(slices.Values(ids)) {
		list[i] = map[string]any{"id": id}
	}
	return list
}

// Configured are the types of all configurations that are exported, by which Build is told
// their schemas.
func (x *Export) Configured() []string {
	var types []string
	for _, n := range x.nodes {
		if n.kind.Configuration != nil {
			types = append(types, n.entity.Name)
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// Build makes the objects.
func (x *Export) Build(schemas map[string]*pluginconfig.Schema) *Result {
	x.schemas = schemas
	for _, n := range x.nodes {
		n.reason = x.refusal(n)
	}
	for again := true; again; { // what refers to one that is not exported is not either
		again = false
		x.spread()
		x.nameAll()
		for _, n := range x.nodes {
			if n.reason == "" {
				n.made, n.reason = x.make(n)
				again = again || n.reason != ""
			}
		}
	}
	return x.result()
}

// refusal returns why an entity is not exported, whatever it refers to; empty for nothing.
func (x *Export) refusal(n *node) string {
	held := n.entity.Marks
	n.own = held.Ours(x.options.Owner)
	n.isNamed = n.own && x.isItsObject(n)
	switch {
	case n.own && len(held.Carriers()) > 0: // implied, which an object of its own takes over
	case n.own && !n.isNamed:
		return "is held by this owner's " + objectOf(held) + "; it is managed already"
	case n.own:
	case !held.Unmarked():
		return "is held by " + holderOf(held) + ", which must release it first"
	case slices.ContainsFunc(held.Tags(), func(tag string) bool { return strings.HasPrefix(tag, "konnect-managed") }):
		return "is held by konnect itself"
	}
	if err := n.kind.Refuse(n.fields); err != nil {
		return err.Error()
	}
	return x.secrecy(n)
}

func holderOf(held marks.Ownership) string {
	if held.ManagedBy != marks.Us && held.Name != "" {
		return held.Holder() + " (" + objectOf(held) + ")"
	}
	return held.Holder()
}

func objectOf(held marks.Ownership) string {
	if held.Name == "" {
		return "object with the key " + held.Key
	}
	return strings.TrimSpace(held.Kind+" ") + " " + strings.TrimPrefix(held.Namespace+"/", "/") + held.Name
}

// spread skips what refers to an entity that is not exported.
func (x *Export) spread() {
	for again := true; again; {
		again = false
		for _, n := range x.nodes {
			if n.reason != "" {
				continue
			}
			for _, r := range n.references() {
				if to := x.byID[r.at]; to == nil || to.reason != "" || to.left {
					n.reason, again = fmt.Sprintf("its %s is %s, which is not exported", r.field, x.describe(r.at)), true
					break
				}
			}
		}
	}
}

// describe names an entity that others refer to.
func (x *Export) describe(a at) string {
	if n := x.byID[a]; n != nil && n.entity.Name != "" {
		return fmt.Sprintf("%s (%s)", n.entity.Name, a.id)
	}
	return a.id
}

// reference is that of an entity to another one.
type reference struct {
	field string
	at    at
	// needs is true where the other entity cannot be deleted before this one.
	needs bool
}

// references of the entity, those to the members of its set included.
func (n *node) references() []reference {
	var found []reference
	for _, r := range n.kind.References {
		for _, id := range n.entity.Refs(r.JSON) {
			found = append(found, reference{r.JSON, at{r.To, id}, r.OnDelete == kinds.Restrict})
		}
	}
	members, _ := n.fields[setField].([]any)
	for _, member := range members {
		if target, ok := member.(map[string]any); ok && n.kind.Group != nil {
			id, _ := target["id"].(string)
			found = append(found, reference{setField, at{n.kind.Group.To, id}, false})
		}
	}
	return found
}

// result sorts what was made.
func (x *Export) result() *Result {
	r := &Result{}
	list := x.table.List()
	slices.SortFunc(x.nodes, func(a, b *node) int {
		return cmp.Or(slices.Index(list, a.kind)-slices.Index(list, b.kind),
			strings.Compare(a.name, b.name), strings.Compare(a.entity.ID, b.entity.ID))
	})
	for _, n := range x.nodes {
		of := n.described()
		if n.reason != "" {
			r.Skipped = append(r.Skipped, of)
			continue
		}
		for _, obj := range n.made.objects {
			r.Objects = append(r.Objects, Part{obj, of})
		}
		for _, obj := range n.made.secrets {
			r.Secrets = append(r.Secrets, Part{obj, of})
		}
		r.Notes = append(r.Notes, n.made.notes...)
	}
	return r
}

// described is the entity as it is listed.
func (n *node) described() Skipped {
	return Skipped{n.kind.GroupKind.Kind, cmp.Or(n.entity.Name, n.name), n.entity.ID, n.reason}
}
