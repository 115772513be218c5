package konnect

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/internal/printable"
)

// What several kinds check because Konnect would refuse it. The CRD does not.

var (
	errNotServiceURL   = errors.New("must be a url with scheme and host")
	errServiceURLUser  = errors.New("must not hold a user or password, which konnect drops")
	errServiceURLQuery = errors.New("must not have a query or fragment, which konnect drops")
)

var serviceProtocols = []string{"grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", "udp", "ws", "wss"}

func checkEnum(path *field.Path, value *string, allowed []string) field.ErrorList {
	if value == nil || slices.Contains(allowed, *value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, *value, allowed)}
}

func checkRange[N int | int64 | float64](path *field.Path, value *N, low, high N) field.ErrorList {
	if value == nil || (*value >= low && *value <= high) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *value, fmt.Sprintf("must be %v to %v for konnect", low, high))}
}

func checkID(path *field.Path, id *string) field.ErrorList {
	if id == nil {
		return nil
	}
	if parsed, err := uuid.Parse(*id); err != nil || parsed.String() != *id {
		return field.ErrorList{field.Invalid(path, *id, "must be a uuid in lower case")}
	}
	return nil
}

// checkName checks the name of a service or route.
func checkName(path *field.Path, name *string) field.ErrorList {
	switch {
	case name == nil:
		return nil
	case *name == "":
		return field.ErrorList{field.Invalid(path, *name, "must not be empty for konnect; leave it out for an unnamed entity")}
	case utf8.RuneCountInString(*name) > 128:
		return field.ErrorList{field.TooLong(path, *name, 128)}
	case strings.ContainsFunc(*name, func(r rune) bool { return !isNameRune(r) }):
		return field.ErrorList{field.Invalid(path, *name, "konnect accepts letters, digits and . - _ ~")}
	case *name == "." || *name == "..":
		return field.ErrorList{field.Invalid(path, *name, "cannot be looked up by name")}
	default:
		return nil
	}
}

func isNameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_~", r) || r >= 0x80
}

// checkHeaderNames checks the names of headers that are matched or sent.
func checkHeaderNames(path *field.Path, headers map[string][]string) field.ErrorList {
	var problems field.ErrorList
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		problems = append(problems, checkHeaderName(headerPath(path, name), name)...)
	}
	return problems
}

func headerPath(path *field.Path, name string) *field.Path { return path.Key(printable.Line(name)) }

func checkHeaderName(path *field.Path, name string) field.ErrorList {
	if name != "" && strings.Trim(name, tokenCharacters) == "" {
		return nil
	}
	return field.ErrorList{field.Invalid(path, name, "must be the name of a header: letters, digits and !#$%&'*+-.^_`|~")}
}

// tokenCharacters are those of a token of RFC 9110.
const tokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func checkCookieName(path *field.Path, name string) field.ErrorList {
	if !strings.ContainsFunc(name, func(r rune) bool { return isControl(r) || strings.ContainsRune(" ()<>@,;:\\\"/?={}[]", r) }) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, name, `must be the name of a cookie, without blanks and ()<>@,;:\"/?={}[]`)}
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

func stringsOf(value any) []string {
	items, _ := value.([]any)
	var texts []string
	for _, item := range items {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}
