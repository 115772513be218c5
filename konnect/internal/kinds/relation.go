package kinds

import (
	"context"
	"encoding/json"
	"net/http"

	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Relation is a set of entities that belong to another, changed by calls of its own.
type Relation struct {
	// ClusterType is that of the control planes which have the relation; empty where
	// all entities of the kind have it.
	ClusterType string
	// Field is the prefix of the references that make the set.
	Field string
	// Batch is the largest number of members of one call.
	Batch int
	// List reads the IDs of the members of the entity that is Parent, and Add and Remove
	// say what changes them. For control planes Parent is empty.
	List        func(ctx context.Context, get wire.Get, at At) ([]string, error)
	Add, Remove func(at At, members []string) Call
}

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
		Batch:       50,
		List: func(ctx context.Context, get wire.Get, at At) ([]string, error) {
			return wire.ListMembers(ctx, get, at.ControlPlane)
		},
		Add:    change("add"),
		Remove: change("remove"),
	}
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
