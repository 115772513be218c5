// Package implication makes the objects that a list of names in other objects stands for: the
// plugins that annotations name, and the Secrets with credentials of consumers.
package implication

import (
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
)

// Result is what objects imply.
type Result struct {
	// Objects are what would be there in place of the names. They refer to the carriers,
	// and their own names are none that an object can have.
	Objects []crd.Object
	// LeftOut are carriers for which there is nothing, and Because why.
	LeftOut []crd.Object
	Because string
	// Problem is what is wrong with the source; empty for nothing.
	Problem string
}

// named gives an object the name of what carriers imply by naming a source, and the
// deletion policy of the carrier that keeps most.
func named(obj, source crd.Object, carriers ...crd.Object) crd.Object {
	parts := make([]string, len(carriers))
	for i, c := range carriers {
		parts[i] = crd.KeyOf(c).Kind + "/" + c.GetName()
	}
	obj.SetName(source.GetName() + ":" + strings.Join(parts, "+"))
	if policy := Policy(carriers...); policy != "" {
		obj.SetAnnotations(map[string]string{crd.DeletionPolicyAnnotation: string(policy)})
	}
	return obj
}

// Policy is the deletion policy of carriers by which what they imply is kept; empty where
// none has one.
func Policy(carriers ...crd.Object) crd.DeletionPolicy {
	var found crd.DeletionPolicy
	for _, c := range carriers {
		found = Stricter(found, crd.DeletionPolicy(c.GetAnnotations()[crd.DeletionPolicyAnnotation]))
	}
	return found
}

// Stricter is that of two policies which keeps more.
func Stricter(a, b crd.DeletionPolicy) crd.DeletionPolicy {
	order := []crd.DeletionPolicy{"", crd.DeletionPolicyDelete, crd.DeletionPolicyRetain, crd.DeletionPolicyProtect}
	if slices.Index(order, a) > slices.Index(order, b) {
		return a
	}
	return b
}
