package pluginconfig

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/spelling"
)

// limits are those of a value of the right type; what is not stated is nil.
type limits struct {
	oneOf, noneOf []any
	number        numberLimits
	length        lengthLimits
	startsWith    string
	uuid          bool
}

type numberLimits struct {
	least, most, gt, lt *float64
	eq, notEq           any
}

type lengthLimits struct{ least, most, exactly *float64 }

func parseLimits(def map[string]any) limits {
	l := limits{
		oneOf:  list(canon.Numbers(def["one_of"])),
		noneOf: list(canon.Numbers(def["not_one_of"])),
		number: numberLimits{
			gt: number(def["gt"]), lt: number(def["lt"]),
			eq: canon.Numbers(def["eq"]), notEq: canon.Numbers(def["ne"]),
		},
		length:     lengthLimits{number(def["len_min"]), number(def["len_max"]), number(def["len_eq"])},
		startsWith: text(def["starts_with"]),
		uuid:       isTrue(def["uuid"]),
	}
	if bounds := list(def["between"]); len(bounds) == 2 {
		l.number.least, l.number.most = number(bounds[0]), number(bounds[1])
	}
	return l
}

func number(value any) *float64 {
	n, ok := canon.Numbers(value).(float64)
	if !ok {
		return nil
	}
	return &n
}

// broken returns why a value is outside its limits; empty if it is not. It does not say
// the value, which may be secret.
func (f *field) broken(value any) string {
	l := f.limits
	switch {
	case l.oneOf != nil && !among(l.oneOf, value):
		return "must be one of " + choices(l.oneOf) + meant(value, canon.Texts(l.oneOf))
	case among(l.noneOf, value):
		return "must be none of " + choices(l.noneOf)
	}
	if n, ok := value.(float64); ok {
		if message := l.number.broken(n); message != "" {
			return message
		}
	}
	if s, ok := value.(string); ok {
		if message := l.brokenText(s); message != "" {
			return message
		}
		if s == "" && l.length.least == nil && l.oneOf == nil && f.absence.value != "" {
			return "must not be empty"
		}
	}
	return l.length.broken(value)
}

func (l numberLimits) broken(n float64) string {
	switch {
	case l.least != nil && l.most != nil && (n < *l.least || n > *l.most):
		return "must be between " + digits(*l.least) + " and " + digits(*l.most)
	case l.gt != nil && n <= *l.gt:
		return "must be greater than " + digits(*l.gt)
	case l.lt != nil && n >= *l.lt:
		return "must be less than " + digits(*l.lt)
	case l.eq != nil && !equal(l.eq, n):
		return "must be " + canon.Text(l.eq)
	case l.notEq != nil && equal(l.notEq, n):
		return "must not be " + canon.Text(l.notEq)
	}
	return ""
}

var uuidForm = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

func (l limits) brokenText(s string) string {
	switch {
	case !strings.HasPrefix(s, l.startsWith):
		return "must start with " + l.startsWith
	case l.uuid && !uuidForm.MatchString(s):
		return "must be a uuid"
	}
	return ""
}

// broken counts texts in bytes or characters, and sets with or without repetitions,
// whichever the limit allows: which of them a schema means it does not say.
func (l lengthLimits) broken(value any) string {
	var fewest, most int
	switch v := value.(type) {
	case string:
		fewest, most = utf8.RuneCountInString(v), len(v)
	case []any:
		fewest, most = distinct(v), len(v)
	case map[string]any:
		fewest, most = len(v), len(v)
	default:
		return ""
	}
	switch {
	case l.exactly != nil && (float64(fewest) > *l.exactly || float64(most) < *l.exactly):
		return "must have a length of " + digits(*l.exactly)
	case l.least != nil && float64(most) < *l.least:
		return "must have a length of at least " + digits(*l.least)
	case l.most != nil && float64(fewest) > *l.most:
		return "must have a length of at most " + digits(*l.most)
	}
	return ""
}

func distinct(list []any) int {
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = canon.Text(item)
	}
	slices.Sort(texts)
	return len(slices.Compact(texts))
}

func among(list []any, value any) bool {
	return slices.ContainsFunc(list, func(item any) bool { return equal(item, value) })
}

func equal(a, b any) bool { return canon.Text(a) == canon.Text(b) }

func choices(values []any) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = fmt.Sprint(value)
	}
	return strings.Join(texts, ", ")
}

// meant suggests the known word that is near to a text, or nothing.
func meant(value any, known []string) string {
	word, ok := value.(string)
	nearest := spelling.Nearest(word, known)
	if !ok || nearest == "" || spelling.Distance(word, nearest) > max(1, len(nearest)/3) {
		return ""
	}
	return "; did you mean " + nearest + "?"
}

func digits(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func isWhole(n float64) bool { return n == math.Trunc(n) }
