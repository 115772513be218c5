package konnecttest

import "fmt"

// further are collections that can only be listed and that few programs use: those beside
// core-entities, and those that the published subset of the API leaves out.
func further() []*collection {
	ofService := []foreign{{field: "service", to: "services", onDelete: cascade}}
	return []*collection{
		{path: "dp-client-certificates", entity: "dp_client_certificate", beside: true, limit: 32, wrap: counted},
		{path: "config-stores", entity: "config_store", beside: true, wrap: cursored},
		{path: "plugin-schemas", entity: "plugin_schema", unique: []unique{{field: "name"}}, wrap: counted},
		{path: "custom-plugins", entity: "custom_plugin", limit: 100, unique: []unique{{field: "name"}}},
		{path: "partials", entity: "partial"},
		credential("mtls-auths", "mtls-auth", unique{field: "subject_name"}, []foreign{{field: "consumer", to: "consumers", onDelete: cascade}}),
		{path: "degraphql_routes", entity: "degraphql_route", foreign: ofService},
		{path: "graphql-rate-limiting-advanced/costs", entity: "graphql_rate_limiting_advanced_cost", foreign: ofService},
	}
}

// counted is the form of lists without pages that tell how many there are.
func counted(items []byte, n int) string {
	return fmt.Sprintf(`{"items":[%s],"page":{"total_count":%d}}`, items, n)
}

// cursored is the form of lists with cursors, of which there is one page.
func cursored(items []byte, n int) string {
	return fmt.Sprintf(`{"data":[%s],"meta":{"page":{"size":%d,"next":null,"previous":null}}}`, items, n)
}
