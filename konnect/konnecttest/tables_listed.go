package konnecttest

import "fmt"

// listed are the collections that can only be listed: their entities come from tests. Further
// ones beside core-entities, and those that the published subset of the API leaves out, are
// among them. References to and from them are kept all the same.
func listed() []*collection {
	ofService := []foreign{{field: "service", to: "services", onDelete: cascade}}
	return []*collection{
		{path: "config-stores", entity: "config_store", beside: true, wrap: cursored},
		{path: "plugin-schemas", entity: "plugin_schema", unique: []unique{{field: "name"}}, wrap: counted},
		{path: "custom-plugins", entity: "custom_plugin", limit: 100, unique: []unique{{field: "name"}}},
		{path: "partials", entity: "partial"},
		mtlsAuth(),
		{path: "degraphql_routes", entity: "degraphql_route", foreign: ofService},
		{path: "graphql-rate-limiting-advanced/costs", entity: "graphql_rate_limiting_advanced_cost", foreign: ofService},
	}
}

func mtlsAuth() *collection {
	return &collection{
		path: "mtls-auths", entity: "mtls-auth", limit: 50_000, unchanging: true, unique: []unique{{field: "subject_name"}},
		foreign: []foreign{{field: "consumer", to: "consumers", onDelete: cascade}},
		nested:  []nesting{{parent: "consumers", segment: "mtls-auth", field: "consumer"}},
	}
}

// cursored is the form of lists with cursors, of which there is one page.
func cursored(items []byte, n int) string {
	return fmt.Sprintf(`{"data":[%s],"meta":{"page":{"size":%d,"next":null,"previous":null}}}`, items, n)
}
