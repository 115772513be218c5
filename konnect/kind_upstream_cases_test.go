package konnect_test

import (
	"slices"
	"time"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
)

func targetCase() kindCase {
	base := func() *builder.Target { return builder.NewTarget("target").Upstream("upstream").Target("10.0.0.1") }
	parents := func() []crd.Object {
		return []crd.Object{plane("cp").MustBuild(), builder.NewUpstream("upstream").ControlPlane("cp").MustBuild()}
	}
	return kindCase{
		kind:    "KongTarget",
		given:   []string{"target", "upstream", "tags"},
		full:    func() []crd.Object { return append(parents(), base().Weight(10).Tags("b", "a").MustBuild()) },
		minimal: func() []crd.Object { return append(parents(), base().MustBuild()) },
		adopt:   adoptTarget,
		drifts: []drift{
			{field: "target", value: "10.0.0.2:8000", to: "10.0.0.1:8000"},
			{field: "weight", value: 100.0, to: 10.0},
			{field: "upstream", moved: true, path: "upstream.id", value: foreignID, to: idOf("KongUpstream", "upstream")},
			{field: "tags", value: list("a"), to: marked("KongTarget", "target", "a", "b")},
		},
	}
}

func upstreamCase() kindCase {
	base := func() *builder.Upstream { return builder.NewUpstream("upstream").ControlPlane("cp") }
	full := func() []crd.Object {
		return []crd.Object{plane("cp").MustBuild(), base().
			Algorithm("consistent-hashing").HashOn("header").HashOnHeader("x-user").HashOnCookie("c").HashOnCookiePath("/c").
			HashOnQueryArg("q").HashOnURICapture("u").HashFallback("query_arg").HashFallbackHeader("x-other").
			HashFallbackQueryArg("p").HashFallbackURICapture("w").HostHeader("echo.example.com").Slots(100).
			StickySessionsCookie("s").StickySessionsCookiePath("/s").UseSrvName(true).Threshold(50).
			ActiveHealthchecks(builder.ActiveHTTPSChecks("/ready").Concurrency(5).Timeout(2*time.Second).HTTPSSNI("echo.example.com").
				HTTPSVerifyCertificate(false).Header("x-check", "yes").HealthyInterval(5*time.Second).Healthy(2).HealthyHTTPStatuses(200).
				UnhealthyInterval(6*time.Second).UnhealthyHTTPFailures(3).UnhealthyTCPFailures(4).UnhealthyTimeouts(5).UnhealthyHTTPStatuses(500)).
			PassiveHealthchecks(builder.PassiveHTTPSChecks().Healthy(6).HealthyHTTPStatuses(201).
				UnhealthyHTTPFailures(7).UnhealthyTCPFailures(8).UnhealthyTimeouts(9).UnhealthyHTTPStatuses(503)).
			Tags("b", "a").MustBuild()}
	}
	return kindCase{
		kind:    "KongUpstream",
		given:   []string{"name", "tags"},
		full:    full,
		minimal: func() []crd.Object { return []crd.Object{plane("cp").MustBuild(), base().MustBuild()} },
		adopt:   adoptUpstream,
		drifts: slices.Concat([]drift{
			{field: "name", value: "renamed", to: "upstream"},
			{field: "algorithm", value: "round-robin", to: "consistent-hashing"},
			{field: "hash_on", value: "ip", to: "header"},
			{field: "hash_on_header", value: "x", to: "x-user"},
			{field: "hash_on_cookie", value: "x", to: "c"},
			{field: "hash_on_cookie_path", value: "/", to: "/c"},
			{field: "hash_on_query_arg", value: "x", to: "q"},
			{field: "hash_on_uri_capture", value: "x", to: "u"},
			{field: "hash_fallback", value: "none", to: "query_arg"},
			{field: "hash_fallback_header", value: "x", to: "x-other"},
			{field: "hash_fallback_query_arg", value: "x", to: "p"},
			{field: "hash_fallback_uri_capture", value: "x", to: "w"},
			{field: "host_header", value: "x", to: "echo.example.com"},
			{field: "host_header", to: "echo.example.com"},
			{field: "slots", value: 10000.0, to: 100.0},
			{field: "sticky_sessions_cookie", value: "x", to: "s"},
			{field: "sticky_sessions_cookie_path", value: "/", to: "/s"},
			{field: "use_srv_name", value: false, to: true},
			{field: "client_certificate", value: object("id", foreignID)},
			{field: "tags", value: list("a"), to: marked("KongUpstream", "upstream", "a", "b")},
		}, healthcheckDrifts()),
	}
}

// healthcheckDrifts has one for each leaf of the checks.
func healthcheckDrifts() []drift {
	leaves := []struct {
		path      string
		value, to any
	}{
		{"threshold", 0.0, 50.0},
		{"active.type", "http", "https"},
		{"active.concurrency", 10.0, 5.0},
		{"active.timeout", 1.0, 2.0},
		{"active.http_path", "/", "/ready"},
		{"active.https_sni", "x", "echo.example.com"},
		{"active.https_verify_certificate", true, false},
		{"active.healthy.interval", 0.0, 5.0},
		{"active.healthy.successes", 0.0, 2.0},
		{"active.healthy.http_statuses", numbers(200, 302), numbers(200)},
		{"active.unhealthy.interval", 0.0, 6.0},
		{"active.unhealthy.http_failures", 0.0, 3.0},
		{"active.unhealthy.tcp_failures", 0.0, 4.0},
		{"active.unhealthy.timeouts", 0.0, 5.0},
		{"active.unhealthy.http_statuses", numbers(429), numbers(500)},
		{"passive.type", "http", "https"},
		{"passive.healthy.successes", 0.0, 6.0},
		{"passive.healthy.http_statuses", numbers(200), numbers(201)},
		{"passive.unhealthy.http_failures", 0.0, 7.0},
		{"passive.unhealthy.tcp_failures", 0.0, 8.0},
		{"passive.unhealthy.timeouts", 0.0, 9.0},
		{"passive.unhealthy.http_statuses", numbers(429), numbers(503)},
	}
	drifts := []drift{
		{field: "healthchecks", path: "healthchecks.active.headers.x-check", value: list("no"), from: crd.Redacted, to: crd.Redacted},
	}
	for _, leaf := range leaves {
		drifts = append(drifts, drift{field: "healthchecks", path: "healthchecks." + leaf.path, value: leaf.value, to: leaf.to})
	}
	return drifts
}
