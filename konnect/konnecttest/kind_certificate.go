package konnecttest

import "strings"

func certificate(set *settings) *collection {
	cert := func(name string) field { return field{name: name, checks: []check{satisfies(certificateFault)}} }
	key := func(name string) field { return field{name: name, checks: []check{satisfies(privateKeyFault)}} }
	row := &collection{
		path: "certificates", entity: "certificate", limit: 1_000, secrets: []string{"key", "key_alt"},
		fields: withCommon(set,
			cert("cert"), key("key"), cert("cert_alt"), key("key_alt"),
			field{name: "description", writeOnly: true},
			field{name: "managed_by", kind: kindRecord, open: true, writeOnly: true},
			field{name: "vault", writeOnly: true}, field{name: "vault_alt", writeOnly: true},
		),
		prepare:   expandVaults,
		normalise: set.normalisePEM("cert", "key", "cert_alt", "key_alt"),
		rules:     set.certificateRules,
	}
	row.answers.withheld = withheld(set.withheldKeys("key", "key_alt")...)
	switch set.certificates.snis {
	case SNIsIgnored:
		row.fields = append(row.fields, field{name: "snis", kind: kindList, items: &field{}, writeOnly: true})
	case SNIsExpanded:
		row.fields = append(row.fields, stringList("snis", satisfies(wildcardFault)))
		row.writes.complete, row.writes.after = checkSNIs, expandSNIs
		row.answers.current = listSNIs
	}
	return row
}

// expandVaults writes what a reference to a pair in a vault stands for over the pair.
func expandVaults(raw object) *failure {
	for suffix := range strings.SplitSeq(",_alt", ",") {
		reference, ok := raw["vault"+suffix].(string)
		if !ok {
			continue
		}
		if !isReference(reference) {
			return invalidEntity([]violation{{field: "vault" + suffix, reason: "must be a reference to a vault"}})
		}
		reference = strings.TrimSuffix(strings.TrimSpace(reference), "}")
		raw["cert"+suffix], raw["key"+suffix] = reference+"/cert}", reference+"/key}"
	}
	return nil
}

func (set *settings) certificateRules(values object) []violation {
	var out []violation
	for _, name := range []string{"cert", "key"} {
		if values[name] == nil {
			out = append(out, violation{field: name, reason: "is required", rule: "required"})
		}
	}
	if isSet(values, "cert_alt") != isSet(values, "key_alt") {
		out = append(out, broken("all or none of these fields must be set: 'cert_alt', 'key_alt'"))
	}
	if set.certificates.mismatch {
		return out
	}
	if !keyFits(text(values, "cert"), text(values, "key")) {
		out = append(out, broken("certificate does not match key"))
	}
	if !keyFits(text(values, "cert_alt"), text(values, "key_alt")) {
		out = append(out, broken("alternative certificate does not match key"))
	}
	if sameAlgorithm(text(values, "cert"), text(values, "cert_alt")) {
		out = append(out, broken("certificate and alternative certificate must have keys of different types"))
	}
	return out
}

func (set *settings) withheldKeys(keys ...string) []string {
	if set.certificates.keysWithheld {
		return keys
	}
	return nil
}
