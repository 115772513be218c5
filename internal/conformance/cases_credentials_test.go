package conformance

import "slices"

// credentialCases are those of each kind of credentials, beside its own.
func credentialCases(own ...[]scenario) []scenario {
	return slices.Concat(entityCases(), statusCases("least"), ownerCases(), slices.Concat(own...))
}

// requiredText are about strings that must be there, and may be empty.
func requiredText(names ...string) []scenario {
	var cases []scenario
	for _, name := range names {
		cases = append(cases,
			scenario{reason: "no " + name, seed: "least", edit: edits(unset("spec." + name)), want: fields("spec." + name)},
			scenario{reason: "an empty " + name, seed: "least", edit: edits(set("spec."+name, ""))},
			scenario{reason: "another " + name, seed: "least", old: edits(programmed()), verb: change, edit: edits(set("spec."+name, "b"))},
		)
	}
	return cases
}

// optionalText are about strings of any form that may be left out.
func optionalText(names ...string) []scenario {
	var cases []scenario
	for _, name := range names {
		cases = append(cases,
			scenario{reason: name + " is removed", seed: "most", verb: change, edit: edits(unset("spec." + name))},
			scenario{reason: name + " of null", seed: "most", edit: edits(set("spec."+name, nil))},
			scenario{reason: "an empty " + name, seed: "most", edit: edits(set("spec."+name, ""))},
			scenario{reason: "another " + name, seed: "most", old: edits(programmed()), verb: change, edit: edits(set("spec."+name, "b"))},
		)
	}
	return cases
}

// ownerCases are about the reference to the consumer.
func ownerCases() []scenario {
	const ref = "spec.consumerRef"
	another := edits(set(ref+".name", "bob"))
	return []scenario{
		{reason: "no consumer", seed: "least", edit: edits(unset(ref)), want: fields(ref)},
		{reason: "a consumer of null", seed: "least", edit: edits(set(ref, nil)), want: fields(ref)},
		{reason: "a consumer without a name", seed: "least", edit: edits(set(ref, tree{}))},
		{reason: "a consumer with an empty name", seed: "least", edit: edits(set(ref+".name", ""))},
		{reason: "a consumer of any name", seed: "least", edit: edits(set(ref+".name", "a b/é"))},
		{reason: "another consumer", seed: "least", verb: change, edit: another},
		{reason: "another consumer once Programmed", seed: "least", old: edits(programmed()), verb: change, edit: another, want: fields(ref)},
		{reason: "no name once Programmed", seed: "least", old: edits(programmed()), verb: change, edit: edits(set(ref, tree{})), want: fields(ref)},
		{reason: "another consumer once Programmed, in a manifest without status", seed: "least", old: edits(programmed()), verb: change, edit: append(edits(unset("status")), another...), want: fields(ref)},
		{reason: "another consumer while not Programmed", seed: "least", old: edits(conditions(condition("Programmed", "False"))), verb: change, edit: another},
		{reason: "an entity without conditions", seed: "most", verb: status, edit: edits(unset("status.conditions"), set("status.konnect", tree{"id": "a"})), want: fields("status")},
		{reason: "a consumer's ID", seed: "most", verb: status, edit: edits(programmed(), set("status.konnect.consumerID", "a"))},
	}
}

// algorithmCases are about tokens and what they are signed with.
func algorithmCases() []scenario {
	const key = "spec.rsa_public_key"
	cases := []scenario{
		{reason: "no algorithm", seed: "least", edit: edits(unset("spec.algorithm"))},
		{reason: "no algorithm beside a public key", seed: "most", edit: edits(unset("spec.algorithm"))},
		{reason: "an algorithm of null", seed: "least", edit: edits(set("spec.algorithm", nil))},
		{reason: "an empty algorithm", seed: "least", edit: edits(set("spec.algorithm", "")), want: fields("spec.algorithm")},
		{reason: "an algorithm that the CRD does not know", seed: "most", edit: edits(set("spec.algorithm", "ES256K")), want: fields("spec.algorithm")},
		{reason: "an empty public key", seed: "most", edit: edits(set(key, ""))},
		{reason: "a public key of null", seed: "most", edit: edits(set(key, nil)), want: fields(key)},
		{reason: "the public key is removed", seed: "most", verb: change, edit: edits(unset(key)), want: fields(key)},
		{reason: "another algorithm", seed: "most", old: edits(programmed()), verb: change, edit: edits(set("spec.algorithm", "HS256"), unset(key))},
	}
	for _, algorithm := range []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA"} {
		cases = append(cases, scenario{reason: algorithm + " without a public key", seed: "least", edit: edits(set("spec.algorithm", algorithm)), want: fields(key)})
	}
	for _, algorithm := range []string{"HS384", "HS512"} {
		cases = append(cases, scenario{reason: algorithm, seed: "least", edit: edits(set("spec.algorithm", algorithm))})
	}
	return cases
}
