package v1alpha1

import commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"

// GetTags returns spec.tags.
func (s *KongService) GetTags() commonv1alpha1.Tags { return s.Spec.Tags }

// GetTags returns spec.tags.
func (r *KongRoute) GetTags() commonv1alpha1.Tags { return r.Spec.Tags }

// GetTags returns spec.tags.
func (u *KongUpstream) GetTags() commonv1alpha1.Tags { return u.Spec.Tags }

// GetTags returns spec.tags.
func (t *KongTarget) GetTags() commonv1alpha1.Tags { return t.Spec.Tags }
