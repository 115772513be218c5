package gatewayapi

import (
	"strings"
)

// rest is what the path of a piece has beyond the prefix of its match.
func (p *piece) rest() string {
	if p.match.path.kind != prefixPath || p.path.kind == regexPath {
		return ""
	}
	return strings.TrimPrefix(p.path.text, p.match.path.text)
}

// servicePath returns the path that requests are sent to instead of what the route
// matches, and whether they are; the empty path is that of a service without one.
//
// The gateway joins the service's path and what is left of the request's once the match is
// cut off, with one slash between them, so that a match of whole segments is replaced as
// the Gateway API says.
func (p *piece) servicePath() (path string, strips bool) {
	replacement := p.match.of.action.rewrite
	if replacement == nil {
		if !p.match.of.of.annotations.strip || p.match.of.action.uri != "" {
			return "", false
		}
		replacement = new("")
	}
	return escapePath(*replacement + p.rest()), true
}

// escapePath escapes what a path of a service cannot hold as it is.
func escapePath(path string) string {
	const literal = "-._~!$&'()*+,;=:@/%"
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(path) {
		c := path[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(literal, c) >= 0 {
			out.WriteByte(c)
			continue
		}
		out.WriteByte('%')
		out.WriteByte(digits[c>>4])
		out.WriteByte(digits[c&15])
	}
	return out.String()
}
