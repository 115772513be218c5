package konnecttest

func credentialAPIKey(set *settings) *collection {
	row := credential(set, "key-auths", "key-auth")
	row.fields = withCommon(set, owner(),
		field{name: "key", checks: []check{notEmpty()}},
		field{name: "ttl", kind: kindInteger},
	)
	row.secrets, row.unique = []string{"key"}, []unique{{field: "key"}}
	row.writes.bodyOptional = true
	row.writes.complete = set.generate("key")
	hidden := set.withheldSecrets("key")
	switch set.kinds.ttl {
	case TTLRemaining:
		row.answers.current = remainingTTL
	case TTLOmitted:
		hidden = append(hidden, "ttl")
	}
	row.answers.withheld = withheld(hidden...)
	return row
}

// remainingTTL counts down from the creation.
func remainingTTL(sc *scope, values object) {
	ttl, ok := integer(values["ttl"])
	created, isTime := number(values["created_at"])
	if ok && isTime {
		values["ttl"] = max(ttl-(sc.now.at.Unix()-int64(created)), 0)
	}
}
