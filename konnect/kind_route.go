package konnect

import (
	"errors"
	"slices"

	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
)

// routeKind binds KongRoute to core-entities/routes.
func routeKind() binding {
	return &kind[*configurationv1alpha1.KongRoute]{
		traits: traits{
			groupKind:  schema.GroupKind{Group: crd.ConfigurationGroup, Kind: "KongRoute"},
			collection: "routes",
			nameField:  "spec.name",
			nameKey:    "name",
			parentID:   func(e *entity) string { return e.Service.ID },
			belongsTo:  "services",
			plugins:    true,
			fields: []canon.Field{
				{Name: "name"},
				{Name: "service", Subset: true},
				{Name: "protocols", Set: true},
				{Name: "hosts", Set: true},
				{Name: "paths", Set: true},
				{Name: "methods", Set: true},
				{Name: "headers", Set: true},
				{Name: "snis", Set: true},
				{Name: "sources", Set: true},
				{Name: "destinations", Set: true},
				{Name: "https_redirect_status_code", Default: 426},
				{Name: "path_handling", Default: "v0"},
				{Name: "preserve_host", Default: false},
				{Name: "regex_priority", Default: 0},
				{Name: "request_buffering", Default: true},
				{Name: "response_buffering", Default: true},
				{Name: "strip_path", Default: true},
				{Name: "tags", Set: true},
			},
		},
		name:    func(o *configurationv1alpha1.KongRoute) string { return deref(o.Spec.Name) },
		specID:  func(o *configurationv1alpha1.KongRoute) *string { return o.Spec.ID },
		check:   checkRoute,
		warn:    warnRoutePaths,
		payload: routePayload,
		refuse:  refuseExpression,
	}
}

func routePayload(r *configurationv1alpha1.KongRoute, in inputs) (any, error) {
	spec := r.Spec
	payload := components.RouteJSON{
		Name:                    spec.Name,
		Protocols:               routeProtocols(spec.Protocols, in.observed),
		Hosts:                   normalizeHosts(spec.Hosts),
		Paths:                   spec.Paths,
		Methods:                 spec.Methods,
		Headers:                 spec.Headers,
		Snis:                    spec.SNIs,
		HTTPSRedirectStatusCode: (*components.HTTPSRedirectStatusCode)(spec.HTTPSRedirectStatusCode),
		PathHandling:            (*components.PathHandling)(spec.PathHandling),
		PreserveHost:            spec.PreserveHost,
		RegexPriority:           spec.RegexPriority,
		RequestBuffering:        spec.RequestBuffering,
		ResponseBuffering:       spec.ResponseBuffering,
		StripPath:               spec.StripPath,
		Tags:                    in.tags,
	}
	for _, source := range spec.Sources {
		payload.Sources = append(payload.Sources, components.Sources{IP: source.IP, Port: source.Port})
	}
	for _, destination := range spec.Destinations {
		payload.Destinations = append(payload.Destinations, components.Destinations{IP: destination.IP, Port: destination.Port})
	}
	if id := in.ids[configurationv1alpha1.ServiceRefField]; id != "" {
		payload.Service = &components.RouteJSONService{ID: &id}
	}
	if payload.StripPath == nil && slices.ContainsFunc(payload.Protocols, isGRPC) {
		payload.StripPath = new(false) // the SDK's default is true, which Konnect refuses
	}
	return payload, nil
}

func isGRPC(protocol components.RouteJSONProtocols) bool {
	return protocol == "grpc" || protocol == "grpcs"
}

// defaultRouteProtocol is that of a route which names none, when it is created.
const defaultRouteProtocol = "https"

// routeProtocols is never empty, because the default differs between control planes.
func routeProtocols(wanted []string, observed canon.Object) []components.RouteJSONProtocols {
	if len(wanted) == 0 {
		wanted = stringsOf(observed["protocols"])
	}
	if len(wanted) == 0 {
		wanted = []string{defaultRouteProtocol}
	}
	protocols := make([]components.RouteJSONProtocols, len(wanted))
	for i, protocol := range wanted {
		protocols[i] = components.RouteJSONProtocols(protocol)
	}
	return protocols
}

var errExpressionRoute = errors.New("is an expression route, which KongRoute cannot express")

func refuseExpression(observed canon.Object) error {
	if expression, ok := observed["expression"].(string); ok && expression != "" {
		return errExpressionRoute
	}
	return nil
}
