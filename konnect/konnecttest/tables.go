package konnecttest

import (
	"fmt"
	"regexp"
)

// collections is the table of the entities this server knows.
func collections(set *settings) []*collection {
	rows := []*collection{
		service(set), route(set), upstream(set), target(set),
		consumer(set), consumerGroup(set), memberships(),
		credentialAPIKey(set), credentialBasicAuth(set), credentialHMAC(set), credentialJWT(set), credentialACL(set),
		certificate(set), caCertificate(set), sni(set), keySet(set), key(set), vault(set), dataPlaneClientCertificate(set), pluginBinding(set),
	}
	return append(rows, listed()...)
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
