package conformance

import (
	"slices"
	"strings"
)

func serviceCases() []scenario {
	return slices.Concat(entityCases(), statusCases("least"), placementCases(), idCases(), []scenario{
		{reason: "no host", seed: "least", edit: edits(unset("spec.host")), want: fields("spec.host")},
		{reason: "no host beside a URL", seed: "most", edit: edits(unset("spec.host")), want: fields("spec.host")},
		{reason: "a host of null", seed: "least", edit: edits(set("spec.host", nil)), want: fields("spec.host")},
		{reason: "an empty host", seed: "least", edit: edits(set("spec.host", ""))},
		{reason: "no control plane", seed: "least", edit: edits(unset("spec.controlPlaneRef")), want: fields("spec.controlPlaneRef")},
		{reason: "the control plane is removed", seed: "most", verb: change, edit: edits(unset("spec.controlPlaneRef")), want: fields("spec", "spec.controlPlaneRef")},
		{reason: "adoption without a control plane", seed: "most", edit: edits(unset("spec.controlPlaneRef")), want: fields("spec", "spec.controlPlaneRef")},
		{reason: "a port as a float", seed: "least", edit: edits(set("spec.port", number("80.0")))},
		{reason: "a port of 2^63", seed: "least", edit: edits(set("spec.port", number("9223372036854775808"))), want: fields("spec.port")},
		{reason: "a certificate without a name", seed: "most", edit: edits(set("spec.clientCertificateRef", tree{"namespace": "a"})), want: fields("spec.clientCertificateRef.name")},
		{reason: "an empty CA certificate", seed: "most", edit: edits(set("spec.caCertificateRefs", []any{tree{"name": "a"}, tree{"name": ""}})), want: fields("spec.caCertificateRefs[1].name")},
		{reason: "the same CA certificate twice", seed: "most", edit: edits(set("spec.caCertificateRefs", []any{tree{"name": "a"}, tree{"name": "a"}}))},
		{reason: "certificate IDs are a set", seed: "most", verb: status, edit: edits(programmed(), set("status.konnect.caCertificateIDs", texts("a", "b", "a", "a"))), want: fields("status.konnect.caCertificateIDs[2]")},
		{reason: "an entity's ID of 256 characters", seed: "most", verb: status, edit: edits(programmed(), set("status.konnect.id", strings.Repeat("é", 256)))},
		{reason: "an entity's ID of 257 characters", seed: "most", verb: status, edit: edits(programmed(), set("status.konnect.id", strings.Repeat("a", 257))), want: fields("status.konnect.id")},
	})
}

func routeCases() []scenario {
	return slices.Concat(entityCases(), statusCases("least"), placementCases(), idCases(), []scenario{
		{reason: "http without a match", seed: "least", edit: edits(set("spec.protocols", texts("https", "http"))), want: fields("spec")},
		{reason: "http with hosts", seed: "least", edit: edits(set("spec.protocols", texts("http")), set("spec.hosts", texts("a")))},
		{reason: "http with methods", seed: "least", edit: edits(set("spec.protocols", texts("http")), set("spec.methods", texts("GET")))},
		{reason: "http with paths", seed: "least", edit: edits(set("spec.protocols", texts("http")), set("spec.paths", texts("/")))},
		{reason: "http with headers", seed: "least", edit: edits(set("spec.protocols", texts("http")), set("spec.headers", tree{"a": texts("b")}))},
		{reason: "http with an empty list", seed: "least", edit: edits(set("spec.protocols", texts("http")), set("spec.hosts", []any{}))},
		{reason: "http with empty headers", seed: "least", edit: edits(set("spec.protocols", texts("http")), set("spec.headers", tree{}))},
		{reason: "http with hosts of null", seed: "least", edit: edits(set("spec.protocols", texts("http")), set("spec.hosts", nil)), want: fields("spec")},
		{reason: "http with SNIs alone", seed: "least", edit: edits(set("spec.protocols", texts("http")), set("spec.snis", texts("a"))), want: fields("spec")},
		{reason: "HTTP is another word", seed: "least", edit: edits(set("spec.protocols", texts("HTTP")))},
		{reason: "the match of http is removed", seed: "placed", verb: change, edit: edits(unset("spec.paths")), want: fields("spec")},
		{reason: "an empty service", seed: "least", edit: edits(set("spec.serviceRef", tree{})), want: fields("spec.serviceRef")},
		{reason: "a service without a type", seed: "least", edit: edits(set("spec.serviceRef", tree{"namespacedRef": tree{"name": "a"}})), want: fields("spec.serviceRef")},
		{reason: "a service of an empty type", seed: "least", edit: edits(set("spec.serviceRef", tree{"type": "", "namespacedRef": tree{"name": "a"}})), want: fields("spec.serviceRef.type")},
		{reason: "a service of another type", seed: "least", edit: edits(set("spec.serviceRef", tree{"type": "a"})), want: fields("spec.serviceRef.type")},
		{reason: "a service without a reference", seed: "least", edit: edits(set("spec.serviceRef", tree{"type": "namespacedRef"})), want: fields("spec.serviceRef")},
		{reason: "adoption by a service alone", seed: "most", edit: edits(unset("spec.controlPlaneRef"))},
		{reason: "adoption by a control plane alone", seed: "most", edit: edits(unset("spec.serviceRef"))},
		{reason: "adoption by neither", seed: "most", edit: edits(unset("spec.serviceRef"), unset("spec.controlPlaneRef")), want: fields("spec")},
		{reason: "the control plane is removed", seed: "most", verb: change, edit: edits(unset("spec.controlPlaneRef")), want: fields("spec.controlPlaneRef")},
		{reason: "a control plane is added", seed: "least", verb: change, edit: edits(set("spec.controlPlaneRef", konnectRef("a")))},
		{reason: "a control plane is added once Programmed", seed: "least", old: edits(programmed()), verb: change, edit: edits(set("spec.controlPlaneRef", konnectRef("a"))), want: fields("spec.controlPlaneRef")},
		{reason: "a header of null", seed: "least", edit: edits(set("spec.headers", tree{"a": nil}))},
		{reason: "a value of null in a header", seed: "least", edit: edits(set("spec.headers", tree{"a": []any{nil}})), want: fields("spec.headers.a[0]")},
	})
}

