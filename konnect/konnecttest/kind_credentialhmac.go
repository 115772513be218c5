package konnecttest

func credentialHMAC(set *settings) *collection {
	row := credential(set, "hmac-auths", "hmac-auth")
	row.fields = withCommon(set, owner(),
		field{name: "username", required: true, checks: []check{notEmpty()}},
		field{name: "secret", checks: []check{notEmpty()}},
	)
	row.secrets, row.unique = []string{"secret"}, []unique{{field: "username"}}
	row.writes.complete = set.generate("secret")
	row.answers.withheld = withheld(set.withheldSecrets("secret")...)
	return row
}
