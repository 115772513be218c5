package v1alpha1_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func validGrant() *v1alpha1.KongReferenceGrant {
	return &v1alpha1.KongReferenceGrant{
		ObjectMeta: meta("grant"),
		Spec: v1alpha1.KongReferenceGrantSpec{
			From: []v1alpha1.ReferenceGrantFrom{{Group: crd.ConfigurationGroup, Kind: "KongRoute", Namespace: "apps"}},
			To:   []v1alpha1.ReferenceGrantTo{{Group: crd.ConfigurationGroup, Kind: "KongService"}},
		},
	}
}

func TestKongReferenceGrantDefault(t *testing.T) {
	t.Parallel()
	ruletest.Defaults(t, &v1alpha1.KongReferenceGrant{})
}

func TestKongReferenceGrantValidate(t *testing.T) {
	t.Parallel()
	type G = *v1alpha1.KongReferenceGrant
	from := func(group, kind, namespace string) func(G) {
		return func(g G) {
			g.Spec.From[0] = v1alpha1.ReferenceGrantFrom{Group: group, Kind: kind, Namespace: namespace}
		}
	}
	to := func(group, kind string) func(G) {
		return func(g G) { g.Spec.To[0] = v1alpha1.ReferenceGrantTo{Group: group, Kind: kind} }
	}
	named := func(name string) func(G) { return func(g G) { g.Spec.To[0].Name = &name } }
	const group = "example.com"
	invalid := func(path string) []string { return []string{path + ": Invalid value"} }
	ruletest.Validate(t, validGrant, map[string]rule[G]{
		"no name":  {"metadata is checked", func(g G) { g.Name = "" }, []string{"metadata.name: Required value"}},
		"no from":  {"1 at least", func(g G) { g.Spec.From = nil }, []string{"spec.from: Required value"}},
		"16 from":  {"16 at most", func(g G) { g.Spec.From = slices.Repeat(g.Spec.From, 16) }, nil},
		"17 from":  {"17 are too many", func(g G) { g.Spec.From = slices.Repeat(g.Spec.From, 17) }, []string{"spec.from: Too many"}},
		"no to":    {"1 at least", func(g G) { g.Spec.To = nil }, []string{"spec.to: Required value"}},
		"16 to":    {"16 at most", func(g G) { g.Spec.To = slices.Repeat(g.Spec.To, 16) }, nil},
		"17 to":    {"17 are too many", func(g G) { g.Spec.To = slices.Repeat(g.Spec.To, 17) }, []string{"spec.to: Too many"}},
		"no spec":  {"it grants nothing", func(g G) { g.Spec = v1alpha1.KongReferenceGrantSpec{} }, nil},
		"empty":    {"a spec needs both", func(g G) { g.Spec.From, g.Spec.To = []v1alpha1.ReferenceGrantFrom{}, nil }, []string{"spec.from: Required value", "spec.to: Required value"}},
		"other":    {"other groups have any kind", from(group, "Any", "a"), nil},
		"no group": {"a group is required", from("", "Any", "a"), []string{"spec.from[0].group: Required value"}},
		"bad group": {
			"a group is a domain", from("a_b", "Any", "a"), invalid("spec.from[0].group"),
		},
		"long group":         {"253 characters", from(strings.Repeat("a", 253), "Any", "a"), nil},
		"too long group":     {"254 are too many", from(strings.Repeat("a", 254), "Any", "a"), []string{"spec.from[0].group: Too long"}},
		"no kind":            {"a kind is required", from(group, "", "a"), []string{"spec.from[0].kind: Required value"}},
		"bad kind":           {"a kind starts with a letter", from(group, "9", "a"), invalid("spec.from[0].kind")},
		"long kind":          {"63 characters", from(group, strings.Repeat("A", 63), "a"), nil},
		"too long kind":      {"64 are too many", from(group, strings.Repeat("A", 64), "a"), []string{"spec.from[0].kind: Too long"}},
		"no namespace":       {"a namespace is required", from(group, "Any", ""), invalid("spec.from[0]")},
		"bad namespace":      {"a namespace is one label", from(group, "Any", "a.b"), invalid("spec.from[0].namespace")},
		"long namespace":     {"63 characters", from(group, "Any", strings.Repeat("a", 63)), nil},
		"too long namespace": {"64 are too many", from(group, "Any", strings.Repeat("a", 64)), []string{"spec.from[0].namespace: Too long"}},
		"vault":              {"a vault has no namespace", from(crd.ConfigurationGroup, "KongVault", ""), nil},
		"vault in namespace": {"it is an error to give one", from(crd.ConfigurationGroup, "KongVault", "a"), invalid("spec.from[0]")},
		"other vault":        {"whatever the group", from(group, "KongVault", "a"), invalid("spec.from[0]")},
		"from plugin":        {"plugins refer to nothing", from(crd.ConfigurationGroup, "KongPlugin", "a"), invalid("spec.from[0]")},
		"from gateway":       {"the operator's own kind", from("gateway-operator.konghq.com", "GatewayConfiguration", "a"), nil},
		"from data plane":    {"no other of its group", from("gateway-operator.konghq.com", "DataPlane", "a"), invalid("spec.from[0]")},
		"to Secret":          {"the core group has a name here", to("core", "Secret"), nil},
		"to ConfigMap":       {"no other of the core group", to("core", "ConfigMap"), invalid("spec.to[0]")},
		"to no group":        {"a group is required", to("", "Secret"), []string{"spec.to[0].group: Required value"}},
		"to control plane":   {"a kind of Konnect", to(crd.KonnectGroup, crd.ControlPlaneKind), nil},
		"to extension":       {"not every one", to(crd.KonnectGroup, "KonnectExtension"), invalid("spec.to[0]")},
		"to route":           {"nothing refers to routes", to(crd.ConfigurationGroup, "KongRoute"), invalid("spec.to[0]")},
		"to other":           {"other groups have any kind", to(group, "Any"), nil},
		"to name":            {"one object", named("a"), nil},
		"to no name":         {"1 character at least", named(""), []string{"spec.to[0].name: Required value"}},
		"to long name":       {"253 characters", named(ruletest.Long(253)), nil},
		"to too long name":   {"254 are too many", named(ruletest.Long(254)), []string{"spec.to[0].name: Too long"}},
	})
}

