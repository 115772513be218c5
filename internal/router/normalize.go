package router

import (
	"slices"
	"strings"
)

// Normalize returns the path that routes are matched against: what stands before the
// query of a request's target, with its percent encoding undone but for reserved
// characters, its dot segments resolved and its runs of slashes merged.
func Normalize(target string) string {
	if i := strings.IndexByte(target, '?'); i > 0 {
		target = target[:i]
	}
	return NormalizePath(target)
}

// NormalizePath is Normalize for a path without a query.
func NormalizePath(path string) string {
	if strings.IndexByte(path, '%') >= 0 {
		path = unescape(path)
	}
	if strings.IndexByte(path, '.') < 0 && !strings.Contains(path, "//") {
		return path
	}
	return removeDots(path)
}

const reserved = "!*'();:@&=+$,/?%#[]"

// unescape replaces %XX by the character, or writes it in upper case where that is
// reserved. What is no such triplet stays.
func unescape(path string) string {
	var out strings.Builder
	out.Grow(len(path))
	for i := 0; i < len(path); i++ {
		if path[i] != '%' || i+2 >= len(path) || !isHex(path[i+1]) || !isHex(path[i+2]) {
			out.WriteByte(path[i])
			continue
		}
		if c := unhex(path[i+1])<<4 | unhex(path[i+2]); strings.IndexByte(reserved, c) < 0 {
			out.WriteByte(c)
		} else {
			out.WriteString("%" + strings.ToUpper(path[i+1:i+3]))
		}
		i += 2
	}
	return out.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	default:
		return c - 'a' + 10
	}
}

// removeDots resolves . and .. as RFC 3986, 5.2.4 does, and leaves out empty segments
// but the last one.
func removeDots(path string) string {
	out := make([]byte, 0, len(path))
	rest := path
	for first := true; rest != ""; first = false {
		segment := rest
		slash := rest[0] == '/'
		if end := strings.IndexByte(rest[1:], '/'); end >= 0 {
			segment = rest[:end+1]
		}
		rest = rest[len(segment):]
		switch name := strings.TrimPrefix(segment, "/"); {
		case first && !slash && (name == "." || name == ".."):
			// A relative reference has nothing to go up from: its dots and slash are dropped.
			rest = strings.TrimPrefix(rest, "/")
		case name == "" && rest != "":
		case name == ".":
			if rest == "" {
				out = append(out, '/')
			}
		case name == "..":
			out = parent(out)
			if rest == "" {
				out = append(out, '/')
			}
		default:
			out = append(out, segment...)
		}
	}
	return string(out)
}

// parent cuts the last segment off.
func parent(path []byte) []byte {
	for i, c := range slices.Backward(path) {
		if c == '/' {
			return path[:i]
		}
	}
	return path[:0]
}
