package crd

// Annotations by which an object says how its entity is treated. An object without
// them is fully managed and may be deleted.
const (
	// DeletionPolicyAnnotation holds a DeletionPolicy.
	DeletionPolicyAnnotation = "konnectkit/deletion-policy"
	// ManagementPolicyAnnotation holds a ManagementPolicy.
	ManagementPolicyAnnotation = "konnectkit/management-policy"
	// AdoptionPolicyAnnotation says what the object may take over, in place of what its
	// program says: "never", "unowned", "from-operator" or "tagged:" and a tag, which are
	// the policies of package konnect.
	AdoptionPolicyAnnotation = "konnectkit/adoption-policy"
)

// DeletionPolicy says what becomes of an entity that is to be deleted or pruned.
// It is kept in Konnect as well, as one more mark, so that it holds when the
// object is gone; what the annotation says outweighs the mark.
type DeletionPolicy string

const (
	// DeletionPolicyDelete deletes the entity; it is the default.
	DeletionPolicyDelete DeletionPolicy = "delete"
	// DeletionPolicyRetain leaves the entity, with its marks, and what it lies in.
	DeletionPolicyRetain DeletionPolicy = "retain"
	// DeletionPolicyProtect is an error where the entity would be deleted, by itself
	// or with what it lies in. A prune spares it.
	DeletionPolicyProtect DeletionPolicy = "protect"
)

// ManagementPolicy says how far an object is carried out.
type ManagementPolicy string

const (
	// ManagementPolicyFull creates, updates and deletes the entity; it is the default.
	ManagementPolicyFull ManagementPolicy = "full"
	// ManagementPolicyObserve only looks at an entity, which must exist, and compares
	// what the spec gives: fields that it leaves unset are no drift. The entity is neither
	// written nor deleted, whoever it belongs to.
	ManagementPolicyObserve ManagementPolicy = "observe"
)
