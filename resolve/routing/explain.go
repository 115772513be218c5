package routing

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/internal/router"
)

// Explanation says which route takes a request, and why no other one does. It is
// printed as text, and encodes as JSON; values of headers and the query are in neither.
type Explanation struct {
	// Request in one line, such as GET https://example.com/path.
	Request string `json:"request"`
	// Path is what routes are matched against: normalized, without the query.
	Path string `json:"path,omitempty"`
	// Flavor and Priority are settings of the gateway; Priority is empty in flavor traditional.
	Flavor   string `json:"flavor"`
	Priority string `json:"priority,omitempty"`
	// Match is nil where no route takes the request.
	Match *Match `json:"match,omitempty"`
	// Refused says why the gateway looks for no route; empty where it does.
	Refused string `json:"refused,omitempty"`
	// RunnersUp would take the request if the route did not, in the order of the table.
	RunnersUp []RunnerUp `json:"runnersUp,omitempty"`
	// NearMisses would take the request but for one field.
	NearMisses []NearMiss `json:"nearMisses,omitempty"`

	// rewritten is true where the path is not as the client wrote it.
	rewritten bool
}

// RunnerUp is a route that would take a request as well.
type RunnerUp struct {
	Route *Route `json:"route"`
	// Reason why another one comes first.
	Reason string `json:"reason"`
}

// NearMiss is a route that would take a request but for one field.
type NearMiss struct {
	Route *Route `json:"route"`
	// Field is methods, hosts, paths, headers, snis, sources or destinations, or service
	// for one that is disabled.
	Field string `json:"field"`
	// Reason tells what the field wants and what the request has.
	Reason string `json:"reason"`
}

// Explain says what becomes of a request and why. It looks at every route.
func (r *Router) Explain(request Request) *Explanation {
	internal := request.internal()
	found := r.router.Explain(&internal)
	e := &Explanation{Request: request.line(), Path: internal.Path, Flavor: r.settings.flavor.String()}
	written, _, _ := strings.Cut(request.target(), "?")
	e.rewritten = e.Path != "" && e.Path != written
	if r.settings.flavor == TraditionalCompatible {
		e.Priority = r.settings.priority.String()
	}
	if found.Unreadable {
		e.Refused = "the request has text that is not UTF-8, for which the router of this flavor finds no route"
	}
	if match, ok := r.Match(request); ok {
		match.Location, _, _ = strings.Cut(match.Location, "?")
		if match.Route.hasHeaderExpression() {
			match.Captures = nil // they may hold the value of a header
		}
		e.Match = &match
	}
	for i, c := range found.Candidates {
		if i > 0 {
			e.RunnersUp = append(e.RunnersUp, RunnerUp{&r.routes[c.Number], reasonText(c.Reason)})
		}
	}
	for _, miss := range found.Misses {
		route := &r.routes[miss.Number]
		e.NearMisses = append(e.NearMisses, NearMiss{route, string(miss.Field), missText(miss, route, &internal)})
	}
	return e
}

func (r *Route) hasHeaderExpression() bool {
	for _, values := range r.Headers {
		if slices.ContainsFunc(values, func(v string) bool { return strings.HasPrefix(v, "~*") }) {
			return true
		}
	}
	return false
}

// line writes the request in one line without its query.
func (r *Request) line() string {
	protocol := r.Protocol
	if protocol == "" {
		protocol = "http"
	}
	if router.SubsystemOf(protocol) == router.Stream {
		return printable.Line(strings.Join(slices.DeleteFunc([]string{
			protocol, "from " + address(r.Source.IsValid(), r.Source.String()), "to " + address(r.Destination.IsValid(), r.Destination.String()),
			"for " + r.SNI,
		}, func(part string) bool { return part == "for " }), " "))
	}
	method := r.Method
	if method == "" {
		method = "GET"
	}
	path, _, _ := strings.Cut(r.target(), "?")
	return printable.Line(method + " " + protocol + "://" + r.Host + path)
}

func address(known bool, text string) string {
	if !known {
		return "anywhere"
	}
	return text
}