func upstreamCases() []scenario {
	needs := func(field, value, other string) []scenario {
		return []scenario{
			{reason: field + " " + value + " without " + other, seed: "most", edit: edits(set("spec."+field, value), unset("spec."+other)), want: fields("spec")},
			{reason: field + " " + value + " with an empty " + other, seed: "most", edit: edits(set("spec."+field, value), set("spec."+other, ""))},
			{reason: field + " " + value + " with " + other + " of null", seed: "most", edit: edits(set("spec."+field, value), set("spec."+other, nil)), want: fields("spec")},
		}
	}
	threshold := func(reason, value string, want ...string) scenario {
		return scenario{reason: "a threshold " + reason, seed: "most", edit: edits(set("spec.healthchecks.threshold", number(value))), want: want}
	}
	return slices.Concat(entityCases(), statusCases("least"), placementCases(),
		needs("hash_on", "header", "hash_on_header"), needs("hash_on", "cookie", "hash_on_cookie"), needs("hash_on", "cookie", "hash_on_cookie_path"),
		needs("hash_on", "query_arg", "hash_on_query_arg"), needs("hash_on", "uri_capture", "hash_on_uri_capture"),
		needs("hash_fallback", "header", "hash_fallback_header"), needs("hash_fallback", "query_arg", "hash_fallback_query_arg"),
		needs("hash_fallback", "uri_capture", "hash_fallback_uri_capture"), needs("hash_fallback", "cookie", "hash_on_cookie"),
		needs("hash_fallback", "cookie", "hash_on_cookie_path"), needs("algorithm", "sticky-sessions", "sticky_sessions_cookie"),
		[]scenario{
			{reason: "no control plane", seed: "least", edit: edits(unset("spec.controlPlaneRef")), want: fields("spec.controlPlaneRef")},
			{reason: "two certificates", seed: "most", edit: edits(set("spec.client_certificate", tree{})), want: fields("spec")},
			{reason: "health checks without a threshold", seed: "most", edit: edits(unset("spec.healthchecks.threshold")), want: fields("spec.healthchecks.threshold")},
			threshold("of 0", "0"), threshold("of 100", "100"), threshold("below 0", "-0.001", "spec.healthchecks"), threshold("above 100", "100.001", "spec.healthchecks"),
			{reason: "10 slots", seed: "most", edit: edits(set("spec.slots", number("10")))},
			{reason: "9 slots", seed: "most", edit: edits(set("spec.slots", number("9"))), want: fields("spec.slots")},
			{reason: "65536 slots", seed: "most", edit: edits(set("spec.slots", number("65536")))},
			{reason: "65537 slots", seed: "most", edit: edits(set("spec.slots", number("65537"))), want: fields("spec.slots")},
			{reason: "seconds beyond 2^53", seed: "most", edit: edits(set("spec.healthchecks.active.timeout", number("9007199254740993")))},
		})
}

