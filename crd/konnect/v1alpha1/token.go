package v1alpha1

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
)

// CheckToken returns why token cannot be one of Konnect's, nil if it can. It asks for
// more than the CRD, which looks at the beginning of a token in a spec and not at all
// into a Secret. The error does not show the token.
func CheckToken(token crd.SecretString) error {
	text := token.Reveal()
	decoded, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	const quotes = "'\"`"
	switch {
	case text == "":
		return errors.New("is empty")
	case strings.ContainsAny(text, quotes):
		return errors.New("has a quote in it, as a shell leaves behind: only the token belongs there")
	case strings.HasPrefix(text, "$"), strings.Contains(text, "{{"):
		return errors.New("is a variable that was not replaced with the token")
	case strings.HasPrefix(strings.ToLower(text), "bearer"):
		return errors.New("starts with the word Bearer: only the token belongs there")
	case isToken(string(decoded)):
		return errors.New("is encoded in base64 once more than it should be")
	case !isToken(text):
		return errors.New("must start with kpat_ or spat_")
	case strings.ContainsFunc(text, isNoTokenCharacter):
		return errors.New("has white space or another character in it that no token has")
	}
	return nil
}

// isToken reports whether text begins as tokens do.
func isToken(text string) bool {
	return strings.HasPrefix(text, "kpat_") || strings.HasPrefix(text, "spat_")
}

func isNoTokenCharacter(c rune) bool { return c <= ' ' || c > '~' }
