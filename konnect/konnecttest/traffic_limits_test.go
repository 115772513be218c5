package konnecttest_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestWhatIsNotSimulated(t *testing.T) {
	t.Parallel()
	plain := func(f *traffic) (service, route entity) {
		return f.route(entity{"host": "a.test", "name": "echo"}, entity{"paths": []string{"/"}, "name": "all"})
	}
	tests := []struct {
		reason string
		setUp  func(f *traffic)
		listed []string
		met    bool // by a request for /
	}{
		{
			reason: "a plugin of the route",
			setUp: func(f *traffic) {
				_, route := plain(f)
				f.put("plugins", entity{"name": "jwt", "route": route})
			},
			listed: []string{"plugin jwt of route all"}, met: true,
		},
		{
			reason: "a plugin of everything, with a name of its own",
			setUp: func(f *traffic) {
				plain(f)
				f.put("plugins", entity{"name": "bot-detection", "instance_name": "rules"})
			},
			listed: []string{"plugin bot-detection (rules)"}, met: true,
		},
		{
			reason: "a plugin that is disabled",
			setUp: func(f *traffic) {
				service, _ := plain(f)
				f.put("plugins", entity{"name": "bot-detection", "service": service, "enabled": false})
			},
		},
		{
			reason: "a plugin of another protocol",
			setUp: func(f *traffic) {
				service, _ := plain(f)
				f.put("plugins", entity{"name": "bot-detection", "service": service, "protocols": []string{"https"}})
			},
			listed: []string{"plugin bot-detection of service echo"},
		},
		{
			reason: "a plugin of another route",
			setUp: func(f *traffic) {
				service, _ := plain(f)
				other := f.put("routes", entity{"name": "other", "paths": []string{"/other"}, "service": service})
				f.put("plugins", entity{"name": "bot-detection", "service": service, "route": other})
			},
			listed: []string{"plugin bot-detection of route other of service echo"},
		},
		{
			reason: "a service of another protocol",
			setUp: func(f *traffic) {
				f.route(entity{"host": "a.test", "name": "calls", "protocol": "grpc"}, entity{"paths": []string{"/"}})
			},
			listed: []string{"service calls: protocol grpc"}, met: true,
		},
		{
			reason: "a route of another subsystem",
			setUp: func(f *traffic) {
				service, _ := plain(f)
				f.put("routes", entity{
					"name": "stream", "protocols": []string{"tcp"}, "destinations": []entity{{"port": 9000}}, "service": service,
				})
			},
			listed: []string{"route stream: protocol tcp"},
		},
		{
			reason: "an upstream with what nobody counts here",
			setUp: func(f *traffic) {
				f.pool(entity{"algorithm": "latency", "healthchecks": entity{"active": entity{"healthy": entity{"interval": 5}}}},
					map[string]int{"a.test:80": 100})
			},
			listed: []string{"upstream pool.test: active health checks", "upstream pool.test: algorithm latency"}, met: true,
		},
		{
			reason: "an address that is not loopback and has no backend",
			setUp: func(f *traffic) {
				f.route(entity{"host": "far.test", "name": "far"}, entity{"paths": []string{"/"}})
			},
			listed: []string{"service far: far.test:80 is not a loopback address, and no backend stands for it"}, met: true,
		},
		{
			reason: "a target of that kind, which is no failure that another target makes good",
			setUp: func(f *traffic) {
				f.pool(entity{}, map[string]int{"192.0.2.7:80": 100})
			},
			listed: []string{"upstream pool.test: 192.0.2.7:80 is not a loopback address, and no backend stands for it"}, met: true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			f := newTraffic(t, "a.test:80")
			tt.setUp(f)
			listed := f.gw.Unsupported()
			if len(tt.listed) == 0 {
				assert.Empty(t, listed)
			} else {
				assert.Equal(t, tt.listed, listed)
			}
			res := f.get("http://x/")
			if !tt.met {
				assert.Equal(t, 200, res.StatusCode)
				return
			}
			assert.Equal(t, 501, res.StatusCode)
			assert.Contains(t, res.Header.Get(konnecttest.LimitHeader), "not simulated: ")
			assert.Contains(t, bodyOf(t, res), res.Header.Get(konnecttest.LimitHeader))
		})
	}
}

func TestControlPlaneThatIsNotThere(t *testing.T) {
	t.Parallel()
	srv := konnecttest.NewServer(konnecttest.WithRouterFlavor(konnecttest.FlavorExpressions))
	gw := srv.Gateway(idOne)
	t.Cleanup(gw.Close)
	ask := func() *http.Response {
		w := httptest.NewRecorder()
		gw.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://x/", http.NoBody))
		return w.Result()
	}
	res := ask()
	assert.Equal(t, 501, res.StatusCode)
	assert.Equal(t, "not simulated: the control plane is not there", res.Header.Get(konnecttest.LimitHeader))
	assert.Equal(t, []string{"the control plane is not there"}, gw.Unsupported())

	_, err := srv.AddControlPlane("", map[string]any{"id": idOne, "name": "cp"})
	require.NoError(t, err)
	assert.Equal(t, []string{"router flavor expressions"}, gw.Unsupported(), "it has come, with a router that is not simulated")
	assert.Equal(t, "not simulated: router flavor expressions", ask().Header.Get(konnecttest.LimitHeader))

	require.NoError(t, srv.SetRouterFlavor(idOne, konnecttest.FlavorTraditional))
	assert.Equal(t, 404, ask().StatusCode)
}

func TestDialing(t *testing.T) {
	t.Parallel()
	var handled, dialed atomic.Int64
	listener := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { handled.Add(1) }))
	t.Cleanup(listener.Close)
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		dialed.Add(1)
		assert.Equal(t, "far.test:80", address)
		return new(net.Dialer).DialContext(ctx, network, listener.Listener.Addr().String())
	}

	f := newTrafficWith(t, konnecttest.WithDial(dial))
	f.route(entity{"host": "far.test"}, entity{"paths": []string{"/"}})
	assert.Empty(t, f.gw.Unsupported())
	assert.Equal(t, 200, f.get("http://x/").StatusCode)
	assert.Equal(t, int64(1), dialed.Load())

	f = newTrafficWith(t)
	f.route(entity{"url": listener.URL}, entity{"paths": []string{"/"}})
	assert.Equal(t, 200, f.get("http://x/").StatusCode, "loopback needs nothing")
	assert.Equal(t, int64(2), handled.Load())

	f.gw.Close()
	assert.Equal(t, 502, f.get("http://x/").StatusCode, "a gateway that is closed reaches nothing")
}
