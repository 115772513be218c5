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

// conversionData is the value of ConversionAnnotation.
type conversionData struct {
	// AuthRef is spec.konnect.authRef of v1alpha2 when it has a namespace, which
	// counts only as long as the name is the same.
	AuthRef *konnectv1alpha2.KonnectAPIAuthConfigurationRef `json:"authRef,omitempty"`
	// ClusterType is status.clusterType of v1alpha2.
	ClusterType string `json:"clusterType,omitempty"`
	// Unnamed is set on v1alpha2 for a v1alpha1 object without spec.name that has
	// other fields of a request.
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
// the annotation of an earlier conversion was tampered with.
func (c *KonnectGatewayControlPlane) ConvertTo(dst *konnectv1alpha2.KonnectGatewayControlPlane) error {
	src := c.DeepCopy()
	kept, err := takeConversionData(&src.ObjectMeta)
	if err != nil {
		return fmt.Errorf("convert %s %s/%s to v1alpha2: %w", crd.ControlPlaneKind, crd.NamespaceOf(c), c.Name, err)
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
	return putConversionData(&dst.ObjectMeta, conversionData{Unnamed: unnamed})
}

// request gathers what v1alpha2 keeps in createControlPlaneRequest; nil when
// nothing of it is set. A request without a name is unnamed.
func (s *KonnectGatewayControlPlaneSpec) request() (request *konnectv1alpha2.CreateControlPlaneRequest, unnamed bool) {
	others := s.Description != nil || s.ClusterType != nil || s.AuthType != nil ||
		s.CloudGateway != nil || s.ProxyURLs != nil || s.Labels != nil
	if s.Name == nil && !others {
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

// ConvertFrom replaces c with src as v1alpha1; the two share nothing. It fails
// when the annotation of an earlier conversion was tampered with.
func (c *KonnectGatewayControlPlane) ConvertFrom(src *konnectv1alpha2.KonnectGatewayControlPlane) error {
	from := src.DeepCopy()
	kept, err := takeConversionData(&from.ObjectMeta)
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
	lost := conversionData{ClusterType: from.Status.ClusterType}
	if konnect := from.Spec.Konnect; konnect != nil {
		ref := konnect.APIAuthConfigurationRef
		c.Spec.Konnect = &KonnectConfiguration{APIAuthConfigurationRef: KonnectAPIAuthConfigurationRef{Name: ref.Name}}
		if ref.Namespace != nil {
			lost.AuthRef = &ref
		}
	}
	return putConversionData(&c.ObjectMeta, lost)
}

// setRequest is the inverse of request.
func (s *KonnectGatewayControlPlaneSpec) setRequest(request *konnectv1alpha2.CreateControlPlaneRequest, unnamed bool) {
	if !unnamed || request.Name != "" {
		s.Name = &request.Name
	}
	s.Description, s.ClusterType, s.AuthType = request.Description, request.ClusterType, request.AuthType
	s.CloudGateway, s.ProxyURLs, s.Labels = request.CloudGateway, request.ProxyURLs, request.Labels
}

// takeConversionData removes the annotation and returns what it holds.
func takeConversionData(meta *metav1.ObjectMeta) (conversionData, error) {
	var data conversionData
	text, ok := meta.Annotations[ConversionAnnotation]
	if !ok {
		return data, nil
	}
	if err := json.Unmarshal([]byte(text), &data); err != nil {
		return data, fmt.Errorf("annotation %s: %w", ConversionAnnotation, err)
	}
	delete(meta.Annotations, ConversionAnnotation)
	if len(meta.Annotations) == 0 {
		meta.Annotations = nil
	}
	return data, nil
}

// putConversionData adds the annotation if there is anything to keep.
func putConversionData(meta *metav1.ObjectMeta, data conversionData) error {
	if data == (conversionData{}) {
		return nil
	}
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("annotation %s: %w", ConversionAnnotation, err)
	}
	if meta.Annotations == nil {
		meta.Annotations = make(map[string]string, 1)
	}
	meta.Annotations[ConversionAnnotation] = string(text)
	return nil
}