func targetCases() []scenario {
	return slices.Concat(entityCases(), statusCases("least"), []scenario{
		{reason: "an empty target", seed: "least", edit: edits(set("spec.target", ""))},
		{reason: "no target", seed: "least", edit: edits(unset("spec.target")), want: fields("spec.target")},
		{reason: "no upstream", seed: "least", edit: edits(unset("spec.upstreamRef")), want: fields("spec.upstreamRef")},
		{reason: "an unnamed upstream", seed: "least", edit: edits(set("spec.upstreamRef", tree{})), want: fields("spec.upstreamRef.name")},
		{reason: "a weight of 0", seed: "least", edit: edits(set("spec.weight", number("0")))},
		{reason: "a weight of null", seed: "most", edit: edits(set("spec.weight", nil))},
		{reason: "a weight of -1", seed: "least", edit: edits(set("spec.weight", number("-1"))), want: fields("spec.weight")},
		{reason: "a weight of 65535", seed: "least", edit: edits(set("spec.weight", number("65535")))},
		{reason: "a weight of 65536", seed: "least", edit: edits(set("spec.weight", number("65536"))), want: fields("spec.weight")},
		{reason: "another upstream", seed: "least", verb: change, edit: edits(set("spec.upstreamRef.name", "b")), want: fields("spec.upstreamRef")},
		{reason: "an upstream elsewhere", seed: "least", verb: change, edit: edits(set("spec.upstreamRef.namespace", "")), want: fields("spec.upstreamRef")},
		{reason: "another target", seed: "least", verb: change, edit: edits(set("spec.target", "b"))},
	})
}

func keySetCases() []scenario {
	return slices.Concat(entityCases(), statusCases("least"), placementCases(), []scenario{
		{reason: "no control plane", seed: "least", edit: edits(unset("spec.controlPlaneRef")), want: fields("spec.controlPlaneRef")},
		{reason: "no name", seed: "least", edit: edits(unset("spec.name")), want: fields("spec.name")},
		{reason: "an empty name", seed: "least", edit: edits(set("spec.name", "")), want: fields("spec.name")},
		{reason: "a name of any characters", seed: "least", edit: edits(set("spec.name", "a b/é"))},
		{reason: "another name", seed: "least", verb: change, edit: edits(set("spec.name", "b"))},
	})
}

func keyCases() []scenario {
	named := tree{"name": "a"}
	return slices.Concat(entityCases(), statusCases("least"), placementCases(), []scenario{
		{reason: "no key", seed: "least", edit: edits(unset("spec.jwk")), want: fields("spec")},
		{reason: "a JWK of null", seed: "least", edit: edits(set("spec.jwk", nil)), want: fields("spec")},
		{reason: "an empty JWK", seed: "least", edit: edits(set("spec.jwk", ""))},
		{reason: "an empty pair", seed: "pair", edit: edits(set("spec.pem", tree{})), want: fields("spec.pem.private_key", "spec.pem.public_key")},
		{reason: "a pair without a private key", seed: "pair", edit: edits(unset("spec.pem.private_key")), want: fields("spec.pem.private_key")},
		{reason: "a pair with an empty public key", seed: "pair", edit: edits(set("spec.pem.public_key", "")), want: fields("spec.pem.public_key")},
		{reason: "no kid", seed: "least", edit: edits(unset("spec.kid")), want: fields("spec.kid")},
		{reason: "an empty kid", seed: "least", edit: edits(set("spec.kid", "")), want: fields("spec.kid")},
		{reason: "an empty name", seed: "least", edit: edits(set("spec.name", ""))},
		{reason: "a set without a type", seed: "least", edit: edits(set("spec.keySetRef", tree{"namespacedRef": named})), want: fields("spec.keySetRef.type")},
		{reason: "a set of an empty type", seed: "least", edit: edits(set("spec.keySetRef", tree{"type": "", "namespacedRef": named})), want: fields("spec.keySetRef.type")},
		{reason: "a set without a reference", seed: "least", edit: edits(set("spec.keySetRef", tree{"type": "namespacedRef", "konnectID": "a"})), want: fields("spec.keySetRef")},
		{reason: "a set without an ID", seed: "least", edit: edits(set("spec.keySetRef", tree{"type": "konnectID", "namespacedRef": named})), want: fields("spec.keySetRef")},
		{reason: "a set of an empty ID", seed: "least", edit: edits(set("spec.keySetRef", tree{"type": "konnectID", "konnectID": ""}))},
		{reason: "a set of an empty name", seed: "least", edit: edits(set("spec.keySetRef", tree{"type": "namespacedRef", "namespacedRef": tree{"name": ""}})), want: fields("spec.keySetRef.namespacedRef.name")},
		{reason: "a set in another namespace", seed: "most", edit: edits(set("spec.keySetRef.namespacedRef.namespace", "a")), want: fields("spec.keySetRef.namespacedRef.namespace")},
		{reason: "no control plane", seed: "least", edit: edits(unset("spec.controlPlaneRef"))},
		{reason: "no control plane, and Programmed", seed: "least", old: edits(unset("spec.controlPlaneRef")), verb: status, edit: edits(programmed()), want: fields("spec.controlPlaneRef")},
		{reason: "a control plane is added", seed: "least", old: edits(unset("spec.controlPlaneRef")), verb: change, edit: edits(set("spec.controlPlaneRef", konnectRef("a")))},
		{reason: "the control plane is removed", seed: "least", verb: change, edit: edits(unset("spec.controlPlaneRef")), want: fields("spec.controlPlaneRef")},
		{reason: "another set once Programmed", seed: "most", old: edits(programmed()), verb: change, edit: edits(set("spec.keySetRef.namespacedRef.name", "b"))},
	})
}

