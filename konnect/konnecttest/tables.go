package konnecttest

import (
	"fmt"
	"regexp"
	"strings"
)

// collections is the table of the core entities this server knows.
func collections(set *settings) []*collection {
	rows := []*collection{service(set), route(set), upstream(set), target(set)}
	return append(append(rows, listed()...), further()...)
}

// listed are the collections that can only be listed. References to and from them are
// kept all the same, for entities that tests put there.
func listed() []*collection {
	consumerChild := []foreign{{field: "consumer", to: "consumers", onDelete: cascade}}
	return []*collection{
		{
			path: "plugins", entity: "plugin", limit: 10_000, nameFilter: true,
			unique: []unique{{field: "instance_name"}},
			foreign: []foreign{
				{field: "service", to: "services", onDelete: cascade},
				{field: "route", to: "routes", onDelete: cascade},
				{field: "consumer", to: "consumers", onDelete: cascade},
				{field: "consumer_group", to: "consumer_groups", onDelete: cascade},
			},
			nested: []nesting{
				{parent: "services", segment: "plugins", field: "service"},
				{parent: "routes", segment: "plugins", field: "route"},
				{parent: "consumers", segment: "plugins", field: "consumer"},
				{parent: "consumer_groups", segment: "plugins", field: "consumer_group"},
			},
		},
		{
			path: "consumers", entity: "consumer", limit: 50_000, key: "username", nameFilter: true,
			unique: []unique{{field: "username"}, {field: "custom_id"}},
		},
		{path: "consumer_groups", entity: "consumer_group", limit: 1_000, unique: []unique{{field: "name"}}},
		{path: "certificates", entity: "certificate", limit: 1_000, secrets: []string{"key", "key_alt"}},
		{path: "ca_certificates", entity: "ca_certificate", limit: 1_000, unique: []unique{{field: "cert_digest"}}},
		{
			path: "snis", entity: "sni", limit: 1_000, key: "name", unique: []unique{{field: "name"}},
			foreign: []foreign{{field: "certificate", to: "certificates", onDelete: cascade}},
			nested:  []nesting{{parent: "certificates", segment: "snis", field: "certificate"}},
		},
		{
			path: "keys", entity: "key", limit: 1_000, secrets: []string{"jwk", "pem.private_key"}, key: "name", unique: []unique{{field: "name"}},
			foreign: []foreign{{field: "set", to: "key-sets", onDelete: cascade}},
			nested:  []nesting{{parent: "key-sets", segment: "keys", field: "set"}},
		},
		{path: "key-sets", entity: "key_set", limit: 1_000, key: "name", unique: []unique{{field: "name"}}},
		{path: "vaults", entity: "vault", limit: 1_000, secrets: []string{"config"}, key: "prefix", unique: []unique{{field: "prefix"}}},
		credential("key-auths", "key-auth", unique{field: "key"}, consumerChild, "key"),
		credential("basic-auths", "basic-auth", unique{field: "username"}, consumerChild, "password"),
		credential("hmac-auths", "hmac-auth", unique{field: "username"}, consumerChild, "secret"),
		credential("jwts", "jwt", unique{field: "key"}, consumerChild, "secret"),
		credential("acls", "acls", unique{field: "group", parts: []string{"consumer.id", "group"}}, consumerChild),
	}
}

func credential(path, segment string, key unique, parents []foreign, secrets ...string) *collection {
	return &collection{
		path: path, entity: strings.TrimSuffix(path, "s"), limit: 50_000, unchanging: true, secrets: secrets,
		unique: []unique{key}, foreign: parents,
		nested: []nesting{{parent: "consumers", segment: segment, field: "consumer"}},
	}
}

// withCommon adds the fields every core entity has.
func withCommon(set *settings, fields ...field) []field {
	return append(fields,
		field{name: "id", checks: []check{uuidCheck()}},
		field{name: "tags", kind: kindList, items: &field{checks: tagChecks(set)}, checks: []check{atMostItems(set.tagLimit), distinct()}},
		field{name: "created_at", serverSet: true},
		field{name: "updated_at", serverSet: true},
	)
}

// entityName is checked beside length.
var entityName = regexp.MustCompile(`^(?:[0-9A-Za-z.\-_~]|[^\x00-\x7F])+$`)

var (
	wideTag   = regexp.MustCompile(`^[^,/\x00-\x1F\x7F]+$`)
	narrowTag = regexp.MustCompile(`^[0-9A-Za-z.\-_~:]+(?: +[0-9A-Za-z.\-_~:]+)*$`)
)

func tagChecks(set *settings) []check {
	alphabet := matches(wideTag, "must be printable and have neither , nor /")
	if set.narrowTags {
		alphabet = matches(narrowTag, "must have only letters, digits, spaces within and . - _ ~ :")
	}
	return []check{length(1, 128), alphabet}
}

func reference(name string) field {
	return field{name: name, kind: kindRecord, fields: []field{{name: "id", required: true, checks: []check{uuidCheck()}}}}
}

func nameField() field {
	return field{name: "name", checks: []check{
		length(1, 128),
		matches(entityName, "must have only letters, digits and . - _ ~"),
	}}
}

func stringList(name string, checks ...check) field {
	return field{name: name, kind: kindList, items: &field{checks: checks}}
}

func flag(name string, fallback any) field {
	return field{name: name, kind: kindBoolean, fallback: fallback}
}

// broken is a fault across fields.
func broken(format string, args ...any) violation {
	return violation{reason: fmt.Sprintf(format, args...), rule: "invalid"}
}
