package constraint_test

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// The matchers must agree with the patterns of the CRDs.
func TestFormsAgreeWithPatterns(t *testing.T) {
	t.Parallel()
	const label = `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
	for name, c := range map[string]struct {
		pattern string
		match   func(string) bool
		// empty is set where the pattern takes the empty text, which Match skips.
		empty bool
	}{
		"label":     {`^$|^` + label + `$`, constraint.IsDNSLabel, true},
		"subdomain": {`^$|^` + label + `(\.` + label + `)*$`, constraint.IsDNSSubdomain, true},
		"kind":      {`^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$`, constraint.IsKind, false},
		"label key": {`^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$`, constraint.IsLabelKey, true},
		"condition type": {
			`^(` + label + `(\.` + label + `)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`,
			constraint.IsQualifiedName, false,
		},
		"condition reason": {`^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$`, constraint.IsConditionReason, false},
		"username": {
			`^[\p{L}\p{N}.\-_~+@/\[\]]*(?: [\p{L}\p{N}.\-_~+@/\[\]]+)*$`, constraint.IsUsername, false,
		},
		"custom ID": {
			`^[0-9a-zA-Z.\-_~\(\)#%@|+\[\]]*(?: [0-9a-zA-Z.\-_~\(\)#%@|+\[\]]+)*$`, constraint.IsCustomID, false,
		},
		"group name": {`^[\p{N}\p{L}.\-_~]*$`, constraint.IsGroupName, false},
		"UUID":       {`^[0-9a-f]{8}(?:\-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, constraint.IsUUID, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pattern := regexp.MustCompile(c.pattern)
			r := rand.New(rand.NewPCG(1, 2))
			matched := 0
			for range 50_000 {
				text := randomText(r, name == "UUID")
				want := pattern.MatchString(text) && (text != "" || !c.empty)
				require.Equal(t, want, c.match(text), "%q", text)
				if want {
					matched++
				}
			}
			assert.Positive(t, matched)
		})
	}
}

// randomText returns a short text of the characters that patterns care about, or
// a UUID of which some characters may be changed.
func randomText(r *rand.Rand, isUUID bool) string {
	const alphabet = "aazZ09-_.,:/ é\n~@(|²"
	text := []byte("0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f")
	if !isUUID {
		text = make([]byte, r.IntN(7))
		for i := range text {
			text[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(text)
	}
	for range r.IntN(3) {
		text[r.IntN(len(text))] = "0fgA-_"[r.IntN(6)]
	}
	return string(text[:len(text)-r.IntN(2)*r.IntN(2)])
}
