package kinds

import (
	"cmp"
	"errors"
	"maps"

	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/marks"
)

// controlPlane is KonnectGatewayControlPlane: /v2/control-planes.
func controlPlane() *Kind {
	return of(Kind{
		Identity:  Identity{Name: "name", Unique: [][]string{{"name"}}, Field: "spec.createControlPlaneRequest.name", Parks: "name"},
		Writes:    Writes{ServerID: true},
		Referrer:  Referrer{Condition: crd.ConditionControlPlaneRefValid, Noun: "ControlPlane"},
		Immutable: []string{"cluster_type", "cloud_gateway"},
		Group:     controlPlaneGroup(),
		Fields: []canon.Field{
			{Name: "name"},
			{Name: "description", Default: ""},
			{Name: "cluster_type", Default: konnectv1alpha2.ClusterTypeControlPlane},
			{Name: "auth_type", Default: string(components.AuthTypePinnedClientCerts)},
			{Name: "cloud_gateway", Default: false},
			{Name: "proxy_urls", Set: true},
			{Name: "labels", Subset: true},
		},
	}, typed[*konnectv1alpha2.KonnectGatewayControlPlane]{
		name: func(c *konnectv1alpha2.KonnectGatewayControlPlane) string {
			if request := c.Spec.CreateControlPlaneRequest; request != nil {
				return request.Name
			}
			return ""
		},
		mirror: func(c *konnectv1alpha2.KonnectGatewayControlPlane) string {
			if !c.IsMirror() || c.Spec.Mirror == nil {
				return ""
			}
			return c.Spec.Mirror.Konnect.ID
		},
		clusterType: (*konnectv1alpha2.KonnectGatewayControlPlane).ClusterType,
		check: func(c *konnectv1alpha2.KonnectGatewayControlPlane) field.ErrorList {
			return konnectrules.CheckControlPlane(c, marks.IsKey)
		},
		payload: controlPlanePayload,
		// What Konnect keeps in config is on the level of the request.
		project: func(observed canon.Object) canon.Object {
			lifted := maps.Clone(observed)
			if config, ok := observed["config"].(map[string]any); ok {
				for _, name := range []string{"cluster_type", "auth_type", "cloud_gateway", "proxy_urls", "control_plane_endpoint", "telemetry_endpoint"} {
					lifted[name] = config[name]
				}
			}
			return lifted
		},
		status: func(c *konnectv1alpha2.KonnectGatewayControlPlane, observed canon.Object) {
			text := func(name string) string { value, _ := observed[name].(string); return value }
			c.Status.ClusterType = text("cluster_type")
			c.Status.Endpoints = nil
			if endpoint, telemetry := text("control_plane_endpoint"), text("telemetry_endpoint"); endpoint != "" && telemetry != "" {
				c.Status.Endpoints = &konnectv1alpha2.KonnectEndpoints{ControlPlane: endpoint, Telemetry: telemetry}
			}
		},
	})
}

func controlPlanePayload(c *konnectv1alpha2.KonnectGatewayControlPlane, in Inputs) (any, error) {
	request := c.Spec.CreateControlPlaneRequest
	if request == nil {
		return nil, errors.New("spec.createControlPlaneRequest is not set")
	}
	payload := components.CreateControlPlaneRequest{
		Name:         request.Name,
		Description:  request.Description,
		ClusterType:  (*components.CreateControlPlaneRequestClusterType)(request.ClusterType),
		AuthType:     (*components.AuthType)(request.AuthType),
		CloudGateway: request.CloudGateway,
		Labels:       in.Labels,
	}
	if !in.GivenOnly { // what is left out of a PATCH stays
		payload.Description = cmp.Or(payload.Description, new(""))
		payload.AuthType = cmp.Or(payload.AuthType, components.AuthTypePinnedClientCerts.ToPointer())
	}
	for _, u := range request.ProxyURLs {
		payload.ProxyUrls = append(payload.ProxyUrls, components.ProxyURL{Host: u.Host, Port: u.Port, Protocol: u.Protocol})
	}
	return payload, nil
}
