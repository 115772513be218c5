package konnect_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// fresh returns a function that makes the objects anew for each call, without a
// status.
func fresh(objects ...crd.Object) func() []crd.Object {
	return func() []crd.Object {
		var copies []crd.Object
		for _, obj := range objects {
			copies = append(copies, must[crd.Object](obj.DeepCopyObject()))
		}
		return copies
	}
}

func echoService() *builder.Service {
	return builder.NewService("service").ControlPlane("cp").Host("echo.example.com")
}

func echoUpstream() *builder.Upstream { return builder.NewUpstream("upstream").ControlPlane("cp") }

// paths lists the fields of a change.
func paths(c konnect.Change) []string {
	var paths []string
	for _, f := range c.Fields {
		paths = append(paths, f.Path)
	}
	return paths
}

func TestServiceURL(t *testing.T) {
	t.Parallel()
	with := func(url string) func() []crd.Object {
		return fresh(plane("cp").MustBuild(), builder.NewService("service").ControlPlane("cp").URL(url).MustBuild())
	}
	urls := map[string]map[string]any{
		"https://Echo.Example:8443/a%20b": {"protocol": "https", "host": "Echo.Example", "port": 8443.0, "path": "/a%20b"},
		"HTTP://echo.example":             {"protocol": "http", "host": "echo.example", "port": 80.0, "path": nil},
		"https://echo.example":            {"protocol": "https", "host": "echo.example", "port": 443.0, "path": nil},
		"http://echo.example/":            {"protocol": "http", "host": "echo.example", "port": 80.0, "path": "/"},
		"grpc://echo.example:90":          {"protocol": "grpc", "host": "echo.example", "port": 90.0, "path": nil},
		"http://[2001:db8::1]:81/a":       {"protocol": "http", "host": "2001:db8::1", "port": 81.0, "path": "/a"},
	}
	for url, want := range urls {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, with(url)())
			for name, value := range want {
				assert.Equal(t, value, w.stored(w.last())[name], name)
			}
			assert.NotContains(t, w.stored(w.last()), "url")
			w.settled(with(url)())

			w.modify(w.last(), func(service map[string]any) {
				service["protocol"], service["host"], service["port"], service["path"] = "tls", "other", 1, "/other"
			})
			change, err := w.plan(with(url)())
			require.NoError(t, err)
			assert.Equal(t, []string{"protocol", "host", "port", "path"}, paths(change))
			for _, f := range change.Fields {
				assert.Equal(t, want[f.Path], f.To, f.Path)
			}
			w.ensure(with(url)())
			assert.Equal(t, 1, w.server.Writes())
			w.settled(with(url)())

			w.server.ResetLog()
			w.ensure(with("http://new.example:1/new")())
			assert.Equal(t, 1, w.server.Writes())
			w.settled(with("http://new.example:1/new")())
		})
	}
}

// TestUnknownToTheCRDIsCarried keeps what the payload can hold and the CRD cannot.
func TestUnknownToTheCRDIsCarried(t *testing.T) {
	t.Parallel()
	t.Run("failover of a target", func(t *testing.T) {
		t.Parallel()
		objects := fresh(plane("cp").MustBuild(), echoUpstream().MustBuild(),
			builder.NewTarget("target").Upstream("upstream").Target("a").MustBuild())
		w := newWorld(t, objects())
		w.modify(w.last(), func(target map[string]any) { target["failover"] = true })
		w.settled(objects())
		w.modify(w.last(), func(target map[string]any) { target["weight"] = 1 })
		w.ensure(objects())
		assert.Equal(t, true, w.stored(w.last())["failover"])
		assert.InDelta(t, 100, w.stored(w.last())["weight"], 0)
		w.settled(objects())
	})
	sans := map[string]any{"dnsnames": []any{"a.example.com"}, "uris": []any{"spiffe://a"}}
	secure := fresh(plane("cp").MustBuild(), echoService().Protocol("https").MustBuild())
	t.Run("tls_sans of a service", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, secure())
		w.modify(w.last(), func(service map[string]any) { service["tls_sans"] = sans })
		w.settled(secure())
		w.modify(w.last(), func(service map[string]any) { service["port"] = 1 })
		w.ensure(secure())
		assert.Equal(t, sans, w.stored(w.last())["tls_sans"])
		w.settled(secure())
	})
	t.Run("tls_sans end with tls", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, secure())
		for name, inClear := range map[string]func() []crd.Object{
			"protocol": fresh(plane("cp").MustBuild(), echoService().Protocol("http").MustBuild()),
			"url":      fresh(plane("cp").MustBuild(), builder.NewService("service").ControlPlane("cp").URL("http://echo.example.com").MustBuild()),
		} {
			w.ensure(secure())
			w.modify(w.last(), func(service map[string]any) { service["tls_sans"] = sans })
			w.ensure(inClear())
			assert.Nil(t, w.stored(w.last())["tls_sans"], name)
			w.settled(inClear())
		}
	})
}

