package konnecttest

import (
	"slices"
	"strings"
)

// routeMatchers are the fields by which a route matches requests.
var routeMatchers = []string{"methods", "hosts", "headers", "paths", "snis", "sources", "destinations"}

// protocolFamily says which protocols a route may combine and by what it then
// matches.
type protocolFamily struct {
	protocols []string
	matchers  []string // of which there must be one
	secure    []string // protocols of the family that match by SNI as well
	further   []string // fields that narrow a match but make none
}

var protocolFamilies = []protocolFamily{
	{[]string{"http", "https"}, []string{"methods", "hosts", "headers", "paths"}, []string{"https"}, nil},
	{[]string{"tcp", "tls", "udp"}, []string{"sources", "destinations"}, []string{"tls"}, nil},
	{[]string{"tls_passthrough"}, nil, []string{"tls_passthrough"}, []string{"sources", "destinations"}},
	{[]string{"grpc", "grpcs"}, []string{"hosts", "headers", "paths"}, []string{"grpcs"}, nil},
	{[]string{"ws", "wss"}, []string{"hosts", "headers", "paths"}, []string{"wss"}, nil},
}

func routeRules(values object) []violation {
	protocols := texts(values["protocols"])
	i := slices.IndexFunc(protocolFamilies, func(f protocolFamily) bool {
		return len(protocols) > 0 && slices.Contains(f.protocols, protocols[0])
	})
	if i < 0 {
		return nil // the protocols themselves are wrong
	}
	family := protocolFamilies[i]
	for _, protocol := range protocols {
		if slices.Contains(protocolNames, protocol) && !slices.Contains(family.protocols, protocol) {
			return []violation{broken("protocols must be of one family: %s does not go with %s", protocol, protocols[0])}
		}
	}
	var out []violation
	if strip, _ := values["strip_path"].(bool); strip && isGRPC(protocols) {
		out = append(out, broken("strip_path cannot be set when protocols has grpc or grpcs"))
	}
	if headers, _ := values["headers"].(object); headers != nil {
		for name := range headers {
			if strings.EqualFold(name, "host") {
				out = append(out, violation{field: "headers", reason: "must not have the host header; use hosts"})
			}
		}
	}
	if isSet(values, "expression") {
		return append(out, expressionRules(values)...)
	}
	return append(out, matcherRules(values, family, protocols)...)
}

func expressionRules(values object) []violation {
	var out []violation
	for _, name := range append([]string{"regex_priority"}, routeMatchers...) {
		if isSet(values, name) {
			out = append(out, broken("%s cannot be set together with expression", name))
		}
	}
	return out
}

func matcherRules(values object, family protocolFamily, protocols []string) []violation {
	allowed := family.matchers
	if slices.ContainsFunc(protocols, func(p string) bool { return slices.Contains(family.secure, p) }) {
		allowed = append(slices.Clone(allowed), "snis")
	}
	var out []violation
	matched := false
	for _, name := range routeMatchers {
		switch {
		case !isSet(values, name):
		case slices.Contains(allowed, name):
			matched = true
		case slices.Contains(family.further, name):
		default:
			out = append(out, broken("%s cannot be set when protocols is %s", name, strings.Join(protocols, ", ")))
		}
	}
	if !matched {
		out = append(out, broken("must set one of %s when protocols is %s", strings.Join(allowed, ", "), strings.Join(protocols, ", ")))
	}
	return out
}

// foreignToForm names the fields of the form of route that this one has not.
func foreignToForm(values object) []string {
	if isSet(values, "expression") {
		return append([]string{"regex_priority"}, routeMatchers...)
	}
	return []string{"expression", "priority"}
}

// routeFlavors holds a route to the router of its control plane.
func routeFlavors(flavor RouterFlavor, raw object) []violation {
	var foreign []string
	switch flavor {
	case FlavorTraditional, FlavorTraditionalPCRE:
		foreign = []string{"expression", "priority"}
	case FlavorExpressions:
		foreign = append([]string{"regex_priority"}, routeMatchers...)
		if raw["expression"] == nil {
			return []violation{{field: "expression", reason: "is required", rule: "required"}}
		}
	}
	var out []violation
	for _, name := range foreign {
		if raw[name] != nil {
			out = append(out, violation{field: name, reason: "is not available with router flavor " + string(flavor)})
		}
	}
	if flavor != FlavorTraditionalPCRE {
		out = append(out, linearPatterns(flavor, texts(raw["paths"]))...)
	}
	return out
}

// linearPatterns refuses regular expressions that a router cannot run in linear time. It
// is the router that objects, to the route as a whole.
func linearPatterns(flavor RouterFlavor, paths []string) []violation {
	var out []violation
	for i, path := range paths {
		source, isPattern := strings.CutPrefix(path, "~/")
		if !isPattern {
			continue
		}
		if lacking := parsePattern("/" + source).lacking; len(lacking) > 0 {
			out = append(out, broken("the router of flavor %s has no %s, as in paths[%d]; only %s has",
				flavor, strings.Join(lacking, ", "), i, FlavorTraditionalPCRE))
		}
	}
	return out
}
