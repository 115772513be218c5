package page

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible writes what is not seen, such as control characters and marks of writing direction, as
// escapes, so that no text of others reads as something else. Line breaks stay.
func visible(text string) string {
	var out strings.Builder
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, text[0])
		case r == '\n' || unicode.IsPrint(r):
			out.WriteRune(r)
		default:
			out.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
		text = text[size:]
	}
	return out.String()
}

// short cuts a text to about so many columns; wide characters count twice.
func short(text string, columns int) string {
	text = visible(text)
	used := 0
	for i, r := range text {
		used += columnsOf(r)
		if used > columns && i > 0 {
			return strings.TrimRight(text[:lastFit(text, columns-1)], " ") + "…"
		}
	}
	return text
}

func lastFit(text string, columns int) int {
	used := 0
	for i, r := range text {
		if used += columnsOf(r); used > columns {
			return i
		}
	}
	return len(text)
}

func columnsOf(r rune) int {
	if r >= 0x1100 { // from here on most letters are wide; a name is rather cut than too long
		return 2
	}
	return 1
}

// indented is a value as JSON for reading.
func indented(value any) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // the template does it
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return err.Error()
	}
	return visible(strings.TrimSuffix(out.String(), "\n"))
}
