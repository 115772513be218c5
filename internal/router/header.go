package router

import (
	"fmt"
	"maps"
	"net/textproto"
	"slices"
	"strings"
)

// headerRule is what a route asks of one header: any of the values.
type headerRule struct {
	// name is in lower case, canonical as net/http has it.
	name, canonical string
	values          []headerValue
}

// headerValue is in lower case; re is nil where the text counts.
type headerValue struct {
	text string
	re   *expression
}

const headerRegexMark = "~*"

// headerRules compiles the headers of a route, in the order in which they are looked at.
func headerRules(route *Route, flavor Flavor) ([]headerRule, error) {
	rules := make([]headerRule, 0, len(route.Headers))
	for _, name := range route.headerNames(flavor) {
		values := route.Headers[name]
		if flavor == Traditional && strings.EqualFold(name, "host") {
			continue
		}
		rule := headerRule{name: lowerASCII(name), canonical: textproto.CanonicalMIMEHeaderKey(name)}
		for _, value := range values {
			compiled, err := compileValue(value, flavor, len(values) == 1)
			if err != nil {
				return nil, fmt.Errorf("headers.%s: %q: %w", name, value, err)
			}
			rule.values = append(rule.values, compiled)
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

func (r *Route) headerNames(flavor Flavor) []string {
	if flavor == Traditional && len(r.HeaderNames) == len(r.Headers) {
		return r.HeaderNames
	}
	return slices.Sorted(maps.Keys(r.Headers))
}

func compileValue(value string, flavor Flavor, alone bool) (headerValue, error) {
	expression, marked := strings.CutPrefix(value, headerRegexMark)
	if !marked || flavor == Traditional && !alone {
		return headerValue{text: lowerASCII(value)}, nil
	}
	re, err := compileHeader(expression, flavor)
	return headerValue{text: lowerASCII(value), re: re}, err
}

// find returns the value of the request that the rule takes, and the expression that
// took it, nil for a text.
func (h *headerRule) find(q *query) (value string, re *expression, ok bool) {
	values := q.header(h)
	for i := range h.values {
		wanted := &h.values[i]
		for _, got := range values {
			if wanted.re == nil && equalLower(wanted.text, got, q.flavor) {
				return got, nil, true
			}
			if wanted.re == nil {
				continue
			}
			if text := lower(got, q.flavor); wanted.re.on(text).MatchString(text) {
				return text, wanted.re, true
			}
			// A single expression of flavor traditional is compared as text as well.
			if q.flavor == Traditional && lowerASCII(got) == wanted.text {
				return got, nil, true
			}
		}
	}
	return "", nil, false
}

// lower is how the flavor puts values of a request into lower case.
func lower(value string, flavor Flavor) string {
	if flavor == Traditional {
		return bytewise(lowerASCII(value))
	}
	return strings.ToLower(value)
}

func equalLower(wanted, got string, flavor Flavor) bool {
	if len(wanted) == len(got) && isASCII(got) {
		for i := range len(got) {
			c := got[i]
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			if c != wanted[i] {
				return false
			}
		}
		return true
	}
	if isASCII(got) {
		return false
	}
	if flavor == Traditional {
		return wanted == lowerASCII(got)
	}
	got = strings.ToLower(got)
	return wanted == got
}

// bytewise returns text with a character for each byte, which is how expressions of
// flavor traditional see it.
func bytewise(text string) string {
	if isASCII(text) {
		return text
	}
	characters := make([]rune, len(text))
	for i := range len(text) {
		characters[i] = rune(text[i])
	}
	return string(characters)
}

// unbytewise undoes bytewise.
func unbytewise(text string) string {
	if isASCII(text) {
		return text
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		out = append(out, byte(r))
	}
	return string(out)
}
