package crd

import "k8s.io/apimachinery/pkg/runtime/schema"

// Reference is one reference from an object to another.
type Reference struct {
	// Field is the path of the field that holds it, such as spec.serviceRef or
	// spec.members[1].
	Field string
	// To is the object referred to, its namespace filled in.
	To Key
	// Or is what the reference leads to where To is not there; nil for nothing.
	Or *Key
	// Role says what the reference means to the referrer.
	Role Role
	// Granted is set where a reference into another namespace needs no KongReferenceGrant.
	Granted bool
	// Unsupported is set when the field is part of the CRD but this module has
	// no kind for its target yet.
	Unsupported bool
}

// Role says what a reference means to the object that holds it.
type Role int

const (
	// RoleUses is a plain dependency: the target must be there first.
	RoleUses Role = iota
	// RoleParent means that the object lives in the control plane of its target
	// (which may be a control plane itself), and is deleted before it.
	RoleParent
	// RoleCredential leads to the credentials of a control plane.
	RoleCredential
	// RoleImplies means that the object stands for further entities, made of the target.
	RoleImplies
)

// Group names and kinds that the rules of references name.
const (
	ConfigurationGroup = "configuration.konghq.com"
	KonnectGroup       = "konnect.konghq.com"

	ControlPlaneKind   = "KonnectGatewayControlPlane"
	APIAuthKind        = "KonnectAPIAuthConfiguration"
	ReferenceGrantKind = "KongReferenceGrant"
	PluginKind         = "KongPlugin"
	ClusterPluginKind  = "KongClusterPlugin"
	SecretKind         = "Secret"
)

// ControlPlaneGroupKind returns the group and kind of control planes.
func ControlPlaneGroupKind() schema.GroupKind {
	return schema.GroupKind{Group: KonnectGroup, Kind: ControlPlaneKind}
}
