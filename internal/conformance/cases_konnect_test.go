package conformance

import (
	"fmt"
	"slices"
	"strings"
)

func authCases() []scenario {
	url := func(value string, want ...string) scenario {
		return scenario{reason: fmt.Sprintf("the server %q", value), seed: "token", edit: edits(set("spec.serverURL", value)), want: want}
	}
	const server = "spec.serverURL"
	return slices.Concat(statusCases("token"), []scenario{
		url("https://a"), url("http://a", server), url("HTTPS://a"), url("https:"), url("a:80", server), url("127.0.0.1:8080"), url("", server),
		url("localhost:8080", server), url("-a", server), url("a b"), url("//a", server), url("/a", server), url("é", server), url("[::1]:80", server),
		{reason: "no server", seed: "token", edit: edits(unset(server)), want: fields(server)},
		{reason: "a token that starts otherwise", seed: "token", edit: edits(set("spec.token", "token")), want: fields("spec.token")},
		{reason: "a token of the other kind", seed: "token", edit: edits(set("spec.token", "spat_"))},
		{reason: "an empty token", seed: "token", edit: edits(set("spec.token", "")), want: fields("spec")},
		{reason: "no token", seed: "token", edit: edits(unset("spec.token")), want: fields("spec")},
		{reason: "a secret without a name", seed: "most", edit: edits(set("spec.secretRef", tree{}))},
		{reason: "no secret", seed: "most", edit: edits(unset("spec.secretRef")), want: fields("spec")},
		{reason: "token and secret", seed: "most", edit: edits(set("spec.token", "kpat_a")), want: fields("spec")},
		{reason: "token and secret of null", seed: "token", edit: edits(set("spec.secretRef", nil))},
		{reason: "another type", seed: "token", edit: edits(set("spec.type", "Token")), want: fields("spec.type")},
		{reason: "an empty type", seed: "token", edit: edits(set("spec.type", "")), want: fields("spec.type")},
		{reason: "another server", seed: "token", verb: change, edit: edits(set(server, "eu.api.konghq.com")), want: fields(server)},
		{reason: "another way to say the server", seed: "token", verb: change, edit: edits(set(server, "https://us.api.konghq.com")), want: fields(server)},
		{reason: "another token", seed: "token", verb: change, edit: edits(set("spec.token", "spat_b"))},
		{reason: "the token is removed", seed: "token", verb: change, edit: edits(unset("spec.token")), want: fields("spec")},
		{reason: "a secret in place of a token", seed: "token", verb: change, edit: edits(unset("spec.token"), set("spec.type", "secretRef"), set("spec.secretRef", tree{"name": "a"}))},
		{reason: "conditions of null take the default", seed: "token", verb: status, edit: edits(set("status", tree{"organizationID": "a", "conditions": nil}))},
		{reason: "an empty list of conditions", seed: "token", verb: status, edit: edits(set("status", tree{"organizationID": "a", "conditions": []any{}})), want: fields("status.conditions")},
	})
}

