package konnect_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
)

const (
	foreignID = "0d6e4079-e36e-4e6c-9df6-0f1b5f5d3a11"
	chosenID  = "1f0c4f5a-55c5-4e0e-8f7a-7d5a3c2b1e00"
)

// drift is one change that somebody makes in Konnect behind our back.
type drift struct {
	// field is the top-level field of the kind's table.
	field string
	// path and value of what is changed; a nil value removes it. The path is the
	// field itself when it is empty.
	path  string
	value any
	// to is what the plan wants back.
	to any
	// from is the value reported as observed where that is not value.
	from any
	// reported is the path in the plan where that is not path.
	reported string
	// refused is true for fields that nobody can change back.
	refused bool
	// moved is true for what takes an entity from below its parent, where it is
	// found again by its marks alone.
	moved bool
}

func (d drift) at() string {
	if d.path == "" {
		return d.field
	}
	return d.path
}

func (d drift) want() konnect.Field {
	want := konnect.Field{Path: d.at(), From: d.value, To: d.to}
	if d.from != nil {
		want.From = d.from
	}
	if d.reported != "" {
		want.Path = d.reported
	}
	return want
}

// kindCase is one kind in the tests that all kinds share.
type kindCase struct {
	kind string
	// full and minimal return fresh objects: what the kind needs, and one of the
	// kind last. They are the same object, once with every field that goes
	// together, once with those that are required.
	full, minimal func() []crd.Object
	// given are the fields of the entity that minimal gives; all others are defaults.
	given []string
	// adopt sets spec.adopt of the last object; nil for kinds without.
	adopt func(obj crd.Object, id, mode string)
	// setID sets spec.id; nil for kinds without.
	setID  func(obj crd.Object, id string)
	drifts []drift
}

// kindCases lists all kinds: a new kind is a new line.
func kindCases() []kindCase {
	cases := []kindCase{
		controlPlaneCase(), serviceCase(), routeCase(), upstreamCase(), targetCase(), keySetCase(), keyCase(), consumerCase(), consumerGroupCase(),
		vaultCase(), pluginBindingCase(), pinCase(),
		certificateCase(), caCertificateCase(), sniCase(),
	}
	return append(cases, credentialCases()...)
}

func plane(name string) *builder.GatewayControlPlane { return builder.NewGatewayControlPlane(name) }

// must asserts a type that a test has made sure of.
func must[T any](value any) T {
	typed, ok := value.(T)
	if !ok {
		panic(fmt.Sprintf("%v is %T", value, value))
	}
	return typed
}

func list(items ...any) []any { return append([]any{}, items...) }

func numbers(items ...float64) []any {
	var out []any
	for _, item := range items {
		out = append(out, item)
	}
	return out
}

func object(pairs ...any) map[string]any {
	out := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		out[must[string](pairs[i])] = pairs[i+1]
	}
	return out
}

// marked is what the tags of an object's entity are to be, as a set.
func marked(kind, name string, user ...string) []any {
	return markedIn(crd.DefaultNamespace, kind, name, user...)
}

// markedIn is marked for an object in a namespace, which may be none.
func markedIn(namespace, kind, name string, user ...string) []any {
	key := crd.Key{Group: crd.ConfigurationGroup, Kind: kind, Namespace: namespace, Name: name}
	tags := konnect.TagsForTest(user, konnect.DefaultOwner, key)
	slices.Sort(tags)
	var set []any
	for _, tag := range tags {
		set = append(set, tag)
	}
	return set
}

func adoptService(obj crd.Object, id, mode string) {
	must[*configurationv1alpha1.KongService](obj).Spec.Adopt = adoptOptions(id, mode)
}

func adoptRoute(obj crd.Object, id, mode string) {
	must[*configurationv1alpha1.KongRoute](obj).Spec.Adopt = adoptOptions(id, mode)
}

func adoptUpstream(obj crd.Object, id, mode string) {
	must[*configurationv1alpha1.KongUpstream](obj).Spec.Adopt = adoptOptions(id, mode)
}

func adoptTarget(obj crd.Object, id, mode string) {
	must[*configurationv1alpha1.KongTarget](obj).Spec.Adopt = adoptOptions(id, mode)
}

func adoptOptions(id, mode string) *commonv1alpha1.AdoptOptions {
	return &commonv1alpha1.AdoptOptions{
		From: commonv1alpha1.AdoptFromKonnect, Mode: mode, Konnect: &commonv1alpha1.AdoptKonnectOptions{ID: id},
	}
}

func setServiceID(obj crd.Object, id string) {
	must[*configurationv1alpha1.KongService](obj).Spec.ID = &id
}

func setRouteID(obj crd.Object, id string) { must[*configurationv1alpha1.KongRoute](obj).Spec.ID = &id }

