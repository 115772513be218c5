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

// deviations are all of them, in one place. Each must be needed.
func deviations() []*deviation {
	return []*deviation{}
}
