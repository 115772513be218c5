package conformance

import "slices"

// pluginCases are those of a kind that names a value of a Secret so.
func pluginCases(secretKeyRef tree) []scenario {
	from := tree{"secretKeyRef": secretKeyRef}
	patch := tree{"path": "/a", "valueFrom": from}
	return slices.Concat(pluginStatusCases(), []scenario{
		{reason: "no type", seed: "least", edit: edits(unset("plugin")), want: fields("plugin")},
		{reason: "an empty type", seed: "least", edit: edits(set("plugin", ""))},
		{reason: "another type", seed: "least", verb: change, edit: edits(set("plugin", "cors")), want: fields("plugin")},
		{reason: "any configuration", seed: "least", edit: edits(set("config", tree{"a": []any{number("1.5"), tree{"b": nil}}}))},
		{reason: "a configuration of null", seed: "most", edit: edits(set("config", nil))},
		{reason: "an empty configuration", seed: "most", edit: edits(set("config", tree{}))},
		{reason: "a configuration that is a list", seed: "most", edit: edits(set("config", []any{})), want: fields("config")},
		{reason: "a configuration that is a text", seed: "most", edit: edits(set("config", "a")), want: fields("config")},
		{reason: "two sources", seed: "least", edit: edits(set("config", tree{}), set("configFrom", from)), want: fields("config")},
		{reason: "a source and patches", seed: "least", edit: edits(set("configFrom", from), set("configPatches", []any{patch})), want: fields("configFrom")},
		{reason: "a source and no patches", seed: "least", edit: edits(set("configFrom", from), set("configPatches", []any{})), want: fields("configFrom")},
		{reason: "patches alone", seed: "least", edit: edits(set("configPatches", []any{patch}))},
		{reason: "a patch without a path", seed: "least", edit: edits(set("configPatches", []any{tree{"valueFrom": from}})), want: fields("configPatches[0].path")},
		{reason: "a source without a key", seed: "secret", edit: edits(unset("configFrom.secretKeyRef.key")), want: fields("configFrom.secretKeyRef.key")},
		{reason: "a protocol that is none", seed: "most", edit: edits(set("protocols", texts("http", "ws"))), want: fields("protocols[1]")},
		{reason: "a protocol twice", seed: "most", edit: edits(set("protocols", texts("http", "http")))},
		{reason: "no protocols", seed: "most", edit: edits(set("protocols", []any{}))},
		{reason: "another phase", seed: "most", edit: edits(set("ordering.before", tree{"body_filter": texts("a")}))},
		{reason: "run on nothing", seed: "most", edit: edits(set("run_on", "third")), want: fields("run_on")},
		{reason: "an empty run_on", seed: "most", edit: edits(set("run_on", "")), want: fields("run_on")},
	})
}

// pluginStatusCases hold for a status that has no default as a whole.
func pluginStatusCases() []scenario {
	return slices.DeleteFunc(statusCases("least"), func(s scenario) bool { return s.reason == "a status that says nothing" })
}

// untagged are the cases for a kind without tags.
func untagged(cases []scenario) []scenario {
	return slices.DeleteFunc(cases, func(s scenario) bool { return s.reason == "the same control plane once Programmed" })
}

func pluginBindingCases() []scenario {
	target := func(group, kind string) tree { return tree{"group": group, "kind": kind, "name": "a"} }
	const kong, gateway = "configuration.konghq.com", "gateway.networking.k8s.io"
	targets := func(reason string, service, route tree, want ...string) scenario {
		of := tree{}
		if service != nil {
			of["serviceRef"] = service
		}
		if route != nil {
			of["routeRef"] = route
		}
		return scenario{reason: reason, seed: "least", edit: edits(set("spec.targets", of)), want: want}
	}
	return slices.Concat(statusCases("least"), ingressCases(), untagged(referenceCases()), []scenario{
		{reason: "no control plane", seed: "least", edit: edits(unset("spec.controlPlaneRef")), want: fields("spec.controlPlaneRef")},
		{reason: "no plugin", seed: "least", edit: edits(unset("spec.pluginRef")), want: fields("spec.pluginRef")},
		{reason: "a plugin without a name", seed: "least", edit: edits(unset("spec.pluginRef.name")), want: fields("spec.pluginRef.name")},
		{reason: "a plugin with an empty name", seed: "least", edit: edits(set("spec.pluginRef.name", "")), want: fields("spec.pluginRef")},
		{reason: "a plugin of another kind", seed: "least", edit: edits(set("spec.pluginRef.kind", "Plugin")), want: fields("spec.pluginRef.kind")},
		{reason: "a plugin of no kind", seed: "most", edit: edits(unset("spec.pluginRef.kind"))},
		{reason: "a namespace of a KongClusterPlugin", seed: "global", edit: edits(set("spec.pluginRef.namespace", "a")), want: fields("spec.pluginRef")},
		{reason: "no scope", seed: "most", edit: edits(unset("spec.scope"))},
		{reason: "another scope", seed: "most", edit: edits(set("spec.scope", "Global")), want: fields("spec.scope")},
		{reason: "no targets", seed: "least", edit: edits(unset("spec.targets")), want: fields("spec")},
		{reason: "empty targets", seed: "least", edit: edits(set("spec.targets", tree{})), want: fields("spec")},
		{reason: "targets of a global one", seed: "least", edit: edits(set("spec.scope", "GlobalInControlPlane")), want: fields("spec")},
		{reason: "empty targets of a global one", seed: "global", edit: edits(set("spec.targets", tree{})), want: fields("spec")},
		{reason: "a consumer and a group", seed: "least", edit: edits(set("spec.targets.consumerRef", tree{"name": "a"})), want: fields("spec.targets")},
		targets("a KongService", target(kong, "KongService"), nil),
		targets("a Service of the core group", target("core", "Service"), nil),
		targets("a Service of another group", target(kong, "Service"), nil, "spec.targets.serviceRef"),
		targets("a KongRoute as a service", target(kong, "KongRoute"), nil, "spec.targets.serviceRef"),
		targets("a KongService as a route", nil, target(kong, "KongService"), "spec.targets.routeRef"),
		targets("an Ingress", nil, target("networking.k8s.io", "Ingress")),
		targets("a GRPCRoute and a Service", target("", "Service"), target(gateway, "GRPCRoute")),
		targets("a KongRoute and a Service", target("", "Service"), target(kong, "KongRoute"), "spec.targets"),
		targets("a KongService and an HTTPRoute", target(kong, "KongService"), target(gateway, "HTTPRoute"), "spec.targets"),
		{reason: "adoption with an ingress controller", seed: "most", edit: edits(set("spec.controlPlaneRef", tree{})), want: fields("spec")},
		{reason: "adoption is added", seed: "least", verb: change, edit: edits(set("spec.adopt", adoption("a"))), want: fields("spec")},
		{reason: "another plugin once Programmed", seed: "least", old: edits(programmed()), verb: change, edit: edits(set("spec.pluginRef.name", "b"))},
		{reason: "an object without a spec", seed: "least", edit: edits(unset("spec")), want: fields("spec")},
	})
}
