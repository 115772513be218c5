package konnecttest

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	pathCharacters = regexp.MustCompile(`^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$`)
	percentEscape  = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
)

// reservedInPath stay escaped when a path is normalised, and so does the percent sign.
const reservedInPath = `!#$%&'()*+,/:;=?@[]`

// pathFault is for a path that is sent on to a service.
func pathFault(path string) string {
	switch {
	case !strings.HasPrefix(path, "/"):
		return "must begin with /"
	case strings.Contains(path, "//"):
		return "must not have empty segments"
	case !pathCharacters.MatchString(path):
		return "must only have characters of RFC 3986 and valid percent-escapes"
	}
	return ""
}

// routePathFault takes a path for a prefix, or for a regular expression if it begins
// with ~/. A prefix may have any characters, but must be as the router sees it.
func routePathFault(path string) string {
	pattern, isPattern := strings.CutPrefix(path, "~")
	switch {
	case !strings.HasPrefix(pattern, "/"):
		return "must begin with / (fixed path) or ~/ (regular expression)"
	case strings.Contains(path, "//"):
		return "must not have empty segments"
	case isPattern:
		return parsePattern(pattern).fault()
	case strings.Contains(percentEscape.ReplaceAllString(path, ""), "%"):
		return "must only have valid percent-escapes"
	}
	if normal := normalPath(path); normal != path {
		return "must be normalised: " + normal
	}
	return ""
}

// normalPath is a path as the router sees it in a request: escapes decoded except of
// reserved characters, dot segments resolved, slashes merged.
func normalPath(path string) string {
	decoded := percentEscape.ReplaceAllStringFunc(path, func(escape string) string {
		code, _ := strconv.ParseUint(escape[1:], 16, 8)
		if strings.ContainsRune(reservedInPath, rune(code)) {
			return strings.ToUpper(escape)
		}
		return string([]byte{byte(code)})
	})
	segments := strings.Split(strings.TrimPrefix(decoded, "/"), "/")
	kept := make([]string, 0, len(segments))
	for i, segment := range segments {
		last := i == len(segments)-1
		switch segment {
		case ".", "..":
			if segment == ".." && len(kept) > 0 {
				kept = kept[:len(kept)-1]
			}
			if last {
				kept = append(kept, "")
			}
		case "":
			if last {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, segment)
		}
	}
	return "/" + strings.Join(kept, "/")
}
