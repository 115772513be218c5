package kinds_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

func TestControlPlaneRules(t *testing.T) {
	t.Parallel()
	type request = konnectv1alpha2.CreateControlPlaneRequest
	url := func(host string, port int64, protocol string) konnectv1alpha2.ProxyURL {
		return konnectv1alpha2.ProxyURL{Host: host, Port: port, Protocol: protocol}
	}
	urls := func(n int) func(*request) {
		return func(r *request) {
			for i := range n {
				r.ProxyURLs = append(r.ProxyURLs, url("a", int64(i+1), "http"))
			}
		}
	}
	label := func(key, value string) func(*request) {
		return func(r *request) { r.Labels = map[string]string{key: value} }
	}
	const at = "spec.createControlPlaneRequest."
	cases := []rule[request]{
		{reason: "shortest name", change: func(r *request) { r.Name = "ab" }},
		{reason: "shorter name", change: func(r *request) { r.Name = "a" }, refused: at + "name"},
		{reason: "longest name", change: func(r *request) { r.Name = strings.Repeat("ü", 256) }},
		{reason: "longer name", change: func(r *request) { r.Name = strings.Repeat("a", 257) }, refused: at + "name"},
		{reason: "name of blanks", change: func(r *request) { r.Name = "  " }, refused: at + "name"},
		{reason: "name with blanks", change: func(r *request) { r.Name = "a b / c" }},
		{reason: "longest description", change: func(r *request) { r.Description = new(strings.Repeat("ü", 2048)) }},
		{reason: "longer description", change: func(r *request) { r.Description = new(strings.Repeat("a", 2049)) }, refused: at + "description"},
		{reason: "other certificates", change: func(r *request) { r.AuthType = new("pki_client_certs") }},
		{reason: "unknown certificates", change: func(r *request) { r.AuthType = new("none") }, refused: at + "auth_type"},
		{reason: "empty certificates", change: func(r *request) { r.AuthType = new("") }, refused: at + "auth_type"},
		{reason: "cloud", change: func(r *request) { r.CloudGateway = new(true) }},
		{reason: "most urls", change: urls(5)},
		{reason: "more urls", change: urls(6), refused: at + "proxy_urls"},
		{reason: "twice the same url", change: func(r *request) { r.ProxyURLs = append(r.ProxyURLs, url("a", 1, "http"), url("a", 1, "http")) },
			refused: at + "proxy_urls[1]"},
		{reason: "longest host", change: func(r *request) { r.ProxyURLs = append(r.ProxyURLs, url(strings.Repeat("a", 120), 1, "http")) }},
		{reason: "longer host", change: func(r *request) { r.ProxyURLs = append(r.ProxyURLs, url(strings.Repeat("a", 121), 1, "http")) },
			refused: at + "proxy_urls[0].host"},
		{reason: "negative port", change: func(r *request) { r.ProxyURLs = append(r.ProxyURLs, url("a", -1, "http")) }, refused: at + "proxy_urls[0].port"},
		{reason: "longest protocol", change: func(r *request) { r.ProxyURLs = append(r.ProxyURLs, url("a", 1, strings.Repeat("a", 32))) }},
		{reason: "longer protocol", change: func(r *request) { r.ProxyURLs = append(r.ProxyURLs, url("a", 1, strings.Repeat("a", 33))) },
			refused: at + "proxy_urls[0].protocol"},
		{reason: "label", change: label("team.a_b-c", "A.b_c-D")},
		{reason: "label of one", change: label("a", "b")},
		{reason: "value of 63", change: label("a", strings.Repeat("b", 63))},
		{reason: "value with a slash", change: label("a", "b/c"), refused: at + "labels[a]"},
		{reason: "value that ends with a dash", change: label("a", "b-"), refused: at + "labels[a]"},
		{reason: "value that begins with a dot", change: label("a", ".b"), refused: at + "labels[a]"},
		{reason: "value of another alphabet", change: label("a", "ü"), refused: at + "labels[a]"},
		{reason: "our key", change: label("managed-by", "me"), refused: at + "labels[managed-by]", server: "labels are free"},
		{reason: "a key like ours", change: label("managed-by-us", "me")},
		{reason: "key reserved for another product", change: label("kuma-a", "me"), refused: at + "labels[kuma-a]"},
	}
	var rules []ruleCase
	for _, c := range cases {
		obj := builder.NewGatewayControlPlane("control-plane").MustBuild()
		obj.Spec.CreateControlPlaneRequest.Name = "cp " + c.reason
		c.change(obj.Spec.CreateControlPlaneRequest)
		rules = append(rules, ruleCase{c.reason, c.refused, c.server, obj})
	}
	checkRules(t, func(*judge) string { return "/v2/control-planes" }, rules)
}

func TestControlPlaneMemberRules(t *testing.T) {
	t.Parallel()
	members := func(n int) []konnectv1alpha2.MemberRef {
		return make([]konnectv1alpha2.MemberRef, n)
	}
	group := builder.NewGatewayControlPlane("group").Group().MustBuild()
	group.Spec.Members = members(256)
	assert.Empty(t, checked(group), "most members")
	group.Spec.Members = members(257)
	checkProblems(t, ruleCase{reason: "more members", refused: "spec.members"}, checked(group))

	plain := builder.NewGatewayControlPlane("plain").MustBuild()
	plain.Spec.Members = members(1)
	require.Empty(t, plain.Validate(), "the CRD lets members pass where cluster_type is not set")
	checkProblems(t, ruleCase{reason: "members of no group", refused: "spec.members"}, checked(plain))
}
