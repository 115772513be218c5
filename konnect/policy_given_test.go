package konnect_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// byHand is a server on which somebody has set every field otherwise than by default.
func byHand(t *testing.T) (server *konnecttest.Server, service, upstream string) {
	t.Helper()
	server = konnecttest.NewServer()
	_, err := server.AddControlPlane("", map[string]any{
		"name": "gw", "description": "by hand", "auth_type": "pki_client_certs", "labels": map[string]any{"team": "blue"},
		"proxy_urls": []any{map[string]any{"host": "proxy.example.com", "port": 443, "protocol": "https"}},
	})
	require.NoError(t, err)
	service = putTheirs(t, server, "services", map[string]any{
		"name": "s", "host": "a.example.com", "protocol": "https", "port": 8443, "path": "/v1", "retries": 9, "read_timeout": 5,
		"tls_verify": true, "enabled": false, "tags": []any{"theirs"},
	})
	putTheirs(t, server, "routes", map[string]any{
		"name": "r", "paths": []any{"/a"}, "hosts": []any{"a.example.com"}, "protocols": []any{"https"}, "strip_path": false,
		"regex_priority": 5, "preserve_host": true, "headers": map[string]any{"x-a": []any{"1"}}, "service": map[string]any{"id": service},
	})
	upstream = putTheirs(t, server, "upstreams", map[string]any{
		"name": "u", "slots": 77, "algorithm": "least-connections",
		"healthchecks": map[string]any{"threshold": 3, "active": map[string]any{"timeout": 7, "http_path": "/up"}},
	})
	putTheirs(t, server, "targets", map[string]any{"target": "10.0.0.1:80", "weight": 7, "upstream": map[string]any{"id": upstream}})
	return server, service, upstream
}

// TestObserveComparesWhatIsGiven and nothing that the spec leaves unset, which
// somebody else has decided.
func TestObserveComparesWhatIsGiven(t *testing.T) {
	t.Parallel()
	plane := func() *builder.GatewayControlPlane { return builder.NewGatewayControlPlane("gw") }
	aService := func() *builder.Service { return builder.NewService("s").ControlPlane("gw").Host("a.example.com") }
	aRoute := func() *builder.Route { return builder.NewRoute("r").ControlPlane("gw").Paths("/a") }
	anUpstream := func() *builder.Upstream { return builder.NewUpstream("u").ControlPlane("gw") }
	for reason, tt := range map[string]struct {
		objects []crd.Object
		want    []string
	}{
		"a control plane of which only the name is given": {[]crd.Object{plane().MustBuild()}, nil},
		"a description":             {[]crd.Object{plane().Description("ours").MustBuild()}, []string{"description"}},
		"an empty description":      {[]crd.Object{plane().Description("").MustBuild()}, []string{"description"}},
		"the same, as given":        {[]crd.Object{plane().Description("by hand").ProxyURL("https", "proxy.example.com", 443).KonnectLabel("team", "blue").MustBuild()}, nil},
		"another proxy":             {[]crd.Object{plane().ProxyURL("https", "other.example.com", 443).MustBuild()}, []string{"proxy_urls"}},
		"an auth type":              {[]crd.Object{withAuthType("pinned_client_certs")}, []string{"auth_type"}},
		"a label":                   {[]crd.Object{plane().KonnectLabel("team", "red").MustBuild()}, []string{"labels.team"}},
		"a service with its host":   {[]crd.Object{plane().MustBuild(), aService().MustBuild()}, nil},
		"retries":                   {[]crd.Object{plane().MustBuild(), aService().Retries(5).MustBuild()}, []string{"retries"}},
		"a tag":                     {[]crd.Object{plane().MustBuild(), aService().Tags("ours").MustBuild()}, []string{"tags"}},
		"a url says four fields":    {[]crd.Object{plane().MustBuild(), builder.NewService("s").ControlPlane("gw").URL("http://a.example.com").MustBuild()}, []string{"path", "port", "protocol"}},
		"a route with its paths":    {[]crd.Object{plane().MustBuild(), aRoute().MustBuild()}, nil},
		"headers are one value":     {[]crd.Object{plane().MustBuild(), aRoute().Header("x-b", "1").MustBuild()}, []string{"headers.x-a", "headers.x-b"}},
		"a route's flag":            {[]crd.Object{plane().MustBuild(), aRoute().StripPath(true).MustBuild()}, []string{"strip_path"}},
		"an upstream with its name": {[]crd.Object{plane().MustBuild(), anUpstream().MustBuild()}, nil},
		"slots":                     {[]crd.Object{plane().MustBuild(), anUpstream().Slots(10000).MustBuild()}, []string{"slots"}},
		"a target, whose CRD gives it a weight": {
			[]crd.Object{plane().MustBuild(), anUpstream().MustBuild(), targetWithAddress("10.0.0.1:80")}, []string{"weight"},
		},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, _, _ := byHand(t)
				server.ResetLog()
				client := newNetwork(server).client(t, konnect.WithOwner("platform"))
				plan, err := client.Plan(t.Context(), observing(tt.objects))
				require.NoError(t, err)
				var got []string
				for _, change := range plan.Changes {
					for _, f := range change.Fields {
						got = append(got, f.Path)
					}
				}
				assert.ElementsMatch(t, tt.want, got, "%s", plan)
				assert.Equal(t, len(tt.want) > 0, plan.HasDrift())
				assert.Zero(t, server.Writes())
			})
		})
	}
}

func withAuthType(authType string) *konnectv1alpha2.KonnectGatewayControlPlane {
	plane := builder.NewGatewayControlPlane("gw").MustBuild()
	plane.Spec.CreateControlPlaneRequest.AuthType = &authType
	return plane
}

func targetWithAddress(address string) crd.Object {
	return builder.NewTarget("t").Upstream("u").Address(address).MustBuild()
}

// TestObserveGroup tells nothing of members where the spec names none.
func TestObserveGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, server, _ := ensured(t)
		group := builder.NewGatewayControlPlane("edge").Group()
		client := newNetwork(server).client(t, konnect.WithOwner("platform"))
		plan, err := client.Plan(t.Context(), observing([]crd.Object{group.MustBuild()}))
		require.NoError(t, err)
		assert.False(t, plan.HasDrift(), "%s", plan)
		plan, err = client.Plan(t.Context(), observing([]crd.Object{group.Members("spare").MustBuild(), builder.NewGatewayControlPlane("spare").MustBuild()}))
		require.NoError(t, err)
		assert.True(t, plan.HasDrift(), "%s", plan)
	})
}
