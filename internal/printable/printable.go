// Package printable makes texts of others fit to be read by people: whatever a
// server or a manifest says, it neither begins a line nor steers a terminal.
package printable

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns text with escapes, as Go writes them, for all that is not seen or
// not one character's width of ink: line breaks and other control characters, marks
// of writing direction, separators, and bytes that are no UTF-8. What has the shape of
// a token is left out. What Line has returned it leaves as it is.
func Line(text string) string {
	text = Redact(text)
	if !strings.ContainsFunc(text, isHidden) && utf8.ValidString(text) {
		return text
	}
	var line strings.Builder
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&line, `\x%02x`, text[0])
		case isHidden(r):
			line.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		default:
			line.WriteRune(r)
		}
		text = text[size:]
	}
	return line.String()
}

func isHidden(r rune) bool { return !unicode.IsPrint(r) }

// Sprintf is fmt.Sprintf for a text of one line.
func Sprintf(format string, values ...any) string { return Line(fmt.Sprintf(format, values...)) }

// Error returns err with its text in one line, the lines of joined errors separated
// by semicolons; err itself where nothing is to be done.
func Error(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	line := Line(strings.ReplaceAll(text, "\n", "; "))
	if line == text {
		return err
	}
	return &lineError{line, err}
}

type lineError struct {
	line string
	err  error
}

func (e *lineError) Error() string { return e.line }

func (e *lineError) Unwrap() error { return e.err }
