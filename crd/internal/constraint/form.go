package constraint

import (
	"strings"
	"unicode"
)

// IsDNSLabel tells whether s is lower-case letters, digits and inner hyphens.
// Its length is not checked, here and below.
func IsDNSLabel(s string) bool {
	return word(s, isLowerAlnum, func(c byte) bool { return isLowerAlnum(c) || c == '-' }, isLowerAlnum)
}

// IsDNSSubdomain tells whether s is DNS labels joined by dots.
func IsDNSSubdomain(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if !IsDNSLabel(label) {
			return false
		}
	}
	return true
}

// IsKind tells whether s has the form of the kind of an object.
func IsKind(s string) bool {
	return word(s, isLetter, func(c byte) bool { return isAlnum(c) || c == '-' }, isAlnum)
}

// IsLabelKey tells whether s has the form of a label's value, or of its key without a prefix.
func IsLabelKey(s string) bool {
	return word(s, isAlnum, func(c byte) bool { return isAlnum(c) || strings.IndexByte("-_.", c) >= 0 }, isAlnum)
}

// IsQualifiedName tells whether s has the form of a label's key or a condition's type: a
// name, perhaps after a DNS subdomain and a slash.
func IsQualifiedName(s string) bool {
	if prefix, name, ok := strings.Cut(s, "/"); ok {
		return IsDNSSubdomain(prefix) && IsLabelKey(name)
	}
	return IsLabelKey(s)
}

// IsConditionReason tells whether s has the form of a condition's reason.
func IsConditionReason(s string) bool {
	return word(s, isLetter,
		func(c byte) bool { return isAlnum(c) || strings.IndexByte("_,:", c) >= 0 },
		func(c byte) bool { return isAlnum(c) || c == '_' })
}

// IsUUID tells whether s is a UUID in lower case.
func IsUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !isDigit(s[i]) && (s[i] < 'a' || s[i] > 'f') {
				return false
			}
		}
	}
	return true
}

// IsUsername reports whether s is letters, digits and marks that a consumer's username
// may have, with single spaces between.
func IsUsername(s string) bool { return words(s, isWordRune(".-_~+@/[]")) }

// IsCustomID reports whether s is ASCII letters, digits and marks that a consumer's ID
// may have, with single spaces between.
func IsCustomID(s string) bool {
	return words(s, func(r rune) bool {
		return r < unicode.MaxASCII && (isAlnum(byte(r)) || strings.ContainsRune(".-_~()#%@|+[]", r))
	})
}

// IsGroupName reports whether s is letters, digits and marks that the name of a group of
// consumers may have.
func IsGroupName(s string) bool { return every(s, isWordRune(".-_~")) }

// isWordRune returns what reports whether a character is a letter, a digit or one of marks.
func isWordRune(marks string) func(rune) bool {
	return func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || strings.ContainsRune(marks, r) }
}

// words reports whether s is characters of a set with single spaces before and between.
func words(s string, isOf func(rune) bool) bool {
	first, rest, spaced := strings.Cut(s, " ")
	if !every(first, isOf) {
		return false
	}
	for spaced {
		var word string
		if word, rest, spaced = strings.Cut(rest, " "); word == "" || !every(word, isOf) {
			return false
		}
	}
	return true
}

// every reports whether all characters of s are of a set.
func every(s string, isOf func(rune) bool) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !isOf(r) }) < 0
}

// word tells whether s is one character of first, or that, any of inner and one of last.
func word(s string, first, inner, last func(byte) bool) bool {
	if s == "" || !first(s[0]) {
		return false
	}
	if len(s) == 1 {
		return true
	}
	for i := 1; i < len(s)-1; i++ {
		if !inner(s[i]) {
			return false
		}
	}
	return last(s[len(s)-1])
}

func isDigit(c byte) bool      { return '0' <= c && c <= '9' }
func isLower(c byte) bool      { return 'a' <= c && c <= 'z' }
func isLetter(c byte) bool     { return isLower(c) || 'A' <= c && c <= 'Z' }
func isLowerAlnum(c byte) bool { return isLower(c) || isDigit(c) }
func isAlnum(c byte) bool      { return isLetter(c) || isDigit(c) }
