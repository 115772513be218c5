package konnect

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
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
	default:
		return nil
	}
}

func isNameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_~", r) || r >= 0x80
}

func checkServicePath(path *field.Path, protocol, value string) field.ErrorList {
	switch {
	case value == "":
		return nil
	case slices.Contains([]string{"tcp", "tls", "udp", "grpc", "grpcs"}, protocol):
		return field.ErrorList{field.Invalid(path, value, "konnect allows no path with protocol "+protocol)}
	default:
		return checkPath(path, value)
	}
}

func checkPath(path *field.Path, value string) field.ErrorList {
	switch {
	case !strings.HasPrefix(value, "/"):
		return field.ErrorList{field.Invalid(path, value, "must start with / for konnect")}
	case strings.Contains(value, "//"):
		return field.ErrorList{field.Invalid(path, value, "must not contain // for konnect")}
	default:
		return nil
	}
}

// checkUserTags checks an entity's own tags beside the marks that are added.
func checkUserTags(path *field.Path, tags []string) field.ErrorList {
	var problems field.ErrorList
	distinct := map[string]bool{}
	for i, tag := range tags {
		distinct[tag] = true
		key, _, hasValue := strings.Cut(tag, ":")
		switch {
		case hasValue && isMarkKey(key):
			problems = append(problems, field.Invalid(path.Index(i), tag, "the key "+key+" is reserved for the marks of konnectkit"))
		case tag == "":
			problems = append(problems, field.Invalid(path.Index(i), tag, "must not be empty"))
		case strings.ContainsAny(tag, ",/"):
			problems = append(problems, field.Invalid(path.Index(i), tag, "konnect allows no comma and no slash"))
		case strings.ContainsFunc(tag, isControl):
			problems = append(problems, field.Invalid(path.Index(i), tag, "konnect allows no control characters"))
		case utf8.RuneCountInString(tag) > maxTagLength:
			problems = append(problems, field.TooLong(path.Index(i), tag, maxTagLength))
		}
	}
	if most := maxTags - len(requiredMarks("", crd.Key{})); len(distinct) > most {
		problems = append(problems, field.TooMany(path, len(distinct), most))
	}
	return problems
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }

// normalizeTarget returns an address as Konnect stores it: with a port, and IPv6
// in eight groups within brackets.
func normalizeTarget(address string) (string, error) {
	host, port := address, "8000"
	if h, p, err := net.SplitHostPort(address); err == nil {
		host, port = h, p
	} else if strings.HasPrefix(address, "[") && strings.HasSuffix(address, "]") {
		host = address[1 : len(address)-1]
	}
	number := 0
	if _, err := fmt.Sscanf(port, "%d", &number); err != nil || number < 1 || number > 65535 || fmt.Sprint(number) != port {
		return "", fmt.Errorf("the port must be 1 to 65535")
	}
	if ip := net.ParseIP(host); ip != nil {
		if ip.To4() != nil && !strings.Contains(host, ":") {
			return host + ":" + port, nil
		}
		return "[" + expandIPv6(ip.To16()) + "]:" + port, nil
	}
	if !isHostName(host) {
		return "", fmt.Errorf("must be a host name or an ip address, with an optional port")
	}
	return host + ":" + port, nil
}

func expandIPv6(ip net.IP) string {
	groups := make([]string, 8)
	for i := range groups {
		groups[i] = fmt.Sprintf("%02x%02x", ip[2*i], ip[2*i+1])
	}
	return strings.Join(groups, ":")
}

func isHostName(host string) bool {
	if host == "" || len(host) > 255 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") ||
			strings.ContainsFunc(label, func(r rune) bool { return r >= 0x80 || r == '.' || r == '~' || !isNameRune(r) }) {
			return false
		}
	}
	return true
}

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
