package konnecttest

import "slices"

func upstream(set *settings) *collection {
	hash := func(name string) field {
		return field{name: name, fallback: "none", checks: []check{
			oneOf("consumer", "cookie", "header", "ip", "none", "path", "query_arg", "uri_capture"),
		}}
	}
	input := func(name string) field { return field{name: name, checks: []check{length(1, 1024)}} }
	header := func(name string) field {
		return field{name: name, checks: []check{length(1, 1024), headerNameCheck()}}
	}
	cookiePath := func(name string) field {
		return field{name: name, fallback: "/", checks: []check{satisfies(pathFault)}}
	}
	return &collection{
		path: "upstreams", entity: "upstream", key: "name", limit: 10_000,
		unique:  []unique{{field: "name"}},
		foreign: []foreign{{field: "client_certificate", to: "certificates"}},
		fields: withCommon(set,
			field{name: "name", required: true, checks: []check{satisfies(upstreamNameFault)}},
			field{name: "algorithm", fallback: "round-robin", checks: []check{
				oneOf("consistent-hashing", "latency", "least-connections", "round-robin", "sticky-sessions"),
			}},
			hash("hash_on"), hash("hash_fallback"),
			header("hash_on_header"), header("hash_fallback_header"),
			field{name: "hash_on_cookie", checks: []check{length(1, 1024), matches(cookieName, "must be the name of a cookie")}},
			input("hash_on_query_arg"), input("hash_fallback_query_arg"),
			input("hash_on_uri_capture"), input("hash_fallback_uri_capture"),
			cookiePath("hash_on_cookie_path"),
			field{name: "slots", kind: kindInteger, fallback: int64(10_000), checks: []check{between(10, 65_536)}},
			field{name: "host_header", checks: []check{satisfies(hostPortFault)}},
			flag("use_srv_name", false),
			reference("client_certificate"),
			input("sticky_sessions_cookie"), cookiePath("sticky_sessions_cookie_path"),
			healthchecks(),
		),
		normalise: func(values object) {
			if host, ok := values["host_header"].(string); ok {
				values["host_header"] = set.storedHost(host)
			}
		},
		rules: upstreamRules,
	}
}

func upstreamRules(values object) []violation {
	on, fallback := text(values, "hash_on"), text(values, "hash_fallback")
	var out []violation
	needs := func(selector, value, suffix string) {
		if value == suffix && !isSet(values, selector+"_"+suffix) {
			out = append(out, broken("%s_%s must be set when %s is %s", selector, suffix, selector, suffix))
		}
	}
	for _, suffix := range []string{"header", "query_arg", "uri_capture"} {
		needs("hash_on", on, suffix)
		needs("hash_fallback", fallback, suffix)
		if on == suffix && fallback == suffix && text(values, "hash_on_"+suffix) == text(values, "hash_fallback_"+suffix) {
			out = append(out, broken("the values of hash_on_%s and hash_fallback_%s must differ", suffix, suffix))
		}
	}
	if (on == "cookie" || fallback == "cookie") && !isSet(values, "hash_on_cookie") {
		out = append(out, broken("hash_on_cookie must be set when hash_on or hash_fallback is cookie"))
	}
	if (on == "none" || on == "cookie") && fallback != "none" {
		out = append(out, broken("hash_fallback must be none when hash_on is %s", on))
	}
	if on == fallback && (on == "consumer" || on == "ip" || on == "path") {
		out = append(out, broken("hash_fallback must differ from hash_on when that is %s", on))
	}
	if text(values, "algorithm") == "sticky-sessions" && !isSet(values, "sticky_sessions_cookie") {
		out = append(out, broken("sticky_sessions_cookie must be set when algorithm is sticky-sessions"))
	}
	return out
}

// healthchecks has a default on every leaf, whatever else of it was sent.
func healthchecks() field {
	section := func(name string, fields ...field) field {
		return field{name: name, kind: kindRecord, fallback: object{}, fields: fields}
	}
	quantity := func(name string, kind fieldKind, high int64) field {
		return field{name: name, kind: kind, fallback: int64(0), checks: []check{between(0, high)}}
	}
	count := func(name string) field { return quantity(name, kindInteger, 255) }
	interval := quantity("interval", kindNumber, 65_535)
	probe := field{name: "type", fallback: "http", checks: []check{oneOf("tcp", "http", "https", "grpc", "grpcs")}}
	failures := []field{count("http_failures"), count("tcp_failures"), count("timeouts")}

	return section("healthchecks",
		quantity("threshold", kindNumber, 100),
		section("active",
			probe,
			field{name: "timeout", kind: kindNumber, fallback: int64(1), checks: []check{between(0, 65_535)}},
			field{name: "concurrency", kind: kindInteger, fallback: int64(10), checks: []check{between(1, 2_147_483_648)}},
			field{name: "http_path", fallback: "/", checks: []check{satisfies(pathFault)}},
			flag("https_verify_certificate", true),
			field{name: "https_sni", checks: []check{satisfies(sniFault)}},
			field{name: "headers", kind: kindMapping, keys: []check{headerNameCheck()}, items: &field{kind: kindList, keepEmpty: true, items: &field{}}},
			section("healthy", statuses(200, 302), interval, count("successes")),
			section("unhealthy", slices.Concat(failures, []field{statuses(429, 404, 500, 501, 502, 503, 504, 505), interval})...),
		),
		section("passive",
			probe,
			section("healthy", count("successes"), statuses(200, 201, 202, 203, 204, 205, 206, 207, 208, 226,
				300, 301, 302, 303, 304, 305, 306, 307, 308)),
			section("unhealthy", slices.Concat(failures, []field{statuses(429, 500, 503)})...),
		),
	)
}

func statuses(codes ...int64) field {
	fallback := make([]any, len(codes))
	for i, code := range codes {
		fallback[i] = code
	}
	return field{
		name: "http_statuses", kind: kindList, fallback: fallback, keepEmpty: true,
		items: &field{kind: kindInteger, checks: []check{between(100, 999)}},
	}
}
