package kinds

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Relation is a set of entities that belong to another, changed by calls of its own.
type Relation struct {
	// ClusterType is that of the control planes which have the relation; empty where
	// all entities of the kind have it.
	ClusterType string
	// Field is the prefix of the references that make the set, and Name what it is called
	// in reports.
	Field, Name string
	// To is the collection of the members, into which others may put the entity too: it
	// stays in those of others. It is empty for control planes, all of whose members count.
	To string
	// Batch is the largest number of members of one call.
	Batch int
	// Status is what objects say of the set in their status.
	Status RelationStatus
	// List reads the members of the entity that is Parent, in the shape of their kind, and
	// Add and Remove say what changes them. For control planes Parent is empty.
	List        Lister
	Add, Remove func(at At, members []string) Call
	// Reverse reads the entities that have a member, which is Parent, in their set; nil
	// where To is empty.
	Reverse Lister
}

// Lister reads a set of entities.
type Lister func(ctx context.Context, get wire.Get, at At, shape wire.Shape) ([]*wire.Entity, error)

// RelationStatus is a condition and its reasons: that the set is as desired, that it could
// not be changed, and that a member is missing.
type RelationStatus struct{ Condition, Valid, Failed, Unresolved string }

// Call is a request to be made; Body is empty for none.
type Call struct {
	Method, Path string
	Body         []byte
}

// controlPlaneGroup is the set of members of a control plane group.
func controlPlaneGroup() *Relation {
	change := func(verb string) func(At, []string) Call {
		return func(at At, members []string) Call {
			type member struct {
				ID string `json:"id"`
			}
			body := struct {
				Members []member `json:"members"`
			}{[]member{}}
			for _, id := range members {
				body.Members = append(body.Members, member{id})
			}
			raw, _ := json.Marshal(body) //nolint:errchkjson // strings always can be
			return Call{http.MethodPost, wire.ControlPlanePath(at.ControlPlane) + "/group-memberships/" + verb, raw}
		}
	}
	return &Relation{
		ClusterType: konnectv1alpha2.ClusterTypeControlPlaneGroup,
		Field:       "spec.members",
		Name:        "members",
		Batch:       50,
		Status: RelationStatus{
			crd.ConditionMembersReferenceResolved, "Resolved", "SetGroupMemberFailed", "SomeMemberNotResolved",
		},
		List: func(ctx context.Context, get wire.Get, at At, _ wire.Shape) ([]*wire.Entity, error) {
			return wire.ListMembers(ctx, get, at.ControlPlane)
		},
		Add:    change("add"),
		Remove: change("remove"),
	}
}

// consumerMemberships is the set of groups that a consumer is in, changed one by one.
func consumerMemberships() *Relation {
	path := func(of, id, members string, at At) string {
		return wire.CorePath(at.ControlPlane) + of + "/" + wire.Segment(id) + "/" + members
	}
	list := func(of, members string) Lister {
		return func(ctx context.Context, get wire.Get, at At, shape wire.Shape) (found []*wire.Entity, err error) {
			err = wire.List(ctx, get, path(of, at.Parent, members, at), nil, shape, func(e *wire.Entity) { found = append(found, e) })
			return found, err
		}
	}
	const consumers, groups = "consumers", "consumer_groups"
	return &Relation{
		Field: "consumerGroups", Name: "consumerGroups", To: groups, Batch: 1,
		Status:  RelationStatus{crd.ConditionConsumerGroupRefsValid, "Valid", "Invalid", "Invalid"},
		List:    list(consumers, groups),
		Reverse: list(groups, consumers),
		Add: func(at At, members []string) Call {
			return Call{http.MethodPost, path(consumers, at.Parent, groups, at), []byte(canon.Text(canon.Object{"group": members[0]}))}
		},
		Remove: func(at At, members []string) Call {
			return Call{Method: http.MethodDelete, Path: path(consumers, at.Parent, groups, at) + "/" + wire.Segment(members[0])}
		},
	}
}

// MembersOf returns the kind of the members in the sets of a kind; nil for none, and for
// control planes.
func (t *Table) MembersOf(k *Kind) *Kind {
	if k.Group == nil || k.Group.To == "" {
		return nil
	}
	for _, e := range t.entries { // it is asked for each of thousands
		if other := e.kind(); other.Collection == k.Group.To {
			return other
		}
	}
	return nil
}

// WithMembers returns the kinds whose sets have members of a kind.
func (t *Table) WithMembers(member *Kind) []*Kind {
	return slices.DeleteFunc(t.List(), func(k *Kind) bool {
		return k.Group == nil || k.Group.To == "" || k.Group.To != member.Collection
	})
}

// GoesWith reports whether entities of the kind are deleted with one of another that they
// refer to.
func (k *Kind) GoesWith(other *Kind) bool {
	return slices.ContainsFunc(k.References, func(r Reference) bool { return r.To == other.Collection && r.OnDelete == Cascade })
}

// HoldsEntities returns why a control plane of the type holds no entities of the kind;
// empty when it does.
func (k *Kind) HoldsEntities(clusterType string) string {
	switch {
	case clusterType == konnectv1alpha2.ClusterTypeControlPlaneGroup && !k.InGroups:
		return "is a control plane group, which holds no entities of its own"
	case clusterType == konnectv1alpha2.ClusterTypeIngressController:
		return "is a control plane of an ingress controller, which konnect lets nobody else write to"
	default:
		return ""
	}
}

// FitsBelow reports whether an entity lies below the one of an ID, or can be moved there.
func (k *Kind) FitsBelow(parent string, e *wire.Entity) bool {
	return k.Parent == nil || !slices.Contains(k.Immutable, k.Parent.JSON) || e.Ref(k.Parent.JSON) == parent
}
