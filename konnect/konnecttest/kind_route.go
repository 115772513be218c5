package konnecttest

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

func route(set *settings) *collection {
	protocols := make([]any, len(set.routeProtocols))
	for i, protocol := range set.routeProtocols {
		protocols[i] = protocol
	}
	return &collection{
		path: "routes", entity: "route", key: "name", filters: filters{name: "name"}, limit: 10_000,
		unique:  []unique{{field: "name"}},
		foreign: []foreign{{field: "service", to: "services"}},
		nested:  []nesting{{parent: "services", segment: "routes", field: "service"}},
		fields: withCommon(set,
			nameField(),
			reference("service"),
			field{
				name: "protocols", kind: kindList, fallback: protocols, min: 1, keepEmpty: true,
				items: &field{checks: []check{oneOf(protocolNames...)}}, checks: []check{distinct()},
			},
			field{
				name: "https_redirect_status_code", kind: kindInteger, fallback: int64(426),
				checks: []check{oneOfNumbers(301, 302, 307, 308, 426)},
			},
			flag("strip_path", nil), // depends on the protocols
			flag("preserve_host", false), flag("request_buffering", true), flag("response_buffering", true),
			field{name: "path_handling", fallback: "v0", checks: []check{oneOf("v0", "v1")}},
			field{name: "regex_priority", kind: kindInteger, checks: []check{atLeast(0)}},
			field{name: "priority", kind: kindInteger, checks: []check{between(0, 1<<46-1)}},
			field{name: "expression", checks: []check{satisfies(expressionFault)}},
			stringList("hosts", satisfies(routeHostFault)),
			stringList("paths", satisfies(routePathFault)),
			stringList("methods", matches(methodPattern, "must have upper-case letters only")),
			stringList("snis", satisfies(routeSNIFault)),
			field{
				name: "headers", kind: kindMapping, keys: []check{headerNameCheck()},
				items: &field{kind: kindList, min: 1, keepEmpty: true, items: &field{checks: []check{notEmpty()}}},
			},
			endpoints("sources"), endpoints("destinations"),
		),
		normalise: set.normaliseRoute,
		rules:     routeRules,
		hidden:    foreignToForm,
		flavors:   routeFlavors,
	}
}

var methodPattern = regexp.MustCompile(`^[A-Z]+$`)

func endpoints(name string) field {
	return field{name: name, kind: kindList, items: &field{kind: kindRecord, fields: []field{
		{name: "ip", checks: []check{satisfies(ipFault)}},
		{name: "port", kind: kindInteger, checks: []check{between(0, 65_535)}},
	}, checks: []check{func(value any) (violation, bool) {
		end, _ := value.(object)
		return violation{reason: "must have an ip or a port", rule: "required"}, len(end) == 0
	}}}}
}

func ipFault(s string) string {
	if ip, err := netip.ParseAddr(s); err == nil && ip.Zone() == "" {
		return ""
	}
	if _, err := netip.ParsePrefix(s); err == nil {
		return ""
	}
	return "must be an IP address or CIDR block"
}

// expressionFault checks no more than parentheses and quotes.
func expressionFault(expression string) string {
	depth, quoted := 0, false
	for i, r := range expression {
		switch {
		case r == '"' && (i == 0 || expression[i-1] != '\\'):
			quoted = !quoted
		case quoted:
		case r == '(':
			depth++
		case r == ')':
			depth--
		}
		if depth < 0 {
			break
		}
	}
	if strings.TrimSpace(expression) == "" || depth != 0 || quoted {
		return "must be a valid expression"
	}
	return ""
}

func (set *settings) normaliseRoute(values object) {
	if hosts, ok := values["hosts"].([]any); ok {
		values["hosts"] = set.storedHosts(hosts)
	}
	protocols := texts(values["protocols"])
	if _, set := values["strip_path"]; !set {
		values["strip_path"] = !isGRPC(protocols)
	}
	priority := "regex_priority"
	if isSet(values, "expression") {
		priority = "priority"
	}
	if _, set := values[priority]; !set {
		values[priority] = int64(0)
	}
}

func isGRPC(protocols []string) bool {
	return slices.Contains(protocols, "grpc") || slices.Contains(protocols, "grpcs")
}
