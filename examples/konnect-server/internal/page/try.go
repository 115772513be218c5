package page

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/examples/internal/requestline"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// trial is the form "Try a request", as it was filled in.
type trial struct {
	Method, URL, Header string
	Plane               string // ID; empty for all
	Flavor, Priority    string
}

// answer is what becomes of the request in one control plane.
type answer struct {
	Plane       *plane
	Explanation *routing.Explanation
	Service     *entity // nil where no route takes the request, or it has no service
	Way         picture
	Problems    []string // why nothing can be said

	routes []*entity
}

// Entity is that of a route.
func (a answer) Entity(r *routing.Route) *entity { return byID(a.routes, r.ID) }

func trialOf(values url.Values) trial {
	t := trial{
		Method: values.Get("method"), URL: strings.TrimSpace(values.Get("url")), Header: values.Get("header"),
		Plane: values.Get("plane"), Flavor: values.Get("flavor"), Priority: values.Get("priority"),
	}
	if t.Method == "" {
		t.Method = http.MethodGet
	}
	return t
}

// Advanced reports whether a field is filled in that is folded up at first.
func (t trial) Advanced() bool { return t.Header != "" || t.Flavor != "" || t.Priority != "" }

func (trial) Methods() []string {
	return []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
}

func (trial) Flavors() []string {
	return []string{routing.TraditionalCompatible.String(), routing.Traditional.String()}
}

func (trial) Priorities() []string {
	return []string{routing.Original.String(), routing.Strict.String()}
}

// request reads the form.
func (t trial) request() (routing.Request, error) {
	target := t.URL
	if !strings.Contains(target, "://") {
		target = "https://" + target
	}
	if strings.ContainsAny(target, " \t\r\n") {
		return routing.Request{}, errors.New("the URL has a space in it")
	}
	request, err := requestline.Parse(t.Method + " " + target)
	if err != nil {
		return routing.Request{}, errors.New("enter the URL of a request, such as https://example.com/path")
	}
	request.Header, err = t.header()
	return *request, err
}

func (t trial) header() (http.Header, error) {
	var header http.Header
	for line := range strings.Lines(t.Header) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, found := strings.Cut(line, ":")
		if !found || name == "" || strings.ContainsAny(name, " \t") {
			return nil, errors.New("enter headers in the form name: value, one a line")
		}
		if header == nil {
			header = http.Header{}
		}
		header.Add(name, strings.TrimSpace(value))
	}
	return header, nil
}

func (t trial) options() []routing.Option {
	var opts []routing.Option
	if t.Flavor == routing.Traditional.String() {
		opts = append(opts, routing.WithFlavor(routing.Traditional))
	}
	if t.Priority == routing.Strict.String() {
		opts = append(opts, routing.WithPriority(routing.Strict))
	}
	return opts
}

// answers are those of the control planes that were asked for and have routes.
func (t trial) answers(planes []*plane) ([]answer, error) {
	request, err := t.request()
	if err != nil {
		return nil, err
	}
	var out []answer
	for _, p := range planes {
		routes, services := p.served(planes, "routes"), p.served(planes, "services")
		if (t.Plane == "" || t.Plane == p.ID) && len(routes) > 0 {
			out = append(out, t.ask(p, request, routes, services))
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no control plane that was asked for has a route")
	}
	return out, nil
}

func (t trial) ask(p *plane, request routing.Request, routes, services []*entity) answer {
	out := answer{Plane: p, routes: routes}
	read, err := routing.FromEntities(encoded(routes), encoded(services))
	if err != nil {
		out.Problems = problems(err)
		return out
	}
	router, err := routing.New(read, t.options()...)
	if err != nil {
		out.Problems = problems(err)
		return out
	}
	out.Explanation = router.Explain(request)
	match := out.Explanation.Match
	if match == nil {
		return out
	}
	if match.Route.Service != nil {
		out.Service = byID(services, match.Route.Service.ID)
	}
	if route := out.Entity(match.Route); route != nil {
		out.Way = draw(around(route), route)
	}
	return out
}

// served are the entities of a collection that a data plane of the control plane gets: of a group
// those of its members.
func (p *plane) served(planes []*plane, name string) []*entity {
	var out []*entity
	for _, one := range planes {
		if one != p && !slices.Contains(p.Members, one.ID) {
			continue
		}
		for _, c := range one.Collections {
			if c.Name == name {
				out = append(out, c.Entities...)
			}
		}
	}
	return out
}

func byID(entities []*entity, id string) *entity {
	at := slices.IndexFunc(entities, func(e *entity) bool { return e.ID() == id })
	if at < 0 {
		return nil
	}
	return entities[at]
}

func encoded(entities []*entity) []json.RawMessage {
	out := make([]json.RawMessage, 0, len(entities))
	for _, e := range entities {
		raw, err := json.Marshal(e.Values)
		if err == nil { // it has been decoded from JSON
			out = append(out, raw)
		}
	}
	return out
}

// problems are the lines of joined errors.
func problems(err error) []string { return strings.Split(err.Error(), "\n") }
