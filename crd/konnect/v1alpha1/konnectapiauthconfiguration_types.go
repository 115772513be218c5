package v1alpha1

import (
	"fmt"
	"log/slog"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/internal/tokens"
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
// +kubebuilder:printcolumn:name="Valid",type=string,JSONPath=`.status.conditions[?(@.type=='APIAuthValid')].status`
// +kubebuilder:printcolumn:name="OrgID",type=string,JSONPath=`.status.organizationID`
// +kubebuilder:printcolumn:name="ServerURL",type=string,JSONPath=`.status.serverURL`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.spec.type != 'token' || self.spec.token.startsWith('kpat_') || self.spec.token.startsWith('spat_')",message="spec.token must start with kpat_ or spat_"
// +kubebuilder:validation:XValidation:rule="self.spec.type != 'token' || !has(oldSelf.spec.token) || has(self.spec.token)",message="spec.token must not be removed"
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
//
// +kubebuilder:validation:XValidation:rule="self.type != 'token' || size(self.token) > 0",message="token is required when type is token"
// +kubebuilder:validation:XValidation:rule="self.type != 'secretRef' || has(self.secretRef)",message="secretRef is required when type is secretRef"
// +kubebuilder:validation:XValidation:rule="!has(self.token) || !has(self.secretRef)",message="token and secretRef exclude each other"
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
	//
	// +kubebuilder:validation:XValidation:rule="size(self) > 0",message="serverURL is required"
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="serverURL is immutable"
	// +kubebuilder:validation:XValidation:rule="isURL(self) ? url(self).getScheme() == 'https' : true",message="serverURL must use https when it has a scheme"
	// +kubebuilder:validation:XValidation:rule="size(self) > 0 && !isURL(self) ? self.matches('^(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]).)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])$') : true",message="serverURL must be a host name when it is no URL"
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
	// +kubebuilder:default={{type: "Valid", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}
	Conditions []metav1.Condition `json:"conditions,omitempty" crd:"nonempty"`
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

// LogValue implements slog.LogValuer, as for the whole object.
func (s KonnectAPIAuthConfigurationSpec) LogValue() slog.Value {
	s = s.withoutMisplacedTokens()
	attrs := []slog.Attr{slog.String("type", s.Type), slog.String("server_url", s.ServerURL)}
	if s.Token != nil {
		attrs = append(attrs, slog.String("token", s.Token.String()))
	}
	return slog.GroupValue(attrs...)
}

// Format implements fmt.Formatter: a token that was put into another field by mistake
// is not shown.
func (s KonnectAPIAuthConfigurationSpec) Format(f fmt.State, verb rune) {
	type spec KonnectAPIAuthConfigurationSpec
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), spec(s.withoutMisplacedTokens()))
}

func (s KonnectAPIAuthConfigurationSpec) withoutMisplacedTokens() KonnectAPIAuthConfigurationSpec {
	s.Type, s.ServerURL = tokens.Redact(s.Type), tokens.Redact(s.ServerURL)
	return s
}
