package precedence

import (
	"regexp"
	"strings"
)

// PathKind says how a path is compared.
type PathKind int

// A path is a prefix of whole elements, the whole path, a prefix of its text, or a regular
// expression, which is anchored at its beginning alone.
const (
	Elements PathKind = iota
	Exact
	Text
	Expression
)

// Path of a match. The value begins with a slash and is as the gateway sees those of
// requests; that of Elements ends in no slash but for the root.
type Path struct {
	Kind  PathKind
	Value string
}

// Expression returns the path of a route that matches as p does. It is a regular
// expression for every kind: of routes that all have one, regex_priority alone tells the
// paths apart.
func (p Path) Expression() string {
	literal := "~" + regexp.QuoteMeta(p.Value)
	switch {
	case p.Kind == Expression:
		return "~" + p.Value
	case p.Kind == Exact:
		return literal + "$"
	case p.Kind == Elements && p.Value != "/":
		return literal + "(?:/|$)"
	default:
		return literal
	}
}

// covers reports whether p matches a path that is written as value.
func (p Path) covers(value string) bool {
	rest, found := strings.CutPrefix(value, p.Value)
	switch {
	case !found:
		return false
	case p.Kind == Exact:
		return rest == ""
	case p.Kind == Elements && p.Value != "/":
		return rest == "" || rest[0] == '/'
	default:
		return true
	}
}

// overlaps reports whether there may be a request that both match.
func (p Path) overlaps(other Path) bool {
	return p.Kind == Expression || other.Kind == Expression || p.covers(other.Value) || other.covers(p.Value)
}