func controlPlaneCase() kindCase {
	full := func() []crd.Object {
		return []crd.Object{
			plane("cp").Description("how-to").AuthTypePKIClientCerts().
				ProxyURL("https", "proxy.example.com", 8443).ProxyURL("http", "proxy.example.com", 8000).
				KonnectLabel("team", "gateway").MustBuild(),
		}
	}
	urls := list(
		object("host", "proxy.example.com", "port", 8000.0, "protocol", "http"),
		object("host", "proxy.example.com", "port", 8443.0, "protocol", "https"),
	)
	other := list(object("host", "other.example.com", "port", 80.0, "protocol", "http"))
	return kindCase{
		kind:    "KonnectGatewayControlPlane",
		full:    full,
		minimal: func() []crd.Object { return []crd.Object{plane("cp").MustBuild()} },
		drifts: []drift{
			{field: "name", value: "renamed", to: "cp"},
			{field: "description", value: "other", to: "how-to"},
			{field: "description", value: "", to: "how-to"},
			{field: "cluster_type", path: "config.cluster_type", reported: "cluster_type", refused: true,
				value: "CLUSTER_TYPE_SERVERLESS", to: "CLUSTER_TYPE_CONTROL_PLANE"},
			{field: "auth_type", path: "config.auth_type", reported: "auth_type", value: "pinned_client_certs", to: "pki_client_certs"},
			{field: "cloud_gateway", path: "config.cloud_gateway", reported: "cloud_gateway", refused: true, value: true, to: false},
			{field: "proxy_urls", path: "config.proxy_urls", reported: "proxy_urls", value: other, to: urls},
			{field: "proxy_urls", path: "config.proxy_urls", reported: "proxy_urls", value: list(), from: list(), to: urls},
			{field: "labels", path: "labels.team", value: "other", to: "gateway"},
			{field: "labels", path: "labels.team", to: "gateway"},
			{field: "labels", path: "labels.k8s-name", value: "other", to: "cp"},
		},
	}
}

func serviceCase() kindCase {
	base := func() *builder.Service { return builder.NewService("service").ControlPlane("cp") }
	full := func() []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(),
			base().Protocol("https").Host("echo.example.com").Port(1027).Path("/base").Retries(3).
				ConnectTimeout(time.Second).ReadTimeout(2*time.Second).WriteTimeout(3*time.Second).
				Enabled(false).TLSVerify(true).TLSVerifyDepth(2).Tags("b", "a").MustBuild(),
		}
	}
	return kindCase{
		kind:  "KongService",
		given: []string{"name", "host", "tags"},
		full:  full,
		minimal: func() []crd.Object {
			return []crd.Object{plane("cp").MustBuild(), base().Host("echo.example.com").MustBuild()}
		},
		adopt: adoptService,
		setID: setServiceID,
		drifts: []drift{
			{field: "name", value: "renamed", to: "service"},
			{field: "name", to: "service"},
			{field: "protocol", value: "tls", to: "https"},
			{field: "host", value: "other.example.com", to: "echo.example.com"},
			{field: "port", value: 80.0, to: 1027.0},
			{field: "path", value: "/other", to: "/base"},
			{field: "path", to: "/base"},
			{field: "retries", value: 5.0, to: 3.0},
			{field: "connect_timeout", value: 60000.0, to: 1000.0},
			{field: "read_timeout", value: 60000.0, to: 2000.0},
			{field: "write_timeout", value: 60000.0, to: 3000.0},
			{field: "enabled", value: true, to: false},
			{field: "tls_verify", value: false, to: true},
			{field: "tls_verify", to: true},
			{field: "tls_verify_depth", value: 9.0, to: 2.0},
			{field: "client_certificate", value: object("id", foreignID)},
			{field: "ca_certificates", value: list(foreignID)},
			{field: "tags", value: list("a"), to: marked("KongService", "service", "a", "b")},
		},
	}
}

func routeCase() kindCase {
	base := func() *builder.Route { return builder.NewRoute("route").Service("service") }
	parents := func() []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(),
			builder.NewService("service").ControlPlane("cp").Host("echo.example.com").MustBuild(),
		}
	}
	return kindCase{
		kind:  "KongRoute",
		given: []string{"name", "service", "protocols", "paths", "tags"},
		full: func() []crd.Object {
			return append(parents(), base().Protocols("https").Hosts("b.example.com", "a.example.com").Paths("/echo", "~/v[0-9]$").
				Methods("GET", "POST").Header("x-version", "v1", "v2").SNIs("a.example.com").HTTPSRedirectStatusCode(301).
				PathHandling("v1").PreserveHost(true).RegexPriority(7).RequestBuffering(false).ResponseBuffering(false).
				StripPath(false).Tags("b", "a").MustBuild())
		},
		minimal: func() []crd.Object { return append(parents(), base().Protocols("http").Paths("/echo").MustBuild()) },
		adopt:   adoptRoute,
		setID:   setRouteID,
		drifts: []drift{
			{field: "name", value: "renamed", to: "route"},
			{field: "name", to: "route"},
			{field: "service", path: "service.id", value: foreignID, to: idOf("KongService", "service")},
			{field: "service", to: idOf("KongService", "service"), reported: "service.id"},
			{field: "protocols", value: list("http", "https"), to: list("https")},
			{field: "hosts", value: list("a.example.com"), to: list("a.example.com", "b.example.com")},
			{field: "hosts", to: list("a.example.com", "b.example.com")},
			{field: "paths", value: list("/other"), to: list("/echo", "~/v[0-9]$")},
			{field: "methods", value: list("GET"), to: list("GET", "POST")},
			{field: "headers", path: "headers.x-version", value: list("v1"), to: list("v1", "v2")},
			{field: "headers", path: "headers.x-other", value: list("v1")},
			{field: "snis", value: list("b.example.com"), to: list("a.example.com")},
			{field: "sources", value: list(object("ip", "10.0.0.1"))},
			{field: "destinations", value: list(object("port", 80.0))},
			{field: "https_redirect_status_code", value: 426.0, to: 301.0},
			{field: "path_handling", value: "v0", to: "v1"},
			{field: "preserve_host", value: false, to: true},
			{field: "regex_priority", value: 0.0, to: 7.0},
			{field: "request_buffering", value: true, to: false},
			{field: "response_buffering", value: true, to: false},
			{field: "strip_path", value: true, to: false},
			{field: "tags", value: list("a"), to: marked("KongRoute", "route", "a", "b")},
		},
	}
}

// computed stands for a value that depends on the run: the ID of the entity of
// another object of the case.
type computed struct{ kind, name string }

func idOf(kind, name string) computed { return computed{kind, name} }
