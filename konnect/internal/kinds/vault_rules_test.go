package kinds_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

func TestVaultRules(t *testing.T) {
	t.Parallel()
	type spec = configurationv1alpha1.KongVaultSpec
	of := func(backend, config string) func(*spec) {
		return func(s *spec) { s.Backend, s.Config = backend, crd.JSON(config) }
	}
	prefix := func(prefix string) func(*spec) { return func(s *spec) { s.Prefix = prefix } }
	rules := []rule[spec]{
		{reason: "no config", change: of("env", "")},
		{reason: "an empty config", change: of("env", "{}")},
		{reason: "env", change: of("env", `{"prefix":"SHOP_"}`)},
		{reason: "hcv", change: of("hcv", `{"host":"a.example.com","port":8200,"token":"not-to-be-seen"}`)},
		{reason: "gcp", change: of("gcp", `{"project_id":"a"}`)},
		{reason: "gcp without a project", change: of("gcp", `{}`), refused: "spec.config.project_id"},
		{reason: "gcp without a config", change: of("gcp", ""), refused: "spec.config.project_id"},
		{reason: "konnect", change: of("konnect", `{"config_store_id":"`+chosenID+`"}`)},
		{reason: "konnect without a store", change: of("konnect", "")},
		{reason: "konnect with a name for a store", change: of("konnect", `{"config_store_id":"a"}`), refused: "spec.config.config_store_id"},
		{reason: "another backend", change: of("file", ""), refused: "spec.backend"},
		{reason: "a list", change: of("env", `["not-to-be-seen"]`), refused: "spec.config"},
		{reason: "a text", change: of("env", `"not-to-be-seen"`), refused: "spec.config"},
		{reason: "an unknown field", change: of("env", `{"a":1}`), server: "the fields that it knows are those of a gateway; Konnect may have more"},
		{reason: "a prefix of two characters", change: prefix("a1")},
		{reason: "a prefix with a hyphen", change: prefix("a-1")},
		{reason: "a prefix of one character", change: prefix("a"), refused: "spec.prefix"},
		{reason: "a prefix that begins with a digit", change: prefix("1a"), refused: "spec.prefix"},
		{reason: "a prefix that ends with a hyphen", change: prefix("a-"), refused: "spec.prefix"},
		{reason: "capitals", change: prefix("Shop"), refused: "spec.prefix"},
		{reason: "the name of a backend", change: prefix("aws"), refused: "spec.prefix"},
		{reason: "a control plane without its namespace", change: func(s *spec) {
			s.ControlPlaneRef.KonnectNamespacedRef.Namespace = ""
		}, refused: "spec.controlPlaneRef.konnectNamespacedRef.namespace", server: "it sees no reference"},
	}
	var cases []ruleCase
	for _, r := range rules {
		obj := builder.NewVault("vault").ControlPlaneIn("default", "cp").Backend("env").Prefix("shop").MustBuild()
		r.change(&obj.Spec)
		for _, problem := range checked(obj) {
			require.NotContains(t, problem.Error(), "not-to-be-seen", r.reason)
		}
		payload, err := payloadOf(obj)
		if err != nil { // the config is no object, which nothing could be sent of
			require.NotEmpty(t, r.refused, r.reason)
			checkProblems(t, ruleCase{reason: r.reason, refused: r.refused}, checked(obj))
			continue
		}
		require.NotEmpty(t, payload, r.reason)
		cases = append(cases, ruleCase{r.reason, r.refused, r.server, obj})
	}
	checkRules(t, validatorOf("vault"), cases)
}
