package kinds

import "github.com/konnectkit/konnectkit/konnect/internal/wire"

// At says where an entity lives: the ID of its control plane and, for nested kinds,
// that of its parent. It is empty for control planes.
type At struct{ ControlPlane, Parent string }

// Path is the path that lists all entities of the kind.
func (k *Kind) Path(at At) string {
	switch {
	case k.Collection == "":
		return wire.ControlPlanesPath
	case k.Answers.BesideCore:
		return wire.ControlPlanePath(at.ControlPlane) + "/" + k.Collection
	default:
		return wire.CorePath(at.ControlPlane) + k.Collection
	}
}

// NestedPath is the path below which single entities are found, and to which they are
// posted. It is Path for flat kinds.
func (k *Kind) NestedPath(at At) string {
	parent := k.Parent
	if parent == nil {
		return k.Path(at)
	}
	collection := k.Collection
	if k.NestedCollection != "" {
		collection = k.NestedCollection
	}
	return wire.CorePath(at.ControlPlane) + parent.To + "/" + wire.Segment(at.Parent) + "/" + collection
}

// EntityPath is the path of one entity, by ID or, where Identity.ByName says so, name.
func (k *Kind) EntityPath(at At, idOrName string) string {
	return k.NestedPath(at) + "/" + wire.Segment(idOrName)
}
