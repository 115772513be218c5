package konnecttest

import (
	"maps"
	"regexp"
	"slices"
)

var vaultPrefix = regexp.MustCompile(`^[a-z][a-z0-9-]*[a-z0-9]+$`)

func vault(set *settings) *collection {
	known := backends()
	names := slices.Sorted(maps.Keys(known.of))
	config := field{name: "config", kind: kindRecord, fallback: object{}, variants: known}
	if set.certificates.vaultVerbatim {
		config = field{name: "config", kind: kindMapping, items: &field{kind: kindAny}, keepEmpty: true}
	}
	row := &collection{
		path: "vaults", entity: "vault", limit: 1_000, key: "prefix", secrets: []string{"config"},
		unique: []unique{{field: "prefix"}},
		fields: withCommon(set,
			field{name: "name", required: true, checks: []check{oneOf(names...)}},
			field{name: "prefix", required: true, checks: []check{
				matches(vaultPrefix, "must be lower-case letters, digits and inner hyphens, at least two of them"),
				satisfies(func(s string) string {
					if slices.Contains(names, s) {
						return "must not be the name of a backend"
					}
					return ""
				}),
			}},
			config,
			field{name: "description"},
		),
	}
	var secrets []string
	for _, name := range set.withheldSecrets(vaultSecrets...) {
		secrets = append(secrets, "config."+name)
	}
	row.answers.withheld = withheld(secrets...)
	return row
}

// vaultSecrets are those in the config of any backend.
var vaultSecrets = []string{
	"token", "approle_secret_id", "oauth2_client_secret", "cert_auth_cert_key", "jwt", "api_key", "client_secret",
}

// backends are the fields of the config of a vault by the store that it stands for.
func backends() *variants {
	return &variants{by: "name", of: map[string]variant{
		"env": {fields: append(local(), field{name: "prefix", checks: []check{
			matches(environmentName, "must begin with a letter, _ or - and go on with those and digits"),
		}})},
		"fs": {fields: append(local(), optional("prefix")...)},
		"aws": {fields: slices.Concat(remote(), optional("region", "endpoint_url", "assume_role_arn", "sts_endpoint_url"),
			[]field{value("role_session_name", "KongVault")})},
		"gcp": {fields: append(remote(), field{name: "project_id", required: true})},
		"azure": {fields: slices.Concat(remote(), optional("vault_uri", "location", "client_id", "tenant_id", "client_secret"),
			[]field{value("type", "secrets"), value("credentials_prefix", "AZURE")})},
		"hcv": {open: true, fields: slices.Concat(remote(), optional("namespace", "token"), []field{
			value("host", "127.0.0.1"), value("protocol", "https"), value("kv", "v1"), value("mount", "secret"),
			value("auth_method", "token"), flag("ssl_verify", nil),
			{name: "port", kind: kindInteger, fallback: int64(8200), checks: []check{between(0, 65_535)}},
		})},
		"conjur":  {fields: append(remote(), optional("endpoint_url", "login", "account", "api_key", "auth_method")...)},
		"konnect": {fields: []field{{name: "config_store_id", checks: []check{uuidCheck()}}}},
	}}
}

var environmentName = regexp.MustCompile(`^[a-zA-Z_-][a-zA-Z0-9_-]*$`)

func optional(names ...string) []field {
	var out []field
	for _, name := range names {
		out = append(out, field{name: name})
	}
	return out
}

func value(name, fallback string) field { return field{name: name, fallback: fallback} }

// local and remote are the fields of what a data plane reads without and with a network.
func local() []field { return cached(nil, nil) }

func remote() []field { return cached(int64(0), int64(100_000_000)) }

func cached(none, resurrected any) []field {
	seconds := func(name string, fallback any) field {
		return field{name: name, kind: kindInteger, fallback: fallback, checks: []check{atLeast(0)}}
	}
	return []field{
		flag("base64_decode", nil), seconds("ttl", none), seconds("neg_ttl", none), seconds("resurrect_ttl", resurrected),
	}
}
