package konnecttest

import (
	"maps"
	"net/http"
	"time"

	"github.com/google/uuid"
)

const (
	// DefaultToken is the token of the default organization.
	DefaultToken = "kpat_example"
	// DefaultOrganizationID is the organization that DefaultToken belongs to.
	DefaultOrganizationID = "0e7a3b52-6c1d-4f7e-9a55-3d1c8b2f4a60"

	defaultLogLimit = 10_000
	defaultTagLimit = 20
	planeLimitName  = "control-planes"
)

// Option changes how a server behaves. Where the published API leaves a question
// open, there is an option for the other answer.
type Option func(*settings)

// settings are fixed once the server is made.
type settings struct {
	tokens           map[string]string // token to organization ID
	clock            func() time.Time
	newID            func() string
	logLimit         int
	deleteMissing    int
	missingPlane     NotFoundForm
	putByName        bool
	updateOnly       map[string]bool
	nestedTags       bool
	narrowTags       bool
	tagLimit         int
	routeProtocols   []string
	zeroRetriesUnset bool
	nullFields       bool
	limits           map[string]int
	limitStatus      int
	flavor           RouterFlavor
	hostsAsSent      bool
	decodedURLPaths  bool
	deckReads        bool
	secretsShown     bool
	quotedValues     bool
	kinds            kindSettings
	certificates     certificateSettings
	plugins          pluginSettings

	latency     time.Duration
	rate        rateLimit
	foreignLag  Lag
	releaseLag  Lag
	startFaults []Fault

	everyFaultHit bool
}

func newSettings(opts []Option) *settings {
	set := &settings{
		tokens:         map[string]string{DefaultToken: DefaultOrganizationID},
		clock:          time.Now,
		newID:          uuid.NewString,
		logLimit:       defaultLogLimit,
		deleteMissing:  http.StatusNoContent,
		putByName:      true,
		updateOnly:     map[string]bool{},
		nestedTags:     true,
		tagLimit:       defaultTagLimit,
		routeProtocols: []string{"https"},
		limits:         map[string]int{planeLimitName: 100},
		limitStatus:    http.StatusForbidden,
		flavor:         FlavorTraditional,
		kinds:          kindSettings{memberAddedTwice: http.StatusBadRequest, memberMissing: http.StatusNoContent},
	}
	for _, opt := range opts {
		opt(set)
	}
	set.tokens, set.plugins = maps.Clone(set.tokens), set.plugins.withCatalogue()
	return set
}

// WithToken makes the server accept a further token, for the organization of that
// ID. An organization sees nothing of the others. A token with the prefix spat_
// belongs to a system account, which has no user.
func WithToken(token, organizationID string) Option {
	return func(s *settings) { s.tokens[token] = organizationID }
}

// WithClock sets where timestamps, rate-limit windows and lags take the time from.
// Latency is not affected. The function must be safe for parallel use. The default is
// time.Now.
func WithClock(now func() time.Time) Option { return func(s *settings) { s.clock = now } }

// WithIDs sets where the IDs come from that the server chooses. They must be lower-case
// UUIDs. The function is called by one request at a time. The default is random ones.
func WithIDs(next func() string) Option { return func(s *settings) { s.newID = next } }

// WithRequestLogLimit keeps the last n requests for Requests; 0 keeps none. Counters
// stay exact whatever n is. The default is 10000.
func WithRequestLogLimit(n int) Option { return func(s *settings) { s.logLimit = max(n, 0) } }

// WithDeleteMissing sets the status that answers DELETE of a core entity that is not
// there: 204, the default, or 404.
func WithDeleteMissing(status int) Option { return func(s *settings) { s.deleteMissing = status } }

// NotFoundForm is the shape of a 404 body.
type NotFoundForm int

// The forms in which parts of the API report that something is absent.
const (
	NotFoundStatus  NotFoundForm = iota // gRPC status with code 5
	NotFoundMessage                     // {"message": "…"}
	NotFoundProblem                     // application/problem+json
)

// WithMissingControlPlane sets how core-entity paths answer when the control plane is
// unknown. The default is NotFoundStatus.
func WithMissingControlPlane(form NotFoundForm) Option {
	return func(s *settings) { s.missingPlane = form }
}

// WithPutByName says whether PUT takes a name in place of an ID. The default is true;
// otherwise a name is answered with 400.
func WithPutByName(on bool) Option { return func(s *settings) { s.putByName = on } }

// WithUpdateOnlyPut makes PUT of an absent entity of these collections (targets, say)
// a 404, where by default it creates.
func WithUpdateOnlyPut(collections ...string) Option {
	return func(s *settings) {
		for _, path := range collections {
			s.updateOnly[path] = true
		}
	}
}

