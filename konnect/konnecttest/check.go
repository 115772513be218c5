package konnecttest

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// between bounds a number, both ends included.
func between(low, high int64) check {
	return func(value any) (violation, bool) {
		n, _ := number(value)
		switch {
		case n < float64(low):
			return violation{reason: fmt.Sprintf("must be >= %d, but got %v", low, value), rule: "min", bound: &low}, true
		case n > float64(high):
			return violation{reason: fmt.Sprintf("must be <= %d, but got %v", high, value), rule: "max", bound: &high}, true
		}
		return violation{}, false
	}
}

func atLeast(low int64) check { return between(low, 1<<53) }

// length bounds the number of characters of a string.
func length(low, high int) check {
	return func(value any) (violation, bool) {
		s, _ := value.(string)
		n := utf8.RuneCountInString(s)
		switch {
		case n < low:
			return violation{reason: fmt.Sprintf("length must be >= %d, but got %d", low, n), rule: "min_length", bound: new(int64(low))}, true
		case n > high:
			return violation{reason: fmt.Sprintf("length must be <= %d, but got %d", high, n), rule: "max_length", bound: new(int64(high))}, true
		}
		return violation{}, false
	}
}

func notEmpty() check { return length(1, math.MaxInt) }

var (
	// headerName is a token of RFC 9110.
	headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
	cookieName = regexp.MustCompile(`^[^\x00-\x20\x7F()<>@,;:\\"/?={}\[\]]+$`)
)

func headerNameCheck() check {
	return matches(headerName, "must be the name of a header: letters, digits and !#$%&'*+-.^_`|~")
}

func oneOf(choices ...string) check {
	return func(value any) (violation, bool) {
		s, _ := value.(string)
		if slices.Contains(choices, s) {
			return violation{}, false
		}
		reason := fmt.Sprintf("value must be one of %q, but got %q", choices, s)
		return violation{reason: reason, rule: "enum", choices: choices}, true
	}
}

func oneOfNumbers(choices ...int64) check {
	return func(value any) (violation, bool) {
		n, _ := integer(value)
		return violation{reason: fmt.Sprintf("value must be one of %d, but got %v", choices, value), rule: "invalid"},
			!slices.Contains(choices, n)
	}
}

func matches(pattern *regexp.Regexp, reason string) check {
	return func(value any) (violation, bool) {
		s, _ := value.(string)
		return violation{reason: reason, rule: "matches_regex"}, !pattern.MatchString(s)
	}
}

// satisfies turns a function that names the fault of a string, "" for none, into a check.
func satisfies(fault func(string) string) check {
	return func(value any) (violation, bool) {
		s, _ := value.(string)
		reason := fault(s)
		return violation{reason: reason, rule: "invalid"}, reason != ""
	}
}

func atMostItems(high int) check {
	return func(value any) (violation, bool) {
		list, _ := value.([]any)
		return violation{
			reason: fmt.Sprintf("must have at most %d items, but got %d", high, len(list)),
			rule:   "max_items", bound: new(int64(high)),
		}, len(list) > high
	}
}

func tooFew(low, got int) violation {
	return violation{
		reason: fmt.Sprintf("must have at least %d items, but got %d", low, got),
		rule:   "min_items", bound: new(int64(low)),
	}
}

func distinct() check {
	return func(value any) (violation, bool) {
		list, _ := value.([]any)
		seen := make(map[string]bool, len(list))
		for _, item := range list {
			key := fmt.Sprint(item)
			if seen[key] {
				return violation{reason: fmt.Sprintf("must not have the item %s twice", key), rule: "invalid"}, true
			}
			seen[key] = true
		}
		return violation{}, false
	}
}

// isUUID accepts the canonical lower-case form only.
func isUUID(s string) bool {
	return len(s) == 36 && uuid.Validate(s) == nil && strings.ToLower(s) == s
}

func uuidCheck() check {
	return func(value any) (violation, bool) {
		s, _ := value.(string)
		return violation{reason: "must be a valid UUID", rule: "is_uuid"}, !isUUID(s)
	}
}
