// Package syntax says what is wrong with YAML that cannot be parsed, without its values.
package syntax

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// lineOf finds the line in an error of the YAML parser.
var lineOf = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^line (\d+): `) })

// Explain returns the line that an error of the YAML parser is about, 0 where it names none,
// and what it says.
func Explain(err error) (line int, message string) {
	message = strings.TrimPrefix(err.Error(), "yaml: ")
	if match := lineOf().FindStringSubmatch(message); match != nil {
		message = message[len(match[0]):]
		if n, err := strconv.Atoi(match[1]); err == nil {
			line = n
		}
		// The parser counts lines from 0 here, and from 1 elsewhere.
		if strings.HasPrefix(message, "did not find expected") {
			line++
		}
	}
	return line, withoutValues(message)
}

// withoutValues cuts the values that parsers quote: they may be secrets.
func withoutValues(message string) string {
	if strings.Contains(message, "map key") {
		return "a key must be a string, a number or a boolean"
	}
	if strings.HasPrefix(message, "unknown anchor") || strings.HasPrefix(message, "anchor ") {
		return "an alias names no anchor, or an anchor holds itself"
	}
	if i, j := strings.IndexByte(message, '`'), strings.LastIndexByte(message, '`'); i < j {
		message = message[:i] + "the value" + message[j+1:]
	}
	message, _, _ = strings.Cut(message, "\n")
	return message
}