// WithNestedTagFilter says whether lists below a parent honor the tags parameter. The
// default is true.
func WithNestedTagFilter(on bool) Option { return func(s *settings) { s.nestedTags = on } }

// WithNarrowTags restricts tags to letters, digits, inner spaces and . - _ ~ : in place
// of everything printable but , and /.
func WithNarrowTags() Option { return func(s *settings) { s.narrowTags = true } }

// WithTagLimit sets how many tags an entity can have. The default is 20.
func WithTagLimit(n int) Option { return func(s *settings) { s.tagLimit = n } }

// WithRouteProtocols sets the protocols of a route that names none. The default is
// https; older control planes have http and https.
func WithRouteProtocols(protocols ...string) Option {
	return func(s *settings) { s.routeProtocols = protocols }
}

// WithZeroRetriesUnset makes a service's retries of 0 count as unset, so that the
// default of 5 is stored. Otherwise 0 is kept.
func WithZeroRetriesUnset() Option { return func(s *settings) { s.zeroRetriesUnset = true } }

// WithHostsAsSent keeps leading zeros of IPv4 addresses in the hosts of services and routes
// and in host headers, where by default 010.0.0.1 is stored as 10.0.0.1. Those of targets
// always go.
func WithHostsAsSent() Option { return func(s *settings) { s.hostsAsSent = true } }

// WithDecodedURLPaths decodes percent-escapes in the path of a service's url: /%7Ea is stored
// as /~a. By default the path is stored as it is written. A path that is sent as such is
// never decoded.
func WithDecodedURLPaths() Option { return func(s *settings) { s.decodedURLPaths = true } }

// WithNullFields shows fields without a value as null. The default leaves them out.
func WithNullFields() Option { return func(s *settings) { s.nullFields = true } }

// WithEntityLimit sets how many entities of a collection ("services", or
// "control-planes" in an organization) there can be; 0 means no limit. The defaults are
// the documented ones, such as 10000 services and 100 control planes.
func WithEntityLimit(collection string, n int) Option {
	return func(s *settings) { s.limits[collection] = n }
}

// WithEntityLimitStatus sets the status of the answer when a limit is reached: 403, the
// default, 400 or 429.
func WithEntityLimitStatus(status int) Option { return func(s *settings) { s.limitStatus = status } }

// RouterFlavor says which routes a control plane takes.
type RouterFlavor string

// Router flavors. A mixed router takes both forms, though not in one route. The regular
// expressions of FlavorTraditionalPCRE may have look-around and back-references, which
// those of all others lack.
const (
	FlavorTraditional     RouterFlavor = "traditional_compatible"
	FlavorTraditionalPCRE RouterFlavor = "traditional"
	FlavorExpressions     RouterFlavor = "expressions"
	FlavorMixed           RouterFlavor = "mixed"
)

// WithRouterFlavor sets the flavor of new control planes. The default is
// FlavorTraditional. SetRouterFlavor changes one control plane.
func WithRouterFlavor(flavor RouterFlavor) Option { return func(s *settings) { s.flavor = flavor } }

// WithLatency delays every answer. See SetLatency.
func WithLatency(d time.Duration) Option { return func(s *settings) { s.latency = d } }

// WithRateLimit lets n requests a second through for each token, in fixed windows; 0 lifts
// the limit. Further ones are answered 429. With headers, answers carry the
// RateLimit and X-RateLimit headers, and Retry-After where they are refused.
func WithRateLimit(n int, headers bool) Option {
	return func(s *settings) { s.rate = rateLimit{perSecond: n, headers: headers} }
}

// WithForeignKeyLag makes an entity that was just created unknown to references for a
// while. See SetForeignKeyLag.
func WithForeignKeyLag(lag Lag) Option { return func(s *settings) { s.foreignLag = lag } }

// WithReleaseLag keeps a unique value taken for a while after its entity was deleted
// or renamed. See SetReleaseLag.
func WithReleaseLag(lag Lag) Option { return func(s *settings) { s.releaseLag = lag } }

// WithEveryFaultHit makes the test of Start fail at its end for each fault that has struck no
// request. A server of NewServer has no test; ask it for UnhitFaults.
func WithEveryFaultHit() Option { return func(s *settings) { s.everyFaultHit = true } }

// WithFault injects a fault from the start. See Inject.
func WithFault(fault Fault) Option {
	return func(s *settings) { s.startFaults = append(s.startFaults, fault) }
}
