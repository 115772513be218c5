// Package tokens keeps out of texts what somebody may have put into the wrong place.
package tokens

import (
	"regexp"
	"sync"
)

var shape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)(^|[^a-z0-9])[ks]pat_[a-z0-9_-]+`) })

// Redact replaces what has the shape of a token of Konnect.
func Redact(text string) string { return shape().ReplaceAllString(text, "${1}[redacted]") }
