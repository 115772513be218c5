package routing

import (
	"encoding/json"
	"fmt"

	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/internal/router"
)

// FromEntities reads routes and their services as Konnect and the Admin API list them,
// all of one control plane. A route that is an expression, or whose service is not
// among the services, is an error; the error has all that is wrong.
func FromEntities(routes, services []json.RawMessage) ([]Route, error) {
	decoded, err := router.Decode(routes, services)
	if err != nil {
		return nil, fmt.Errorf("routes of entities: %w", printable.Error(err))
	}
	known := map[*router.Service]*Service{}
	all := make([]Route, len(decoded))
	for i := range decoded {
		all[i] = external(&decoded[i])
		if s := decoded[i].Service; s != nil {
			if known[s] == nil {
				known[s] = &Service{ID: s.ID, Name: s.Name, Protocol: s.Protocol, Host: s.Host, Port: s.Port, Path: s.Path, Disabled: s.Disabled}
			}
			all[i].Service = known[s]
		}
	}
	return all, nil
}

// external returns a route of the router without its service.
func external(r *router.Route) Route {
	return Route{
		ID: r.ID, Name: r.Name, CreatedAt: r.CreatedAt,
		Protocols: r.Accepts(), Methods: r.Methods, Hosts: r.Hosts, Paths: r.Paths,
		Headers: r.Headers, headerNames: r.HeaderNames, SNIs: r.SNIs,
		Sources: endpoints[Endpoint](r.Sources), Destinations: endpoints[Endpoint](r.Destinations),
		HTTPSRedirectStatusCode: r.HTTPSRedirectStatusCode, RegexPriority: r.RegexPriority,
		StripPath: &r.StripPath, PathHandling: r.PathHandling, PreserveHost: r.PreserveHost,
	}
}
