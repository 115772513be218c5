package konnecttest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestRoutePatterns(t *testing.T) {
	t.Parallel()
	const (
		everywhere = "" // both routers take it
		nowhere    = "must "
	)
	for name, tc := range map[string]struct {
		pattern string
		lacking string // what the default router lacks
	}{
		"repeats over a thousand":       {`/a{2000}`, everywhere},
		"a range over a thousand":       {`/items/[0-9]{1,18}(/[a-z]{1,2048})?$`, everywhere},
		"repeats of repeats":            {`/(?:a{900}){900}`, everywhere},
		"repeats without an end":        {`/a{1001,}?`, everywhere},
		"a possessive repeat":           {`/a++b*+c?+d{2}+`, everywhere},
		"named groups":                  {`/(?<n>a)(?P<m>b)`, everywhere},
		"flags":                         {`/(?i)a(?s-x:b)`, everywhere},
		"classes":                       {`/[]a][^]b][[:alpha:]\]\d-][\p{L}\pN\x41]`, everywhere},
		"what looks like a group":       {`/[(?=]\(\?!`, everywhere},
		"escaped braces":                {`/\{id\}`, everywhere},
		"a closing brace":               {`/a}`, everywhere},
		"repeats beyond PCRE":           {`/a{65536}`, nowhere},
		"a range upside down":           {`/a{3,2}`, nowhere},
		"an open group":                 {`/(a`, nowhere},
		"an open group in a look-ahead": {`/(?=(a)`, nowhere},
		"an open class":                 {`/[a`, nowhere},
		"nothing to repeat":             {`/(*a)`, nowhere},
		"a repeat of a repeat":          {`/a**`, nowhere},
		"a backslash at the end":        {`/a\`, nowhere},
		"look-ahead":                    {`/(?=x)y`, "look-ahead"},
		"negative look-ahead":           {`/(?!x)y`, "look-ahead"},
		"look-behind":                   {`/(?<=x)y(?<!z)`, "look-behind"},
		"atomic group":                  {`/(?>a)`, "atomic groups"},
		"back-reference":                {`/(a)\1`, "back-references"},
		"named back-reference":          {`/(?<n>a)\k<n>\g{1}`, "back-references"},
		"a quoted text":                 {`/\Qa.b(\E`, `\Q`},
		"braces of a template":          {`/users/{id}`, "unescaped braces"},
		"a bracket in a class":          {`/[^[]`, "unescaped brackets within brackets"},
		"several":                       {`/(?=a)(b)\1`, "look-ahead, back-references"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := map[string]any{"paths": strs("~" + tc.pattern)}
			compatible, pcre := newClient(t), newClient(t, konnecttest.WithRouterFlavor(konnecttest.FlavorTraditionalPCRE))
			post := func(c *client) answer {
				_, entities := c.plane(nil)
				return c.do("POST", entities+"/routes", body)
			}
			in, inPCRE := post(compatible), post(pcre)
			switch tc.lacking {
			case everywhere:
				assert.Equal(t, 201, in.Status, in.Raw)
				assert.Equal(t, 201, inPCRE.Status, inPCRE.Raw)
			case nowhere:
				assert.Contains(t, in.Raw, `"field":"paths[0]"`)
				assert.Contains(t, inPCRE.Raw, `"field":"paths[0]"`)
			default:
				require.Equal(t, 400, in.Status, in.Raw)
				message := details(in)[0]
				assert.Contains(t, message, "has no "+tc.lacking+", as in paths[0]")
				assert.Equal(t, 201, inPCRE.Status, inPCRE.Raw)
			}
		})
	}
}

// TestPathsAsTheRouterSeesThem holds what the server takes for a normal path against what the
// gateway makes of request targets.
func TestPathsAsTheRouterSeesThem(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	compared := 0
	eachLine(t, "uri-normalize.jsonl", func(line []byte) {
		var recorded struct{ URI, Merge string }
		require.NoError(t, json.Unmarshal(line, &recorded))
		if strings.Contains(recorded.URI, "//") || strings.Contains(recorded.URI, "%zz") || !strings.HasPrefix(recorded.URI, "/") {
			return // refused for other reasons
		}
		compared++
		got := c.do("POST", entities+"/schemas/route/validate", map[string]any{"paths": strs(recorded.URI)})
		if recorded.URI == recorded.Merge {
			assert.Equal(t, 200, got.Status, "%s: %s", recorded.URI, got.Raw)
			return
		}
		require.Equal(t, 400, got.Status, recorded.URI)
		assert.Equal(t, "paths[0]: must be normalised: "+recorded.Merge, details(got)[0])
	})
	assert.Greater(t, compared, 50)
}
