package kinds

import (
	"errors"
	"fmt"

	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/implication"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/optional"
)

// route is KongRoute: core-entities/routes.
func route() *Kind {
	return of(Kind{
		Implies:    []Implication{{Field: crd.PluginsField, In: []string{"plugins"}, Of: implication.Plugins}},
		Collection: "routes",
		Called:     [][]string{{"name"}, {"service", "hosts", "paths"}},
		Traffic:    TakesRequests,
		References: []Reference{{Field: configurationv1alpha1.ServiceRefField, JSON: "service", To: "services"}},
		Identity:   Identity{Name: "name", Unique: [][]string{{"name"}}, Field: "spec.name", Parks: "name", ByName: true},
		Foreign:    Foreign{Field: "expression", Because: errors.New("is an expression route, which KongRoute cannot express")},
		Fields: []canon.Field{
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
	}, typed[*configurationv1alpha1.KongRoute]{
		name:   func(r *configurationv1alpha1.KongRoute) string { return optional.Value(r.Spec.Name) },
		specID: func(r *configurationv1alpha1.KongRoute) *string { return r.Spec.ID },
		check:  konnectrules.CheckRoute,
		warn: func(r *configurationv1alpha1.KongRoute) []Hint {
			var hints []Hint
			for i, prefix := range r.Spec.Paths {
				if konnectrules.LooksLikeExpression(prefix) {
					hints = append(hints, Hint{
						Field: field.NewPath("spec", "paths").Index(i).String(), Code: "literal-path",
						Message: fmt.Sprintf("%q matches only paths that begin with these very characters; a regular expression starts with ~/, such as %q",
							prefix, "~"+prefix),
					})
				}
			}
			return hints
		},
		payload: routePayload,
	})
}

func routePayload(r *configurationv1alpha1.KongRoute, in Inputs) (any, error) {
	spec := r.Spec
	payload := components.RouteJSON{
		Name:                    spec.Name,
		Protocols:               routeProtocols(spec.Protocols, in.Observed),
		Hosts:                   konnectrules.NormalizeHosts(spec.Hosts),
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
		Tags:                    in.Tags,
	}
	for _, source := range spec.Sources {
		payload.Sources = append(payload.Sources, components.Sources{IP: source.IP, Port: source.Port})
	}
	for _, destination := range spec.Destinations {
		payload.Destinations = append(payload.Destinations, components.Destinations{IP: destination.IP, Port: destination.Port})
	}
	if payload.StripPath == nil && konnectrules.SpeaksGRPC(payload.Protocols) {
		payload.StripPath = new(false) // the SDK's default is true, which Konnect refuses
	}
	return payload, nil
}

// routeProtocols is never empty, because the default differs between control planes.
func routeProtocols(wanted []string, observed canon.Object) []components.RouteJSONProtocols {
	if len(wanted) == 0 && observed != nil {
		wanted = canon.Texts(observed["protocols"])
	}
	if len(wanted) == 0 {
		wanted = []string{konnectrules.DefaultRouteProtocol}
	}
	protocols := make([]components.RouteJSONProtocols, len(wanted))
	for i, protocol := range wanted {
		protocols[i] = components.RouteJSONProtocols(protocol)
	}
	return protocols
}
