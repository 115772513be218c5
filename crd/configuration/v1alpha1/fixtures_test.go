package v1alpha1_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// rule is a ruletest.Case, and transition a ruletest.Update.
type (
	rule[T any] struct {
		Reason string
		Change func(T)
		Want   []string
	}
	transition[T any] struct {
		Reason      string
		Before, Now func(T)
		Want        []string
	}
)

func meta(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name, Namespace: "kong"} }

func controlPlane(name string) *commonv1alpha1.ControlPlaneRef {
	return &commonv1alpha1.ControlPlaneRef{
		Type:                 commonv1alpha1.ControlPlaneRefKonnectNamespacedRef,
		KonnectNamespacedRef: &commonv1alpha1.KonnectNamespacedRef{Name: name},
	}
}

func consumer(name string) commonv1alpha1.LocalRef { return commonv1alpha1.LocalRef{Name: name} }

func adopt(id string) *commonv1alpha1.AdoptOptions {
	return &commonv1alpha1.AdoptOptions{From: "konnect", Konnect: &commonv1alpha1.AdoptKonnectOptions{ID: id}}
}

func manyTags() commonv1alpha1.Tags { return slices.Repeat(commonv1alpha1.Tags{"a"}, 21) }

func programmed() []metav1.Condition {
	return []metav1.Condition{{
		Type: crd.ConditionProgrammed, Status: metav1.ConditionTrue, Reason: "Programmed", LastTransitionTime: metav1.Unix(1, 0),
	}}
}

// Every kind refuses an update from another kind, or from nothing.
func TestValidateUpdateNeedsSameKind(t *testing.T) {
	t.Parallel()
	kinds := []crd.Object{
		&v1alpha1.KongService{}, &v1alpha1.KongRoute{}, &v1alpha1.KongUpstream{}, &v1alpha1.KongTarget{}, &v1alpha1.KongReferenceGrant{},
		&v1alpha1.KongKeySet{}, &v1alpha1.KongKey{}, &v1alpha1.KongVault{}, &v1alpha1.KongPluginBinding{}, &v1alpha1.KongDataPlaneClientCertificate{},
		&v1alpha1.KongCredentialACL{}, &v1alpha1.KongCredentialAPIKey{}, &v1alpha1.KongCredentialBasicAuth{},
		&v1alpha1.KongCredentialHMAC{}, &v1alpha1.KongCredentialJWT{},
		&v1alpha1.KongCertificate{}, &v1alpha1.KongCACertificate{}, &v1alpha1.KongSNI{},
	}
	for i, obj := range kinds {
		for _, old := range []crd.Object{nil, kinds[(i+1)%len(kinds)]} {
			errs := obj.ValidateUpdate(old)
			require.Len(t, errs, 1)
			assert.Contains(t, errs[0].Error(), "not a *v1alpha1."+obj.GVK().Kind)
		}
	}
	var none *v1alpha1.KongService
	assert.Len(t, (&v1alpha1.KongService{}).ValidateUpdate(none), 1)
}
