package transport

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRedactorKnowsEscapes(t *testing.T) {
	t.Parallel()
	const token = "kpat_Example"
	for reason, tt := range map[string]struct{ token, text, want string }{
		"as it is":                    {token, `bad token kpat_Example.`, `bad token [redacted].`},
		"twice":                       {token, `kpat_Examplekpat_Example`, `[redacted][redacted]`},
		"all escaped":                 {token, `"\u006b\u0070\u0061\u0074\u005f\u0045\u0078\u0061\u006d\u0070\u006c\u0065"`, `"[redacted]"`},
		"upper-case digits":           {token, `\u006bpat\u005FExamp\u006Ce`, `[redacted]`},
		"partly":                      {token, `x kpat\u005fExample y`, `x [redacted] y`},
		"json within json":            {token, `{\"a\":\"kpat\\u005fExample\"}`, `{\"a\":\"[redacted]\"}`},
		"thrice":                      {token, `kpat\\\\u005fExample`, `[redacted]`},
		"of a program":                {token, `kpat\x5fExample`, `[redacted]`},
		"url":                         {token, `/x?token=kpat%5fExample`, `/x?token=[redacted]`},
		"url, escaped twice":          {token, `kpat%255FExampl%2565`, `[redacted]`},
		"mixed":                       {token, `%6bpat\u005f\u0045xample`, `[redacted]`},
		"characters that are escaped": {`a"b\c/d<e>&f%41`, `a\"b\\c\/d\u003ce\u003e\u0026f%2541 ` + "a\"b\\c/d<e>&f%41", `[redacted] [redacted]`},
		"not the token":               {token, `kpat\u005fExamplf \u006b % %6 \ \u00`, `kpat\u005fExamplf \u006b % %6 \ \u00`},
		"cut off":                     {token, `\u006bpat_Exampl\u006`, `\u006bpat_Exampl\u006`},
		"at the end of a backslash":   {token, `kpat_Exampl\`, `kpat_Exampl\`},
		"no token":                    {"", `kpat\u005fExample`, `kpat\u005fExample`},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, redactorFor(tt.token).string(tt.text))
		})
	}
}

// TestRedactorFindsAnySpelling decodes what is left after redacting tokens that were escaped at random.
func TestRedactorFindsAnySpelling(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		token := make([]byte, 5+rnd.IntN(20))
		for i := range token {
			token[i] = byte('!' + rnd.IntN('~'-'!'+1))
		}
		var text strings.Builder
		text.WriteString(`"`)
		for _, c := range token {
			switch quoted := c == '"' || c == '\\'; rnd.IntN(4) {
			case 0:
				fmt.Fprintf(&text, `\u%04x`, c)
			case 1:
				fmt.Fprintf(&text, `\u%04X`, c)
			case 2:
				if quoted || c == '/' {
					text.WriteByte('\\')
				}
				text.WriteByte(c)
			default:
				if quoted {
					text.WriteByte('\\')
				}
				text.WriteByte(c)
			}
		}
		text.WriteString(`"`)
		var decoded string
		require.NoError(t, json.Unmarshal([]byte(text.String()), &decoded))
		require.Equal(t, string(token), decoded)
		got := redactorFor(string(token)).string(text.String())
		require.Equal(t, `"`+redactedText+`"`, got, "%q in %s", token, text.String())
		require.Equal(t, redactedText, redactorFor(string(token)).string(url.QueryEscape(string(token))))
	}
}

// FuzzRedactor looks for a text that still spells the token.
func FuzzRedactor(f *testing.F) {
	f.Add(`kpat\u005fExample`, "kpat_Example")
	f.Add(`%255f%`, "_")
	f.Fuzz(func(t *testing.T, text, token string) {
		if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Skip("no token is like that")
		}
		got := redactorFor(token).string(text)
		if token != "" && !strings.Contains(redactedText, token) && !strings.Contains(text, "redacted") {
			for part := range strings.SplitSeq(got, redactedText) {
				assert.NotContains(t, part, token)
			}
		}
	})
}