func controlPlaneCases() []scenario {
	const request = "spec.createControlPlaneRequest"
	label := func(reason, key, value string, want ...string) scenario {
		return scenario{reason: reason, seed: "least", edit: edits(set(request+".labels", tree{key: value})), want: want}
	}
	labels := func(count int) tree {
		list := tree{}
		for i := range count {
			list[fmt.Sprintf("a%d", i)] = "a"
		}
		return list
	}
	settled := func(kind string) []func(tree) { return edits(conditions(condition(kind, "True"))) }
	const ref = "spec.konnect.authRef"
	mirror := tree{"konnect": tree{"id": "0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a12"}}
	return slices.Concat(statusCases("most"), []scenario{
		{reason: "an empty spec", seed: "least", edit: edits(set("spec", tree{})), want: fields("spec")},
		{reason: "no spec", seed: "least", edit: edits(unset("spec")), want: fields("spec")},
		{reason: "an empty source", seed: "least", edit: edits(set("spec.source", "")), want: fields("spec.source")},
		{reason: "a source of null", seed: "least", edit: edits(set("spec.source", nil))},
		{reason: "another source", seed: "least", edit: edits(set("spec.source", "origin")), want: fields("spec.source")},
		{reason: "a mirror with a request", seed: "mirror", edit: edits(set(request, tree{"name": "a"})), want: fields("spec")},
		{reason: "a mirror of nothing", seed: "mirror", edit: edits(unset("spec.mirror")), want: fields("spec")},
		{reason: "an origin with a mirror", seed: "least", edit: edits(set("spec.mirror", mirror)), want: fields("spec")},
		{reason: "a mirror of an empty ID", seed: "mirror", edit: edits(set("spec.mirror.konnect.id", "")), want: fields("spec.mirror.konnect.id")},
		{reason: "a mirror of an ID in capitals", seed: "mirror", edit: edits(set("spec.mirror.konnect.id", "0B4C5D62-5D0B-4A8A-9A9D-6D0F3B6C1A12")), want: fields("spec.mirror.konnect.id")},
		{reason: "an empty mirror", seed: "mirror", edit: edits(set("spec.mirror", tree{})), want: fields("spec.mirror.konnect")},
		{reason: "an empty name", seed: "least", edit: edits(set(request+".name", ""))},
		{reason: "no name", seed: "least", edit: edits(set(request, tree{})), want: fields(request + ".name")},
		{reason: "an empty proxy", seed: "least", edit: edits(set(request+".proxy_urls", []any{tree{}})), want: fields(request+".proxy_urls[0].host", request+".proxy_urls[0].port", request+".proxy_urls[0].protocol")},
		{reason: "a proxy of empty parts", seed: "least", edit: edits(set(request+".proxy_urls", []any{tree{"host": "", "port": number("0"), "protocol": ""}}))},
		{reason: "an unknown cluster type", seed: "least", edit: edits(set(request+".cluster_type", "CLUSTER_TYPE_SERVERLESS")), want: fields("spec")},
		{reason: "an empty cluster type", seed: "least", edit: edits(set(request+".cluster_type", "")), want: fields("spec")},
		{reason: "a cloud gateway of KIC", seed: "ingress", edit: edits(set(request+".cloud_gateway", false)), want: fields("spec")},
		{reason: "members of an ordinary control plane", seed: "ingress", edit: edits(set("spec.members", []any{tree{"name": "a"}})), want: fields("spec")},
		{reason: "no members of an ordinary control plane", seed: "ingress", edit: edits(set("spec.members", []any{})), want: fields("spec")},
		{reason: "members of what has no type", seed: "least", edit: edits(set("spec.members", []any{tree{}}))},
		{reason: "members of a mirror", seed: "mirror", edit: edits(set("spec.members", []any{tree{}}))},
		{reason: "40 labels", seed: "least", edit: edits(set(request+".labels", labels(40)))},
		{reason: "41 labels", seed: "least", edit: edits(set(request+".labels", labels(41))), want: fields("spec")},
		label("a label of 63 characters", strings.Repeat("a", 63), strings.Repeat("é", 63)),
		label("a key of 64 characters", strings.Repeat("a", 64), "a", "spec"), label("a value of 64 characters", "a", strings.Repeat("a", 64), "spec"),
		label("an empty key", "", "a", "spec"), label("an empty value", "a", "", "spec"), label("a reserved key", "kongo", "a", "spec"),
		label("a key in capitals", "Kong", "a"), label("a key with a slash", "a/b", "a", "spec"), label("a key that ends with a dot", "a.", "a", "spec"),
		{reason: "a label of null", seed: "least", edit: edits(set(request+".labels", tree{"kong": nil}))},
		{reason: "credentials without a name", seed: "least", edit: edits(set("spec.konnect", tree{"authRef": tree{}})), want: fields(ref + ".name")},
		{reason: "credentials of nothing", seed: "least", edit: edits(set("spec.konnect", tree{})), want: fields(ref)},
		{reason: "credentials of an empty namespace", seed: "most", edit: edits(set(ref+".namespace", "")), want: fields(ref + ".namespace")},

		{reason: "the source is changed", seed: "mirror", verb: change, edit: edits(set("spec.source", "Origin"), unset("spec.mirror"), set(request, tree{"name": "a"})), want: fields("spec")},
		{reason: "the source is left out", seed: "mirror", verb: change, edit: edits(unset("spec.source")), want: fields("spec")},
		{reason: "the default source is left out", seed: "most", verb: change, edit: edits(unset("spec.source"))},
		{reason: "the cluster type is changed", seed: "ingress", verb: change, edit: edits(set(request+".cluster_type", "CLUSTER_TYPE_CONTROL_PLANE")), want: fields("spec")},
		{reason: "the cluster type is removed", seed: "ingress", verb: change, edit: edits(unset(request + ".cluster_type")), want: fields("spec")},
		{reason: "the cluster type is added", seed: "least", verb: change, edit: edits(set(request+".cluster_type", "CLUSTER_TYPE_CONTROL_PLANE")), want: fields("spec")},
		{reason: "the name is changed", seed: "most", verb: change, edit: edits(set(request+".name", "b"))},
		{reason: "other credentials", seed: "most", verb: change, edit: edits(set(ref+".name", "b"))},
		{reason: "other credentials once Programmed", seed: "most", old: settled("Programmed"), verb: change, edit: edits(set(ref+".name", "b")), want: fields(ref)},
		{reason: "other credentials once they are valid", seed: "most", old: settled("APIAuthValid"), verb: change, edit: edits(unset(ref + ".namespace")), want: fields(ref)},
		{reason: "other credentials once Programmed, in a manifest without status", seed: "most", old: settled("Programmed"), verb: change, edit: edits(set(ref+".name", "b"), unset("status")), want: fields(ref)},
		{reason: "other credentials, in a manifest that says Programmed", seed: "most", verb: change, edit: edits(append(settled("Programmed"), set(ref+".name", "b"))...)},
		{reason: "no credentials once Programmed", seed: "most", old: settled("Programmed"), verb: change, edit: edits(unset("spec.konnect")), want: fields(ref)},
		{reason: "Programmed without credentials", seed: "least", verb: status, edit: settled("Programmed"), want: fields(ref)},
		{reason: "no conditions", seed: "most", verb: status, edit: edits(set("status", tree{"id": "a", "conditions": []any{}}))},
		{reason: "conditions of null take the default", seed: "most", verb: status, edit: edits(set("status", tree{"id": "a", "conditions": nil}))},
		{reason: "empty endpoints", seed: "most", verb: status, edit: edits(set("status.konnectEndpoints", tree{"controlPlane": "", "telemetry": ""})), want: fields("status.konnectEndpoints.controlPlane", "status.konnectEndpoints.telemetry")},
		{reason: "no endpoints", seed: "most", verb: status, edit: edits(set("status.konnectEndpoints", tree{})), want: fields("status.konnectEndpoints.controlPlane", "status.konnectEndpoints.telemetry")},
	})
}
