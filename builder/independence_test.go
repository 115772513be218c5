package builder_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/builder"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

func TestResultsAreIndependent(t *testing.T) {
	t.Parallel()
	paths, headers := []string{"/a"}, map[string][]string{"x-a": {"1"}}
	labels, sources := map[string]string{"a": "1"}, []configurationv1alpha1.RouteEndpoint{{IP: new("10.0.0.1")}}
	route := builder.NewRoute("route").Paths(paths...).Headers(headers).Labels(labels).Sources(sources...).Tags("t").Service("service")
	first := route.MustBuild()
	want := first.DeepCopy()

	paths[0], headers["x-a"][0], labels["a"], *sources[0].IP = "/changed", "changed", "changed", "changed"
	headers["x-b"] = []string{"2"}
	assert.Equal(t, want, route.MustBuild(), "the arguments of the caller are copied")

	route.Path("/b").Header("x-c", "3").Label("b", "2").Tag("u").Namespace("other").Service("another").StripPath(true)
	assert.Equal(t, want, first, "later calls do not reach an earlier result")

	second := route.MustBuild()
	second.Spec.Paths[0], second.Spec.Headers["x-a"][0], second.Labels["a"] = "/mine", "mine", "mine"
	assert.Equal(t, []string{"/a", "/b"}, route.MustBuild().Spec.Paths, "a result does not reach the builder")
	assert.Equal(t, []string{"1"}, route.MustBuild().Spec.Headers["x-a"], "a result does not reach the builder")
}

func TestHealthchecksAreIndependent(t *testing.T) {
	t.Parallel()
	checks := builder.ActiveHTTPChecks("/a").Header("x-a", "1").HealthyHTTPStatuses(200)
	upstream := builder.NewUpstream("up").ControlPlane("cp").ActiveHealthchecks(checks)
	want := upstream.MustBuild()
	checks.HTTPPath("/b").Header("x-a", "2").HealthyHTTPStatuses(204).Unhealthy(3)
	assert.Equal(t, want, upstream.MustBuild())
}

func TestControlPlaneArgumentsAreCopied(t *testing.T) {
	t.Parallel()
	request := konnectv1alpha2.CreateControlPlaneRequest{Labels: map[string]string{"a": "1"}}
	urls := []konnectv1alpha2.ProxyURL{{Host: "a.example", Port: 80, Protocol: "http"}}
	labels := map[string]string{"b": "2"}
	whole := builder.NewGatewayControlPlane("cp").CreateControlPlaneRequest(request)
	parts := builder.NewGatewayControlPlane("cp").KonnectLabels(labels).ProxyURLs(urls...)
	request.Labels["a"], labels["b"], urls[0].Host = "changed", "changed", "changed"
	assert.Equal(t, map[string]string{"a": "1"}, whole.MustBuild().Spec.CreateControlPlaneRequest.Labels)
	assert.Equal(t, "cp", whole.MustBuild().Spec.CreateControlPlaneRequest.Name, "an empty name is the object's")
	assert.Equal(t, map[string]string{"b": "2"}, parts.MustBuild().Spec.CreateControlPlaneRequest.Labels)
	assert.Equal(t, "a.example", parts.MustBuild().Spec.CreateControlPlaneRequest.ProxyURLs[0].Host)
}

func TestPluralsClear(t *testing.T) {
	t.Parallel()
	route := builder.NewRoute("route").Protocols("https").Hosts("a").Paths("/a").Methods("GET").Headers(map[string][]string{"a": {"1"}}).
		SNIs("a").Sources(configurationv1alpha1.RouteEndpoint{Port: new(int64(1))}).Tags("a").Service("service")
	cleared := route.Protocols().Hosts().Paths().Methods().Headers(nil).SNIs().Sources().Tags().MustBuild()
	assert.Equal(t, builder.NewRoute("route").Service("service").MustBuild(), cleared)
}

func TestBuildIsSafeConcurrently(t *testing.T) {
	t.Parallel()
	template := builder.NewGatewayControlPlane("cp").Members("a").KonnectLabel("a", "1")
	want := template.MustBuild()
	results := make([]*konnectv1alpha2.KonnectGatewayControlPlane, 8)
	var group sync.WaitGroup
	for i := range results {
		group.Go(func() { results[i] = template.MustBuild() })
	}
	group.Wait()
	assert.Equal(t, slices.Repeat([]*konnectv1alpha2.KonnectGatewayControlPlane{want}, len(results)), results)
}
