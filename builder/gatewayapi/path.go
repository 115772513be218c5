package gatewayapi

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/konnectkit/konnectkit/internal/router"
)

// pathKind is how a path is compared; what comes first is less.
type pathKind int

const (
	prefixPath pathKind = iota
	regexPath
	exactPath
)

// path is the condition on the path of a request.
type path struct {
	kind pathKind
	// text is a whole path, or one without a slash at its end whose segments others begin
	// with (empty for all), both as the gateway normalizes them; or an expression.
	text string
	// regex decides whole paths; nil where only the gateway's engine can.
	regex *regexp.Regexp
	// literal is what all matches of an expression begin with.
	literal string
}

func newExactPath(text string) path { return path{kind: exactPath, text: router.NormalizePath(text)} }

func newPrefixPath(text string) path {
	return path{kind: prefixPath, text: strings.TrimRight(router.NormalizePath(text), "/")}
}

// newRegexPath takes an expression that begins with a slash.
func newRegexPath(text string) path {
	p := path{kind: regexPath, text: text}
	if compiled, err := regexp.Compile(text); err == nil {
		p.literal, _ = compiled.LiteralPrefix()
		p.regex, _ = regexp.Compile("^" + text)
	}
	return p
}

// kong returns the path of a KongRoute: always an expression, so that a more special
// route is never one of another kind.
func (p path) kong() string {
	switch {
	case p.kind == exactPath:
		return "~" + regexp.QuoteMeta(p.text) + "$"
	case p.kind == regexPath:
		return "~" + p.text
	case p.text == "":
		return "~/"
	default:
		return "~" + regexp.QuoteMeta(p.text) + "(?:/|$)"
	}
}

// compare orders paths as the Gateway API does, those that come first as greater: exact
// ones, expressions, of which it says nothing, and prefixes; the longer ones before.
func (p path) compare(other path) int {
	return cmp.Or(cmp.Compare(p.kind, other.kind), cmp.Compare(len(p.text), len(other.text)))
}

// relation is how the matches of two paths lie to each other.
type relation int

const (
	disjoint relation = iota
	equal
	inside
	outside
	// undecided is for expressions that match some paths of the other, as far as is known.
	undecided
)

func (r relation) reversed() relation {
	switch r {
	case inside:
		return outside
	case outside:
		return inside
	default:
		return r
	}
}

// relate returns how p lies to other.
func (p path) relate(other path) relation {
	switch {
	case p.kind == other.kind && p.text == other.text:
		return equal
	case p.kind == regexPath && other.kind == regexPath:
		if strings.HasPrefix(p.literal, other.literal) || strings.HasPrefix(other.literal, p.literal) {
			return undecided
		}
		return disjoint
	case p.kind == regexPath:
		return other.relate(p).reversed()
	case other.kind == regexPath && p.kind == exactPath:
		return p.exactToRegex(other)
	case other.kind == regexPath:
		return p.prefixToRegex(other)
	case p.kind == exactPath && other.kind == exactPath:
		return disjoint
	case other.kind == prefixPath && hasSegments(p.text, other.text):
		return inside
	case p.kind == prefixPath && hasSegments(other.text, p.text):
		return outside
	default:
		return disjoint
	}
}

// hasSegments reports whether a path begins with the segments of a prefix.
func hasSegments(text, prefix string) bool {
	return strings.HasPrefix(text, prefix) && (len(text) == len(prefix) || text[len(prefix)] == '/')
}

func (p path) exactToRegex(expression path) relation {
	switch {
	case !strings.HasPrefix(p.text, expression.literal):
		return disjoint
	case expression.regex == nil || !isASCII(p.text):
		return undecided
	case expression.regex.MatchString(p.text):
		return inside
	default:
		return disjoint
	}
}

func (p path) prefixToRegex(expression path) relation {
	literal := expression.literal
	switch {
	case p.text == "" || strings.HasPrefix(literal, p.text+"/"):
		return outside
	case strings.HasPrefix(p.text, literal) || literal == p.text:
		return undecided
	default:
		return disjoint
	}
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= 0x80 }) < 0
}
