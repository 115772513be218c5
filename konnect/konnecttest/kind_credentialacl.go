package konnecttest

func credentialACL(set *settings) *collection {
	row := credential(set, "acls", "acls")
	row.fields = withCommon(set, owner(),
		field{name: "group", required: true, checks: []check{notEmpty()}},
	)
	row.unique = []unique{{field: "group", among: "consumer.id"}}
	return row
}
