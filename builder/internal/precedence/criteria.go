package precedence

import (
	"maps"
	"slices"
	"strings"
)

// Criteria are what a match asks of a request besides host and path. Methods are in upper
// case, names of headers in lower case; nothing set asks for nothing.
type Criteria struct {
	Methods []string
	Headers map[string][]string
	SNIs    []string
}

// Fields counts what is set.
func (c Criteria) Fields() int {
	count := 0
	for _, set := range []bool{len(c.Methods) > 0, len(c.Headers) > 0, len(c.SNIs) > 0} {
		if set {
			count++
		}
	}
	return count
}

// with returns criteria that all requests meet which meet both, and that no request meets
// which does not meet c; false if there are no such requests. Of a header that both ask
// for it has the values of c, because a request may have it twice.
func (c Criteria) with(other Criteria) (Criteria, bool) {
	both := Criteria{Methods: c.Methods, Headers: c.Headers, SNIs: c.SNIs}
	switch {
	case len(c.Methods) == 0:
		both.Methods = other.Methods
	case len(other.Methods) > 0:
		both.Methods = slices.DeleteFunc(slices.Clone(c.Methods), func(m string) bool { return !slices.Contains(other.Methods, m) })
		if len(both.Methods) == 0 {
			return Criteria{}, false
		}
	}
	if len(other.Headers) > 0 {
		both.Headers = maps.Clone(other.Headers)
		maps.Copy(both.Headers, c.Headers)
	}
	if len(c.SNIs) == 0 {
		both.SNIs = other.SNIs
	}
	return both, true
}

// Key returns a text that equal criteria have, and no others; empty for none.
func (c Criteria) Key() string {
	if c.Fields() == 0 {
		return ""
	}
	sorted := func(values []string) string { return strings.Join(slices.Sorted(slices.Values(values)), "\x00") }
	parts := []string{sorted(c.Methods), sorted(c.SNIs)}
	for _, name := range slices.Sorted(maps.Keys(c.Headers)) {
		parts = append(parts, name, sorted(c.Headers[name]))
	}
	return strings.Join(parts, "\x01")
}
