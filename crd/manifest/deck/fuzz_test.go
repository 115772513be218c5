package deck_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd/manifest/deck"
)

// FuzzDecode looks for files that cannot be decoded without a panic, whose objects cannot be
// encoded though they are valid, or whose secret shows in an error.
func FuzzDecode(f *testing.F) {
	const secret = "4f9a-example-secret"
	for _, file := range []string{
		"services: [{name: s, url: \"https://a/b\", routes: [{name: r, paths: [/]}]}]",
		"consumers: [{username: a, keyauth_credentials: [{key: " + secret + "}], groups: [{name: g}]}]\nconsumer_groups: [{name: g}]",
		"plugins: [{name: p, _config: c, config: ${{ env \"DECK_A\" }}}]\n_plugin_configs: {c: {a: 1}}",
		"certificates: [{id: 1, cert: a, key: " + secret + ", snis: [{name: a}]}]\nupstreams: [{name: u, targets: [{target: a}]}]",
		"_info: {select_tags: [a], defaults: {route: &a {retries: 1}}}\nroutes: [{<<: *a}]\nvaults: [{name: env, prefix: a}]",
	} {
		f.Add(fileHead + file)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lookup := func(string) (string, bool) { return secret, true }
		file, err := deck.Decode(strings.NewReader(text), deck.WithVariables(lookup), deck.InControlPlane("", "cp"))
		if err != nil {
			if !strings.Contains(text, secret) {
				require.NotContains(t, err.Error(), secret)
			}
			return
		}
		var out bytes.Buffer
		plane := builder.NewGatewayControlPlane("cp").MustBuild()
		if err := deck.Encode(&out, append(file.Objects, plane), deck.WithSecrets()); err != nil {
			return // what Konnect refuses, such as an upstream without a name
		}
		_, err = deck.Decode(&out, deck.WithVariables(lookup), deck.InControlPlane("", "cp"))
		require.NoError(t, err, "what was encoded can be decoded")
	})
}