func pinCases() []scenario {
	const mode = "spec.adopt.mode"
	adopted := tree{"from": "konnect", "mode": "match", "konnect": tree{"id": "a"}}
	placement := slices.DeleteFunc(placementCases(), func(s scenario) bool { return s.reason == "the same control plane once Programmed" }) // which changes tags
	return slices.Concat(statusCases("least"), placement, []scenario{
		{reason: "no certificate", seed: "least", edit: edits(unset("spec.cert")), want: fields("spec.cert")},
		{reason: "an empty certificate", seed: "least", edit: edits(set("spec.cert", "")), want: fields("spec.cert")},
		{reason: "no control plane", seed: "least", edit: edits(unset("spec.controlPlaneRef")), want: fields("spec.controlPlaneRef")},
		{reason: "another certificate", seed: "least", verb: change, edit: edits(set("spec.cert", "b"))},
		{reason: "another certificate once Programmed", seed: "least", old: edits(programmed()), verb: change, edit: edits(set("spec.cert", "b")), want: fields("spec.cert")},
		{reason: "adoption that overrides", seed: "most", edit: edits(set(mode, "override")), want: fields("spec.adopt")},
		{reason: "adoption in no mode", seed: "most", edit: edits(unset(mode)), want: fields("spec.adopt")},
		{reason: "adoption in another mode", seed: "most", edit: edits(set(mode, "a")), want: fields("spec.adopt", mode)},
		{reason: "adoption is added", seed: "least", verb: change, edit: edits(set("spec.adopt", adopted))},
		{reason: "adoption is removed", seed: "most", verb: change, edit: edits(unset("spec.adopt"))},
		{reason: "adoption of another one", seed: "most", verb: change, edit: edits(set("spec.adopt.konnect.id", "b")), want: fields("spec.adopt")},
	})
}

func vaultCases() []scenario {
	// It may be an ingress controller's, and its conditions have a default.
	placement := slices.DeleteFunc(placementCases(), func(s scenario) bool {
		return slices.Equal(s.want, []string{"status"}) || slices.Contains(s.want, "spec")
	})
	return slices.Concat(entityCases(), statusCases("least"), placement, []scenario{
		{reason: "an entity without conditions", seed: "least", verb: status, edit: edits(unset("status.conditions"), set("status.konnect", tree{"id": "a"}))},
		{reason: "no backend", seed: "least", edit: edits(unset("spec.backend")), want: fields("spec.backend")},
		{reason: "an empty backend", seed: "least", edit: edits(set("spec.backend", "")), want: fields("spec.backend")},
		{reason: "no prefix", seed: "least", edit: edits(unset("spec.prefix")), want: fields("spec.prefix")},
		{reason: "an empty prefix", seed: "least", edit: edits(set("spec.prefix", "")), want: fields("spec.prefix")},
		{reason: "another prefix", seed: "least", verb: change, edit: edits(set("spec.prefix", "b")), want: fields("spec.prefix")},
		{reason: "a config of null", seed: "most", edit: edits(set("spec.config", nil))},
		{reason: "an empty config", seed: "most", edit: edits(set("spec.config", tree{}))},
		{reason: "a config that is a text", seed: "most", edit: edits(set("spec.config", "a"))},
		{reason: "a config that is a list", seed: "most", edit: edits(set("spec.config", []any{"a", nil}))},
		{reason: "no type of control plane", seed: "kic", edit: edits(set("spec.controlPlaneRef", tree{}))},
		{reason: "the type kic", seed: "kic", edit: edits(set("spec.controlPlaneRef", tree{"type": "kic"}))},
		{reason: "the type kic, with adoption", seed: "most", edit: edits(set("spec.controlPlaneRef", tree{"type": "kic"})), want: fields("spec")},
		{reason: "no control plane, with adoption", seed: "most", edit: edits(unset("spec.controlPlaneRef")), want: fields("spec")},
		{reason: "the control plane is removed", seed: "least", verb: change, edit: edits(unset("spec.controlPlaneRef")), want: fields("spec.controlPlaneRef")},
		{reason: "the control plane is removed once Programmed", seed: "least", old: edits(programmed()), verb: change, edit: edits(unset("spec.controlPlaneRef")), want: fields("spec.controlPlaneRef")},
		{reason: "a control plane is added", seed: "kic", verb: change, edit: edits(set("spec.controlPlaneRef", konnectRef("a")))},
		{reason: "a control plane is added once Programmed", seed: "kic", old: edits(programmed()), verb: change, edit: edits(set("spec.controlPlaneRef", konnectRef("a"))), want: fields("spec.controlPlaneRef")},
	})
}

