package router

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/konnectkit/konnectkit/internal/pathregexp"
)

// UnsupportedError is a regular expression that the gateway's engine may take and
// this router cannot decide as that engine does.
type UnsupportedError struct {
	// Construct as it stands in the expression, such as (?!.
	Construct string
	// Name of the construct, such as look-around.
	Name string
}

// Error returns one line.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s, %s, cannot be matched here as the gateway does", e.Name, e.Construct)
}

// Flavor is how the gateway reads routes: its router_flavor.
type Flavor int

const (
	// TraditionalCompatible is the default since gateway 3.0. Its engine has the
	// regular expressions of Rust.
	TraditionalCompatible Flavor = iota
	// Traditional is the default of gateway 2. Its regular expressions are PCRE's, over
	// bytes.
	Traditional
)

// expression is compiled twice: for texts of ASCII, where classes such as \w are small,
// and for others, once there is one.
type expression struct {
	ascii *regexp.Regexp
	full  func() *regexp.Regexp
}

// on returns what decides for a text.
func (e *expression) on(text string) *regexp.Regexp {
	if isASCII(text) {
		return e.ascii
	}
	return e.full()
}

// compilePath compiles a path that is a regular expression, without its tilde. What
// Go's engine decides in another way than the gateway's is an UnsupportedError.
func compilePath(text string, flavor Flavor) (*expression, error) {
	if flavor == Traditional {
		return compile(text, flavor, `\A(?:`, `(?P<`+postfixGroup+`>.*))`)
	}
	if err := pathregexp.Check(text); err != nil {
		return nil, err // before the gateway's rewriting, which makes errors hard to read
	}
	// The gateway anchors the text, not the expression, and rewrites the names of groups wherever they seem to stand.
	return compileRust("^" + strings.ReplaceAll(text, "?<", "?P<"))
}

// postfixGroup takes what follows the match of a path in flavor traditional.
const postfixGroup = "uri_postfix"

// compileHeader compiles the value of a header that is a regular expression, without
// its mark.
func compileHeader(text string, flavor Flavor) (*expression, error) {
	if flavor == Traditional {
		return compile(text, flavor, "", "")
	}
	return compileRust(lowerASCII(text))
}

func compileRust(text string) (*expression, error) {
	if err := pathregexp.Check(text); err != nil {
		return nil, err
	}
	if !utf8.ValidString(text) {
		return nil, &UnsupportedError{strconv.Quote(text), "text that is not UTF-8"}
	}
	return compile(text, TraditionalCompatible, "", "")
}

// compile compiles an expression between two texts that need no translation.
func compile(text string, flavor Flavor, before, after string) (*expression, error) {
	small, err := translate(text, flavor, true)
	if err != nil {
		return nil, err
	}
	ascii, err := regexp.Compile(before + small + after)
	if err != nil {
		return nil, &UnsupportedError{text, "an expression that Go does not compile (" + err.Error() + ")"}
	}
	return &expression{ascii, sync.OnceValue(func() *regexp.Regexp {
		large, err := translate(text, flavor, false)
		if err != nil || large == small {
			return ascii
		}
		full, err := regexp.Compile(before + large + after)
		if err != nil {
			return ascii
		}
		return full
	})}, nil
}

// translate rewrites an expression of the flavor's engine for Go's, which matches as
// that does where the text is of ASCII, or anywhere.
// One difference is left: the $ of flavor traditional also stands before a line break
// at the very end of a path.
func translate(text string, flavor Flavor, ascii bool) (string, error) {
	t := translator{rest: text, flavor: flavor, ascii: ascii}
	for t.rest != "" {
		if err := t.next(); err != nil {
			return "", err
		}
	}
	return t.out.String(), nil
}

type translator struct {
	rest   string
	flavor Flavor
	// ascii makes classes of ASCII alone.
	ascii bool
	out   strings.Builder
	// repeated is true behind a quantifier, where another one would repeat the repetition.
	repeated bool
}

// take moves n bytes to the output.
func (t *translator) take(n int) {
	t.out.WriteString(t.rest[:n])
	t.rest = t.rest[n:]
}

// skip reads n bytes and writes others.
func (t *translator) skip(n int, instead string) {
	t.out.WriteString(instead)
	t.rest = t.rest[n:]
}

