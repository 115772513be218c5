package konnecttest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// pool is an upstream with a route to it; targets have their weights.
func (f *traffic) pool(upstream entity, targets map[string]int) {
	f.t.Helper()
	upstream["name"] = "pool.test"
	ref := f.put("upstreams", upstream)
	for target, weight := range targets {
		f.put("targets", entity{"target": target, "weight": weight, "upstream": ref})
	}
	f.route(entity{"host": "pool.test"}, entity{"paths": []string{"/"}})
}

// counted sends requests and counts where they arrive.
func (f *traffic) counted(n int, url string, headers ...string) map[string]int {
	f.t.Helper()
	out := map[string]int{}
	for range n {
		out[f.arrived(f.get(url, headers...)).Backend]++
	}
	return out
}

func TestWeights(t *testing.T) {
	t.Parallel()
	f := newTraffic(t, "a.test:80", "b.test:80", "c.test:80")
	f.pool(entity{}, map[string]int{"a.test:80": 100, "b.test:80": 300, "c.test:80": 0})
	for range 3 {
		assert.Equal(t, map[string]int{"a.test:80": 1, "b.test:80": 3}, f.counted(4, "http://x/"), "every four requests")
	}
}

func TestHashing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reason   string
		upstream entity
		same     []string // headers of requests that go to one target
		url      func(i int) string
	}{
		{reason: "a header", upstream: entity{"hash_on": "header", "hash_on_header": "X-User"}, same: []string{"X-User: alice"}},
		{reason: "the address", upstream: entity{"hash_on": "ip"}},
		{reason: "the address where the header is absent",
			upstream: entity{"hash_on": "header", "hash_on_header": "X-User", "hash_fallback": "ip"}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			f := newTraffic(t, "a.test:80", "b.test:80", "c.test:80")
			tt.upstream["algorithm"] = "consistent-hashing"
			f.pool(tt.upstream, map[string]int{"a.test:80": 100, "b.test:80": 100, "c.test:80": 100})
			assert.Len(t, f.counted(12, "http://x/", tt.same...), 1)
		})
	}

	f := newTraffic(t, "a.test:80", "b.test:80", "c.test:80")
	f.pool(entity{"algorithm": "consistent-hashing", "hash_on": "path"}, map[string]int{"a.test:80": 100, "b.test:80": 100, "c.test:80": 100})
	seen := map[string]bool{}
	for path := range strings.SplitSeq("abcdefghijklmnopqrstuvwxyz", "") {
		seen[f.arrived(f.get("http://x/"+path)).Backend] = true
	}
	assert.Len(t, seen, 3, "other values go elsewhere")
}

func TestRetries(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reason  string
		method  string
		retries int
		dead    string // a target that is tried first
		status  int
		asked   int64 // requests that the failing target has got
	}{
		{reason: "another target is tried where nothing listens", method: "POST", retries: 1, dead: "127.0.0.1:1", status: 200},
		{reason: "without retries it is not", method: "GET", dead: "127.0.0.1:1", status: 502},
		{reason: "a request that may have arrived is repeated", method: "PUT", retries: 1, dead: "broken.test:80", status: 200, asked: 1},
		{reason: "but not a POST", method: "POST", retries: 1, dead: "broken.test:80", status: 502, asked: 1},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			broken := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				asked.Add(1)
				panic(http.ErrAbortHandler)
			})
			f := newTrafficWith(t, konnecttest.WithBackend("good.test:80", echo("good")), konnecttest.WithBackend("broken.test:80", broken))
			upstream := f.put("upstreams", entity{"name": "pool.test"})
			f.put("targets", entity{"target": tt.dead, "upstream": upstream, "weight": 200})
			f.put("targets", entity{"target": "good.test:80", "upstream": upstream})
			f.route(entity{"host": "pool.test", "retries": tt.retries}, entity{"paths": []string{"/"}})
			r := httptest.NewRequestWithContext(t.Context(), tt.method, "http://x/", strings.NewReader("body"))
			res := f.send(r)
			assert.Equal(t, tt.status, res.StatusCode)
			assert.Equal(t, tt.asked, asked.Load())
			if tt.status == 200 {
				assert.Equal(t, "body", f.arrived(res).Body, "the body is sent again")
			}
		})
	}
}

func TestReadTimeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	f := newTrafficWith(t, konnecttest.WithBackend("slow.test:80", slow))
	f.route(entity{"host": "slow.test", "read_timeout": 20, "retries": 1}, entity{"paths": []string{"/"}})
	res := f.get("http://x/")
	assert.Equal(t, 504, res.StatusCode)
	assert.Contains(t, bodyOf(t, res), "The upstream server is timing out")
}

func TestPassiveHealthChecks(t *testing.T) {
	t.Parallel()
	var sick atomic.Bool
	sick.Store(true)
	moody := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sick.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		echo("moody")(w, r)
	})
	f := newTrafficWith(t, konnecttest.WithBackend("good.test:80", echo("good")), konnecttest.WithBackend("moody.test:80", moody))
	f.pool(entity{"healthchecks": entity{"passive": entity{
		"unhealthy": entity{"http_failures": 2}, "healthy": entity{"successes": 1},
	}}}, map[string]int{"good.test:80": 100, "moody.test:80": 100})
	failures := 0
	for range 20 {
		if f.get("http://x/").StatusCode == 500 {
			failures++
		}
	}
	assert.Equal(t, 2, failures, "the target is out after as many failures as the upstream allows")
	sick.Store(false)
	assert.Equal(t, map[string]int{"good": 4}, f.counted(4, "http://x/"), "nothing but a new configuration brings it back")

	// A change of the upstream makes a new balancer, and all targets are healthy again.
	upstream := f.srv.Entity(f.id, "upstreams", "pool.test")
	assert.NoError(t, f.srv.Modify(f.id, "upstreams", upstream["id"].(string), func(e map[string]any) {
		e["healthchecks"].(map[string]any)["threshold"] = 60
	}))
	assert.Equal(t, map[string]int{"good": 2, "moody": 2}, f.counted(4, "http://x/"))
	sick.Store(true)
	statuses := map[int]int{}
	for range 20 {
		statuses[f.get("http://x/").StatusCode]++
	}
	assert.Equal(t, 2, statuses[500])
	assert.Equal(t, 20-2-statuses[200], statuses[503], "below the threshold the upstream has no target at all")
	assert.Positive(t, statuses[503])
}
