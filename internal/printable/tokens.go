package printable

import (
	"regexp"
	"strings"
)

const redacted = "[redacted]"

// konnectToken is the shape of Konnect's own tokens. A prefix alone is none: texts speak of it.
var konnectToken = regexp.MustCompile(`(?i)(^|[^a-z0-9])[ks]pat_[a-z0-9_-]+`)

// Redact replaces what has the shape of a token of Konnect, for texts that quote what
// somebody may have put into the wrong place.
func Redact(text string) string {
	if !mayHoldToken(text) {
		return text
	}
	return konnectToken.ReplaceAllString(text, "${1}"+redacted)
}

// HoldsToken reports whether Redact would change text.
func HoldsToken(text string) bool { return mayHoldToken(text) && konnectToken.MatchString(text) }

// mayHoldToken spares most texts the expression.
func mayHoldToken(text string) bool {
	for i := strings.IndexByte(text, '_'); i >= 0; {
		if i >= 4 && strings.EqualFold(text[i-3:i], "pat") {
			return true
		}
		next := strings.IndexByte(text[i+1:], '_')
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}
