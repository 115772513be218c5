package konnecttest

import "regexp"

var (
	visibleName = regexp.MustCompile(`^[^\x00-\x1F\x7F]+$`)
	consumerID  = "must not have control characters"
)

func consumer(set *settings) *collection {
	name := func(name string) field {
		return field{name: name, checks: []check{length(1, 128), matches(visibleName, consumerID)}}
	}
	return &collection{
		path: "consumers", entity: "consumer", limit: 50_000, key: "username",
		unique:  []unique{{field: "username"}, {field: "custom_id"}},
		filters: filters{name: "username", exact: []string{"custom_id"}},
		fields:  withCommon(set, name("username"), name("custom_id")),
		prepare: func(raw object) *failure {
			for _, name := range []string{"username", "custom_id"} {
				if raw[name] == "" && !set.kinds.emptyNames {
					delete(raw, name)
				}
			}
			return nil
		},
		rules: func(values object) []violation {
			if text(values, "username") == "" && text(values, "custom_id") == "" {
				return []violation{broken("at least one of these fields must be non-empty: 'custom_id', 'username'")}
			}
			return nil
		},
	}
}