// reasonText says why a route comes after the one that takes the request.
func reasonText(r router.Reason) string {
	switch r.Aspect {
	case router.AspectOverflow:
		if r.Loser > 4095 {
			return fmt.Sprintf("the other's regex_priority of %d overflows and outranks every route", r.Loser)
		}
		return fmt.Sprintf("the other matches by %d fields, which overflows and outranks every route", r.Winner)
	case router.AspectFields:
		if r.Winner == 0 {
			return "matches by less than the other, which has SNIs, or sources and destinations"
		}
		return fmt.Sprintf("matches by fewer fields: %d, the other by %d", r.Loser, r.Winner)
	case router.AspectPlainHosts:
		return "does not match by hosts without wildcard alone, as the other does"
	case router.AspectRegex:
		return "matches by no regular expression of the path, as the other does"
	case router.AspectHeaders:
		return fmt.Sprintf("matches by fewer headers: %d, the other by %d", r.Loser, r.Winner)
	case router.AspectRegexPriority:
		return regexPriorityText(r)
	case router.AspectLength:
		return fmt.Sprintf("has the shorter prefix: %d characters, the other %d", r.Loser, r.Winner)
	case router.AspectEndpoints:
		return "has less exact sources and destinations"
	case router.AspectID:
		return "is a tie: of equal routes the one with the larger ID is tried first"
	case router.AspectCategory:
		return "matches by less important fields: hosts come before headers, paths, methods and SNIs"
	case router.AspectWildPort:
		return "has no wildcard host with a port, as the other does"
	case router.AspectAge:
		return "is the younger one of equal routes"
	default:
		return "is left to the order of the gateway's tables, which nothing here decides"
	}
}

func regexPriorityText(r router.Reason) string {
	if r.Loser < r.Winner {
		return fmt.Sprintf("has the lower regex_priority: %d, the other %d", r.Loser, r.Winner)
	}
	return fmt.Sprintf("its regex_priority of %d counts less than the %d of the other, because only 13 bits are left "+
		"and the lower ones run into the number of headers", r.Loser, r.Winner)
}

// missText says what a field wants and what the request has. It has no value of a header.
func missText(m router.Miss, route *Route, request *router.Request) string {
	switch m.Field {
	case router.FieldMethods:
		return wants(request.Method, route.Methods)
	case router.FieldHosts:
		return wants(request.Host, route.Hosts)
	case router.FieldPaths:
		return wants(request.Path, m.Paths)
	case router.FieldHeaders:
		for name, values := range route.Headers {
			if strings.EqualFold(name, m.Header) {
				return printable.Sprintf("%s is not %s", name, alternatives(values))
			}
		}
		return printable.Sprintf("%s does not fit", m.Header)
	case router.FieldSNIs:
		return wants(request.SNI, route.SNIs)
	case router.FieldSources:
		return wants(address(request.Source.IsValid(), request.Source.String()), endpointTexts(route.Sources))
	case router.FieldService:
		return fmt.Sprintf("%s is disabled", route.Service)
	default:
		return wants(address(request.Destination.IsValid(), request.Destination.String()), endpointTexts(route.Destinations))
	}
}

func wants(got string, wanted []string) string {
	if got == "" {
		return printable.Sprintf("is missing, and must be %s", alternatives(wanted))
	}
	return printable.Sprintf("%s is not %s", got, alternatives(wanted))
}

func endpointTexts(endpoints []Endpoint) []string {
	texts := make([]string, len(endpoints))
	for i, e := range endpoints {
		texts[i] = strings.TrimSpace(e.IP + " port " + strconv.Itoa(e.Port))
		if e.Port == 0 {
			texts[i] = e.IP
		}
	}
	return texts
}

// maxAlternatives of a field are printed.
const maxAlternatives = 4

func alternatives(values []string) string {
	if len(values) > maxAlternatives {
		values = append(slices.Clone(values[:maxAlternatives]), fmt.Sprintf("%d more", len(values)-maxAlternatives))
	}
	if len(values) < 2 {
		return strings.Join(values, "")
	}
	return strings.Join(values[:len(values)-1], ", ") + " or " + values[len(values)-1]
}
