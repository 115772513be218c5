package konnecttest

func keySet(set *settings) *collection {
	return &collection{
		path: "key-sets", entity: "key-set", limit: 1_000, key: "name", unique: []unique{{field: "name"}},
		fields: withCommon(set, nameOfKey()),
		writes: writing{bodyOptional: true},
	}
}
