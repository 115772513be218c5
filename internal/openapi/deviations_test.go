package openapi_test

import (
	"slices"
	"strings"
)

// deviation is a difference between the document and the server that is meant to be.
type deviation struct {
	reason   string
	method   string // "" for any
	path     string // part of the path
	statuses []int  // empty for any
	text     string // part of what the validator finds
	used     bool
}

func (d *deviation) covers(x exchange, text string) bool {
	return (d.method == "" || d.method == x.method) && strings.Contains(x.path, d.path) &&
		(len(d.statuses) == 0 || slices.Contains(d.statuses, x.status)) && strings.Contains(text, d.text)
}

const (
	entities     = "/core-entities/"
	undocumented = "does not exist"
)

// deviations are all of them, in one place. Each must be needed.
func deviations() []*deviation {
	return []*deviation{
		{
			reason: "next is null on the last page: the document says so in words and has the type of a string",
			method: "GET", path: entities, statuses: []int{200}, text: "$.next: got null",
		},
		{
			reason: "core entities document no errors beside 401 and 404; clients rely on 400 with a gRPC status",
			path:   entities, statuses: []int{400}, text: undocumented,
		},
		{
			reason: "core entities of groups and ingress controllers refuse writes with 403, which only clients document",
			method: "POST", path: entities, statuses: []int{403}, text: undocumented,
		},
		{
			reason: "lists document no 404, for a control plane or parent that is not there",
			method: "GET", path: entities, statuses: []int{404}, text: undocumented,
		},
		{
			reason: "paths below a parent document no 401, which the gateway in front of all of them answers",
			path:   entities, statuses: []int{401}, text: undocumented,
		},
		{
			reason: "a fault of the service is documented for control planes only",
			path:   entities, statuses: []int{500}, text: undocumented,
		},
		{
			reason: "where unset fields are shown, they are null at every level as in the gateway's own API",
			path:   entities + "upstreams", statuses: []int{200}, text: "$.healthchecks.active.",
		},
		{
			reason: "config stores can only be listed; a control plane that is not there is as for the other lists",
			method: "GET", path: "/config-stores", statuses: []int{404}, text: undocumented,
		},
		{
			reason: "one answer to a missing token for all paths of a control plane; that of config stores is documented as a problem",
			method: "GET", path: "/config-stores", statuses: []int{401}, text: "application/json",
		},
		{
			reason: "credentials do have updated_at, as answers of the service show; the document forgets it",
			path:   entities, statuses: []int{200, 201}, text: "additional properties 'updated_at' not allowed",
		},
		{
			reason: "a member or group that is not there is not found; the document has no errors of an addition",
			method: "POST", path: entities, statuses: []int{404}, text: undocumented,
		},
		{
			reason: "rate limits are nowhere in the document",
			path:   planes, statuses: []int{429}, text: undocumented,
		},
		{
			reason: "a name that is taken is a conflict on update as on creation; the document has it for creation only",
			method: "PATCH", path: planes, statuses: []int{409}, text: undocumented,
		},
	}
}
