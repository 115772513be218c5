package v1alpha1

import (
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

// ConversionAnnotation keeps, as JSON, what one version of a control plane has
// and the other cannot hold, so that converting back loses nothing.
const ConversionAnnotation = "konnectkit/conversion-data"

// keptOfLatest is the value of ConversionAnnotation on v1alpha1.
type keptOfLatest struct {
	// AuthRef is spec.konnect.authRef when it has a namespace, which counts only as
	// long as the name is the same.
	AuthRef *konnectv1alpha2.KonnectAPIAuthConfigurationRef `json:"authRef,omitempty"`
	// ClusterType is status.clusterType.
	ClusterType string `json:"clusterType,omitempty"`
}

// keptOfOld is the value of ConversionAnnotation on v1alpha2.
type keptOfOld struct {
	// Unnamed is set for an object without spec.name that has other fields of a request.
	Unnamed bool `json:"unnamed,omitempty"`
}

// GVK is the group, version and kind of the Go type.
func (*KonnectGatewayControlPlane) GVK() schema.GroupVersionKind {
	return GroupVersion.WithKind(crd.ControlPlaneKind)
}

// Latest returns a copy of the object as v1alpha2. Errors are those of ConvertTo.
func (c *KonnectGatewayControlPlane) Latest() (crd.Object, error) {
	latest := &konnectv1alpha2.KonnectGatewayControlPlane{}
	if err := c.ConvertTo(latest); err != nil {
		return nil, err
	}
	return latest, nil
}

// ConvertTo replaces dst with c as v1alpha2; the two share nothing. It fails when
// ConversionAnnotation has a value that no conversion wrote, which would be lost.
// It takes the type itself: conversion.Hub is an interface of controller-runtime.
func (c *KonnectGatewayControlPlane) ConvertTo(dst *konnectv1alpha2.KonnectGatewayControlPlane) error {
	src := c.DeepCopy()
	kept, err := takeKept[keptOfLatest](&src.ObjectMeta)
	if err != nil {
		return fmt.Errorf("convert %s to v1alpha2: %w", crd.Key{Kind: crd.ControlPlaneKind, Namespace: crd.NamespaceOf(c), Name: c.Name}, err)
	}
	request, unnamed := src.Spec.request()
	*dst = konnectv1alpha2.KonnectGatewayControlPlane{
		ObjectMeta: src.ObjectMeta,
		Spec: konnectv1alpha2.KonnectGatewayControlPlaneSpec{
			CreateControlPlaneRequest: request,
			Mirror:                    src.Spec.Mirror,
			Source:                    src.Spec.Source,
			Members:                   src.Spec.Members,
		},
		Status: konnectv1alpha2.KonnectGatewayControlPlaneStatus{
			KonnectEntityStatus: src.Status.KonnectEntityStatus,
			ClusterType:         kept.ClusterType,
			Endpoints:           src.Status.Endpoints,
			Conditions:          src.Status.Conditions,
		},
	}
	dst.SetGroupVersionKind(dst.GVK())
	if src.Spec.Konnect != nil {
		ref := konnectv1alpha2.KonnectAPIAuthConfigurationRef{Name: src.Spec.Konnect.APIAuthConfigurationRef.Name}
		if kept.AuthRef != nil && kept.AuthRef.Name == ref.Name {
			ref.Namespace = kept.AuthRef.Namespace
		}
		dst.Spec.Konnect = &konnectv1alpha2.KonnectConfiguration{APIAuthConfigurationRef: ref}
	}
	return putKept(&dst.ObjectMeta, keptOfOld{Unnamed: unnamed})
}

// request gathers what v1alpha2 keeps in createControlPlaneRequest; nil when
// nothing of it is set. A request without a name is unnamed.
func (s *KonnectGatewayControlPlaneSpec) request() (request *konnectv1alpha2.CreateControlPlaneRequest, unnamed bool) {
	if s.Name == nil && !s.hasMoreThanName() {
		return nil, false
	}
	request = &konnectv1alpha2.CreateControlPlaneRequest{
		Description: s.Description, ClusterType: s.ClusterType, AuthType: s.AuthType,
		CloudGateway: s.CloudGateway, ProxyURLs: s.ProxyURLs, Labels: s.Labels,
	}
	if s.Name != nil {
		request.Name = *s.Name
	}
	return request, s.Name == nil
}

// hasMoreThanName tells whether a field of a request other than its name is set.
func (s *KonnectGatewayControlPlaneSpec) hasMoreThanName() bool {
	return s.Description != nil || s.ClusterType != nil || s.AuthType != nil ||
		s.CloudGateway != nil || s.ProxyURLs != nil || s.Labels != nil
}

// ConvertFrom replaces c with src as v1alpha1; the two share nothing. It fails when
// ConversionAnnotation has a value that no conversion wrote, which would be lost.
func (c *KonnectGatewayControlPlane) ConvertFrom(src *konnectv1alpha2.KonnectGatewayControlPlane) error {
	from := src.DeepCopy()
	kept, err := takeKept[keptOfOld](&from.ObjectMeta)
	if err != nil {
		return fmt.Errorf("convert %s to v1alpha1: %w", crd.KeyOf(src), err)
	}
	*c = KonnectGatewayControlPlane{
		ObjectMeta: from.ObjectMeta,
		Spec: KonnectGatewayControlPlaneSpec{
			Mirror:  from.Spec.Mirror,
			Source:  from.Spec.Source,
			Members: from.Spec.Members,
		},
		Status: KonnectGatewayControlPlaneStatus{
			KonnectEntityStatus: from.Status.KonnectEntityStatus,
			Endpoints:           from.Status.Endpoints,
			Conditions:          from.Status.Conditions,
		},
	}
	c.SetGroupVersionKind(c.GVK())
	if request := from.Spec.CreateControlPlaneRequest; request != nil {
		c.Spec.setRequest(request, kept.Unnamed)
	}
	lost := keptOfLatest{ClusterType: from.Status.ClusterType}
	if konnect := from.Spec.Konnect; konnect != nil {
		ref := konnect.APIAuthConfigurationRef
		c.Spec.Konnect = &KonnectConfiguration{APIAuthConfigurationRef: KonnectAPIAuthConfigurationRef{Name: ref.Name}}
		if ref.Namespace != nil {
			lost.AuthRef = &ref
		}
	}
	return putKept(&c.ObjectMeta, lost)
}

// setRequest is the inverse of request. A request that holds nothing needs its name
// to be seen.
func (s *KonnectGatewayControlPlaneSpec) setRequest(request *konnectv1alpha2.CreateControlPlaneRequest, unnamed bool) {
	s.Description, s.ClusterType, s.AuthType = request.Description, request.ClusterType, request.AuthType
	s.CloudGateway, s.ProxyURLs, s.Labels = request.CloudGateway, request.ProxyURLs, request.Labels
	if !unnamed || request.Name != "" || !s.hasMoreThanName() {
		s.Name = &request.Name
	}
}

// takeKept removes the annotation and returns what it holds.
func takeKept[T comparable](meta *metav1.ObjectMeta) (T, error) {
	var kept, nothing T
	text, ok := meta.Annotations[ConversionAnnotation]
	if !ok {
		return nothing, nil
	}
	err := json.Unmarshal([]byte(text), &kept)
	again, _ := json.Marshal(kept)
	if err != nil || kept == nothing || string(again) != text {
		return nothing, fmt.Errorf("annotation %s was not written by a conversion", ConversionAnnotation)
	}
	delete(meta.Annotations, ConversionAnnotation)
	if len(meta.Annotations) == 0 {
		meta.Annotations = nil
	}
	return kept, nil
}

// putKept adds the annotation if there is anything to keep.
func putKept[T comparable](meta *metav1.ObjectMeta, kept T) error {
	var nothing T
	if kept == nothing {
		return nil
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("annotation %s: %w", ConversionAnnotation, err)
	}
	metav1.SetMetaDataAnnotation(meta, ConversionAnnotation, string(text))
	return nil
}
