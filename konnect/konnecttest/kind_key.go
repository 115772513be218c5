package konnecttest

import (
	"encoding/json"
)

func key(set *settings) *collection {
	row := &collection{
		path: "keys", entity: "key", limit: 1_000, key: "name", secrets: []string{"jwk", "pem.private_key"},
		foreign: []foreign{{field: "set", to: "key-sets", onDelete: cascade}},
		nested:  []nesting{{parent: "key-sets", segment: "keys", field: "set"}},
		fields: withCommon(set,
			nameOfKey(),
			field{name: "kid", required: true, checks: []check{notEmpty()}},
			field{name: "jwk", checks: []check{notEmpty()}},
			field{name: "pem", kind: kindRecord, fields: []field{
				{name: "private_key", checks: []check{satisfies(privateKeyFault)}},
				{name: "public_key", checks: []check{satisfies(publicPartFault)}},
			}},
			reference("set"),
			field{name: "x5t"},
		),
		normalise: func(values object) {
			if pem, ok := values["pem"].(object); ok {
				set.normalisePEM("private_key", "public_key")(pem)
			}
		},
		rules: keyRules,
	}
	row.unique = []unique{{field: "name"}}
	switch set.certificates.kids {
	case KeyIDPerSet:
		row.unique = append(row.unique, unique{field: "kid", among: "set.id"})
	case KeyIDGlobal:
		row.unique = append(row.unique, unique{field: "kid"})
	case KeyIDFree:
	}
	if set.certificates.keysWithheld {
		row.answers.withheld = privateParts
	}
	return row
}

// publicPartFault is for the public key of a pair, which may be in a vault as well.
func publicPartFault(text string) string {
	if isReference(text) {
		return ""
	}
	return publicKeyFault(text)
}

func nameOfKey() field { return field{name: "name", checks: []check{notEmpty()}} }

func keyRules(values object) []violation {
	jwk, pem := text(values, "jwk"), values["pem"]
	var out []violation
	switch {
	case jwk == "" && pem == nil:
		out = append(out, broken("at least one of these fields must be non-empty: 'pem', 'jwk'"))
	case jwk != "" && pem != nil:
		out = append(out, broken("only one or none of these fields must be set: 'pem', 'jwk'"))
	}
	if parts, ok := pem.(object); ok && len(parts) == 0 {
		out = append(out, violation{
			field: "pem", reason: "at least one of these fields must be non-empty: 'private_key', 'public_key'",
		})
	}
	if fault := jwkFault(jwk, text(values, "kid")); fault != "" && jwk != "" && !isReference(jwk) {
		out = append(out, broken("%s", fault))
	}
	return out
}

// jwkMembers are those that a key of a type must have.
var jwkMembers = map[string][]string{"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}}

func jwkFault(jwk, kid string) string {
	values, err := decodeObject([]byte(jwk))
	if err != nil {
		return "could not json decode jwk string"
	}
	if values["kid"] != kid {
		return "kid in jwk.kid must be equal to keys.kid"
	}
	members, known := jwkMembers[text(values, "kty")]
	for _, name := range members {
		if text(values, name) == "" {
			known = false
		}
	}
	if !known {
		return "could not load JWK, likely not a valid key"
	}
	return ""
}

// privateParts are what a key has that is not public: of a JWK the whole.
func privateParts(values object) []string {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(text(values, "jwk")), &members) == nil && members["d"] != nil {
		return []string{"jwk", "pem.private_key"}
	}
	return []string{"pem.private_key"}
}
