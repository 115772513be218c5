package gatewayapi

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/internal/pathregexp"
)

// match is one alternative of a rule.
type match struct {
	of    *rule
	index int
	path  path
	// method is empty where all will do.
	method string
	// headers are sorted by name, and have one value each.
	headers []header
	// written are the values of headers as they stand in the spec.
	written map[string]string
	// service and call are the lengths of a gRPC service and method.
	service, call int
	// order is the place in the precedence of all matches at a host, the lower the later.
	order int
}

// header is a header by its name and value in lower case, as the gateway compares both.
type header struct{ name, value string }

func compareHeaders(a, b header) int {
	return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value))
}

// compareMatches orders matches as the Gateway API does, those that come first as greater.
// The hostname goes before all of that.
func compareMatches(a, b *match) int {
	return cmp.Or(
		cmp.Compare(a.service, b.service),
		cmp.Compare(a.call, b.call),
		a.path.compareUnless(a.of.of.family == grpcFamily, b.path),
		cmp.Compare(len(a.method), 0)-cmp.Compare(len(b.method), 0),
		cmp.Compare(len(a.headers), len(b.headers)),
		compareAge(b.of.of, a.of.of),
		cmp.Compare(b.of.index, a.of.index),
		cmp.Compare(b.index, a.index),
	)
}

// compareUnless is compare, or 0 where paths do not count as such.
func (p path) compareUnless(ignored bool, other path) int {
	if ignored {
		return 0
	}
	return p.compare(other)
}

// addRegex sets the path to an expression, or refuses the rule.
func (m *match) addRegex(at *field.Path, text string) {
	text = strings.TrimPrefix(text, "^")
	switch err := pathregexp.Check(text); {
	case !strings.HasPrefix(text, "/"):
		m.of.unsupported(at, "an expression must begin with a slash for the gateway, which finds it at the beginning of paths")
	case strings.Contains(text, "//"):
		m.of.unsupported(at, "the gateway matches paths without empty segments, so that // never matches; /+ stands for one slash or more")
	case err != nil:
		m.of.unsupported(at, "the gateway does not take the expression: "+err.Error())
	case pathregexp.HasAlternatives(text):
		m.of.unsupported(at, "the gateway would look for all alternatives but the first anywhere in a path; put them into a group behind the first slash, such as /(?:a|b)")
	default:
		m.path = newRegexPath(text)
	}
}

// addHeader adds the condition that a header has a value; of a name that comes twice, the
// first counts, as the Gateway API says.
func (m *match) addHeader(o *options, at *field.Path, name, value string) {
	lower := header{strings.ToLower(name), strings.ToLower(value)}
	if slices.ContainsFunc(m.headers, func(h header) bool { return h.name == lower.name }) {
		return
	}
	m.of.checkHeaderName(at.Child("name"), lower.name)
	switch {
	case lower.name == "host":
		m.of.unsupported(at.Child("name"), "the gateway matches hosts by hostnames alone")
	case lower.value == "":
		m.of.unsupported(at.Child("value"), "the gateway cannot match an empty value")
	case strings.HasPrefix(value, "~*"):
		m.of.unsupported(at.Child("value"), "the gateway takes a value that begins with ~* for an expression")
	case strings.ContainsFunc(value, unicode.IsLetter):
		m.of.warn(o, at.Child("value"), "the gateway matches the value of a header in any case")
	}
	if m.written == nil {
		m.written = map[string]string{}
	}
	m.written[lower.name] = value
	m.headers = append(m.headers, lower)
	slices.SortFunc(m.headers, compareHeaders)
}

// differsInCase reports whether the two ask for one value of a header in different case.
func (m *match) differsInCase(other *match) bool {
	for _, h := range m.headers {
		written, ok := other.written[h.name]
		if ok && written != m.written[h.name] && strings.EqualFold(written, h.value) {
			return true
		}
	}
	return false
}
