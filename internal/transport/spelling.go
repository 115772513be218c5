package transport

import (
	"strconv"
	"strings"
)

// spelled returns how much of the beginning of text spells secret, each character as it is or escaped as in JSON
// (\u006b, in JSON within JSON with more backslashes), as in a string of a program (\x6b) or as in a URL (%6b, %256b);
// 0 for something else. A secret is ASCII.
func spelled(text, secret string) int {
	if text == "" || secret == "" {
		return 0
	}
	for _, size := range spellings(text, secret[0]) {
		if size == 0 {
			continue
		}
		if len(secret) == 1 {
			return size
		}
		if rest := spelled(text[size:], secret[1:]); rest > 0 {
			return size + rest
		}
	}
	return 0
}

// spellings are the lengths of the ways in which text may begin with c, 0 for none.
func spellings(text string, c byte) (sizes [3]int) {
	switch text[0] {
	case '%':
		sizes[0], sizes[1] = percent(text, c, true), percent(text, c, false)
	case '\\':
		sizes[0] = escape(text, c)
		if c == '\\' && strings.HasPrefix(text, `\\`) {
			sizes[1] = 2
		}
	}
	if text[0] == c {
		sizes[2] = 1
	}
	return sizes
}

// percent is the length of c as in a URL, or in a URL that was escaped again.
func percent(text string, c byte, again bool) int {
	n := 1
	for again && strings.HasPrefix(text[n:], "25") {
		n += 2
	}
	if digits(text, n, 2) == int(c) {
		return n + 2
	}
	return 0
}

// escape is the length of c behind backslashes.
func escape(text string, c byte) int {
	n := len(text) - len(strings.TrimLeft(text, `\`))
	switch {
	case digits(text, n+1, 4) == int(c) && text[n] == 'u':
		return n + 5
	case digits(text, n+1, 2) == int(c) && text[n] == 'x':
		return n + 3
	case n < len(text) && text[n] == c && strings.IndexByte(`"'/`, c) >= 0:
		return n + 1
	}
	return 0
}

// digits is the value of n hexadecimal digits at i; negative where there are none.
func digits(text string, i, n int) int {
	if i+n > len(text) {
		return -1
	}
	value, err := strconv.ParseUint(text[i:i+n], 16, 16)
	if err != nil {
		return -1
	}
	return int(value)
}
