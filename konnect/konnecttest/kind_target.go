package konnecttest

func target(set *settings) *collection {
	return &collection{
		path: "targets", entity: "target", key: "target", limit: 10_000,
		flat: flatLists, flatErrors: familyProblem, fractional: true,
		unique:  []unique{{field: "target", among: "upstream.id"}},
		foreign: []foreign{{field: "upstream", to: "upstreams", onDelete: cascade}},
		nested:  []nesting{{parent: "upstreams", segment: "targets", field: "upstream"}},
		fields: withCommon(set,
			field{name: "target", required: true, checks: []check{satisfies(func(s string) string {
				_, fault := normalTarget(s)
				return fault
			})}},
			field{name: "weight", kind: kindInteger, fallback: int64(100), checks: []check{between(0, 65_535)}},
			flag("failover", false),
			reference("upstream"),
		),
		normalise: func(values object) {
			values["target"], _ = normalTarget(text(values, "target"))
		},
	}
}
