package kinds

import (
	"slices"

	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Other is a collection of the API that no kind stands for. What it holds is never ours.
type Other struct {
	Collection string
	// Noun is what one of its entities is called in messages.
	Noun string
	// To are the collections of entities with which those of this one are deleted, by the
	// JSON field that leads to them.
	To map[string]string
	// Beside is true for a collection beside core-entities.
	Beside bool
	// Optional is true where a 404 only says that this Konnect does not serve it.
	Optional bool
}

// others are all that a control plane can hold beside the entities of kinds. A kind that
// comes takes its collection out of it.
func others() []*Other {
	ofConsumer := map[string]string{"consumer": "consumers"}
	return []*Other{
		{Collection: "custom-plugins", Noun: "custom plugin", Optional: true},
		{Collection: "degraphql_routes", Noun: "route", Optional: true},
		{Collection: "graphql-rate-limiting-advanced/costs", Noun: "cost", Optional: true},
		{Collection: "mtls-auths", Noun: "credential", To: ofConsumer, Optional: true},
		{Collection: "partials", Noun: "partial", Optional: true},
		{Collection: "plugin-schemas", Noun: "plugin schema", Optional: true},
		{Collection: "config-stores", Noun: "config store", Beside: true, Optional: true},
	}
}

// Path is the path that lists the collection.
func (o *Other) Path(controlPlaneID string) string {
	if o.Beside {
		return wire.ControlPlanePath(controlPlaneID) + "/" + o.Collection
	}
	return wire.CorePath(controlPlaneID) + o.Collection
}

// Shape says which fields of its entities matter.
func (o *Other) Shape() wire.Shape {
	shape := wire.Shape{Name: "name"}
	for field := range o.To {
		shape.References = append(shape.References, field)
	}
	slices.Sort(shape.References)
	return shape
}

// OthersBelow returns the collections without a kind in which something may be deleted
// along with an entity.
func (t *Table) OthersBelow(parent *Kind) []*Other {
	var found []*Other
	for _, o := range t.others() {
		for _, to := range o.To {
			if to == parent.Collection {
				found = append(found, o)
			}
		}
	}
	return found
}

// Others returns all collections without a kind.
func (t *Table) Others() []*Other { return t.others() }
