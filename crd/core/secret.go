// Package core makes core Kubernetes objects members of a batch.
package core

import (
	"log/slog"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
)

// Secret is a core Secret as a member of a batch: the source of a token. It has
// no status and no entity in Konnect, and never prints its data.
type Secret struct {
	corev1.Secret `json:",inline"`
}

// NewSecret wraps secret, which must not be changed afterwards.
func NewSecret(secret *corev1.Secret) *Secret { return &Secret{Secret: *secret} }

// GVK implements crd.Object.
func (*Secret) GVK() schema.GroupVersionKind {
	return corev1.SchemeGroupVersion.WithKind(crd.SecretKind)
}

// DeepCopyObject implements runtime.Object.
func (s *Secret) DeepCopyObject() runtime.Object { return s.DeepCopy() }

// DeepCopy returns a copy that shares nothing with s.
func (s *Secret) DeepCopy() *Secret {
	if s == nil {
		return nil
	}
	return &Secret{Secret: *s.Secret.DeepCopy()}
}

// Value returns the value of key, from stringData before data as an API server
// would merge them; false when there is none.
func (s *Secret) Value(key string) (crd.SecretString, bool) {
	if value, ok := s.StringData[key]; ok {
		return crd.SecretString(value), true
	}
	value, ok := s.Data[key]
	return crd.SecretString(value), ok
}

// String names the Secret without its data.
func (s Secret) String() string { return crd.KeyOf(&s).String() }

// GoString is like String.
func (s Secret) GoString() string { return s.String() }

// LogValue implements slog.LogValuer, because a handler that writes JSON would
// show the data.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// References implements crd.Object; a Secret refers to nothing.
func (*Secret) References() []crd.Reference { return nil }

// Default implements crd.Object.
func (s *Secret) Default() {
	s.SetGroupVersionKind(s.GVK())
	if s.Type == "" {
		s.Type = corev1.SecretTypeOpaque
	}
}

// Validate implements crd.Object. A Secret is not a custom resource: what of it
// matters here is checked where it is used.
func (*Secret) Validate() field.ErrorList { return nil }

// ValidateUpdate implements crd.Object.
func (*Secret) ValidateUpdate(crd.Object) field.ErrorList { return nil }

// GetConditions implements crd.Object; a Secret has none.
func (*Secret) GetConditions() []metav1.Condition { return nil }

// SetConditions implements crd.Object; a Secret keeps none.
func (*Secret) SetConditions([]metav1.Condition) {}

// GetKonnectStatus implements crd.Object; a Secret has none.
func (*Secret) GetKonnectStatus() crd.KonnectStatus { return crd.KonnectStatus{} }

// SetKonnectStatus implements crd.Object; a Secret keeps none.
func (*Secret) SetKonnectStatus(crd.KonnectStatus) {}
