package pathregexp

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// class reads a class in brackets. In the default router a bracket within it opens
// another class.
func (p *parser) class() error {
	p.rest = strings.TrimPrefix(p.rest[1:], "^")
	for first := true; ; first = false {
		switch {
		case p.rest == "":
			return errors.New(`a [ is not closed; within brackets too, the character itself is \[`)
		case p.rest[0] == ']' && !first:
			p.rest = p.rest[1:]
			return nil
		case p.rest[0] == '[':
			if err := p.within(); err != nil {
				return err
			}
		default:
			if err := p.span(); err != nil {
				return err
			}
		}
	}
}

// within reads [:alpha:] or a class of its own.
func (p *parser) within() error {
	named := upTo(p.rest, ":]")
	name, isNamed := strings.CutPrefix(strings.TrimSuffix(named, ":]"), "[:")
	name = strings.TrimPrefix(name, "^")
	if !isNamed || !strings.HasSuffix(named, ":]") || strings.Trim(name, wordCharacters) != "" {
		return p.class()
	}
	if !slices.Contains(classNames(), name) {
		return fmt.Errorf("[:%s:] is no class", name)
	}
	p.rest = p.rest[len(named):]
	return nil
}

func classNames() []string {
	return []string{"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word", "xdigit"}
}

// span reads a character, an escape or a range of them.
func (p *parser) span() error {
	low, err := p.bound()
	if err != nil {
		return err
	}
	if !strings.HasPrefix(p.rest, "-") || strings.HasPrefix(p.rest, "-]") || strings.HasPrefix(p.rest, "--") || p.rest == "-" {
		return nil
	}
	p.rest = p.rest[1:]
	high, err := p.bound()
	switch {
	case err != nil:
		return err
	case low == notOne || high == notOne:
		return errors.New("a range in brackets must be from one character to another")
	case low > high && low != unknown && high != unknown:
		return fmt.Errorf("the range %q is empty", string([]rune{low, '-', high}))
	default:
		return nil
	}
}

const (
	// notOne stands for an escape that is more than one character, such as \d.
	notOne rune = -1
	// unknown stands for a character that was not worked out.
	unknown rune = -2
)

// bound reads one end of a range.
func (p *parser) bound() (rune, error) {
	if p.rest != "" && p.rest[0] == '\\' {
		return p.escape(true)
	}
	return p.literal(), nil
}

// escape reads a backslash and what belongs to it.
func (p *parser) escape(inClass bool) (rune, error) {
	if len(p.rest) < 2 {
		return 0, errors.New(`a \ is the last character`)
	}
	letter := p.rest[1]
	isLetter := strings.IndexByte(wordCharacters, letter) >= 0 && letter != '_'
	switch {
	case letter >= '1' && letter <= '9', !inClass && strings.IndexByte("kg", letter) >= 0:
		return 0, unsupported("a back-reference", p.rest[:2])
	case inClass && strings.IndexByte("bBAz", letter) >= 0:
		return 0, fmt.Errorf(`\%c means nothing within brackets`, letter)
	case letter == 'x':
		return p.hexadecimal()
	case letter == 'p' || letter == 'P':
		return notOne, p.property()
	case isLetter && strings.IndexByte("cehoCEGHKNQRVXZ0", letter) >= 0:
		return 0, unsupported("an escape", p.rest[:2])
	case isLetter && strings.IndexByte("aftnrvdDsSwWAzbB", letter) < 0:
		return 0, fmt.Errorf(`\%c is no escape that both engines know`, letter)
	}
	p.rest = p.rest[1:]
	character := p.literal()
	if letter == 'b' {
		p.boundary()
	}
	if !isLetter {
		return character, nil
	}
	if strings.IndexByte("aftnrv", letter) >= 0 {
		return unknown, nil
	}
	return notOne, nil
}

// boundary reads what may follow \b.
func (p *parser) boundary() {
	for _, kind := range []string{"{start}", "{end}", "{start-half}", "{end-half}"} {
		if rest, ok := strings.CutPrefix(p.rest, kind); ok {
			p.rest = rest
			return
		}
	}
}

// hexadecimal reads \x41 or \x{41}.
func (p *parser) hexadecimal() (rune, error) {
	digits, rest := p.rest[2:], ""
	if braced, ok := strings.CutPrefix(digits, "{"); ok {
		digits, rest, _ = strings.Cut(braced, "}")
	} else if len(digits) >= 2 {
		digits, rest = digits[:2], digits[2:]
	} else {
		digits = ""
	}
	value, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || value > 0x10ffff {
		return 0, errors.New(`\x needs two hexadecimal digits, or some in braces`)
	}
	p.rest = rest
	return rune(value), nil
}

// property reads \pL or \p{Greek}; which names there are differs between versions.
func (p *parser) property() error {
	p.rest = p.rest[2:]
	if p.rest == "" {
		return errors.New(`\p needs the name of a property`)
	}
	if p.rest[0] != '{' {
		p.literal()
		return nil
	}
	name, rest, closed := strings.Cut(p.rest[1:], "}")
	if !closed || name == "" {
		return errors.New(`\p{ needs the name of a property and a }`)
	}
	p.rest = rest
	return nil
}