// The lists of kinds are part of the CRD.
func TestKongReferenceGrantKinds(t *testing.T) {
	t.Parallel()
	type G = *v1alpha1.KongReferenceGrant
	cases := map[string]rule[G]{}
	for _, kind := range []string{
		"KongConsumer", "KongConsumerGroup", "KongRoute", "KongService", "KongCertificate", "KongCACertificate", "KongDataPlaneClientCertificate",
		"KongUpstream", "KongTarget", "KongKey", "KongKeySet", "KongPluginBinding", "KongSNI",
	} {
		cases["from "+kind] = rule[G]{"it may refer", func(g G) { g.Spec.From[0].Kind = kind }, nil}
	}
	for _, kind := range []string{"KongPlugin", "KongService", "KongCertificate", "KongCACertificate", "KongUpstream"} {
		cases["to "+kind] = rule[G]{"it may be referred to", func(g G) { g.Spec.To[0].Kind = kind }, nil}
	}
	for _, kind := range []string{
		"KonnectGatewayControlPlane", "KonnectAPIAuthConfiguration", "Portal", "KonnectEventGateway",
		"EventGatewayBackendCluster", "EventGatewayListener", "EventGatewayVirtualCluster",
	} {
		cases["to "+kind] = rule[G]{"it may be referred to", func(g G) {
			g.Spec.To[0] = v1alpha1.ReferenceGrantTo{Group: crd.KonnectGroup, Kind: kind}
		}, nil}
	}
	ruletest.Validate(t, validGrant, cases)
}

