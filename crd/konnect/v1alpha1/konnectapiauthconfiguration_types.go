package v1alpha1

import (
	"log/slog"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
)

// Values of KonnectAPIAuthConfigurationSpec.Type.
const (
	APIAuthTypeToken     = "token"
	APIAuthTypeSecretRef = "secretRef"
)

// KonnectAPIAuthConfiguration holds the server and the token that control
// planes use to reach Konnect. It has no entity in Konnect.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong;konnect
type KonnectAPIAuthConfiguration struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KonnectAPIAuthConfigurationSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	Status KonnectAPIAuthConfigurationStatus `json:"status,omitempty"`
}

// KonnectAPIAuthConfigurationSpec is the desired state of a KonnectAPIAuthConfiguration.
type KonnectAPIAuthConfigurationSpec struct {
	// Type says where the token is: token (in this object) or secretRef.
	//
	// +kubebuilder:validation:Enum=token;secretRef
	Type string `json:"type"`

	// Token starts with kpat_ or spat_; required with type: token.
	//
	// +optional
	Token *crd.SecretString `json:"token,omitempty"`

	// SecretRef names a Secret that holds the token under the key token;
	// required with type: secretRef.
	//
	// +optional
	SecretRef *SecretReference `json:"secretRef,omitempty"`

	// ServerURL is an https URL or a bare host name, such as us.api.konghq.com.
	// A bare loopback address with a port means plain http. It is immutable.
	ServerURL string `json:"serverURL"`
}

// SecretReference names a Secret.
//
// +structType=atomic
type SecretReference struct {
	// Name of the Secret.
	//
	// +optional
	Name string `json:"name,omitempty"`

	// Namespace of the Secret; empty means the referrer's. Another namespace
	// needs a KongReferenceGrant there.
	//
	// +optional
	Namespace string `json:"namespace,omitempty"`
}

// KonnectAPIAuthConfigurationStatus is the observed state of a KonnectAPIAuthConfiguration.
type KonnectAPIAuthConfigurationStatus struct {
	// OrganizationID is the Konnect organisation of the token.
	//
	// +optional
	OrganizationID string `json:"organizationID,omitempty"`

	// ServerURL is the URL of the Konnect region.
	//
	// +optional
	ServerURL string `json:"serverURL,omitempty"`

	// Conditions of the object, at most 8, one per type.
	//
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// KonnectAPIAuthConfigurationList is a list of KonnectAPIAuthConfigurations.
//
// +kubebuilder:object:root=true
type KonnectAPIAuthConfigurationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []KonnectAPIAuthConfiguration `json:"items"`
}

// GVK implements crd.Object.
func (*KonnectAPIAuthConfiguration) GVK() schema.GroupVersionKind {
	return GroupVersion.WithKind(crd.APIAuthKind)
}

// References implements crd.Object.
func (c *KonnectAPIAuthConfiguration) References() []crd.Reference {
	ref := c.Spec.SecretRef
	if c.Spec.Type != APIAuthTypeSecretRef || ref == nil {
		return nil
	}
	to := crd.Key{Kind: crd.SecretKind, Namespace: ref.Namespace, Name: ref.Name}
	if to.Namespace == "" {
		to.Namespace = crd.NamespaceOf(c)
	}
	return []crd.Reference{{Field: "spec.secretRef", To: to, Role: crd.RoleCredential}}
}

// GetConditions implements crd.Object.
func (c *KonnectAPIAuthConfiguration) GetConditions() []metav1.Condition { return c.Status.Conditions }

// SetConditions implements crd.Object.
func (c *KonnectAPIAuthConfiguration) SetConditions(conditions []metav1.Condition) {
	c.Status.Conditions = conditions
}

// GetKonnectStatus implements crd.Object.
func (c *KonnectAPIAuthConfiguration) GetKonnectStatus() crd.KonnectStatus {
	return crd.KonnectStatus{ServerURL: c.Status.ServerURL, OrganizationID: c.Status.OrganizationID}
}

// SetKonnectStatus implements crd.Object; there is no ID to keep.
func (c *KonnectAPIAuthConfiguration) SetKonnectStatus(status crd.KonnectStatus) {
	c.Status.ServerURL, c.Status.OrganizationID = status.ServerURL, status.OrganizationID
}

// LogValue implements slog.LogValuer, because a handler that writes JSON would
// show the token.
func (c KonnectAPIAuthConfiguration) LogValue() slog.Value {
	return slog.StringValue(crd.KeyOf(&c).String())
}
