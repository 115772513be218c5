package routing

import (
	"fmt"
	"strings"

	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/internal/router"
)

// FindingCode names what is probably not meant.
type FindingCode string

// The codes of findings.
const (
	// FindingShadowed is a route that takes no request, because another one takes it before.
	FindingShadowed = FindingCode(router.CodeShadowed)
	// FindingContradictory is a route that takes no request, because none is as it asks.
	FindingContradictory = FindingCode(router.CodeContradictory)
	// FindingProtocol is a route whose service does not speak its protocols.
	FindingProtocol = FindingCode(router.CodeProtocol)
	// FindingTie is two routes whose order nothing but their IDs decides; in flavor
	// Traditional the order of the gateway's tables.
	FindingTie = FindingCode(router.CodeTie)
	// FindingCalculation is two routes whose order is another one in Original and Strict.
	FindingCalculation = FindingCode(router.CodeCalculation)
	// FindingRegexPriority is two routes of which that with the lower regex_priority comes
	// first, although they are alike in all else that counts.
	FindingRegexPriority = FindingCode(router.CodeRegexPriority)
	// FindingLiteralPath is a prefix that looks like a regular expression.
	FindingLiteralPath = FindingCode(router.CodeLiteralPath)
	// FindingHTTPSOnly is a route of https alone that turns away plain http which another
	// route would serve.
	FindingHTTPSOnly = FindingCode(router.CodeHTTPSOnly)
	// FindingHostCase is a host with capital letters, which clients do not send.
	FindingHostCase = FindingCode(router.CodeHostCase)
	// FindingSNI is a route with SNIs that takes plain http, or tcp, where no SNI is asked for.
	FindingSNI = FindingCode(router.CodeSNI)
)

// Finding is what is legal and probably not meant.
type Finding struct {
	Code FindingCode `json:"code"`
	// Routes are those that it is about: first the one that the message begins with.
	Routes []*Route `json:"routes"`
	// Request shows it: see what Match and Explain say of it.
	Request Request `json:"request"`
	// Message is one line.
	Message string `json:"message"`
}

// String returns the message and the code.
func (f Finding) String() string { return f.Message + " [" + string(f.Code) + "]" }

// Lint finds routes that no request reaches, routes whose order is left to chance, and
// others that are probably not meant, each with a request that shows it. It finds what
// two routes do to each other, not what several do together to a third; of very many
// routes that are alike it compares a part.
func (r *Router) Lint() []Finding {
	found := r.router.Lint()
	findings := make([]Finding, len(found))
	for i, f := range found {
		finding := Finding{Code: FindingCode(f.Code), Request: fromInternal(f.Request)}
		for _, number := range f.Numbers {
			finding.Routes = append(finding.Routes, &r.routes[number])
		}
		finding.Message = printable.Sprintf("%s; %s shows it", r.messageOf(finding, f.Value), finding.Request.line())
		findings[i] = finding
	}
	return findings
}

// fromInternal returns a request of the router as a client would write it.
func fromInternal(r router.Request) Request {
	request := Request{
		Method: r.Method, Protocol: r.Protocol, Host: r.Host, SNI: r.SNI, Header: r.Header, Source: r.Source, Destination: r.Destination,
	}
	if r.Path != "" {
		request.Path = router.Target(r.Path)
	}
	return request
}

// messageOf says what a finding is, without the request.
func (r *Router) messageOf(f Finding, value string) string {
	first := f.Routes[0]
	second := "no other route"
	if len(f.Routes) > 1 {
		second = f.Routes[1].String()
	}
	switch f.Code {
	case FindingShadowed:
		return fmt.Sprintf("%s takes no request: %s takes all of them before", first, second)
	case FindingContradictory:
		return fmt.Sprintf("%s takes no request: no path that a gateway has normalized is like %s", first, value)
	case FindingProtocol:
		return fmt.Sprintf("%s accepts %s, which its %s, of protocol %s, does not speak", first, strings.Join(first.Protocols, " and "), first.Service, value)
	case FindingTie:
		return r.tieText(f)
	case FindingCalculation:
		return fmt.Sprintf("%s comes before %s in the %s calculation of priorities, and after it in the other", first, second, r.settings.priority)
	case FindingRegexPriority:
		return fmt.Sprintf("%s comes before %s, although its regex_priority is the lower one: %d, the other %d", first, second, first.RegexPriority, f.Routes[1].RegexPriority)
	case FindingLiteralPath:
		return fmt.Sprintf("%s takes paths that begin with %s as it stands: a regular expression begins with ~/", first, value)
	case FindingHTTPSOnly:
		return fmt.Sprintf("%s accepts https alone and answers plain http with %d, which %s would serve", first, redirectStatus(first), second)
	case FindingHostCase:
		return hostCaseText(f, value)
	default:
		return fmt.Sprintf("%s takes plain %s, of which none of its SNIs is asked, where %s would", first, f.Request.Protocol, second)
	}
}

func (r *Router) tieText(f Finding) string {
	decides := "the larger ID"
	if r.settings.flavor == Traditional {
		decides = "the order of the gateway's tables"
	}
	text := fmt.Sprintf("%s and %s tie: %s decides", f.Routes[0], f.Routes[1], decides)
	if r.settings.flavor == TraditionalCompatible && (f.Routes[0].ID == "" || f.Routes[1].ID == "") {
		text += ", which is not known"
	}
	return text
}

func redirectStatus(r *Route) int {
	if r.HTTPSRedirectStatusCode == 0 {
		return 426
	}
	return r.HTTPSRedirectStatusCode
}

func hostCaseText(f Finding, host string) string {
	text := fmt.Sprintf("%s takes host %s in these letters alone, and clients send it in lower case", f.Routes[0], host)
	if len(f.Routes) > 1 {
		text += fmt.Sprintf(", as %s has it", f.Routes[1])
	}
	return text
}