// TestKongReferenceGrantValidateKnown: what may be of a newer operator is told apart
// from what is wrong whatever the operator.
func TestKongReferenceGrantValidateKnown(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reason            string
		from              v1alpha1.ReferenceGrantFrom
		to                v1alpha1.ReferenceGrantTo
		problems, unknown []string
	}{
		"right":                     {"nothing is wrong", v1alpha1.ReferenceGrantFrom{Group: crd.ConfigurationGroup, Kind: "KongRoute", Namespace: "a"}, v1alpha1.ReferenceGrantTo{Group: "core", Kind: "Secret"}, nil, nil},
		"newer kinds":               {"both are of the operator's groups", v1alpha1.ReferenceGrantFrom{Group: crd.ConfigurationGroup, Kind: "KongNew", Namespace: "a"}, v1alpha1.ReferenceGrantTo{Group: crd.KonnectGroup, Kind: "KonnectConfigStore"}, nil, []string{"spec.from[0]: Invalid value", "spec.to[0]: Invalid value"}},
		"newer cluster":             {"a kind that is not known may have no namespace", v1alpha1.ReferenceGrantFrom{Group: crd.ConfigurationGroup, Kind: "KongNew"}, v1alpha1.ReferenceGrantTo{Group: "core", Kind: "Secret"}, nil, []string{"spec.from[0]: Invalid value", "spec.from[0]: Invalid value"}},
		"no namespace":              {"a known kind has one", v1alpha1.ReferenceGrantFrom{Group: crd.ConfigurationGroup, Kind: "KongRoute"}, v1alpha1.ReferenceGrantTo{Group: "core", Kind: "Secret"}, []string{"spec.from[0]: Invalid value"}, nil},
		"no namespace of Konnect's": {"nor do control planes live without one", v1alpha1.ReferenceGrantFrom{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind}, v1alpha1.ReferenceGrantTo{Group: "core", Kind: "Secret"}, []string{"spec.from[0]: Invalid value"}, nil},
		"empty group":               {"every group has a name, that of Secrets too", v1alpha1.ReferenceGrantFrom{Group: crd.ConfigurationGroup, Kind: "KongRoute", Namespace: "a"}, v1alpha1.ReferenceGrantTo{Group: "", Kind: "Secret"}, []string{"spec.to[0].group: Required value"}, nil},
		"no kind":                   {"a kind has a name", v1alpha1.ReferenceGrantFrom{Group: crd.ConfigurationGroup, Kind: "*", Namespace: "a"}, v1alpha1.ReferenceGrantTo{Group: "core", Kind: "Secret"}, []string{"spec.from[0].kind: Invalid value"}, []string{"spec.from[0]: Invalid value"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			grant := validGrant()
			grant.Spec.From[0], grant.Spec.To[0] = tt.from, tt.to
			problems, unknown := grant.ValidateKnown()
			assert.Equal(t, tt.problems, ruletest.Summaries(problems), tt.reason)
			assert.Equal(t, tt.unknown, ruletest.Summaries(unknown), tt.reason)
			assert.ElementsMatch(t, grant.Validate(), append(problems, unknown...), "together they are what the CRD says")
		})
	}
}

func ExampleKongReferenceGrant_ValidateKnown() {
	grant := validGrant()
	grant.Spec.To = append(grant.Spec.To, v1alpha1.ReferenceGrantTo{Group: crd.ConfigurationGroup, Kind: "KongKeySet"})
	problems, unknown := grant.ValidateKnown()
	fmt.Println(problems, unknown)
	// Output: [] [spec.to[1]: Invalid value: kind of group configuration.konghq.com must be one of KongPlugin, KongService, KongCertificate, KongCACertificate, KongUpstream]
}

func TestKongReferenceGrantValidateUpdate(t *testing.T) {
	t.Parallel()
	type G = *v1alpha1.KongReferenceGrant
	ruletest.ValidateUpdate(t, validGrant, map[string]transition[G]{
		"to":      {"everything may change", nil, func(g G) { g.Spec.To[0].Kind = "KongUpstream" }, nil},
		"invalid": {"the rules for new objects hold too", nil, func(g G) { g.Spec.To = nil }, []string{"spec.to: Required value"}},
	})
}

func ExampleKongReferenceGrant_Validate() {
	grant := validGrant()
	grant.Spec.From[0].Namespace = ""
	grant.Default()
	for _, err := range grant.Validate() {
		fmt.Println(err)
	}
	// Output: spec.from[0]: Invalid value: namespace must be empty for KongVault and set for every other kind
}
