package printable

import "unicode/utf8"

// Cut returns the first characters of s, at most length of them.
func Cut(s string, length int) string {
	if utf8.RuneCountInString(s) <= length {
		return s
	}
	return string([]rune(s)[:length])
}
