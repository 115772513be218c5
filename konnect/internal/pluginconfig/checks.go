package pluginconfig

import (
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// check is a rule across the fields of a record, by the name that the schema gives it.
type check struct {
	rule   string
	fields []string
	others []string // mutually_exclusive_sets has two lists
	when   condition
	then   condition
}

// condition is what the value of a field has to match.
type condition struct {
	field string
	match map[string]any
}

// parseChecks reads a list of objects with one key each. What has another form is left out.
func parseChecks(value any) []check {
	var out []check
	for _, item := range list(value) {
		object, _ := item.(map[string]any)
		for rule, arg := range object {
			c := check{rule: rule, fields: paths(arg)}
			if details, ok := arg.(map[string]any); ok {
				c = parseDetails(rule, details)
			}
			out = append(out, c)
		}
	}
	return out
}

func parseDetails(rule string, details map[string]any) check {
	object := func(name string) map[string]any {
		match, _ := canon.Numbers(details[name]).(map[string]any)
		return match
	}
	c := check{
		rule: rule,
		when: condition{text(details["if_field"]), object("if_match")},
		then: condition{text(details["then_field"]), object("then_match")},
	}
	switch rule {
	case "conditional_at_least_one_of":
		c.fields = paths(details["then_at_least_one_of"])
	case "mutually_exclusive_sets":
		c.fields, c.others = paths(details["set1"]), paths(details["set2"])
	}
	return c
}

// broken returns the field that a rule is broken in, empty for the record as a whole, and
// the message; none where the rule holds, or where that is not known.
func (c check) broken(prefix string, values map[string]any) (field, message string) {
	is := count(values, c.fields)
	names := texts(prefix, c.fields)
	switch c.rule {
	case "at_least_one_of":
		if is.noneOf(c.fields) {
			return "", "needs at least one of " + names
		}
	case "only_one_of":
		if is.set > 1 || is.noneOf(c.fields) {
			return "", "needs exactly one of " + names
		}
	case "mutually_required":
		if is.set > 0 && is.empty > 0 {
			return "", "needs all or none of " + names
		}
	case "mutually_exclusive":
		if is.set > 1 {
			return "", "may have only one of " + names
		}
	case "mutually_exclusive_sets":
		if is.set > 0 && count(values, c.others).set > 0 {
			return "", "must not have any of " + names + " together with any of " + texts(prefix, c.others)
		}
	case "distinct":
		if repeats(values, c.fields) {
			return "", "needs different values in " + names
		}
	case "conditional_at_least_one_of":
		if c.when.holds(values) == yes && is.noneOf(c.fields) {
			return "", "needs at least one of " + names + " because of the value of " + prefix + c.when.field
		}
	case "conditional":
		return c.then.field, c.brokenCondition(prefix, values)
	}
	return "", ""
}

func (c check) brokenCondition(prefix string, values map[string]any) string {
	if c.when.holds(values) != yes {
		return ""
	}
	value := lookup(values, c.then.field)
	because := " because of the value of " + prefix + c.when.field
	switch {
	case isUnknown(value):
		return ""
	case value == nil:
		if isTrue(c.then.match["required"]) {
			return "is required" + because
		}
		return "" // a condition does not look into null
	case !isVaultReference(value) && c.then.verdict(value) == no:
		return "has a value that is refused" + because
	}
	return ""
}

type tally struct{ set, empty, unknown int }

func (t tally) noneOf(fields []string) bool { return len(fields) > 0 && t.empty == len(fields) }

func count(values map[string]any, fields []string) tally {
	var t tally
	for _, field := range fields {
		switch v := lookup(values, field).(type) {
		case nil:
			t.empty++
		case unknown:
			t.unknown++
		case string:
			if v == "" { // which gateways have counted either way
				t.unknown++
				continue
			}
			t.set++
		case []any:
			t.add(len(v))
		case map[string]any:
			t.add(len(v))
		default:
			t.set++
		}
	}
	return t
}

func (t *tally) add(length int) {
	if length == 0 {
		t.empty++
		return
	}
	t.set++
}

func repeats(values map[string]any, fields []string) bool {
	var seen []any
	for _, field := range fields {
		value := lookup(values, field)
		if value == nil || isUnknown(value) || isVaultReference(value) {
			continue
		}
		if among(seen, value) {
			return true
		}
		seen = append(seen, value)
	}
	return false
}

// lookup finds a value by its path; unknown for a field that the record does not have.
func lookup(values map[string]any, path string) any {
	head, rest, nested := strings.Cut(path, ".")
	value, there := values[head]
	switch {
	case !there:
		return unknown{}
	case !nested || value == nil || isUnknown(value):
		return value
	}
	inner, ok := value.(map[string]any)
	if !ok {
		return unknown{}
	}
	return lookup(inner, rest)
}

// verdict on something of which not everything may be known.
type verdict int

const (
	maybe verdict = iota
	yes
	no
)

func (c condition) holds(values map[string]any) verdict {
	value := lookup(values, c.field)
	if isUnknown(value) || isVaultReference(value) || len(c.match) == 0 {
		return maybe
	}
	return c.verdict(value)
}

// verdict is no if one part of the match fails, and maybe if one is not understood.
func (c condition) verdict(value any) verdict {
	result := yes
	for name, arg := range c.match {
		switch matches(name, arg, value) {
		case no:
			return no
		case maybe:
			result = maybe
		}
	}
	return result
}

func matches(name string, arg, value any) verdict {
	switch name {
	case "eq":
		return truth(equal(arg, value))
	case "ne":
		return truth(!equal(arg, value))
	case "required":
		return truth(!isTrue(arg) || value != nil)
	}
	if value == nil {
		return maybe
	}
	switch name {
	case "one_of":
		return truth(among(list(arg), value))
	case "not_one_of":
		return truth(!among(list(arg), value))
	case "contains":
		if have, ok := items(value); ok {
			return truth(slices.ContainsFunc(have, isVaultReference) || among(have, arg))
		}
	case "gt":
		limit, n := number(arg), number(value)
		if limit != nil && n != nil {
			return truth(*n > *limit)
		}
	case "between":
		n := number(value)
		if bounds := parseLimits(map[string]any{name: arg}).number; bounds.least != nil && bounds.most != nil && n != nil {
			return truth(bounds.broken(*n) == "")
		}
	}
	return maybe
}

func truth(is bool) verdict {
	if is {
		return yes
	}
	return no
}
