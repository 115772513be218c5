package konnect

import (
	"cmp"
	"fmt"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// Warning is something that is legal and probably not meant. It stops nothing and
// is never an error.
type Warning struct {
	// Key of the object; zero for what concerns the call as a whole.
	Key crd.Key `json:"key,omitzero"`
	// Field of the object, such as spec.paths[0]; empty for the whole object.
	Field string `json:"field,omitempty"`
	// Code of the kind of warning, by which WithoutWarnings leaves it out.
	Code WarningCode `json:"code"`
	// Message says what happens and what to do, in one line.
	Message string `json:"message"`
}

// WarningCode tells kinds of warnings apart. Codes stay; messages may change.
type WarningCode string

const (
	// WarningForeignTagRemoved is a tag that an entity of ours has beside the spec's and
	// the marks, and that this run takes away; WithKeptTags would keep it.
	WarningForeignTagRemoved WarningCode = "foreign-tag-removed"
	// WarningURLOverridesFields is a service with a url and, beside it, a field
	// that the url replaces.
	WarningURLOverridesFields WarningCode = "url-overrides-fields"
	// WarningUnknownKind is an entry of a KongReferenceGrant with a kind that its CRD
	// does not list: one of a newer operator, or a misspelt one.
	WarningUnknownKind WarningCode = "unknown-kind"
	// WarningOddHeader is an answer of Konnect, or of a proxy in between, with a header
	// about pauses or limits that cannot be meant as it stands, such as a Retry-After
	// of years. The message says what is made of it.
	WarningOddHeader WarningCode = "odd-header"
	// WarningFallbackAuth is a control plane whose credentials are not there, and that
	// the client's own are used for: WithFallbackAuth.
	WarningFallbackAuth WarningCode = "fallback-auth"
	// WarningLiteralPath is a path of a route that looks like a regular expression and
	// is compared as it is written.
	WarningLiteralPath WarningCode = "literal-path"
	// WarningMisspelledAnnotation is an annotation that has no effect and whose key is
	// nearly one that has.
	WarningMisspelledAnnotation WarningCode = "misspelled-annotation"
	// WarningLeftover is an entity with the marks of an object that stands for another
	// one, because two runs wrote at the same time, and which this call does not prune.
	WarningLeftover WarningCode = "leftover"
	// WarningAdoptedGone is an object with spec.adopt whose adopted entity was deleted
	// since, so that it has another one.
	WarningAdoptedGone WarningCode = "adopted-gone"
	// WarningPrunesAll is a prune that deletes everything which the owner has in a
	// control plane: perhaps another program's, with the same owner.
	WarningPrunesAll WarningCode = "prunes-all"
	// WarningBeingDeleted is an object with metadata.deletionTimestamp, which Ensure leaves
	// as it is.
	WarningBeingDeleted WarningCode = "being-deleted"
	// WarningForeignMembership is an entity that is in a set which the object does not name,
	// and which is not this owner's, such as a consumer in a group of others: it stays there.
	WarningForeignMembership WarningCode = "foreign-membership"
	// WarningNotReleased is an entity that Release leaves as it is, because it is not this
	// owner's for the object or the object never writes it, or an object without one.
	WarningNotReleased WarningCode = "not-released"
	// WarningSecretNotVerifiable is a value that Konnect does not return, so that it is not
	// known whether the entity has it: WithSecretMarks, WithSecretRewrite.
	WarningSecretNotVerifiable WarningCode = "secret-not-verifiable"
	// WarningSecretNotPlanned is a plan for objects with secret values, which Apply carries
	// out with the values that it is given: they are no part of the digest, unless the
	// client has WithSecretMarks.
	WarningSecretNotPlanned WarningCode = "secret-not-planned"
	// WarningRunOn is a plugin with a run_on other than first, of which Konnect knows nothing:
	// it is not sent.
	WarningRunOn WarningCode = "run-on"
	// WarningCertificateValidity is a certificate that is not valid now, or of whose time
	// less than a tenth is left. The message has the date.
	WarningCertificateValidity WarningCode = "certificate-validity"
	// WarningNotExported is a field of an entity that its object has no place for.
	WarningNotExported WarningCode = "field-not-exported"
	// WarningCertificateOfAuthority is a KongCertificate with the certificate of an
	// authority alone, which some clients refuse from a server.
	WarningCertificateOfAuthority WarningCode = "certificate-of-authority"
	// WarningPluginLeftOut is an object that names a plugin in its annotation and does not get
	// it: a consumer group where a consumer names the plugin too.
	WarningPluginLeftOut WarningCode = "plugin-left-out"
)

// Codes of warnings about the way of requests, in plans alone. Each names the routes and
// a request that shows it, for a gateway with the default router; package resolve/routing
// explains it.
const (
	// WarningShadowedRoute is a route that takes no request, because another one takes it before.
	WarningShadowedRoute = WarningCode(routing.FindingShadowed)
	// WarningContradictoryRoute is a route that takes no request, because none is as it asks.
	WarningContradictoryRoute = WarningCode(routing.FindingContradictory)
	// WarningRouteProtocol is a route whose service does not speak its protocols.
	WarningRouteProtocol = WarningCode(routing.FindingProtocol)
	// WarningRouteTie is two routes whose order nothing but their IDs decides.
	WarningRouteTie = WarningCode(routing.FindingTie)
	// WarningRouteCalculation is two routes whose order depends on the gateway's
	// route_match_calculation.
	WarningRouteCalculation = WarningCode(routing.FindingCalculation)
	// WarningRegexPriority is a route that comes first although its regex_priority is lower.
	WarningRegexPriority = WarningCode(routing.FindingRegexPriority)
	// WarningHTTPSOnly is a route of https alone that turns away plain http which another
	// route would serve.
	WarningHTTPSOnly = WarningCode(routing.FindingHTTPSOnly)
	// WarningHostCase is a host with capital letters, which clients do not send.
	WarningHostCase = WarningCode(routing.FindingHostCase)
	// WarningSNIPlainHTTP is a route with SNIs that takes plain http, where no SNI is asked for.
	WarningSNIPlainHTTP = WarningCode(routing.FindingSNI)
)

// warningCodes are all of them.
func warningCodes() []WarningCode {
	return []WarningCode{
		WarningForeignTagRemoved,
		WarningURLOverridesFields,
		WarningUnknownKind,
		WarningOddHeader,
		WarningFallbackAuth,
		WarningLiteralPath,
		WarningMisspelledAnnotation,
		WarningLeftover,
		WarningAdoptedGone, WarningForeignMembership,
		WarningPrunesAll,
		WarningBeingDeleted,
		WarningNotReleased,
		WarningSecretNotVerifiable,
		WarningSecretNotPlanned,
		WarningShadowedRoute,
		WarningContradictoryRoute,
		WarningRouteProtocol,
		WarningRouteTie,
		WarningRouteCalculation,
		WarningRegexPriority,
		WarningHTTPSOnly,
		WarningHostCase,
		WarningSNIPlainHTTP,
		WarningRunOn,
		WarningCertificateValidity,
		WarningCertificateOfAuthority,
		WarningNotExported,
		WarningPluginLeftOut,
	}
}

// String returns one line, such as "KongService kong/echo: spec.port: ... [url-overrides-fields]".
func (w Warning) String() string {
	text := fmt.Sprintf("%s [%s]", w.Message, w.Code)
	if w.Field != "" {
		text = w.Field + ": " + text
	}
	if w.Key != (crd.Key{}) {
		text = w.Key.String() + ": " + text
	}
	return printable.Line(text)
}

func (w Warning) compare(other Warning) int {
	return cmp.Or(w.Key.Compare(other.Key), cmp.Compare(w.Field, other.Field),
		cmp.Compare(w.Code, other.Code), cmp.Compare(w.Message, other.Message))
}

// WithoutWarnings leaves warnings with these codes out of plans and reports; all
// warnings where there are none. A code that does not exist is an error of the call.
func WithoutWarnings(codes ...WarningCode) EnsureOption {
	if len(codes) == 0 {
		codes = warningCodes()
	}
	return ensureOption(func(c *callOptions) { c.withoutWarnings = append(c.withoutWarnings, codes...) })
}

// warningLines returns "warning: ..." lines with an empty line in front; nothing
// where there are none.
func warningLines(warnings []Warning) string {
	text := ""
	for _, w := range warnings {
		text += "warning: " + w.String() + "\n"
	}
	if text != "" {
		text = "\n" + text
	}
	return text
}
