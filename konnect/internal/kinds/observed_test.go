package kinds_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

func TestHints(t *testing.T) {
	t.Parallel()
	type spec = configurationv1alpha1.KongServiceSpec
	url := func(change func(*spec)) crd.Object { // which the builder would refuse
		s := builder.NewService("s").ControlPlane("cp").URL("https://a.example:8443/x").MustBuild()
		change(&s.Spec)
		return s
	}
	routed := func(paths ...string) crd.Object {
		return builder.NewRoute("r").Service("s").Protocols("http").Paths(paths...).MustBuild()
	}
	cases := []struct {
		reason string
		obj    crd.Object
		want   []kinds.Hint
	}{
		{"a url alone", url(func(*spec) {}), nil},
		{"a url and what it says already", url(func(s *spec) { s.Port, s.Path = new(int64(8443)), new("/x") }), nil},
		{"a url and another port", url(func(s *spec) { s.Port = new(int64(80)) }), []kinds.Hint{{
			Field: "spec.port", Code: "url-overrides-fields", Message: "80 is lost, because spec.url stands for port 8443; leave one of the two out",
		}}},
		{"a plain path", routed("/a.b/(c)"), nil},
		{"a regular expression", routed("~/a.*"), nil},
		{"a path that looks like one", routed("/a", "/a.*"), []kinds.Hint{{
			Field: "spec.paths[1]", Code: "literal-path",
			Message: `"/a.*" matches only paths that begin with these very characters; a regular expression starts with ~/, such as "~/a.*"`,
		}}},
		{"a kind without hints", builder.NewUpstream("u").ControlPlane("cp").MustBuild(), nil},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, kindOf(t, c.obj).Warn(c.obj))
		})
	}
}

const observedPlane = `{"id":"1","name":"cp","config":{"cluster_type":"CLUSTER_TYPE_CONTROL_PLANE","auth_type":"pinned_client_certs",
	"control_plane_endpoint":"https://a.example","telemetry_endpoint":"https://b.example"}}`

func TestControlPlaneIsProjected(t *testing.T) {
	t.Parallel()
	cp := builder.NewGatewayControlPlane("cp").MustBuild()
	k := kindOf(t, cp)
	e, err := wire.Decode([]byte(observedPlane), k.Shape())
	require.NoError(t, err)
	observed, err := k.Project(e)
	require.NoError(t, err)
	assert.Equal(t, "pinned_client_certs", observed["auth_type"])
	d, err := k.Desire(cp, kinds.Inputs{})
	require.NoError(t, err)
	assert.Empty(t, canon.Diff(d.Object, observed, k.Fields))

	require.True(t, k.HasStatus())
	k.Status(cp, observed)
	assert.Equal(t, konnectv1alpha2.ClusterTypeControlPlane, cp.Status.ClusterType)
	assert.Equal(t, &konnectv1alpha2.KonnectEndpoints{ControlPlane: "https://a.example", Telemetry: "https://b.example"}, cp.Status.Endpoints)
}

func TestTargetIsProjected(t *testing.T) {
	t.Parallel()
	target := builder.NewTarget("t").Upstream("u").Target("::1").MustBuild()
	k := kindOf(t, target)
	e, err := wire.Decode([]byte(`{"id":"1","target":"[::1]:8000"}`), k.Shape())
	require.NoError(t, err)
	observed, err := k.Project(e)
	require.NoError(t, err)
	d, err := k.Desire(target, kinds.Inputs{})
	require.NoError(t, err)
	assert.Empty(t, canon.Diff(d.Object, observed, k.Fields))
	assert.False(t, k.HasStatus())
	k.Status(target, observed) // does nothing
}

func TestExpressionRoutesAreRefused(t *testing.T) {
	t.Parallel()
	k := kinds.NewTable().By(named("KongRoute"))
	require.EqualError(t, k.Refuse(canon.Object{"expression": "http.path == \"/\""}), "is an expression route, which KongRoute cannot express")
	require.NoError(t, k.Refuse(canon.Object{"expression": nil}))
	require.NoError(t, kinds.NewTable().By(named("KongService")).Refuse(canon.Object{"expression": "x"}))
}

func TestGivenOnly(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		obj    crd.Object
		want   canon.Object
	}{
		{"a service", builder.NewService("s").SpecName("n").ControlPlane("cp").Host("a").MustBuild(), canon.Object{"name": "n", "host": "a"}},
		{
			"a url gives the path too, as none", builder.NewService("s").SpecName("n").ControlPlane("cp").URL("http://a").MustBuild(),
			canon.Object{"name": "n", "host": "a", "protocol": "http", "port": 80.0, "path": ""},
		},
		{"a control plane", builder.NewGatewayControlPlane("cp").MustBuild(), canon.Object{"name": "cp"}},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			d, err := kindOf(t, c.obj).Desire(c.obj, kinds.Inputs{GivenOnly: true})
			require.NoError(t, err)
			assert.Equal(t, c.want, d.Object)
		})
	}
}

func TestWhatObjectsSay(t *testing.T) {
	t.Parallel()
	const id = chosenID
	mirror := builder.NewGatewayControlPlane("cp").Mirror(id).MustBuild()
	k := kindOf(t, mirror)
	assert.Equal(t, id, k.Mirror(mirror))
	assert.Empty(t, k.Name(mirror))
	assert.Empty(t, k.SpecID(mirror))
	_, err := k.Desire(mirror, kinds.Inputs{})
	require.EqualError(t, err, "translate KonnectGatewayControlPlane default/cp: spec.createControlPlaneRequest is not set")

	group := builder.NewGatewayControlPlane("g").Group().MustBuild()
	assert.Equal(t, k.Group.ClusterType, k.ClusterType(group))

	service := builder.NewService("s").ControlPlane("cp").Host("a").MustBuild()
	service.Spec.ID = new(id)
	service.Spec.Adopt = &commonv1alpha1.AdoptOptions{Mode: "match"}
	service.Annotations = map[string]string{crd.DeletionPolicyAnnotation: "retain", marks.TagsAnnotation: " b, ,c "}
	service.Spec.Tags = []string{"a"}
	k = kindOf(t, service)
	assert.Equal(t, id, k.SpecID(service))
	assert.Empty(t, k.Mirror(service))
	assert.Empty(t, k.ClusterType(service))
	assert.Equal(t, "match", kinds.Adopt(service).Mode)
	assert.Equal(t, crd.DeletionPolicyRetain, kinds.Deletion(service))
	assert.Equal(t, 4, kinds.MarksOf(service))
	assert.Equal(t, []string{"a", "b", "c"}, marks.UserTags(service))
	assert.Equal(t, []string{"b", "c"}, marks.AnnotatedTags(service))
	_, labelled := kinds.Labels(service)
	assert.False(t, labelled)
	labels, labelled := kinds.Labels(builder.NewGatewayControlPlane("cp").KonnectLabel("a", "b").MustBuild())
	assert.True(t, labelled)
	assert.Equal(t, map[string]string{"a": "b"}, labels)
}