func grantCases() []scenario {
	const group = "configuration.konghq.com"
	from := func(group, kind, namespace string) []func(tree) {
		return edits(set("spec.from", []any{tree{"group": group, "kind": kind, "namespace": namespace}}))
	}
	to := func(group, kind string) []func(tree) {
		return edits(set("spec.to", []any{tree{"group": group, "kind": kind}}))
	}
	many := func(count int) []any {
		list := make([]any, count)
		for i := range list {
			list[i] = tree{"group": group, "kind": "KongService"}
		}
		return list
	}
	return []scenario{
		{reason: "an empty spec", seed: "none", edit: edits(set("spec", tree{})), want: fields("spec.from", "spec.to")},
		{reason: "no spec", seed: "least", edit: edits(unset("spec"))},
		{reason: "a spec of null", seed: "least", edit: edits(set("spec", nil))},
		{reason: "no referrer", seed: "least", edit: edits(set("spec.from", []any{})), want: fields("spec.from")},
		{reason: "16 targets", seed: "least", edit: edits(set("spec.to", many(16)))},
		{reason: "17 targets", seed: "least", edit: edits(set("spec.to", many(17))), want: fields("spec.to")},
		{reason: "a referrer without a namespace", seed: "least", edit: edits(set("spec.from", []any{tree{"group": group, "kind": "KongVault"}})), want: fields("spec.from[0].namespace")},
		{reason: "a vault in no namespace", seed: "least", edit: from(group, "KongVault", "")},
		{reason: "a vault in a namespace", seed: "least", edit: from(group, "KongVault", "a"), want: fields("spec.from[0]")},
		{reason: "a route in no namespace", seed: "least", edit: from(group, "KongRoute", ""), want: fields("spec.from[0]")},
		{reason: "another kind of the group", seed: "least", edit: from(group, "KongPlugin", "a"), want: fields("spec.from[0]")},
		{reason: "a kind of another group", seed: "least", edit: from("example.com", "KongPlugin", "a")},
		{reason: "a gateway configuration", seed: "least", edit: from("gateway-operator.konghq.com", "GatewayConfiguration", "a")},
		{reason: "another kind of the operator", seed: "least", edit: from("gateway-operator.konghq.com", "DataPlane", "a"), want: fields("spec.from[0]")},
		{reason: "an empty group", seed: "least", edit: from("", "A", "a"), want: fields("spec.from[0].group")},
		{reason: "a bad kind", seed: "least", edit: from("a", "1A", "a"), want: fields("spec.from[0].kind")},
		{reason: "a kind that is a kind of two faults", seed: "least", edit: from("a", strings.Repeat("1", 64), "a"), want: fields("spec.from[0].kind")},
		{reason: "a secret", seed: "least", edit: to("core", "Secret")},
		{reason: "another kind of core", seed: "least", edit: to("core", "ConfigMap"), want: fields("spec.to[0]")},
		{reason: "another kind of konnect", seed: "least", edit: to("konnect.konghq.com", "KonnectExtension"), want: fields("spec.to[0]")},
		{reason: "a route as a target", seed: "least", edit: to(group, "KongRoute"), want: fields("spec.to[0]")},
		{reason: "all of it changes", seed: "least", verb: change, edit: from("example.com", "A", "b")},
		{reason: "the spec is removed", seed: "least", verb: change, edit: edits(unset("spec"))},
	}
}
