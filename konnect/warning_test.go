package konnect_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// serviceWith returns a control plane and a service in it whose spec is changed.
func serviceWith(change func(*configurationv1alpha1.KongServiceSpec)) []crd.Object {
	service := builder.NewService("echo").ControlPlane("gw").Host("echo.example").MustBuild()
	change(&service.Spec)
	return []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild(), service}
}

func warningTexts(warnings []konnect.Warning) []string {
	texts := []string{}
	for _, w := range warnings {
		texts = append(texts, w.String())
	}
	return texts
}

func TestWarningOfFieldsBesideURL(t *testing.T) {
	t.Parallel()
	type spec = configurationv1alpha1.KongServiceSpec
	const key = "KongService default/echo: "
	tests := []struct {
		reason string
		change func(*spec)
		want   []string
	}{
		{reason: "no url", change: func(s *spec) { s.Port = new(int64(8080)) }},
		{reason: "the same host", change: func(s *spec) { s.URL = new("http://echo.example") }},
		{reason: "all the same", change: func(s *spec) {
			s.URL, s.Port, s.Path, s.Protocol = new("http://echo.example:81/a"), new(int64(81)), new("/a"), new("http")
		}},
		{reason: "another host", change: func(s *spec) { s.URL = new("http://other.example") }, want: []string{
			key + "spec.host: echo.example is lost, because spec.url stands for host other.example; leave one of the two out [url-overrides-fields]",
		}},
		{reason: "another port, and a path that the url lacks", change: func(s *spec) {
			s.URL, s.Port, s.Path = new("http://echo.example"), new(int64(8080)), new("/v1")
		}, want: []string{
			key + "spec.path: /v1 is lost, because spec.url stands for path none; leave one of the two out [url-overrides-fields]",
			key + "spec.port: 8080 is lost, because spec.url stands for port 80; leave one of the two out [url-overrides-fields]",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			client := newClient(t, server)
			plan, err := client.Plan(t.Context(), serviceWith(tt.change))
			require.NoError(t, err)
			report, err := client.Ensure(t.Context(), serviceWith(tt.change))
			require.NoError(t, err, "a warning is never an error")
			assert.ElementsMatch(t, tt.want, warningTexts(plan.Warnings))
			assert.ElementsMatch(t, tt.want, warningTexts(report.Warnings))
			for _, text := range tt.want {
				assert.Contains(t, plan.String(), "\nwarning: "+text+"\n")
				assert.Contains(t, report.String(), "\nwarning: "+text+"\n")
			}
		})
	}
}

func TestWarningsThroughJSON(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	objects := serviceWith(func(s *configurationv1alpha1.KongServiceSpec) { s.URL = new("http://other.example") })
	client := newClient(t, server)
	plan, err := client.Plan(t.Context(), objects)
	require.NoError(t, err)
	raw, err := json.Marshal(plan)
	require.NoError(t, err)
	var read konnect.Plan
	require.NoError(t, json.Unmarshal(raw, &read))
	assert.Len(t, read.Warnings, 1)
	assert.Equal(t, plan.Warnings, read.Warnings)

	report, err := client.Apply(t.Context(), &read, objects)
	require.NoError(t, err)
	assert.Equal(t, plan.Warnings, report.Warnings)
}

func TestWithoutWarnings(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	client := newClient(t, server)
	objects := serviceWith(func(s *configurationv1alpha1.KongServiceSpec) { s.URL = new("http://other.example") })
	for reason, opt := range map[string]konnect.EnsureOption{
		"by code": konnect.WithoutWarnings(konnect.WarningURLOverridesFields), "all": konnect.WithoutWarnings(),
	} {
		plan, err := client.Plan(t.Context(), objects, opt)
		require.NoError(t, err, reason)
		assert.Empty(t, plan.Warnings, reason)
		assert.NotContains(t, plan.String(), "warning:", reason)
	}
	plan, err := client.Plan(t.Context(), objects, konnect.WithoutWarnings())
	require.NoError(t, err)
	report, err := client.Apply(t.Context(), plan, objects)
	require.NoError(t, err)
	assert.Empty(t, report.Warnings, "Apply has the options of the plan")

	_, err = client.Plan(t.Context(), objects, konnect.WithoutWarnings("url-override"))
	assert.EqualError(t, err, `WithoutWarnings: "url-override" is no code of a warning`)
}

func ExampleWithoutWarnings() {
	_, client, stop := startKonnect()
	defer stop()
	objects := []crd.Object{
		builder.NewGatewayControlPlane("gateway").MustBuild(),
		builder.NewService("echo").ControlPlane("gateway").Host("echo.example").MustBuild(),
	}
	objects[1].(*configurationv1alpha1.KongService).Spec.URL = new("http://echo.internal") // as a manifest may have it
	ctx := context.Background()
	plan, err := client.Plan(ctx, objects)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan.Warnings[0])

	plan, err = client.Plan(ctx, objects, konnect.WithoutWarnings(konnect.WarningURLOverridesFields))
	fmt.Println(len(plan.Warnings), err)
	// Output:
	// KongService default/echo: spec.host: echo.example is lost, because spec.url stands for host echo.internal; leave one of the two out [url-overrides-fields]
	// 0 <nil>
}

func TestWarningOfLiteralPaths(t *testing.T) {
	t.Parallel()
	for path, warned := range map[string]bool{
		"/api/v1/.+": true, "/x/(.*)": true, "/foo/*": true, "/foo$": true, "/(ab)+": true,
		"/": false, "/a.b": false, "/a+b": false, "/Products(1)": false, "/$metadata": false, "/a~b": false,
		"~/api/v1/.+": false, "~/x/(.*)": false, "~/foo$": false,
	} {
		server := konnecttest.Start(t)
		plan, err := newClient(t, server).Plan(t.Context(), []crd.Object{
			builder.NewGatewayControlPlane("gw").MustBuild(),
			builder.NewRoute("r").ControlPlane("gw").Protocols("http").Paths("/first", path).MustBuild(),
		})
		require.NoError(t, err, "%s is legal", path)
		if !warned {
			assert.Empty(t, plan.Warnings, path)
			continue
		}
		require.Len(t, plan.Warnings, 1, path)
		assert.Equal(t, konnect.WarningLiteralPath, plan.Warnings[0].Code)
		assert.Equal(t, "spec.paths[1]", plan.Warnings[0].Field)
		assert.Contains(t, plan.Warnings[0].Message, "a regular expression starts with ~/, such as \"~"+path+`"`)
	}
}