func TestRouteProtocolsAreKept(t *testing.T) {
	t.Parallel()
	objects := fresh(plane("cp").MustBuild(), echoService().MustBuild(), builder.NewRoute("route").Service("service").Paths("/a").MustBuild())
	w := newWorld(t, objects())
	assert.Equal(t, []any{"https"}, w.stored(w.last())["protocols"], "on creation")

	w.modify(w.last(), func(route map[string]any) {
		route["protocols"], route["expression"] = []any{"http", "https"}, ""
	})
	w.settled(objects())
	w.modify(w.last(), func(route map[string]any) { route["paths"] = []any{"/b"} })
	change, err := w.plan(objects())
	require.NoError(t, err)
	assert.Equal(t, []string{"paths"}, paths(change))
	w.ensure(objects())
	assert.Equal(t, []any{"http", "https"}, w.stored(w.last())["protocols"])

	w.modify(w.last(), func(route map[string]any) {
		route["protocols"], route["strip_path"], route["paths"] = []any{"grpc"}, false, []any{"/c"}
	})
	w.ensure(objects())
	assert.Equal(t, false, w.stored(w.last())["strip_path"], "a route that is gRPC by now")
	w.settled(objects())
}

func TestExpressionRouteIsLeftAlone(t *testing.T) {
	t.Parallel()
	objects := fresh(plane("cp").MustBuild(), echoService().MustBuild(),
		builder.NewRoute("route").Service("service").Protocols("http").Paths("/a").MustBuild())
	w := newWorld(t, objects()[:2], konnecttest.WithRouterFlavor(konnecttest.FlavorMixed))
	_, err := w.server.Put(w.last().ControlPlane, "routes", map[string]any{
		"name": "route", "protocols": []any{"http"}, "expression": `http.path == "/a"`,
	})
	require.NoError(t, err)
	_, err = newClient(t, w.server).Ensure(t.Context(), objects(), konnect.WithAdoption(konnect.AdoptUnowned))
	require.ErrorContains(t, err, "expression route")
	var invalid *konnect.BatchError
	require.ErrorAs(t, err, &invalid)
	assert.Zero(t, w.server.Writes())
}

func TestFieldsThatNobodyKnowsAreNoDrift(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		if traitsOf(t, c.kind).Collection == "" {
			t.Skip("the server shows fields of control planes only")
		}
		w := newWorld(t, c.full())
		w.modify(w.last(), func(entity map[string]any) { entity["new_in_konnect"] = map[string]any{"a": []any{1, "b", nil}} })
		w.settled(c.full())
	})
}

func TestNullsAreAbsent(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		for _, objects := range []func() []crd.Object{c.full, c.minimal} {
			w := newWorld(t, objects(), konnecttest.WithNullFields())
			w.settled(objects())
		}
	})
}

// TestDefaultsStandInForAbsentFields takes away fields at their default, which
// Konnect may leave out of its answers.
func TestDefaultsStandInForAbsentFields(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		if traitsOf(t, c.kind).Collection == "" {
			t.Skip("the server always shows the fields of control planes")
		}
		w := newWorld(t, c.minimal())
		taken := 0
		for name := range w.stored(w.last()) {
			if name == "id" || slices.Contains(c.given, name) {
				continue
			}
			taken++
			w.modify(w.last(), func(entity map[string]any) { delete(entity, name) })
			change, err := w.plan(c.minimal())
			require.NoError(t, err)
			assert.Empty(t, change.Fields, name)
		}
		assert.GreaterOrEqual(t, taken, 2, "the times, at least")
	})
}
