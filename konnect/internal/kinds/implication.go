package kinds

import (
	"strings"

	"github.com/konnectkit/konnectkit/crd"
)

// Implication is a list of names in objects which implies entities that have no objects of
// their own.
type Implication struct {
	// Field is the path of the list. Where it has no items of their own, as in an
	// annotation, it is that of the reference too.
	Field string
	// In are the collections of what it implies.
	In []string
	// Forgets is true where what was implied goes when the Source says that the source is gone.
	Forgets bool
	// Condition is the type of the condition that tells whether all sources are good; empty
	// for none.
	Condition string
	// Of returns what objects of one namespace and control plane, the carriers, imply
	// together by naming the same source, by kind and name.
	Of func(source crd.Object, controlPlane crd.Key, carriers []crd.Object) Implied
}

// Implied is what objects imply.
type Implied struct {
	// Objects are what would be there in place of the names. They refer to the carriers,
	// and their own names are none that an object can have.
	Objects []crd.Object
	// LeftOut are carriers for which there is nothing, and Because why.
	LeftOut []crd.Object
	Because string
	// Problem is what is wrong with the source; empty for nothing.
	Problem string
}

// Implication returns that of a reference; nil for none.
func (k *Kind) Implication(ref crd.Reference) *Implication {
	for n := range k.Implies {
		if list, _, _ := strings.Cut(k.Implies[n].Field, "[0]"); strings.HasPrefix(ref.Field, list) {
			return &k.Implies[n]
		}
	}
	return nil
}

// impliedName is the name of what carriers imply by naming a source.
func impliedName(source crd.Object, carriers ...crd.Object) string {
	parts := make([]string, len(carriers))
	for i, c := range carriers {
		parts[i] = crd.KeyOf(c).Kind + "/" + c.GetName()
	}
	return source.GetName() + ":" + strings.Join(parts, "+")
}
