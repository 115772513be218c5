package v1alpha1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
)

func TestCheckToken(t *testing.T) {
	t.Parallel()
	for _, token := range []crd.SecretString{"kpat_example", "spat_example", "kpat_a-b.c_d=/+"} {
		require.NoError(t, v1alpha1.CheckToken(token))
	}
	for name, c := range map[string]struct{ reason, token, want string }{
		"empty":          {"nothing was put there", "", "is empty"},
		"single quotes":  {"of a shell", "'kpat_example'", "has a quote"},
		"double quotes":  {"of a shell", `"kpat_example"`, "has a quote"},
		"one quote":      {"half of a pair", "kpat_example'", "has a quote"},
		"variable":       {"a here document with quotes round its end", "$KONNECT_TOKEN", "variable"},
		"braced":         {"a file that was not put through envsubst", "${KONNECT_TOKEN}", "variable"},
		"template":       {"a chart that was not rendered", "{{ .Values.token }}", "variable"},
		"header":         {"a value of the header Authorization", "Bearer kpat_example", "Bearer"},
		"encoded twice":  {"data in place of stringData", "a3BhdF9leGFtcGxl", "base64"},
		"other":          {"a token of something else", "ghp_example", "must start with kpat_ or spat_"},
		"space":          {"two words", "kpat_example and more", "white space"},
		"newline":        {"two lines", "kpat_example\nkpat_other", "white space"},
		"trailing":       {"a line and its end", "kpat_example\n", "white space"},
		"not ASCII":      {"a dash that an editor has made longer", "kpat_exam–ple", "character"},
		"leading blanks": {"a space before it", " kpat_example", "must start with"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := v1alpha1.CheckToken(crd.SecretString(c.token))
			require.ErrorContains(t, err, c.want, c.reason)
			assert.NotContains(t, err.Error(), "example")
		})
	}
}