// next translates one construct.
func (t *translator) next() error {
	c := t.rest[0]
	if isQuantifier(t.rest) {
		return t.quantifier()
	}
	t.repeated = false
	switch c {
	case '\\':
		return t.escape(false)
	case '[':
		return t.class()
	case '(':
		return t.group()
	default:
		t.literal()
		return nil
	}
}

// literal writes one character: in flavor traditional that is one byte.
func (t *translator) literal() {
	if t.flavor == Traditional && t.rest[0] >= utf8.RuneSelf {
		t.skip(1, string(rune(t.rest[0])))
		return
	}
	_, size := utf8.DecodeRuneInString(t.rest)
	t.take(size)
}

// isQuantifier reports whether a text begins with what repeats. A brace that begins no
// count is a character to PCRE and to Go; Rust refuses it before.
func isQuantifier(text string) bool {
	if strings.IndexByte("*+?", text[0]) >= 0 {
		return true
	}
	_, ok := countOf(text)
	return ok
}

// countOf returns {n}, {n,} or {n,m}.
func countOf(text string) (string, bool) {
	end := strings.IndexByte(text, '}')
	if text[0] != '{' || end < 0 {
		return "", false
	}
	low, high, _ := strings.Cut(text[1:end], ",")
	isNumber := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	return text[:end+1], strings.Trim(low, " ") != "" && isNumber(strings.Trim(low, " ")) && isNumber(strings.Trim(high, " "))
}

const maxRepeat = 1000

func (t *translator) quantifier() error {
	size := 1
	if count, ok := countOf(t.rest); ok {
		size = len(count)
		if strings.Contains(count, " ") {
			return &UnsupportedError{count, "a count with blanks"}
		}
		low, high, _ := strings.Cut(strings.Trim(count, "{}"), ",")
		for _, number := range []string{low, high} {
			if n, err := strconv.Atoi(number); number != "" && (err != nil || n > maxRepeat) {
				return &UnsupportedError{count, "a count over " + strconv.Itoa(maxRepeat)}
			}
		}
	}
	// A ? behind a quantifier makes it lazy, once.
	lazy := len(t.rest) > size && t.rest[size] == '?'
	if t.repeated {
		return &UnsupportedError{t.rest[:size], "a repetition of a repetition"}
	}
	if lazy {
		size++
	}
	t.take(size)
	t.repeated = true
	return nil
}

// group translates what opens a group, or sets flags.
func (t *translator) group() error {
	if strings.HasPrefix(t.rest, "(*") {
		return &UnsupportedError{"(*", "a verb of backtracking"}
	}
	special, ok := strings.CutPrefix(t.rest, "(?")
	if !ok {
		t.take(1)
		return nil
	}
	for _, prefix := range []string{"P<", "<"} {
		name, isName := strings.CutPrefix(special, prefix)
		if !isName || name == "" || name[0] == '=' || name[0] == '!' {
			continue
		}
		if strings.HasPrefix(name, postfixGroup+">") {
			return &UnsupportedError{"(?<" + postfixGroup + ">", "a group with the gateway's own name"}
		}
		t.skip(len("(?")+len(prefix), "(?P<")
		end := strings.IndexByte(t.rest, '>')
		if end < 0 {
			return &UnsupportedError{"(?<", "a group whose name does not end"}
		}
		t.take(end + 1)
		return nil
	}
	end := strings.IndexAny(special, ":)")
	if end < 0 || strings.Trim(special[:end], "imsU-") != "" {
		return unsupportedGroup(special)
	}
	if t.flavor == Traditional && strings.Contains(special[:end], "i") && !isASCII(t.rest) {
		return &UnsupportedError{"(?" + special[:end+1], "case folding of what is not ASCII"}
	}
	t.take(len("(?") + end + 1)
	return nil
}

// unsupportedGroup names a group that begins with (? and what follows it.
func unsupportedGroup(special string) error {
	for _, known := range [][2]string{
		{"=", "look-around"}, {"!", "look-around"}, {"<=", "look-around"}, {"<!", "look-around"},
		{">", "an atomic group"}, {"|", "a branch reset"}, {"(", "a condition"}, {"#", "a comment"},
		{"P=", "a back-reference"}, {"'", "a name in quotes"}, {"C", "a callout"}, {"x", "the mode x"},
	} {
		if strings.HasPrefix(special, known[0]) {
			return &UnsupportedError{"(?" + known[0], known[1]}
		}
	}
	return &UnsupportedError{"(?" + special[:min(len(special), 1)], "a group of this kind"}
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
