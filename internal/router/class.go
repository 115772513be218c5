package router

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// class translates a class in brackets.
func (t *translator) class() error {
	t.take(1)
	if strings.HasPrefix(t.rest, "^") {
		t.take(1)
	}
	for first := true; ; first = false {
		switch {
		case t.rest == "":
			return &UnsupportedError{"[", "a class that does not end"}
		case t.rest[0] == ']' && !first:
			t.take(1)
			return nil
		case t.rest[0] == '[':
			if err := t.within(); err != nil {
				return err
			}
		case t.rest[0] == '\\':
			if err := t.escape(true); err != nil {
				return err
			}
		default:
			if t.flavor == TraditionalCompatible {
				for _, operator := range []string{"&&", "--", "~~"} {
					if strings.HasPrefix(t.rest, operator) {
						return &UnsupportedError{operator, "an operation on classes"}
					}
				}
			}
			t.literal()
		}
	}
}

// within translates a [ within brackets.
func (t *translator) within() error {
	if strings.HasPrefix(t.rest, "[:") {
		if end := strings.Index(t.rest, ":]"); end > 0 {
			t.take(end + len(":]"))
			return nil
		}
	}
	if t.flavor == Traditional {
		t.skip(1, `\[`)
		return nil
	}
	return &UnsupportedError{"[", "a class within a class"}
}

// escape translates a backslash and what belongs to it.
func (t *translator) escape(inClass bool) error {
	if len(t.rest) < 2 {
		return &UnsupportedError{`\`, "a backslash at the end"}
	}
	letter := t.rest[1]
	switch {
	case strings.IndexByte("dDsSwW", letter) >= 0:
		t.skip(2, t.perl(letter, inClass))
	case letter == 'x':
		return t.hexadecimal()
	case strings.IndexByte("pPafntr", letter) >= 0, letter == 'v' && t.flavor == TraditionalCompatible,
		!inClass && strings.IndexByte("Az", letter) >= 0, !inClass && strings.IndexByte("bB", letter) >= 0 && t.flavor == Traditional:
		t.take(2)
		if letter == 'p' || letter == 'P' {
			t.property()
		}
	case letter >= '1' && letter <= '9' || strings.IndexByte("kg", letter) >= 0:
		return &UnsupportedError{t.rest[:2], "a back-reference"}
	case strings.IndexByte("bB", letter) >= 0:
		return &UnsupportedError{t.rest[:2], "a boundary of words"}
	case letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z' || letter == '0':
		return &UnsupportedError{t.rest[:2], "an escape"}
	case letter >= utf8.RuneSelf:
		t.skip(1, "")
		t.literal()
	default:
		t.take(2)
	}
	return nil
}

// property takes what follows \p.
func (t *translator) property() {
	switch end := strings.IndexByte(t.rest, '}'); {
	case strings.HasPrefix(t.rest, "{") && end > 0:
		t.take(end + 1)
	case t.rest != "":
		t.take(1)
	}
}

// hexadecimal takes \x41 or \x{41}; fewer digits mean something else to each engine.
func (t *translator) hexadecimal() error {
	digits := t.rest[2:]
	if strings.HasPrefix(digits, "{") {
		end := strings.IndexByte(digits, '}')
		if end < 0 {
			return &UnsupportedError{`\x{`, "an escape"}
		}
		t.take(2 + end + 1)
		return nil
	}
	if len(digits) < 2 || !isHex(digits[0]) || !isHex(digits[1]) {
		return &UnsupportedError{`\x`, "an escape"}
	}
	t.take(4)
	return nil
}

// perl writes \d, \s and \w, or their opposites, as the flavor's engine knows them:
// Rust's are of Unicode, PCRE's of ASCII, and both count the vertical tab as space.
func (t *translator) perl(letter byte, inClass bool) string {
	ranges := perlRanges(letter|0x20, t.flavor == TraditionalCompatible && !t.ascii)
	if letter < 'a' {
		ranges = complement(ranges)
	}
	var text strings.Builder
	for i := 0; i < len(ranges); i += 2 {
		fmt.Fprintf(&text, `\x{%x}-\x{%x}`, ranges[i], ranges[i+1])
	}
	if inClass {
		return text.String()
	}
	return "[" + text.String() + "]"
}

// perlRanges returns the first and last character of each range, in order.
func perlRanges(letter byte, wide bool) []rune {
	switch {
	case letter == 's' && wide:
		return unicodeSpace()
	case letter == 's':
		return []rune{'\t', '\r', ' ', ' '}
	case letter == 'd' && wide:
		return unicodeDigits()
	case letter == 'd':
		return []rune{'0', '9'}
	case wide:
		return unicodeWord()
	default:
		return []rune{'0', '9', 'A', 'Z', '_', '_', 'a', 'z'}
	}
}

// The classes of Rust are large, so that each is computed once.
var (
	unicodeSpace  = sync.OnceValue(func() []rune { return rangesOf(unicode.White_Space) })
	unicodeDigits = sync.OnceValue(func() []rune { return rangesOf(unicode.Nd) })
	unicodeWord   = sync.OnceValue(func() []rune {
		return rangesOf(unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic, unicode.Join_Control)
	})
)

// rangesOf returns the union of tables.
func rangesOf(tables ...*unicode.RangeTable) []rune {
	var all [][2]rune
	add := func(low, high, stride rune) {
		if stride == 1 {
			all = append(all, [2]rune{low, high})
			return
		}
		for r := low; r <= high; r += stride {
			all = append(all, [2]rune{r, r})
		}
	}
	for _, table := range tables {
		for _, r := range table.R16 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range table.R32 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	slices.SortFunc(all, func(a, b [2]rune) int { return cmp.Compare(a[0], b[0]) })
	var ranges []rune
	for _, r := range all {
		if n := len(ranges); n > 0 && r[0] <= ranges[n-1]+1 {
			ranges[n-1] = max(ranges[n-1], r[1])
			continue
		}
		ranges = append(ranges, r[0], r[1])
	}
	return ranges
}

// complement returns what the ranges leave out.
func complement(ranges []rune) []rune {
	var rest []rune
	next := rune(0)
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i] > next {
			rest = append(rest, next, ranges[i]-1)
		}
		next = ranges[i+1] + 1
	}
	if next <= unicode.MaxRune {
		rest = append(rest, next, unicode.MaxRune)
	}
	return rest
}
