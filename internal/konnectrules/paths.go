package konnectrules

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// CheckServicePath checks the path of a service with that protocol; nil is fine.
func CheckServicePath(path *field.Path, protocol string, value *string) field.ErrorList {
	switch {
	case value == nil:
		return nil
	case slices.Contains([]string{"tcp", "tls", "udp", "grpc", "grpcs"}, protocol):
		return field.ErrorList{field.Invalid(path, *value, "konnect allows no path with protocol "+protocol)}
	case utf8.RuneCountInString(*value) > 1024:
		return field.ErrorList{field.TooLong(path, *value, 1024)}
	default:
		return CheckPath(path, *value)
	}
}

// CheckPath checks a path that requests are sent with.
func CheckPath(path *field.Path, value string) field.ErrorList {
	switch {
	case !strings.HasPrefix(value, "/"):
		return field.ErrorList{field.Invalid(path, value, "must start with / for konnect")}
	case strings.Contains(value, "//"):
		return field.ErrorList{field.Invalid(path, value, "must not contain // for konnect")}
	case !pathCharacters.MatchString(value):
		return field.ErrorList{field.Invalid(path, value, "must have only characters of rfc 3986 and whole percent escapes for konnect")}
	default:
		return nil
	}
}

var pathCharacters = regexp.MustCompile(`^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|` + percentEscape + `)*$`)

const percentEscape = `%[0-9A-Fa-f]{2}`

// NormalizePath returns a path as the router sees those of requests: without dot
// segments and empty ones, and without escapes but those of reserved characters,
// which are in upper case.
func NormalizePath(path string) string {
	decoded := percentEscapes.ReplaceAllStringFunc(path, func(escape string) string {
		value, err := strconv.ParseUint(escape[1:], 16, 8)
		if err != nil || strings.IndexByte("!#$%&'*()+,/:;=?@[]", byte(value)) >= 0 {
			return strings.ToUpper(escape)
		}
		return string([]byte{byte(value)})
	})
	var kept []string
	segments := strings.Split(decoded, "/")
	for _, segment := range segments {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
		default:
			kept = append(kept, segment)
		}
	}
	if len(kept) > 0 && slices.Contains([]string{"", ".", ".."}, segments[len(segments)-1]) {
		kept = append(kept, "")
	}
	return "/" + strings.Join(kept, "/")
}

var percentEscapes = regexp.MustCompile(percentEscape)
