package konnecttest

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
)

// pattern is a regular expression as two engines see it: that of PCRE, which every path is
// checked with, and the router's, whose expressions run in linear time and lack some of it.
type pattern struct {
	plain   strings.Builder // without what Go's syntax lacks, for the rest to be parsed
	lacking []string        // by the router, each named once
	broken  string          // what no engine takes; "" for nothing
}

// parsePattern reads a pattern. Of what PCRE has and Go's syntax lacks, something
// that is written alike stands in the plain form.
func parsePattern(source string) *pattern {
	p := &pattern{}
	for rest := source; rest != ""; {
		rest = rest[p.next(rest):]
	}
	if _, err := syntax.Parse(p.plain.String(), syntax.Perl); err != nil && p.broken == "" {
		p.broken = "must be a valid regular expression"
	}
	return p
}

func (p *pattern) fault() string { return p.broken }

// next takes what the rest begins with and returns its length.
func (p *pattern) next(rest string) int {
	switch rest[0] {
	case '\\':
		return p.escape(rest, false)
	case '[':
		return p.class(rest)
	case '(':
		return p.group(rest)
	case '{':
		return p.braces(rest)
	case '*', '+', '?':
		return p.repetition(rest, 1)
	}
	p.plain.WriteByte(rest[0])
	return 1
}

func (p *pattern) lacks(what string) {
	if !slices.Contains(p.lacking, what) {
		p.lacking = append(p.lacking, what)
	}
}

// groups are those that only PCRE has, longest first.
var groups = []struct{ opening, name string }{
	{"(?<=", "look-behind"}, {"(?<!", "look-behind"}, {"(?=", "look-ahead"}, {"(?!", "look-ahead"},
	{"(?>", "atomic groups"}, {"(?|", "branch reset"},
}

// flags are those that both engines know.
var flags = regexp.MustCompile(`^\(\?[imsxU]*(?:-[imsxU]+)?([:)])`)

func (p *pattern) group(rest string) int {
	if m := flags.FindStringSubmatch(rest); m != nil {
		if m[1] == ":" {
			p.plain.WriteString("(?:")
		}
		return len(m[0])
	}
	for _, g := range groups {
		if strings.HasPrefix(rest, g.opening) {
			p.lacks(g.name)
			p.plain.WriteString("(?:")
			return len(g.opening)
		}
	}
	if strings.HasPrefix(rest, "(?#") {
		p.lacks("comments")
		if end := strings.IndexByte(rest, ')'); end >= 0 {
			return end + 1
		}
	}
	opening := "("
	if strings.HasPrefix(rest, "(?") {
		opening = "(?"
	}
	p.plain.WriteString(opening)
	return len(opening)
}

// escape takes a backslash with what belongs to it.
func (p *pattern) escape(rest string, inClass bool) int {
	if len(rest) < 2 {
		p.plain.WriteString(rest) // nothing to escape
		return len(rest)
	}
	c := rest[1]
	switch {
	case '0' <= c && c <= '9':
		p.lacks("back-references")
		p.plain.WriteByte('0')
		n := 2
		for n < len(rest) && '0' <= rest[n] && rest[n] <= '9' {
			n++
		}
		return n
	case strings.IndexByte("gk", c) >= 0:
		p.lacks("back-references")
		p.plain.WriteByte('0')
		return 2 + enclosed(rest[2:])
	case strings.IndexByte("CGKNQERXHVZhe", c) >= 0:
		p.lacks(`\` + string(c))
		if !inClass && c == 'Q' {
			return p.quoted(rest)
		}
		p.plain.WriteByte('0')
		return 2
	}
	p.plain.WriteString(rest[:2])
	if strings.IndexByte("pPx", c) >= 0 {
		n := enclosed(rest[2:])
		p.plain.WriteString(rest[2 : 2+n])
		return 2 + n
	}
	return 2
}

// quoted takes \Q up to \E, all of it literal.
func (p *pattern) quoted(rest string) int {
	text, _, closed := strings.Cut(rest[2:], `\E`)
	p.plain.WriteString("(?:" + quoteMeta(text) + ")")
	if closed {
		return 2 + len(text) + 2
	}
	return len(rest)
}

func quoteMeta(text string) string {
	var out strings.Builder
	for i := range len(text) {
		if strings.IndexByte(`\.+*?()|[]{}^$`, text[i]) >= 0 {
			out.WriteByte('\\')
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// enclosed is the length of a name in braces, angles or quotes that rest begins with.
func enclosed(rest string) int {
	if rest == "" {
		return 0
	}
	closing, ok := map[byte]byte{'{': '}', '<': '>', '\'': '\''}[rest[0]]
	if !ok {
		return 0
	}
	if end := strings.IndexByte(rest[1:], closing); end >= 0 {
		return end + 2
	}
	return 0
}

// class takes a bracket expression. The router's may be nested, so that an opening
// bracket within one must be escaped.
func (p *pattern) class(rest string) int {
	n := 1
	for _, first := range []byte{'^', ']'} {
		if n < len(rest) && rest[n] == first {
			n++
		}
	}
	p.plain.WriteString(rest[:n])
	for n < len(rest) && rest[n] != ']' {
		switch {
		case rest[n] == '\\':
			n += p.escape(rest[n:], true)
			continue
		case strings.HasPrefix(rest[n:], "[:"):
			if end := strings.Index(rest[n:], ":]"); end >= 0 {
				p.plain.WriteString(rest[n : n+end+2])
				n += end + 2
				continue
			}
		case rest[n] == '[':
			p.lacks("unescaped brackets within brackets")
			p.plain.WriteByte('\\')
		}
		p.plain.WriteByte(rest[n])
		n++
	}
	if n < len(rest) {
		p.plain.WriteByte(']')
		n++
	}
	return n
}

const mostRepetitions = 65_535 // that PCRE counts

// braces takes a count, or a brace that is none: literal in PCRE, an error in the router.
func (p *pattern) braces(rest string) int {
	end := strings.IndexByte(rest, '}')
	if end < 0 {
		return p.literalBrace()
	}
	low, high, isRange := strings.Cut(rest[1:end], ",")
	from, err := strconv.ParseUint(low, 10, 32)
	if err != nil {
		return p.literalBrace()
	}
	to := from
	if isRange && high != "" {
		if to, err = strconv.ParseUint(high, 10, 32); err != nil {
			return p.literalBrace()
		}
	}
	if from > mostRepetitions || to > mostRepetitions || from > to {
		p.broken = "must have repeat counts in ascending order, up to " + strconv.Itoa(mostRepetitions)
	}
	return p.repetition(rest, end+1)
}

func (p *pattern) literalBrace() int {
	p.lacks("unescaped braces")
	p.plain.WriteString(`\{`)
	return 1
}

// repetition takes an operator of n characters with what makes it lazy or possessive. How
// often does not matter for the rest, and Go's syntax allows fewer than a thousand.
func (p *pattern) repetition(rest string, n int) int {
	p.plain.WriteByte('*')
	if n < len(rest) && (rest[n] == '?' || rest[n] == '+') {
		n++ // the router reads a possessive operator as two, which it allows
	}
	return n
}
