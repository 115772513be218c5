package konnecttest

import (
	"slices"
)

var protocolNames = []string{"grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", "udp", "ws", "wss"}

func service(set *settings) *collection {
	timeout := func(name string) field {
		return field{name: name, kind: kindInteger, fallback: int64(60_000), checks: []check{between(1, 2_147_483_646)}}
	}
	return &collection{
		path: "services", entity: "service", key: "name", filters: filters{name: "name"}, limit: 10_000,
		unique: []unique{{field: "name"}},
		foreign: []foreign{
			{field: "client_certificate", to: "certificates"},
			{field: "ca_certificates", to: "ca_certificates", many: true},
		},
		fields: withCommon(set,
			nameField(),
			field{name: "host", required: true, checks: []check{length(1, 256), satisfies(hostFault)}},
			field{name: "protocol", fallback: "http", checks: []check{oneOf(protocolNames...)}},
			field{name: "port", kind: kindInteger, fallback: int64(80), checks: []check{between(0, 65_535)}},
			field{name: "path", checks: []check{length(1, 1024), satisfies(pathFault)}},
			field{name: "url", writeOnly: true},
			field{name: "retries", kind: kindInteger, fallback: int64(5), checks: []check{between(0, 32_767)}},
			timeout("connect_timeout"), timeout("read_timeout"), timeout("write_timeout"),
			flag("enabled", true),
			reference("client_certificate"),
			flag("tls_verify", nil),
			field{name: "tls_verify_depth", kind: kindInteger, checks: []check{between(0, 64)}},
			stringList("ca_certificates", uuidCheck()),
			field{name: "tls_sans", kind: kindRecord, fields: []field{stringList("dnsnames"), stringList("uris")}},
		),
		prepare: func(raw object) *failure {
			if n, ok := integer(raw["retries"]); ok && n == 0 && set.zeroRetriesUnset {
				raw["retries"] = nil
			}
			return expandURL(raw, set.decodedURLPaths)
		},
		normalise: func(values object) {
			if host, ok := values["host"].(string); ok {
				values["host"] = set.storedHost(host)
			}
		},
		rules: serviceRules,
	}
}

func serviceRules(values object) []violation {
	var out []violation
	protocol := text(values, "protocol")
	if isSet(values, "path") && slices.Contains([]string{"tcp", "tls", "udp", "grpc", "grpcs"}, protocol) {
		out = append(out, broken("path cannot be set when protocol is %s", protocol))
	}
	if protocol == "https" || protocol == "tls" {
		return out
	}
	for _, name := range []string{"client_certificate", "tls_verify", "tls_verify_depth", "ca_certificates", "tls_sans"} {
		if isSet(values, name) {
			out = append(out, broken("%s can be set only when protocol is https or tls", name))
		}
	}
	return out
}
