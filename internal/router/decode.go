package router

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// entity is a route as the Admin API has it. What is absent or null has a default.
type entity struct {
	ID                      string         `json:"id"`
	Name                    string         `json:"name"`
	CreatedAt               json.Number    `json:"created_at"`
	Protocols               list[string]   `json:"protocols"`
	Methods                 list[string]   `json:"methods"`
	Hosts                   list[string]   `json:"hosts"`
	Paths                   list[string]   `json:"paths"`
	Headers                 headers        `json:"headers"`
	SNIs                    list[string]   `json:"snis"`
	Sources                 list[Endpoint] `json:"sources"`
	Destinations            list[Endpoint] `json:"destinations"`
	HTTPSRedirectStatusCode int            `json:"https_redirect_status_code"`
	RegexPriority           int64          `json:"regex_priority"`
	StripPath               *bool          `json:"strip_path"`
	PathHandling            string         `json:"path_handling"`
	PreserveHost            bool           `json:"preserve_host"`
	Expression              *string        `json:"expression"`
	Service                 *struct {
		ID string `json:"id"`
	} `json:"service"`
}

// list is one that may be written {}, as Lua writes a table without entries.
type list[T any] []T

// UnmarshalJSON reads an array or an empty object.
func (l *list[T]) UnmarshalJSON(raw []byte) error {
	if string(raw) == "{}" {
		return nil
	}
	return json.Unmarshal(raw, (*[]T)(l))
}

// headers keeps the order of its keys.
type headers struct {
	values map[string][]string
	names  []string
}

// UnmarshalJSON reads an object of lists, or an empty array.
func (h *headers) UnmarshalJSON(raw []byte) error {
	if string(raw) == "[]" {
		return nil
	}
	if err := json.Unmarshal(raw, &h.values); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if _, err := decoder.Token(); err != nil {
		return err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		if text, ok := name.(string); ok {
			h.names = append(h.names, text)
		}
		var values json.RawMessage
		if err := decoder.Decode(&values); err != nil {
			return err
		}
	}
	return nil
}

type serviceEntity struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Protocol string `json:"protocol"`
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Path     string `json:"path"`
	Enabled  *bool  `json:"enabled"`
}

// Decode reads routes and services as the Admin API and Konnect list them. What does
// not matter to the router is ignored. All that is wrong is in the error.
func Decode(routes, services []json.RawMessage) ([]Route, error) {
	byID := map[string]*Service{}
	var problems []error
	for i, raw := range services {
		var s serviceEntity
		if err := json.Unmarshal(raw, &s); err != nil {
			problems = append(problems, fmt.Errorf("decode service %d: %w", i, err))
			continue
		}
		byID[s.ID] = &Service{
			ID: s.ID, Name: s.Name, Protocol: s.Protocol, Host: s.Host, Port: s.Port, Path: s.Path,
			Disabled: s.Enabled != nil && !*s.Enabled,
		}
	}
	decoded := make([]Route, 0, len(routes))
	for i, raw := range routes {
		route, err := decodeRoute(raw, byID)
		if err != nil {
			problems = append(problems, fmt.Errorf("decode route %d: %w", i, err))
			continue
		}
		decoded = append(decoded, route)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return decoded, nil
}

func decodeRoute(raw json.RawMessage, services map[string]*Service) (Route, error) {
	var e entity
	if err := json.Unmarshal(raw, &e); err != nil {
		return Route{}, err
	}
	if e.Expression != nil && *e.Expression != "" {
		return Route{}, fmt.Errorf("%s: routes with an expression need the router flavor expressions, which is not known here", label(e.Name, e.ID))
	}
	created, err := seconds(e.CreatedAt)
	if err != nil {
		return Route{}, fmt.Errorf("%s: created_at: %w", label(e.Name, e.ID), err)
	}
	route := Route{
		ID: e.ID, Name: e.Name, CreatedAt: created,
		Protocols: e.Protocols, Methods: e.Methods, Hosts: e.Hosts, Paths: e.Paths, Headers: e.Headers.values, HeaderNames: e.Headers.names, SNIs: e.SNIs,
		Sources: e.Sources, Destinations: e.Destinations,
		HTTPSRedirectStatusCode: e.HTTPSRedirectStatusCode, RegexPriority: e.RegexPriority,
		StripPath: e.StripPath == nil || *e.StripPath, PathHandling: e.PathHandling, PreserveHost: e.PreserveHost,
	}
	if e.Service == nil {
		return route, nil
	}
	if route.Service = services[e.Service.ID]; route.Service == nil {
		return Route{}, fmt.Errorf("%s: service %s is not among the services", label(e.Name, e.ID), e.Service.ID)
	}
	return route, nil
}

// seconds reads a time that may have a fraction.
func seconds(number json.Number) (int64, error) {
	if number == "" {
		return 0, nil
	}
	if whole, err := number.Int64(); err == nil {
		return whole, nil
	}
	fraction, err := number.Float64()
	return int64(fraction), err
}

// label names a route in an error.
func label(name, id string) string {
	switch {
	case name != "":
		return "route " + name
	case id != "":
		return "route " + id
	default:
		return "route without a name"
	}
}
