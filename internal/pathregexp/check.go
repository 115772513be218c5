// Package pathregexp checks the regular expressions of route paths without an
// engine. Gateways compile such an expression twice: with PCRE when it is written,
// and with the syntax of Rust in the router that is the default. Go's own engine
// decides neither: it refuses what both take, such as counts over 1000.
package pathregexp

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// UnsupportedError is a construct that PCRE has and the default router has not.
type UnsupportedError struct {
	// Construct as it stands in the expression, such as (?!.
	Construct string
	// Name of the construct, such as look-around.
	Name string
}

// Error returns one line.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s, %s, does not exist in the default router traditional_compatible, nor in that of expressions, "+
		"but only in the router flavor traditional", e.Name, e.Construct)
}

// Check returns what is known to keep an expression from being compiled. What it
// does not know it lets pass.
func Check(expression string) error {
	p := parser{rest: expression}
	for p.rest != "" && !p.verbose {
		if err := p.next(); err != nil {
			return err
		}
	}
	if p.open > 0 && !p.verbose {
		return errors.New("a ( is not closed")
	}
	return nil
}

// parser reads an expression from left to right.
type parser struct {
	rest  string
	names []string
	// open counts groups that are not closed.
	open int
	// operand is true where something to repeat stands in front.
	operand bool
	// verbose is true once the flag x is set, under which blanks and comments mean
	// nothing, so that the rest is left alone.
	verbose bool
}

// next reads one construct.
func (p *parser) next() error {
	switch p.rest[0] {
	case '\\':
		p.operand = true
		_, err := p.escape(false)
		return err
	case '[':
		if strings.HasPrefix(p.rest, "[:") && strings.HasSuffix(upTo(p.rest, "]"), ":]") {
			return errors.New("a class such as [:alpha:] needs a second pair of brackets around it")
		}
		p.operand = true
		return p.class()
	case '(':
		p.operand = false
		p.open++
		return p.group()
	case ')':
		if p.open--; p.open < 0 {
			return errors.New("a ) has no ( before it")
		}
		p.operand = true
	case '|':
		p.operand = false
	case '*', '+', '?':
		if !p.operand {
			return fmt.Errorf("%s has nothing before it to repeat", p.rest[:1])
		}
	case '{':
		return p.count()
	default:
		p.literal()
		p.operand = true
		return nil
	}
	p.rest = p.rest[1:]
	return nil
}

// literal takes one character.
func (p *parser) literal() rune {
	r, size := utf8.DecodeRuneInString(p.rest)
	p.rest = p.rest[size:]
	return r
}

// maxCount is that of PCRE.
const maxCount = 65535

// count reads {n}, {n,} or {n,m}: in the default router a brace is nothing else.
func (p *parser) count() error {
	inner, rest, closed := strings.Cut(p.rest[1:], "}")
	low, high, ranged := strings.Cut(inner, ",")
	numbers := []string{low}
	if ranged && high != "" {
		numbers = append(numbers, high)
	}
	var values []int
	for _, number := range numbers {
		number = strings.TrimSpace(number)
		value, err := strconv.Atoi(number)
		if !closed || strings.Trim(number, "0123456789") != "" || (number == "" && high == "") {
			return errors.New(`{ begins a count such as {2} or {1,3}; the character itself is \{`)
		}
		if number != "" && (err != nil || value > maxCount) {
			return fmt.Errorf("the count %q is over %d", "{"+inner+"}", maxCount)
		}
		values = append(values, value)
	}
	if len(values) == 2 && values[0] > values[1] {
		return fmt.Errorf("the count %q has its larger number first", "{"+inner+"}")
	}
	if !p.operand {
		return fmt.Errorf("%q has nothing before it to repeat", "{"+inner+"}")
	}
	p.rest = rest
	return nil
}

// group reads what opens a group.
func (p *parser) group() error {
	p.rest = p.rest[1:]
	special, isSpecial := strings.CutPrefix(p.rest, "?")
	if strings.HasPrefix(p.rest, "*") {
		return unsupported("a verb of backtracking", "(*")
	}
	if !isSpecial {
		return nil
	}
	for _, lacking := range []UnsupportedError{
		{"(?=", "look-around"},
		{"(?!", "look-around"},
		{"(?<=", "look-around"},
		{"(?<!", "look-around"},
		{"(?>", "an atomic group"},
		{"(?|", "a branch reset"},
		{"(?(", "a condition"},
		{"(?#", "a comment"},
		{"(?R", "a recursion"},
		{"(?&", "a recursion"},
		{"(?P>", "a recursion"},
		{"(?P=", "a back-reference"},
		{"(?'", "a name in quotes"},
		{"(?C", "a callout"},
	} {
		if strings.HasPrefix("(?"+special, lacking.Construct) {
			return &lacking
		}
	}
	for _, prefix := range []string{"<", "P<"} {
		if named, ok := strings.CutPrefix(special, prefix); ok {
			return p.name(named)
		}
	}
	return p.flags(special)
}

// name reads the name of a group and its closing bracket.
func (p *parser) name(text string) error {
	name, rest, closed := strings.Cut(text, ">")
	switch {
	case !closed:
		return errors.New("the name of a group is not closed with >")
	case name == "" || strings.Trim(name, wordCharacters) != "" || name[0] >= '0' && name[0] <= '9':
		return fmt.Errorf("the name of a group, %q, must be letters, digits and underscores and not begin with a digit", name)
	case len(name) > 32:
		return fmt.Errorf("the name of a group, %q, is longer than 32 characters", name)
	case slices.Contains(p.names, name):
		return fmt.Errorf("two groups are named %q", name)
	}
	p.names, p.rest = append(p.names, name), rest
	return nil
}

const wordCharacters = "_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// flags reads (?i), which is no group, or (?i:, which is.
func (p *parser) flags(text string) error {
	end := strings.IndexAny(text, ":)")
	if end < 0 {
		return errors.New("a ( is not closed")
	}
	flags := text[:end]
	if flags != "" && strings.Trim(flags, "0123456789+-") == "" && strings.Trim(flags, "+-") != "" {
		return unsupported("a recursion", "(?"+flags+")")
	}
	on, off, negated := strings.Cut(flags, "-")
	if strings.Trim(on+off, "imsxU") != "" || negated && off == "" || flags == "" && text[end] == ')' {
		return fmt.Errorf("%q is no group that both engines know", "(?"+text[:end+1])
	}
	p.verbose = p.verbose || strings.Contains(on, "x")
	p.rest = text[end+1:]
	if text[end] == ')' {
		p.open--
	}
	return nil
}

func unsupported(name, construct string) error {
	return &UnsupportedError{Construct: construct, Name: name}
}

// upTo returns text to the first end, which it includes; all of it without one.
func upTo(text, end string) string {
	if i := strings.Index(text, end); i >= 0 {
		return text[:i+len(end)]
	}
	return text
}
